package dev.heimdall.manager.resources;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.manager.SmallManager;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration's objects over REST, as programs edit them. */
class ConfigurationObjectsTest {
  private static final String CANARY = "canary-secret";
  private static final String API = "/api/v1/";
  private static final String MERGE = "application/merge-patch+json";
  private static final ObjectMapper JSON = new ObjectMapper();

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
    manager.serveApi(new ConfigurationObjects(manager.editor(), manager.masks()));
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

  private static String tag(HttpResponse<String> answer) {
    return answer.headers().firstValue("ETag").orElseThrow();
  }

  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    return JSON.readTree(answer.body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    HttpResponse<String> answer = send("GET", API + path, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  private HttpResponse<String> patch(String path, String patch, String... headers)
      throws Exception {
    return send(
        "PATCH",
        API + path,
        patch,
        Stream.concat(Stream.of("Content-Type", MERGE), Stream.of(headers)).toArray(String[]::new));
  }

  @Test
  void objectsOfAKindAreListedWithoutTheirSecrets() throws Exception {
    JsonNode sources = json(get("sources")).get("sources");
    assertThat(sources).hasSize(1);
    assertThat(sources.get(0).get("name").textValue()).isEqualTo("main");
    assertThat(sources.get(0).at("/settings/user").textValue()).isEqualTo("app");
    assertThat(sources.get(0).at("/settings/password").textValue()).startsWith("••••");
    assertThat(json(get("rules")).get("rules")).isEmpty();

    HttpResponse<String> again =
        send("GET", API + "sources", "", "If-None-Match", tag(get("sources")));
    assertThat(again.statusCode()).isEqualTo(304);
  }

  @Test
  void anObjectIsMadeReadChangedAndDeleted() throws Exception {
    String rules = "{\"rules\": [{\"match\": \"x\", \"action\": \"log\"}]}";
    HttpResponse<String> made =
        send("PUT", API + "rules/first?comment=why", rules, "If-None-Match", "*");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    assertThat(json(made).get("document").textValue()).isEqualTo("rules/first.json");

    HttpResponse<String> read = get("rules/first");
    assertThat(tag(read)).isEqualTo(tag(made));
    assertThat(json(read)).isEqualTo(JSON.readTree(rules));

    HttpResponse<String> changed =
        patch("rules/first", "{\"comment\": \"mine\"}", "If-Match", tag(read));
    assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
    assertThat(json(changed).at("/changes/0/path").textValue()).isEqualTo("$.comment");
    assertThat(manager.written("rules/first.json")).contains("\"comment\": \"mine\"", "log");

    HttpResponse<String> outdated = send("DELETE", API + "rules/first", "", "If-Match", tag(read));
    assertThat(outdated.statusCode()).isEqualTo(412);
    HttpResponse<String> gone = send("DELETE", API + "rules/first", "", "If-Match", tag(changed));
    assertThat(gone.statusCode()).as(gone.body()).isEqualTo(200);
    assertThat(manager.configuration().resolve("rules/first.json")).doesNotExist();
  }

  @Test
  void aReferenceToASecretIsTakenAndShownAsItIs() throws Exception {
    String reference = "{\"secret\": \"prod/main\", \"key\": \"password\"}";
    HttpResponse<String> named =
        patch(
            "sources/main",
            "{\"password\": " + reference + "}",
            "If-Match",
            tag(get("sources/main")));
    assertThat(named.statusCode()).as(named.body()).isEqualTo(200);
    assertThat(json(get("sources/main")).get("password")).isEqualTo(JSON.readTree(reference));

    HttpResponse<String> wrong =
        patch(
            "sources/main",
            "{\"password\": {\"value\": \"" + CANARY + "\"}}",
            "If-Match",
            tag(get("sources/main")));
    assertThat(wrong.statusCode()).as(wrong.body()).isEqualTo(422);
  }

  @Test
  void aPatchLeavesSecretsAloneAndReplacesThemUnseen() throws Exception {
    HttpResponse<String> renamed =
        patch("sources/main", "{\"user\": \"other\"}", "If-Match", tag(get("sources/main")));
    assertThat(renamed.statusCode()).as(renamed.body()).isEqualTo(200);
    assertThat(manager.written("sources/main.json")).contains("\"other\"", CANARY);

    HttpResponse<String> replaced =
        patch("sources/main", "{\"password\": \"another-canary\"}", "If-Match", tag(renamed));
    assertThat(replaced.statusCode()).as(replaced.body()).isEqualTo(200);
    assertThat(replaced.body()).contains("$.password").doesNotContain("another-canary");
    assertThat(manager.written("sources/main.json"))
        .contains("another-canary")
        .doesNotContain(CANARY);
  }

  @Test
  void aDryRunSaysWhatWouldBeAndWritesNothing() throws Exception {
    String before = manager.written("vdbs/shop.json");
    String tag = tag(get("vdbs/shop"));

    JsonNode right = json(patch("vdbs/shop?dryRun=true", "{\"ports\": [6060]}", "If-Match", tag));
    assertThat(right.get("right").booleanValue()).isTrue();
    assertThat(right.at("/changes/0/path").textValue()).isEqualTo("$.ports[0]");
    JsonNode wrong = json(patch("vdbs/shop?dryRun=true", "{\"prots\": 1}", "If-Match", tag));
    assertThat(wrong.get("right").booleanValue()).isFalse();
    assertThat(wrong.at("/problems/0/suggestion").textValue()).isEqualTo("ports");
    assertThat(patch("vdbs/shop?dryRun=yes", "{}", "If-Match", tag).statusCode()).isEqualTo(400);
    assertThat(patch("vdbs/shop?dryRun=true", "{}", "If-Match", "\"x\"").statusCode())
        .isEqualTo(412);

    assertThat(manager.written("vdbs/shop.json")).isEqualTo(before);
  }

  @Test
  void whatIsWrongIsRefusedWithItsPathAndNothingIsWritten() throws Exception {
    String before = manager.written("vdbs/shop.json");

    HttpResponse<String> wrong =
        patch("vdbs/shop", "{\"ports\": [70000]}", "If-Match", tag(get("vdbs/shop")));

    assertThat(wrong.statusCode()).isEqualTo(422);
    assertThat(json(wrong).at("/problems/0/path").textValue()).isEqualTo("$.ports[0]");
    assertThat(manager.written("vdbs/shop.json")).isEqualTo(before);
  }

  @Test
  void aCacheIsAPartOfItsVirtualDatabase() throws Exception {
    assertThat(json(get("caches")).get("caches")).isEmpty();
    assertThat(send("GET", API + "caches/shop", "").statusCode()).isEqualTo(404);
    String tag = tag(get("vdbs/shop"));

    HttpResponse<String> set =
        send("PUT", API + "caches/shop", "{\"maxSize\": 4194304}", "If-Match", tag);

    assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
    assertThat(json(get("vdbs/shop")).at("/cache/maxSize").intValue()).isEqualTo(4_194_304);
    assertThat(json(get("vdbs/shop")).at("/ports/0").intValue()).isEqualTo(5050);
    assertThat(json(get("caches")).at("/caches/0/settings/maxSize").intValue())
        .isEqualTo(4_194_304);
    HttpResponse<String> gone = send("DELETE", API + "caches/shop", "", "If-Match", tag(set));
    assertThat(gone.statusCode()).as(gone.body()).isEqualTo(200);
    assertThat(manager.written("vdbs/shop.json")).contains("5050").doesNotContain("cache");
    assertThat(send("PUT", API + "caches/none", "{}", "If-None-Match", "*").statusCode())
        .isEqualTo(404);
  }

  @Test
  void numbersStayAsTheyWereWritten() throws Exception {
    manager.write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\", \"name\": \"a\"}");
    HttpResponse<String> refused =
        patch(
            "vdbs/shop?dryRun=true",
            "{\"pool\": {\"size\": 12345678901234567890.10}}",
            "If-Match",
            tag(get("vdbs/shop")));
    assertThat(refused.body()).contains("12345678901234567890.10");
  }

  @Test
  void whatCannotBeIsRefused() throws Exception {
    String tag = tag(get("vdbs/shop"));
    for (String path : List.of("vdbs/..", "vdbs/%20", "vdbs/no", "nothing", "vdbs/shop/more")) {
      assertThat(send("GET", API + path, "").statusCode()).as(path).isIn(400, 404);
    }
    assertThat(send("PATCH", API + "vdbs/shop", "{}", "If-Match", tag).statusCode()).isEqualTo(415);
    assertThat(patch("vdbs/shop", "[]", "If-Match", tag).statusCode()).isEqualTo(400);
    assertThat(patch("vdbs/shop", "{\"a\": 1, \"a\": 2}", "If-Match", tag).statusCode())
        .isEqualTo(400);
    assertThat(patch("vdbs/shop", "{}").statusCode()).isEqualTo(428);
    assertThat(patch("vdbs/none", "{}", "If-Match", tag).statusCode()).isEqualTo(404);
    manager.write("users/broken.json", "{\"password\": \"" + CANARY);
    assertThat(send("GET", API + "users/broken", "").statusCode()).isEqualTo(403);
    assertThat(json(get("users")).at("/users/0/settings").isNull()).isTrue();
  }

  @Test
  void theDescriptionIsOneThatParsersTake() throws Exception {
    HttpResponse<String> description = get("openapi.json");

    SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(description.body());

    assertThat(parsed.getMessages()).isEmpty();
    assertThat(parsed.getOpenAPI().getPaths().get("/api/v1/vdbs/{name}").getPatch().getSummary())
        .isEqualTo("Changes some settings of a virtual database, by a JSON merge patch");
    assertThat(parsed.getOpenAPI().getComponents().getSchemas()).containsKeys("vdb", "error");
    assertThat(json(description).at("/components/schemas/user/properties/password/format").asText())
        .isEqualTo("password");
    assertThat(description.body()).doesNotContain("writeOnly");
    JsonNode paths = json(description).get("paths");
    JsonNode account =
        paths.at("/~1api~1v1~1accounts/post/requestBody/content/application~1json/schema");
    assertThat(account.get("required").toString()).isEqualTo("[\"name\",\"role\",\"password\"]");
    assertThat(account.at("/properties/role/enum").toString()).contains("read_only");
    assertThat(paths.at("/~1api~1v1~1audit/get/parameters").findValuesAsText("name"))
        .containsExactly("user", "action", "subject", "from", "to", "limit", "after");
  }
}
