package dev.heimdall.manager.resources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.SmallManager;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever looks like the mask of a secret never becomes the secret. */
class MaskLookalikesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String API = "/api/v1/";
  private static final String MERGE = "application/merge-patch+json";
  private static final Author AUTHOR = new Author("admin", "127.0.0.1");
  private static final String SOURCE =
      "{\"url\": \"jdbc:postgresql://db.example\", \"user\": \"app\", \"password\": \"canary-1\",\n"
          + " \"cluster\": {\"probe\": {\"user\": \"probe\", \"password\": \"canary-2\"}}}";

  @TempDir private Path directory;
  private SmallManager manager;

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.withHistory(directory);
    manager.write("sources/main.json", SOURCE);
    manager.write("users/alice.json", "{\"password\": \"canary-3\"}");
    manager.write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\"}");
    manager.serveApi(new ConfigurationObjects(manager.editor(), manager.masks()));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private HttpResponse<String> read(String path) throws Exception {
    return manager.rest().send("GET", API + path, "");
  }

  private static String tag(HttpResponse<String> answer) {
    return answer.headers().firstValue("ETag").orElseThrow();
  }

  private HttpResponse<String> write(String method, String path, String body) throws Exception {
    String of = path.replaceAll("\\?.*", "");
    return manager
        .rest()
        .send(
            method,
            API + path,
            body,
            "If-Match",
            tag(read(of)),
            "Content-Type",
            method.equals("PATCH") ? MERGE : "application/json");
  }

  private ObjectNode shown() throws Exception {
    return (ObjectNode) JSON.readTree(read("sources/main").body());
  }

  private List<String> lookalikes() throws Exception {
    String mask = shown().get("password").textValue();
    String word = mask.substring(mask.indexOf(' ') + 1);
    byte[] bytes = mask.getBytes(StandardCharsets.UTF_8);
    return List.of(
        mask.substring(1),
        mask.substring(0, 8),
        mask.substring(0, 14),
        "••",
        "•",
        word,
        " " + mask,
        mask + "\n",
        "\"" + mask + "\"",
        mask + mask,
        mask.replace(' ', '\u00a0'),
        mask.replace("•", "•\u200b"),
        mask.replace("•", "• "),
        mask.replace("•", "\\u2022"),
        mask.replace("•", "&#8226;"),
        mask.replace("•", "\u25cf"),
        mask.replace("•", "*"),
        mask.replace("•", "?"),
        mask.replace("•", "\ufffd"),
        new String(bytes, Charset.forName("windows-1252")),
        new String(bytes, StandardCharsets.ISO_8859_1),
        "********",
        "***",
        shown().at("/cluster/probe/password").textValue(),
        JSON.readTree(read("users/alice").body()).get("password").textValue());
  }

  private static void isRefused(HttpResponse<String> answer, String path, String of)
      throws Exception {
    assertThat(answer.statusCode()).as("%s: %s", of, answer.body()).isEqualTo(422);
    JsonNode problem = JSON.readTree(answer.body()).at("/problems/0");
    assertThat(problem.at("/document").textValue()).as(of).isEqualTo("sources/main.json");
    assertThat(problem.at("/path").textValue()).as(of).isEqualTo(path);
    assertThat(problem.at("/message").textValue()).contains("mask of a secret");
    assertThat(answer.body()).doesNotContain("canary");
  }

  @Test
  void byObjects() throws Exception {
    for (String mask : lookalikes()) {
      ObjectNode settings = shown().put("password", mask);
      for (Encoder encoder : Encoder.values()) {
        isRefused(write("PUT", "sources/main", encoder.write(settings)), "$.password", mask);
        ObjectNode patch = JSON.createObjectNode().put("password", mask);
        isRefused(write("PATCH", "sources/main", encoder.write(patch)), "$.password", mask);
        isRefused(
            write("PATCH", "sources/main?dryRun=true", encoder.write(patch)), "$.password", mask);
      }
    }
    assertThat(manager.written("sources/main.json")).isEqualTo(SOURCE);
  }

  @Test
  void byDocuments() throws Exception {
    for (String mask : lookalikes()) {
      for (Encoder encoder : Encoder.values()) {
        String text = encoder.write(shown().put("password", mask));
        isRefused(write("PUT", "documents/sources/main.json", text), "$.password", mask);
        ObjectNode commit = JSON.createObjectNode();
        commit
            .putArray("changes")
            .addObject()
            .put("document", "sources/main.json")
            .put("over", tag(read("sources/main")).replace("\"", ""))
            .put("text", text);
        for (String path : List.of("commit", "check")) {
          isRefused(
              manager.rest().send("POST", API + path, encoder.write(commit)), "$.password", mask);
        }
      }
    }
    assertThat(manager.written("sources/main.json")).isEqualTo(SOURCE);
  }

  @Test
  void theirPathIsThatInTheDocument() throws Exception {
    String patch = "{\"cluster\": {\"probe\": {\"password\": \"••••\"}}}";

    isRefused(write("PATCH", "sources/main", patch), "$.cluster.probe.password", patch);
  }

  /** As forms, the wizard and drafts do, which know no more than that they write. */
  @Test
  void byWhateverWritesDocuments() throws Exception {
    String over = manager.editor().read().versionOf("sources/main.json").orElseThrow();
    for (String mask : List.of("••••••••", "•••••••• 52003c63533b", "***")) {
      String text = SOURCE.replace("canary-1", mask);
      Change change =
          new Change("sources/main.json", Optional.of(Content.of(text)), Optional.of(over));

      assertThat(manager.editor().check(List.of(change)))
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.path()).isEqualTo("$.password");
                assertThat(problem.line()).isEqualTo(1);
              });
      assertThatThrownBy(() -> manager.editor().commit(List.of(change), AUTHOR))
          .isInstanceOf(EditRefused.Wrong.class);
    }
  }

  @Test
  void byTheWayBack() throws Exception {
    manager.write("sources/main.json", SOURCE.replace("canary-1", "•••••••• 52003c63533b"));
    manager.editor().revisions(); // somebody has done that past this manager
    HttpResponse<String> mended = write("PATCH", "sources/main", "{\"password\": \"canary-4\"}");
    assertThat(mended.statusCode()).as(mended.body()).isEqualTo(200);
    int bad = manager.editor().revisions().get(1).number();

    HttpResponse<String> back =
        manager.rest().send("POST", API + "history/" + bad + "/rollback", "{}");

    isRefused(back, "$.password", "the way back");
    assertThat(manager.written("sources/main.json")).contains("canary-4");
  }

  @Test
  void oneThatIsThereAlreadyIsToBeReplaced() throws Exception {
    String bad = SOURCE.replace("canary-1", "•••••••• 52003c63533b");
    manager.write("sources/main.json", bad);

    assertThat(write("PUT", "sources/main", shown().toString()).statusCode()).isEqualTo(200);
    isRefused(write("PATCH", "sources/main", "{\"user\": \"other\"}"), "$.password", "a neighbour");
    assertThat(manager.written("sources/main.json")).isEqualTo(bad);
    assertThat(write("PATCH", "vdbs/shop", "{\"ports\": [6060]}").statusCode()).isEqualTo(200);
    assertThat(write("PATCH", "sources/main", "{\"password\": \"canary-4\"}").statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource
  void aMaskItselfIsTheSecretHoweverItIsWritten(Encoder encoder) throws Exception {
    for (Normalizer.Form form : Normalizer.Form.values()) {
      ObjectNode settings = shown().put("user", form.name());
      settings.put("password", Normalizer.normalize(settings.get("password").textValue(), form));

      HttpResponse<String> put = write("PUT", "sources/main", encoder.write(settings));

      assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
      assertThat(manager.written("sources/main.json"))
          .isEqualTo(SOURCE.replace("\"app\"", "\"" + form.name() + "\""));
    }
  }
}
