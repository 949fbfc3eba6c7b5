package dev.heimdall.manager.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SmallManager;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
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
  private SmallManager manager;

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.alone(directory);
    manager.write(
        "sources/main.json",
        "{\"url\": \"jdbc:postgresql://db.example\", \"user\": \"app\", \"password\": \""
            + CANARY
            + "\"}");
    manager.write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\"}");
    manager.serveApi();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    HttpResponse<String> answer = manager.rest().send(method, path, body, headers);
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
    assertThat(manager.written("sources/main.json"))
        .contains("\"user\": \"other\"", "\"password\": \"" + CANARY + "\"");
  }

  @Test
  void aMaskThatStandsForNothingIsRefused() throws Exception {
    HttpResponse<String> shown = read("sources/main.json");

    HttpResponse<String> put =
        send("PUT", DOCUMENTS + "sources/other.json", shown.body(), "If-None-Match", "*");

    assertThat(put.statusCode()).isEqualTo(422);
    assertThat(put.body()).contains("\"lost_secret\"", "sources/other.json");
    assertThat(manager.configuration().resolve("sources/other.json")).doesNotExist();
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
    assertThat(manager.written("sources/main.json")).contains("\"user\": \"other\"", CANARY);
  }

  @Test
  void ofWhatIsNoJsonCertificatesAreShownAndNothingElse() throws Exception {
    String certificate = "-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n";
    manager.write("tls/ca.pem", certificate);
    manager.write(
        "tls/node.key", "-----BEGIN PRIVATE KEY-----\nTUlJQg==\n-----END PRIVATE KEY-----\n");
    manager.write("tls/both.pem", certificate + CANARY);
    manager.write("users/broken.json", "{\"password\": \"" + CANARY);

    assertThat(read("tls/ca.pem").body()).isEqualTo(certificate);
    for (String hidden : new String[] {"tls/node.key", "tls/both.pem", "users/broken.json"}) {
      HttpResponse<String> answer = read(hidden);
      assertThat(answer.statusCode()).as(hidden).isEqualTo(403);
      assertThat(answer.body()).contains("write_only", hidden);
    }
  }
}
