package dev.heimdall.manager.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetCommands;
import dev.heimdall.manager.fleet.Orders;
import dev.heimdall.manager.fleet.RollingRestart;
import dev.heimdall.manager.history.History;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.web.Answer;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is answered stays small, however much is wrong with what was sent. */
@Tag("ci")
class BoundedAnswersTest {

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
    write("sources/main.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\"}");
    logIn =
        LogIn.with(
            new PasswordPlace.InFile(password),
            Optional.empty(),
            new PasswordHash(10),
            new AuditLog(Optional.empty(), Clock.systemUTC()));
    AuditLog audit = new AuditLog(Optional.empty(), Clock.systemUTC());
    editor =
        new Editor(
            DocumentStore.open(new StoreLocation.Directory(configuration)),
            Optional.of(
                new History(
                    DocumentStore.open(
                        new StoreLocation.Directory(
                            Files.createDirectory(directory.resolve("history")))),
                    History.Kept.standard(),
                    Clock.systemUTC())),
            audit);
    Fleet fleet = new Fleet(Clock.systemUTC());
    Orders orders = new Orders(Clock.systemUTC());
    RollingRestart rolling = new RollingRestart(fleet, orders, Clock.systemUTC());
    server =
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            new Api(
                editor,
                logIn,
                "test",
                Optional.empty(),
                audit,
                new MaskedText(),
                List.of(
                    new CommandsPath(
                        new FleetCommands(fleet, orders, rolling, audit), (node, client) -> ""))));
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
    return answer;
  }

  private static String quoted(String text) {
    return Answer.JSON.createObjectNode().textNode(text).toString();
  }

  private static String change(String document, String text) {
    return "{\"document\":" + quoted(document) + ",\"over\":null,\"text\":" + quoted(text) + "}";
  }

  private static String changes(Stream<String> changes) {
    return "{\"changes\":[" + changes.collect(Collectors.joining(",")) + "]}";
  }

  /** The body of an answer, which is no larger than a page or two. */
  private JsonNode answered(int status, HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).hasSizeLessThan(300_000);
    return Answer.JSON.readTree(answer.body());
  }

  /** As many unknown keys as fit into a request, in documents that are as large as they may be. */
  private static String unknownKeys() {
    String keys =
        IntStream.range(0, 27_500)
            .mapToObj(i -> "\"no_such_setting_%06d\": 0".formatted(i))
            .collect(Collectors.joining(", ", "{", "}"));
    return changes(IntStream.range(0, 4).mapToObj(i -> change("vdbs/shop" + i + ".json", keys)));
  }

  @Test
  void unknownKeysThatFillARequestAreCounted() throws Exception {
    String keys = unknownKeys();
    for (int i = 0; i < 2; i++) {
      JsonNode body = answered(200, send("POST", "/api/v1/check", keys));

      assertThat(body.path("right").asBoolean()).isFalse();
      assertThat(body.path("problems")).hasSize(101);
      assertThat(body.path("problems").path(0).path("message").asText())
          .contains("no_such_setting");
      assertThat(body.path("problems").path(100).path("message").asText())
          .matches("and 1099\\d\\d more problems");
    }
  }

  @Test
  void aCommitThatIsRefusedSaysTheFirstProblems() throws Exception {
    JsonNode body = answered(422, send("POST", "/api/v1/commit", unknownKeys()));

    assertThat(body.path("problems")).hasSize(101);
    assertThat(body.path("message").asText() + body).contains("would have 1100");
  }

  /** The revision that has made a document so, of which the text differs from the one before. */
  private void revision(String text) throws Exception {
    write("sources/main.json", text);
    assertThat(send("GET", "/api/v1/history", "").statusCode()).isEqualTo(200);
  }

  @Test
  void ofRevisionsWithAMillionLinesTheFirstAreAnswered() throws Exception {
    revision("{\"url\": \"jdbc:postgresql://db.example\"" + " \n".repeat(500_000) + "}");
    revision("{\"url\": \"jdbc:postgresql://db2.example\"" + "\n ".repeat(500_000) + "}");

    HttpResponse<String> answer = send("GET", "/api/v1/history/2", "");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).hasSizeLessThan(2_500_000);
    JsonNode change = Answer.JSON.readTree(answer.body()).path("changes").path(0);
    assertThat(change.path("lines").size() + change.path("moreLines").asInt())
        .isGreaterThan(900_000);
    assertThat(change.path("lines").size()).isBetween(4_000, 5_000);
    assertThat(change.path("values").toString()).contains("db2.example");
  }

  @Test
  void valuesFarDownAreNamedShortly() throws Exception {
    String down = "{\"k\":".repeat(900);
    String up = "}".repeat(900);
    String values =
        IntStream.range(0, 2000)
            .mapToObj(i -> "\"v%d\":%%d".formatted(i))
            .collect(Collectors.joining(","));
    revision(down + "{" + values.replace("%d", "1") + "}" + up);
    revision(down + "{" + values.replace("%d", "2") + "}" + up);

    HttpResponse<String> answer = send("GET", "/api/v1/history/2", "");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).hasSizeLessThan(2_500_000);
    assertThat(Answer.JSON.readTree(answer.body()).path("changes").path(0).path("values").size())
        .isGreaterThan(500);
  }

  @Test
  void commandsForMoreNodesThanThereMayBeAreRefused() throws Exception {
    String nodes =
        IntStream.range(0, 6000).mapToObj(i -> quoted("n" + i)).collect(Collectors.joining(","));

    JsonNode refused =
        answered(
            400,
            send("POST", "/api/v1/commands", "{\"command\":\"drain\",\"nodes\":[" + nodes + "]}"));

    assertThat(refused.toString()).contains("at most 500 ids");
  }

  @Test
  void documentsBelowDocumentsAreCounted() throws Exception {
    Stream<String> all =
        Stream.concat(
            Stream.of(change("a", "x")),
            IntStream.range(0, 5000).mapToObj(i -> change("a/b" + i, "x")));

    JsonNode body = answered(200, send("POST", "/api/v1/check", changes(all)));

    assertThat(body.path("problems")).hasSize(101);
  }

  @Test
  void oneDocumentThatIsWrittenSaysTheFirstProblems() throws Exception {
    String keys =
        IntStream.range(0, 60_000)
            .mapToObj(i -> "\"k%d\":0".formatted(i))
            .collect(Collectors.joining(",", "{", "}"));

    JsonNode body =
        answered(422, send("PUT", "/api/v1/documents/vdbs/other.json", keys, "If-None-Match", "*"));

    assertThat(body.path("problems")).hasSize(101);
  }
}
