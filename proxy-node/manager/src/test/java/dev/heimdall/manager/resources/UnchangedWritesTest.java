package dev.heimdall.manager.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.SmallManager;
import dev.heimdall.model.FullConfiguration;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is read by REST and written again as it was read stays as it is, to the byte. */
class UnchangedWritesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String API = "/api/v1/";
  private static final String MERGE = "application/merge-patch+json";
  private static final List<String> OBJECTS =
      List.of(
          "sources/primary",
          "sources/reports",
          "vdbs/shop",
          "caches/shop",
          "rules/main",
          "rules/firewall",
          "drivers/pairs",
          "users/alice");

  /** Documents have plainer names than users may have. */
  private static final Map<String, String> DOCUMENTS = new TreeMap<>();

  static {
    FullConfiguration.DOCUMENTS.forEach((name, text) -> DOCUMENTS.put(plain(name), plain(text)));
  }

  @TempDir private Path directory;
  private SmallManager manager;

  private static String plain(String text) {
    return text.replace("o'hara & sons", "ohara");
  }

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.withHistory(directory);
    for (Map.Entry<String, String> document : DOCUMENTS.entrySet()) {
      manager.write(document.getKey(), document.getValue());
    }
    for (String file : List.of("tls/ca.pem", "tls/server.crt", "tls/server.key")) {
      manager.write(file, "what tests have");
    }
    manager.serveApi(new ConfigurationObjects(manager.editor(), manager.masks()));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private HttpResponse<String> read(String path) throws Exception {
    HttpResponse<String> answer = manager.rest().send("GET", API + path, "");
    assertThat(answer.statusCode()).as("%s: %s", path, answer.body()).isEqualTo(200);
    return answer;
  }

  private static String tag(HttpResponse<String> answer) {
    return answer.headers().firstValue("ETag").orElseThrow();
  }

  private void writesNothing(String method, String path, String body, String type)
      throws Exception {
    String tag = tag(read(path));
    HttpResponse<String> written =
        manager.rest().send(method, API + path, body, "If-Match", tag, "Content-Type", type);
    assertThat(written.statusCode()).as("%s: %s", path, written.body()).isEqualTo(200);
    assertThat(tag(written)).as(path).isEqualTo(tag);
    JsonNode answer = JSON.readTree(written.body());
    assertThat(answer.path("changes")).as(written.body()).isEmpty();
    assertThat(answer.get("problems")).isEmpty();
  }

  private void nothingIsChanged() throws Exception {
    for (Map.Entry<String, String> document : DOCUMENTS.entrySet()) {
      assertThat(manager.written(document.getKey()))
          .as(document.getKey())
          .isEqualTo(document.getValue());
    }
    assertThat(manager.editor().revisions()).hasSizeLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void objectsStayAsTheyAre(Encoder encoder) throws Exception {
    for (String path : OBJECTS) {
      JsonNode settings = JSON.readTree(read(path).body());
      writesNothing("PUT", path, encoder.write(settings), "application/json");
      writesNothing("PATCH", path, encoder.write(settings), MERGE);
    }
    nothingIsChanged();
  }

  @ParameterizedTest
  @EnumSource
  void documentsStayAsTheyAre(Encoder encoder) throws Exception {
    for (String name : DOCUMENTS.keySet()) {
      String path = "documents/" + name;
      JsonNode document = JSON.readTree(read(path).body());
      writesNothing("PUT", path, encoder.write(document), "application/json");
    }
    nothingIsChanged();
  }

  @ParameterizedTest
  @EnumSource
  void soDoAllOfThemTogether(Encoder encoder) throws Exception {
    HttpResponse<String> all = read("documents");
    ObjectNode commit = JSON.createObjectNode();
    ArrayNode changes = commit.putArray("changes");
    for (JsonNode one : JSON.readTree(all.body()).get("documents")) {
      String name = one.get("document").textValue();
      if (name.endsWith(".json")) {
        JsonNode document = JSON.readTree(read("documents/" + name).body());
        changes
            .addObject()
            .put("document", name)
            .put("over", one.get("version").textValue())
            .put("text", encoder.write(document));
      }
    }

    HttpResponse<String> written =
        manager.rest().send("POST", API + "commit", encoder.write(commit));

    assertThat(written.statusCode()).as(written.body()).isEqualTo(200);
    assertThat(tag(written)).isEqualTo(tag(all));
    nothingIsChanged();
  }

  @Test
  void aPatchChangesNothingButWhatItSays() throws Exception {
    String tag = tag(read("rules/main"));
    HttpResponse<String> patched =
        manager
            .rest()
            .send(
                "PATCH",
                API + "rules/main",
                "{\"comment\": \"new\"}",
                "If-Match",
                tag,
                "Content-Type",
                MERGE);
    assertThat(patched.statusCode()).as(patched.body()).isEqualTo(200);
    String before = DOCUMENTS.get("rules/main.json");
    List<String> lines = before.lines().toList();
    assertThat(manager.written("rules/main.json").lines())
        .filteredOn(line -> !lines.contains(line))
        .hasSizeLessThanOrEqualTo(2);
  }
}
