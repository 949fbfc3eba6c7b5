package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.test.manager.Rest.Changes;
import dev.heimdall.test.manager.Rest.Said;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the documents' paths promise, wherever the configuration is. One manager is there for all
 * tests of a class; the configuration is emptied for each of them behind its back.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ManagerContract {
  static final String CANARY = "canary-password";

  static final String SOURCE =
      "{\"url\": \"jdbc:postgresql://db.example\", \"user\": \"app\", \"password\": \""
          + CANARY
          + "\"}";
  static final String VDB = "{\"ports\": [5050], \"source\": \"db\"}\n";

  Path directory;

  private Running manager;
  private int written;
  Rest rest;

  /** Where the configuration is, as an option has it. */
  abstract String place();

  /** Leaves no document there. */
  abstract void empty() throws IOException;

  Map<String, String> environment() {
    return Map.of();
  }

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    directory = temporary;
    empty();
    manager = Running.start(directory, environment(), "--config=" + place());
    rest = manager.rest();
  }

  @BeforeEach
  void emptied() throws IOException {
    empty();
    written = manager.process().output().length();
  }

  @AfterEach
  void nothingOfADocumentIsLogged() {
    assertThat(manager.process().output()).doesNotContain(CANARY).doesNotContain("\tat ");
  }

  @AfterAll
  void end() throws InterruptedException {
    if (manager != null) {
      manager.close();
      nothingOfADocumentIsLogged();
    }
  }

  /** What the manager has written since the test began. */
  final String output() {
    return manager.process().output().substring(written);
  }

  /** A small configuration; the ETag of its virtual database. */
  final String begin() throws Exception {
    Said begun =
        rest.post(
            "/api/v1/commit",
            new Changes()
                .write("sources/db.json", SOURCE, null)
                .write("vdbs/shop.json", VDB, null));
    assertThat(begun.status()).as(begun.toString()).isEqualTo(200);
    assertThat(begun.json().get("problems")).isEmpty();
    return rest.document("vdbs/shop.json").etag();
  }

  private Said list() throws Exception {
    return rest.get("/api/v1/documents");
  }

  @Test
  void aConfigurationBeginsWithSeveralDocumentsAtOnce() throws Exception {
    assertThat(list().json().get("documents")).isEmpty();
    Said alone = rest.put("sources/db.json", SOURCE, Optional.empty());
    assertThat(alone.status()).isEqualTo(422);
    assertThat(alone.body()).contains("vdbs/<name>.json").doesNotContain(CANARY);

    begin();

    assertThat(list().json().get("documents").findValuesAsText("document"))
        .containsExactly("sources/db.json", "vdbs/shop.json");
    assertThat(output()).contains("document changed", "document=sources/db.json from=none to=");
  }

  @Test
  void commitsAreInTheHistoryWithTheirReasonAndCanBeGoneBackFrom() throws Exception {
    String etag = begin();
    String other = VDB.replace("5050", "5051");
    Changes changes = new Changes().write("vdbs/shop.json", other, etag);
    ObjectNode commit = (ObjectNode) Rest.JSON.readTree(changes.toString());
    Said written = rest.post("/api/v1/commit", commit.put("comment", "another port"));
    assertThat(written.status()).as(written.toString()).isEqualTo(200);

    JsonNode revisions = rest.get("/api/v1/history").json().get("revisions");
    JsonNode last = revisions.get(0);
    assertThat(last.get("user").asText()).isEqualTo("admin");
    assertThat(last.get("comment").asText()).isEqualTo("another port");
    assertThat(last.get("documents").toString()).isEqualTo("[\"vdbs/shop.json\"]");
    JsonNode value =
        rest.get("/api/v1/history/" + last.get("revision")).json().at("/changes/0/values/0");
    assertThat(value.toString())
        .isEqualTo("{\"path\":\"$.ports[0]\",\"before\":\"5050\",\"after\":\"5051\"}");

    String before = "/api/v1/history/" + revisions.get(1).get("revision") + "/rollback";
    Said back = rest.post(before, "{\"comment\": \"no\"}");

    assertThat(back.status()).as(back.toString()).isEqualTo(200);
    assertThat(rest.document("vdbs/shop.json").body()).isEqualTo(VDB);
    JsonNode now = rest.get("/api/v1/history").json().at("/revisions/0");
    assertThat(now.get("rollbackTo")).isEqualTo(revisions.get(1).get("revision"));
    assertThat(rest.get("/api/v1/history/99999").status()).isEqualTo(404);
    assertThat(rest.post(before, "{\"coment\": \"\"}").status()).isEqualTo(400);
  }

  @Test
  void aDocumentIsReadAsItWasWritten() throws Exception {
    String etag = begin();

    Said read = rest.document("vdbs/shop.json");
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.body()).isEqualTo(VDB);
    assertThat(read.response().headers().firstValue("Content-Type")).contains("application/json");
    assertThat(rest.document("sources/db.json").json().get("url"))
        .isEqualTo(Rest.JSON.readTree(SOURCE).get("url"));
    assertThat(
            rest.send(
                    rest.request("/api/v1/documents/vdbs/shop.json")
                        .header("If-None-Match", etag)
                        .GET())
                .status())
        .isEqualTo(304);
    Said all = list();
    assertThat(
            rest.send(rest.request("/api/v1/documents").header("If-None-Match", all.etag()).GET())
                .status())
        .isEqualTo(304);
    Said head =
        rest.send(
            rest.request("/api/v1/documents/vdbs/shop.json")
                .method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.etag()).isEqualTo(etag);
    assertThat(head.body()).isEmpty();
    assertThat(rest.document("vdbs/other.json").status()).isEqualTo(404);
    assertThat(rest.document("../secret").status()).isEqualTo(404);
  }

  @Test
  void aDocumentIsReplacedOnlyByWhoHasReadIt() throws Exception {
    String etag = begin();
    String next = "{\"ports\": [5051], \"source\": \"db\"}";

    Said written = rest.put("vdbs/shop.json", next, Optional.of(etag));
    assertThat(written.status()).as(written.toString()).isEqualTo(200);
    assertThat(rest.document("vdbs/shop.json").etag()).isEqualTo(written.etag());

    Said late = rest.put("vdbs/shop.json", VDB, Optional.of(etag));
    assertThat(late.status()).isEqualTo(412);
    assertThat(late.code()).isEqualTo("conflict");
    JsonNode conflict = late.json().get("conflicts").get(0);
    assertThat(conflict.get("document").asText()).isEqualTo("vdbs/shop.json");
    assertThat('"' + conflict.get("over").asText() + '"').isEqualTo(etag);
    assertThat('"' + conflict.get("now").asText() + '"').isEqualTo(written.etag());
    assertThat(late.json().get("written")).isEmpty();

    Said made = rest.put("vdbs/shop.json", VDB, Optional.empty());
    assertThat(made.status()).isEqualTo(412);
    assertThat(rest.document("vdbs/shop.json").body()).isEqualTo(next);

    Said other = rest.put("users/a.json", "{\"password\": \"a\"}", Optional.empty());
    assertThat(other.status()).as(other.toString()).isEqualTo(201);
    assertThat(output()).doesNotContain("document=vdbs/shop.json from=none to=none");
  }

  @Test
  void whatWouldBeWrongIsToldWithItsPathAndNotWritten() throws Exception {
    String etag = begin();
    String before = list().etag();

    Said refused =
        rest.put(
            "vdbs/shop.json",
            "{\"ports\": [5050],\n \"source\": \"elsewhere\", \"pol\": {}}",
            Optional.of(etag));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.code()).isEqualTo("wrong_configuration");
    JsonNode problem = refused.json().get("problems").get(0);
    assertThat(problem.get("document").asText()).isEqualTo("vdbs/shop.json");
    assertThat(problem.get("line").asInt()).isEqualTo(2);
    assertThat(refused.json().get("problems").findValuesAsText("path"))
        .containsExactly("$.source", "$.pol");
    assertThat(refused.json().get("problems").get(1).get("suggestion").asText()).isEqualTo("pool");

    // It is the whole that is judged, not the document.
    Said needed = rest.delete("sources/db.json", rest.document("sources/db.json").etag());
    assertThat(needed.status()).isEqualTo(422);
    assertThat(needed.json().get("problems").get(0).get("document").asText())
        .isEqualTo("vdbs/shop.json");
    assertThat(list().etag()).isEqualTo(before);
    assertThat(rest.put("vdbs/shop.json", "{", Optional.of(etag)).status()).isEqualTo(422);
  }

  @Test
  void aDocumentIsDeletedOnlyByWhoHasReadIt() throws Exception {
    begin();
    String etag = rest.put("users/a.json", "{\"password\": \"a\"}", Optional.empty()).etag();
    String newer = rest.put("users/a.json", "{\"password\": \"b\"}", Optional.of(etag)).etag();

    assertThat(rest.delete("users/a.json", etag).status()).isEqualTo(412);
    Said deleted = rest.delete("users/a.json", newer);
    assertThat(deleted.status()).as(deleted.toString()).isEqualTo(200);
    assertThat(rest.document("users/a.json").status()).isEqualTo(404);
    assertThat(rest.delete("users/a.json", newer).status()).isEqualTo(404);
    assertThat(output()).contains("document deleted user=admin addr=127.0.0.1");
  }

  @Test
  void severalDocumentsAreJudgedTogetherAndAConflictComesBeforeAnyIsWritten() throws Exception {
    String etag = begin();
    String renamed = "{\"ports\": [5050], \"source\": \"other\"}";
    Changes rename =
        new Changes()
            .write("sources/other.json", SOURCE, null)
            .write("vdbs/shop.json", renamed, etag)
            .delete("sources/db.json", rest.document("sources/db.json").etag());

    Said checked = rest.post("/api/v1/check", rename);
    assertThat(checked.status()).as(checked.toString()).isEqualTo(200);
    assertThat(checked.json().get("right").asBoolean()).isTrue();
    assertThat(list().json().get("documents").findValuesAsText("document"))
        .containsExactly("sources/db.json", "vdbs/shop.json");

    Said outdated =
        rest.post(
            "/api/v1/commit",
            new Changes().write("users/a.json", "{}", null).write("vdbs/shop.json", renamed, "1"));
    assertThat(outdated.status()).isEqualTo(412);
    assertThat(outdated.json().get("conflicts").findValuesAsText("document"))
        .containsExactly("vdbs/shop.json");
    assertThat(rest.document("users/a.json").status()).isEqualTo(404);

    Said committed = rest.post("/api/v1/commit", rename);
    assertThat(committed.status()).as(committed.toString()).isEqualTo(200);
    JsonNode documents = committed.json().get("documents");
    assertThat('"' + documents.get(1).get("version").asText() + '"')
        .isEqualTo(rest.document("vdbs/shop.json").etag());
    assertThat(documents.get(2).get("version").isNull()).isTrue();
    assertThat(list().json().get("documents").findValuesAsText("document"))
        .containsExactly("sources/other.json", "vdbs/shop.json");
    assertThat(list().etag()).isEqualTo(committed.etag());

    Said wrong =
        rest.post("/api/v1/check", new Changes().write("users/a.json", "{\"pasword\": 1}", null));
    assertThat(wrong.json().get("right").asBoolean()).isFalse();
    assertThat(wrong.json().get("problems").findValuesAsText("path")).contains("$.pasword");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]                                                    | expected an object",
        "{\"changes\": []}                                     | at least one change",
        "{\"changes\": [{\"document\": \"users/a.json\"}]}     | $.changes[0].over",
        "{\"changes\": [{\"document\": \"../a\", \"over\": null, \"text\": \"{}\"}]} | the name of"
            + " a document",
        "{\"changes\": [{\"document\": \"a.json\", \"over\": null}]} | expected one of",
        "{\"changes\": [{\"document\": \"a.json\", \"over\": null, \"text\": \"\"}]} | empty",
        "{\"changes\": [], \"chnages\": []}                    | nothing but changes",
        "{\"canary-password                                    | no JSON"
      })
  void aBodyThatIsNotUnderstoodIsABadRequest(String body, String message) throws Exception {
    Said refused = rest.post("/api/v1/commit", body);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.code()).isEqualTo("bad_request");
    assertThat(refused.json().get("message").asText()).contains(message).doesNotContain(CANARY);
  }

  @Test
  void requestsThatHttpForbidsAreAnsweredInItsWords() throws Exception {
    begin();
    String path = "/api/v1/documents/vdbs/shop.json";
    HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString(VDB);

    Said unconditional =
        rest.send(rest.request(path).header("Content-Type", "application/json").PUT(body));
    assertThat(unconditional.status()).isEqualTo(428);
    Said any =
        rest.send(
            rest.request(path)
                .header("Content-Type", "application/json")
                .header("If-Match", "*")
                .PUT(body));
    assertThat(any.status()).isEqualTo(400);
    Said form =
        rest.send(
            rest.request(path)
                .header("Content-Type", "text/plain")
                .header("If-None-Match", "*")
                .PUT(body));
    assertThat(form.status()).isEqualTo(415);
    assertThat(rest.send(rest.request(path).POST(body)).status()).isEqualTo(405);
    Said method = rest.send(rest.request("/api/v1/commit").GET());
    assertThat(method.status()).isEqualTo(405);
    assertThat(method.response().headers().firstValue("Allow")).contains("POST");
    assertThat(rest.get("/api/v2/documents").status()).isEqualTo(404);
    Said large = rest.put("users/a.json", " ".repeat((1 << 20) + 1), Optional.empty());
    assertThat(large.status()).isEqualTo(413);
    Said larger =
        rest.post("/api/v1/commit", new Changes().write("users/a.json", " ".repeat(5 << 20), null));
    assertThat(larger.status()).isEqualTo(413);
  }
}
