package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What happens in one zone of a fleet moves nothing in another: each has a group of its own, which
 * is scaled by its own load, and the load balancer sends no client of one zone to another's nodes
 * when it has taken him. Read from the stacks that the app's own tests hold it to.
 */
class ZonesApartTest {
  private static final Path SNAPSHOTS = Path.of("../cdk-app/src/test/resources/snapshots");

  @ParameterizedTest
  @CsvSource({"eu-west-1, 3, true", "us-east-1, 2, false"})
  void eachZoneScalesByItself(String region, int zones, boolean grows) throws IOException {
    JsonNode resources =
        new ObjectMapper()
            .readTree(SNAPSHOTS.resolve("orders-db-" + region + ".json").toFile())
            .get("Resources");
    Map<String, JsonNode> groups = of(resources, "AWS::AutoScaling::AutoScalingGroup");
    Map<String, JsonNode> policies = of(resources, "AWS::AutoScaling::ScalingPolicy");

    assertThat(groups).hasSize(zones);
    assertThat(groups.values())
        .allSatisfy(group -> assertThat(group.get("VPCZoneIdentifier")).hasSize(1))
        .extracting(group -> group.get("VPCZoneIdentifier").get(0).toString())
        .doesNotHaveDuplicates();
    assertThat(policies.values())
        .extracting(policy -> policy.at("/AutoScalingGroupName/Ref").asText())
        .containsExactlyInAnyOrderElementsOf(grows ? groups.keySet() : Set.of());
    // The load of the group itself: another metric could be that of all zones together.
    assertThat(policies.values())
        .extracting(
            policy ->
                policy
                    .at("/TargetTrackingConfiguration/PredefinedMetricSpecification")
                    .path("PredefinedMetricType")
                    .asText())
        .allMatch("ASGAverageCPUUtilization"::equals);
    List<JsonNode> attributes =
        of(resources, "AWS::ElasticLoadBalancingV2::LoadBalancer").values().stream()
            .flatMap(balancer -> stream(balancer.get("LoadBalancerAttributes")))
            .toList();
    assertThat(attributes)
        .filteredOn(each -> each.get("Key").asText().equals("load_balancing.cross_zone.enabled"))
        .extracting(each -> each.get("Value").asText())
        .containsExactly("false");
  }

  /** Those of the fleet: a manager has a group and a load balancer of its own. */
  private static Map<String, JsonNode> of(JsonNode resources, String type) {
    return resources.properties().stream()
        .filter(entry -> entry.getKey().startsWith("Fleet"))
        .filter(entry -> entry.getValue().get("Type").asText().equals(type))
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().get("Properties")));
  }

  private static Stream<JsonNode> stream(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }
}
