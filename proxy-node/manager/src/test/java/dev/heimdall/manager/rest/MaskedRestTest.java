package dev.heimdall.manager.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.web.WebServer;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets go in by REST, and never come out. */
class MaskedRestTest {
  private static final String CANARY = "canary-secret";
  private static final String DOCUMENTS = "/api/v1/documents/";

  @TempDir private Path directory;
  private Path configuration;
  private LogIn logIn;
  private Editor editor;
  private WebServer server;

  @BeforeEach
  void open() throws Exception {
    Path password = Files.writeString(directory.resolve("password"), "right");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    configuration = Files.createDirectory(directory.resolve("configuration"));
    write(
        "sources/main.json",
        "{\"url\": \"jdbc:postgresql://db.example\", \"user\": \"app\", \"password\": \""
            + CANARY
            + "\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\"}");
    logIn =
        LogIn.with(
            new PasswordPlace.InFile(password),
            Optional.empty(),
            new PasswordHash(10),
            new AuditLog(Optional.empty(), Clock.systemUTC()));
    editor = new Editor(DocumentStore.open(new StoreLocation.Directory(configuration)));
    server =
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            new Api(editor, logIn, "test"));
  }

  @AfterEach
  void close() {
    server.close();
    logIn.close();
    editor.close();
  }

  private void write(String name, String text) throws Exception {
    Path file = configuration.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString("admin:right".getBytes(StandardCharsets.UTF_8)))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.body()).doesNotContain(CANARY, "PRIVATE KEY");
    return answer;
  }

  private HttpResponse<String> read(String name) throws Exception {
    return send("GET", DOCUMENTS + name, "");
  }

  private static String tag(HttpResponse<String> answer) {
    return answer.headers().firstValue("ETag").orElseThrow();
  }

  @Test
  void aMaskThatComesBackIsTheSecretThatItStandsFor() throws Exception {
    HttpResponse<String> shown = read("sources/main.json");
    assertThat(shown.body()).contains("\"user\": \"app\"", "\"password\": \"•••••••• ");

    HttpResponse<String> put =
        send(
            "PUT",
            DOCUMENTS + "sources/main.json",
            shown.body().replace("\"app\"", "\"other\""),
            "If-Match",
            tag(shown));

    assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    assertThat(Files.readString(configuration.resolve("sources/main.json")))
        .contains("\"user\": \"other\"", "\"password\": \"" + CANARY + "\"");
  }

  @Test
  void aMaskThatStandsForNothingIsRefused() throws Exception {
    HttpResponse<String> shown = read("sources/main.json");

    HttpResponse<String> put =
        send("PUT", DOCUMENTS + "sources/other.json", shown.body(), "If-None-Match", "*");

    assertThat(put.statusCode()).isEqualTo(422);
    assertThat(put.body()).contains("\"lost_secret\"", "sources/other.json");
    assertThat(configuration.resolve("sources/other.json")).doesNotExist();
  }

  @Test
  void aMaskInAnotherSettingIsNotTold() throws Exception {
    Matcher mask = Pattern.compile("\"•+ [0-9a-f]+\"").matcher(read("sources/main.json").body());
    assertThat(mask.find()).isTrue();
    for (String text :
        List.of(
            "{\"url\": \"jdbc:postgresql://db.example\", \"keepAliveIdle\": %s}",
            "{\"url\": \"jdbc:postgresql://db.example\", %s: 1}", "{\"url\": %s}")) {
      String change =
          "{\"changes\": [{\"document\": \"sources/main.json\", \"text\": \"%s\"}]}"
              .formatted(text.formatted(mask.group()).replace("\"", "\\\""));

      HttpResponse<String> check = send("POST", "/api/v1/check", change);

      assertThat(check.statusCode()).as(check.body()).isEqualTo(422);
      assertThat(check.body()).contains("\"lost_secret\"");
    }
  }

  @Test
  void severalDocumentsTakeMasksToo() throws Exception {
    String shown = read("sources/main.json").body().replace("\"app\"", "\"other\"");
    String change =
        "{\"changes\": [{\"document\": \"sources/main.json\", \"over\": %s, \"text\": \"%s\"}]}";

    HttpResponse<String> commit =
        send(
            "POST",
            "/api/v1/commit",
            change.formatted(tag(read("sources/main.json")), shown.replace("\"", "\\\"")));

    assertThat(commit.statusCode()).as(commit.body()).isEqualTo(200);
    assertThat(Files.readString(configuration.resolve("sources/main.json")))
        .contains("\"user\": \"other\"", CANARY);
  }

  @Test
  void ofWhatIsNoJsonCertificatesAreShownAndNothingElse() throws Exception {
    String certificate = "-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n";
    write("tls/ca.pem", certificate);
    write("tls/node.key", "-----BEGIN PRIVATE KEY-----\nTUlJQg==\n-----END PRIVATE KEY-----\n");
    write("tls/both.pem", certificate + CANARY);
    write("users/broken.json", "{\"password\": \"" + CANARY);

    assertThat(read("tls/ca.pem").body()).isEqualTo(certificate);
    for (String hidden : new String[] {"tls/node.key", "tls/both.pem", "users/broken.json"}) {
      HttpResponse<String> answer = read(hidden);
      assertThat(answer.statusCode()).as(hidden).isEqualTo(403);
      assertThat(answer.body()).contains("write_only", hidden);
    }
  }
}
