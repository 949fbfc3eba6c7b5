package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Documents that are the same in all regions, and what is different in each. */
class RegionFactsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;

  @BeforeEach
  void write() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");
  }

  private void write(String name, String text) throws IOException {
    FullConfiguration.write(dir, name, text);
  }

  private static RegionFacts facts(String json) throws Exception {
    Path file = Files.createTempFile("region", ".json");
    try {
      Files.writeString(file, json);
      return RegionFacts.read(file);
    } finally {
      Files.delete(file);
    }
  }

  private List<String> problems(RegionFacts facts) {
    return Problems.of(() -> ConfigurationReader.read(dir, facts));
  }

  @Test
  void oneConfigurationSaysSomethingElseInEachRegion() throws Exception {
    write(
        "node.json",
        """
        {"store": {"servers": ["${region.store}:6380"]}, "peerNetworks": ["${region.subnets}", "10.9.0.0/24"],
         "topology": {"store": "s3://${region.bucket}/${region.name}/topology"},
         "fleetKey": "a-key-of-the-fleet-that-nobody-can-guess", "manager": {"urls": ["${region.manager}"]}}
        """);
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"db\", \"pool\": {\"size\": \"${region.size}\"}}");

    Configuration here =
        ConfigurationReader.read(
            dir,
            facts(
                "{\"store\": \"store.a\", \"subnets\": [\"10.1.0.0/24\", \"10.1.1.0/24\"], \"bucket\":"
                    + " \"kept-a\", \"name\": \"eu-west-1\", \"manager\": \"https://m.a\", \"size\": 7}"));
    Configuration there =
        ConfigurationReader.read(
            dir,
            facts(
                "{\"store\": \"store.b\", \"subnets\": [\"10.2.0.0/24\"], \"bucket\": \"kept-b\","
                    + " \"name\": \"eu-north-1\", \"manager\": [], \"size\": 9}"));

    assertThat(here.node().store().servers()).containsExactly("store.a:6380");
    assertThat(there.node().store().servers()).containsExactly("store.b:6380");
    assertThat(here.node().peerNetworks()).hasSize(3);
    assertThat(there.node().peerNetworks()).hasSize(2);
    assertThat(here.node().topology().store()).contains("s3://kept-a/eu-west-1/topology");
    assertThat(here.node().manager().urls()).containsExactly("https://m.a");
    assertThat(there.node().manager().urls()).isEmpty();
    assertThat(here.vdbs().get("shop").pool().size()).isEqualTo(7);
    assertThat(there.vdbs().get("shop").pool().size()).isEqualTo(9);
  }

  @Test
  void anUnknownFactIsSaidWithThoseThatThereAre() throws Exception {
    write("node.json", "{\"store\": {\n\"servers\": [\"${region.stroe}\"]}}");

    assertThat(problems(facts("{\"store\": \"a\", \"name\": \"eu-west-1\"}")))
        .containsExactly(
            "node.json:2:13 $.store.servers[0]: got ${region.stroe}, which is no fact of this"
                + " region, expected one of ${region.name}, ${region.store}; did you mean"
                + " \"${region.store}\"?");
    assertThat(problems(RegionFacts.none()))
        .containsExactly(
            "node.json:2:13 $.store.servers[0]: got ${region.stroe}, and nothing that says what is"
                + " different in this region, expected the file that \"regionFacts\" of"
                + " heimdall.conf names, or the value itself");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"adminDatabase\": \"${region.a\"}    | $.adminDatabase: got ${region., expected \"${region.NAME}\"",
        "{\"adminDatabase\": \"${region.}\"}    | got ${region.}, expected \"${region.NAME}\" with a letter",
        "{\"adminDatabase\": \"${region.1}\"}   | got ${region.1}, expected \"${region.NAME}\" with a letter",
        "{\"adminDatabase\": \"${region.list}\"} | $.adminDatabase: got a list, expected",
        "{\"adminDatabase\": \"a${region.list}\"} | got ${region.list}, which is a list, inside of a text",
        "{\"loops\": \"${region.text}\"}        | $.loops: got \"word\", expected",
        "{\"loops\": \"${region.many}\"}        | $.loops: got 5000, expected",
        "{\"peerNetworks\": [\"${region.text}\"]} | $.peerNetworks[0]: got \"word\", expected",
        "{\"fleetKey\": \"canary${region.no}\"} | $.fleetKey: got ${region.no}, which is no fact",
      })
  void whatIsWrongWithAReferenceIsSaidOfItsSetting(String node, String problem) throws Exception {
    write("node.json", node);

    List<String> problems =
        problems(facts("{\"text\": \"word\", \"many\": 5000, \"list\": [\"a\", \"b\"]}"));
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0)).contains(problem).doesNotContain("canary");
  }

  @Test
  void whoDoesNotKnowTheRegionJudgesTheFormOfAReferenceAndNothingElse() throws Exception {
    write(
        "node.json",
        "{\"store\": {\"servers\": [\"${region.store}\"]}, \"loops\": \"${region.loops}\","
            + " \"maxClients\": -1, \"adminDatabase\": \"${region.}\"}");

    ConfigurationException refused =
        catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.check(dir));
    assertThat(refused.problems())
        .extracting(Problem::path)
        .containsExactlyInAnyOrder("$.maxClients", "$.adminDatabase");

    write(
        "node.json",
        "{\"store\": {\"servers\": [\"${region.store}\"]}, \"loops\": \"${region.loops}\"}");
    List<String> open = new ArrayList<>();
    ConfigurationReader.check(dir, RegionFacts.unknown(), one -> open.add(one.toString()));
    assertThat(open)
        .containsExactly(
            "node.json $.store.servers[0]: ${region.store}", "node.json $.loops: ${region.loops}");
    assertThat(problems(RegionFacts.none())).hasSize(2);
  }

  @Test
  void filesMayBeNamedByTheRegion() throws Exception {
    write("tls/a.pem", "");
    write("tls/b.pem", "");
    write(
        "sources/db.json",
        "{\"url\": \"jdbc:postgresql://db\", \"tls\": {\"caFile\": \"tls/${region.name}.pem\"}}");

    ConfigurationReader.check(dir);
    assertThat(ConfigurationReader.read(dir, facts("{\"name\": \"a\"}")).referencedFiles())
        .containsExactly(dir.resolve("tls/a.pem").toAbsolutePath());
    assertThat(problems(facts("{\"name\": \"c\"}"))).isNotEmpty();
  }

  @Test
  void secretsMayBeNamedByTheRegion() throws Exception {
    String user = "{\"password\": {\"secret\": \"${region.name}/alice\"}}";
    write("users/alice.json", user);

    RegionFacts facts = facts("{\"name\": \"eu-west-1\"}");
    assertThat(SecretPlaces.in(user).orElseThrow()).isEmpty();
    assertThat(SecretReference.namedIn(user, facts)).containsExactly("eu-west-1/alice");
    assertThat(SecretReference.namedIn(user, RegionFacts.unknown())).isEmpty();
    assertThat(ConfigurationReader.check(dir).users()).containsKey("alice");
    write(SecretReference.FILE, "{\"texts\": {\"eu-west-1/alice\": \"of-here\"}}");
    assertThat(ConfigurationReader.read(dir, facts).users().get("alice").password().get().value())
        .isEqualTo("of-here");
  }

  /** Rules made of statements hold what statements hold, and other braces have other meanings. */
  @Test
  void otherPlaceholdersStayWhatTheyAre() throws Exception {
    write(
        "learned/main.json",
        "{\"rules\": [{\"match\": \"literals: ${region.none}\", \"action\": \"allow\"}]}");
    write(
        "rules/main.json",
        "{\"rules\": [{\"match\": \"tables: ${catalog}.${region.table}\", \"action\": \"nocache\"}]}");
    write(
        "drivers/pairs.json",
        "{\"writerUrl\": \"jdbc:postgresql://${writeEndpoint}/${database}\", \"readerUrl\":"
            + " \"jdbc:postgresql://${region.reader}/${database}\"}");

    Configuration read =
        ConfigurationReader.read(dir, facts("{\"table\": \"a\", \"reader\": \"near:5432\"}"));
    assertThat(read.drivers().get("pairs").writerUrl()).contains("${writeEndpoint}");
    assertThat(read.drivers().get("pairs").readerUrl().toString()).contains("near:5432");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]                          | $: got a list, expected an object",
        "{\"a b\": \"x\"}            | $[\"a b\"]: got the name \"a b\", expected a letter",
        "{\"a\": {\"b\": 1}}         | $.a: got an object, expected a text without",
        "{\"a\": [[1]]}              | $.a: got a list, expected a text without",
        "{\"a\": null}               | $.a: got null, expected a text without",
        "{\"a\": \"${catalog}\"}     | $.a: got \"${catalog}\", expected a text without",
        "{\"a\": 1, \"a\": 2}        | $.a: got the key \"a\" again",
      })
  void aFileOfFactsIsReadStrictly(String json, String problem) {
    ConfigurationException refused =
        catchThrowableOfType(ConfigurationException.class, () -> facts(json));
    assertThat(refused.problems()).hasSize(1);
    assertThat(refused.problems().get(0).toString()).contains(problem);
  }

  /**
   * Each value of a configuration that sets everything is written as a reference, one at a time.
   */
  @Test
  void everySettingMayBeAFactOfTheRegion() throws Exception {
    Files.delete(dir.resolve("vdbs/shop.json"));
    Files.delete(dir.resolve("sources/db.json"));
    FullConfiguration.write(dir);
    Configuration literal = ConfigurationReader.read(dir);
    int settings = 0;
    for (Map.Entry<String, String> document : FullConfiguration.DOCUMENTS.entrySet()) {
      if (document.getKey().startsWith("learned/") || !document.getKey().endsWith(".json")) {
        continue;
      }
      JsonNode root = JSON.readTree(document.getValue());
      for (Place place : places(root)) {
        JsonNode value = place.get();
        if (!value.isValueNode() || value.isTextual() && value.asText().contains("${")) {
          continue;
        }
        settings++;
        place.set(JSON.getNodeFactory().textNode("${region.fact}"));
        put(document.getKey(), JSON.writeValueAsString(root));
        String what = document.getKey() + " " + place.path() + " " + value;
        assertThatCode(() -> ConfigurationReader.check(dir)).as(what).doesNotThrowAnyException();
        assertThat(ConfigurationReader.read(dir, facts("{\"fact\": " + value + "}")))
            .as(what)
            .isEqualTo(literal);
        assertThat(violations(document.getKey(), root)).as(what).isEmpty();
        place.set(value);
      }
      put(document.getKey(), document.getValue());
    }
    assertThat(settings).isGreaterThan(300);
  }

  private void put(String name, String text) {
    try {
      write(name, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> violations(String name, JsonNode root) throws Exception {
    String kind =
        name.startsWith("rules/") || !name.contains("/")
            ? name.replaceAll("[/.].*", "")
            : name.substring(0, name.indexOf('/') - 1);
    return SchemaCheck.violations(
        JSON.readTree(JsonSchema.files().get(kind + ".schema.json")), root);
  }

  /** A value in a tree, by what holds it. */
  private record Place(JsonNode holder, String key, int index, String path) {
    JsonNode get() {
      return index < 0 ? holder.get(key) : holder.get(index);
    }

    void set(JsonNode value) {
      if (index < 0) {
        ((ObjectNode) holder).set(key, value);
      } else {
        ((ArrayNode) holder).set(index, value);
      }
    }
  }

  private static List<Place> places(JsonNode root) {
    List<Place> places = new ArrayList<>();
    collect(root, "$", places);
    return places;
  }

  private static void collect(JsonNode node, String path, List<Place> places) {
    node.properties()
        .forEach(
            entry -> {
              if (entry.getKey().equals(Shape.SCHEMA_KEY)) {
                return;
              }
              String at = path + "." + entry.getKey();
              places.add(new Place(node, entry.getKey(), -1, at));
              collect(entry.getValue(), at, places);
            });
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      places.add(new Place(node, "", i, path + "[" + i + "]"));
      collect(node.get(i), path + "[" + i + "]", places);
    }
  }

  /** Documents of before a second region hold the server itself, or a reference, and no scope. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'servers': ['store.west:6379']                     | REGION",
        "'servers': ['${region.store}']                     | REGION",
        "'servers': ['store.west:6379'], 'scope': 'fleet'   | FLEET",
        "'servers': ['shared.elsewhere:6379']               | AUTO",
        "'servers': ['store.west:6379', 'store.east:6379'], 'mode': 'cluster' | AUTO",
        "'prefix': 'other'                                  | AUTO",
      })
  void theRegionsOwnStoreHasTheScopeThatItsDeploymentKnows(String store, StoreScope scope)
      throws Exception {
    write("node.json", "{'store': {%s}}".formatted(store).replace('\'', '"'));

    Configuration read =
        ConfigurationReader.read(
            dir, facts("{\"store\": \"store.west:6379\", \"storeScope\": \"region\"}"));

    assertThat(read.node().store().scope()).isEqualTo(scope);
    assertThat(
            ConfigurationReader.read(dir, facts("{\"store\": \"store.west:6379\"}"))
                .node()
                .store()
                .scope())
        .isNotEqualTo(StoreScope.REGION);
  }
}
