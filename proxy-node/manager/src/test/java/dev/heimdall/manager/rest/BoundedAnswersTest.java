package dev.heimdall.manager.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.SmallManager;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetCommands;
import dev.heimdall.manager.fleet.Orders;
import dev.heimdall.manager.fleet.RollingRestart;
import dev.heimdall.manager.web.Answer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
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
  private SmallManager manager;

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.withHistory(directory);
    manager.write("sources/main.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    manager.write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\"}");
    Fleet fleet = new Fleet(Clock.systemUTC());
    Orders orders = new Orders(Clock.systemUTC());
    RollingRestart rolling = new RollingRestart(fleet, orders, Clock.systemUTC());
    manager.serveApi(
        new CommandsPath(
            new FleetCommands(fleet, orders, rolling, manager.audit()), (node, client) -> ""));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers)
      throws Exception {
    return manager.rest().send(method, path, body, headers);
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
    manager.write("sources/main.json", text);
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
