package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What resists {@code cdk destroy}: the whole stacks of regions. A load balancer alone would refuse
 * when its listeners, its nodes and their alarms are gone already. Whatever else is protected could
 * not be deleted any more once the file does not have it.
 */
@Tag("ci")
class ProtectedStacksTest {
  private static final String FIRST = "heimdall-eu-west-1";
  private static final String SECOND = "heimdall-us-east-1";
  private static final String THIRD = "heimdall-us-west-2";

  @TempDir private Path work;

  /** What the CDK command reads of each stack of three regions, all joined, one of them edited. */
  private Map<String, JsonNode> stacks(boolean first, boolean second, boolean third)
      throws Exception {
    String region =
        """
        {"region": "%s", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"], "protect": %s}}
        """;
    Assembly.of(
        """
        {"join": "peering", "editedIn": "eu-west-1", "regions": [%s, %s, %s]}
        """
            .formatted(
                region.formatted("eu-west-1", first),
                region.formatted("us-east-1", second),
                region.formatted("us-west-2", third)),
        work);
    Map<String, JsonNode> stacks = new TreeMap<>();
    new ObjectMapper()
        .readTree(work.resolve("out/manifest.json").toFile())
        .get("artifacts")
        .properties()
        .forEach(
            one -> {
              if (one.getValue().get("type").asText().equals("aws:cloudformation:stack")) {
                stacks.put(one.getKey(), one.getValue());
              }
            });
    assertThat(stacks)
        .containsOnlyKeys(
            FIRST,
            SECOND,
            SECOND + "-copy",
            SECOND + "-joined",
            THIRD,
            THIRD + "-copy",
            THIRD + "-joined");
    return stacks;
  }

  /** The stacks that CloudFormation does not delete. */
  private Set<String> kept(boolean first, boolean second, boolean third) throws Exception {
    Set<String> kept = new TreeSet<>();
    stacks(first, second, third)
        .forEach(
            (name, stack) -> {
              if (stack.at("/properties/terminationProtection").asBoolean()) {
                kept.add(name);
              }
            });
    return kept;
  }

  @Test
  void theStacksOfRegionsAreProtectedAndThoseBesideThemAreNot() throws Exception {
    assertThat(kept(true, true, true)).containsExactlyInAnyOrder(FIRST, SECOND, THIRD);
    assertThat(kept(false, false, false)).isEmpty();
  }

  /** Neither its copy nor a way to it, which may be out of the file by then. */
  @Test
  void nothingHoldsARegionThatMayGo() throws Exception {
    assertThat(kept(true, false, true)).containsExactlyInAnyOrder(FIRST, THIRD);
  }

  /** The stacks that {@code cdk destroy} deletes with this one, unless it is to go exclusively. */
  private static Set<String> goWith(String name, Map<String, JsonNode> stacks) {
    Set<String> with = new TreeSet<>();
    stacks.forEach(
        (other, stack) ->
            stack
                .get("dependencies")
                .forEach(
                    dependency -> {
                      if (dependency.asText().equals(name)) {
                        with.add(other);
                        with.addAll(goWith(other, stacks));
                      }
                    }));
    return with;
  }

  /** docs/aws-copies.md says which of the two goes exclusively. */
  @Test
  void withARegionGoItsWaysAndWithItsCopyTheRegionThatIsEdited() throws Exception {
    Map<String, JsonNode> stacks = stacks(true, true, true);

    assertThat(goWith(SECOND, stacks))
        .containsExactlyInAnyOrder(SECOND + "-joined", THIRD + "-joined");
    assertThat(goWith(SECOND + "-copy", stacks)).contains(FIRST);
  }
}
