package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What resists {@code cdk destroy}: whole stacks. A load balancer alone would refuse when its
 * listeners, its nodes and their alarms are gone already.
 */
class ProtectedStacksTest {
  @TempDir private Path work;

  /** The stacks that CloudFormation does not delete. */
  private Set<String> kept(boolean first, boolean second, boolean third) throws Exception {
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
    JsonNode manifest = new ObjectMapper().readTree(work.resolve("out/manifest.json").toFile());
    Set<String> kept = new TreeSet<>();
    manifest
        .get("artifacts")
        .properties()
        .forEach(
            one -> {
              if (one.getValue().at("/properties/terminationProtection").asBoolean()) {
                kept.add(one.getKey());
              }
            });
    return kept;
  }

  @Test
  void allStacksOfRegionsThatAreProtected() throws Exception {
    assertThat(kept(true, true, true))
        .containsExactlyInAnyOrder(
            "heimdall-eu-west-1",
            "heimdall-us-east-1",
            "heimdall-us-east-1-copy",
            "heimdall-us-east-1-joined",
            "heimdall-us-west-2",
            "heimdall-us-west-2-copy",
            "heimdall-us-west-2-joined");
    assertThat(kept(false, false, false)).isEmpty();
  }

  /** The ways to a region go before it: they must not hold it. */
  @Test
  void noWayHoldsARegionThatMayGo() throws Exception {
    assertThat(kept(true, false, true))
        .containsExactlyInAnyOrder(
            "heimdall-eu-west-1", "heimdall-us-west-2", "heimdall-us-west-2-copy");
  }
}
