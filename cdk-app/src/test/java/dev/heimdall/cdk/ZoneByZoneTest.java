package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A release that does not serve stops at the first zone. CloudFormation's side is played as it is
 * documented: a resource is updated when those that it depends on have been, and an update with
 * {@code WaitOnResourceSignals} fails with the first signal that says so.
 */
class ZoneByZoneTest {
  private static final String GROUP = "AWS::AutoScaling::AutoScalingGroup";

  @TempDir private Path work;

  private static Map<String, JsonNode> zones(JsonNode template) {
    Map<String, JsonNode> zones = new TreeMap<>();
    template
        .get("Resources")
        .properties()
        .forEach(
            each -> {
              boolean nodes = each.getKey().contains("Zone");
              if (nodes && each.getValue().get("Type").asText().equals(GROUP)) {
                zones.put(each.getKey(), each.getValue());
              }
            });
    return zones;
  }

  private static List<String> before(JsonNode group) {
    JsonNode on = group.path("DependsOn");
    List<String> names = new ArrayList<>();
    if (on.isTextual()) {
      names.add(on.asText());
    }
    on.forEach(each -> names.add(each.asText()));
    return names;
  }

  /** The groups that have nodes of the new release when none of them signals that it serves. */
  private static List<String> reached(Map<String, JsonNode> zones, int failing) {
    List<String> reached = new ArrayList<>();
    TreeSet<String> updated = new TreeSet<>();
    while (true) {
      List<String> round =
          zones.entrySet().stream()
              .filter(zone -> !updated.contains(zone.getKey()))
              .filter(
                  zone ->
                      before(zone.getValue()).stream()
                          .filter(zones::containsKey)
                          .allMatch(updated::contains))
              .map(Map.Entry::getKey)
              .toList();
      reached.addAll(round);
      for (String zone : round) {
        boolean waits =
            zones
                .get(zone)
                .at("/UpdatePolicy/AutoScalingRollingUpdate/WaitOnResourceSignals")
                .asBoolean();
        if (waits && reached.indexOf(zone) + 1 >= failing) {
          return reached;
        }
        updated.add(zone);
      }
      if (round.isEmpty()) {
        return reached;
      }
    }
  }

  private static void assertOneAfterTheOther(Map<String, JsonNode> zones) {
    assertThat(zones).hasSize(3);
    assertThat(reached(zones, 1)).as("it fails in the first zone").hasSize(1);
    assertThat(reached(zones, 2)).as("it fails in the second zone").hasSize(2);
    assertThat(reached(zones, 4)).as("it serves").hasSize(3);
    assertThat(zones.values())
        .allSatisfy(
            zone -> {
              JsonNode rolling = zone.at("/UpdatePolicy/AutoScalingRollingUpdate");
              assertThat(rolling.get("MaxBatchSize").asInt()).isEqualTo(1);
              assertThat(rolling.get("PauseTime").asText()).isNotEmpty();
              assertThat(zone.at("/CreationPolicy/ResourceSignal")).isNotEmpty();
            });
  }

  @Test
  void aReleaseThatDoesNotServeStopsAtTheFirstZone() throws Exception {
    Assembly made =
        Assembly.of(
            """
            {"fleetName": "orders", "regions": [{"region": "eu-west-1",
              "fleet": {"ports": [5432], "clients": ["10.0.0.0/8"]}, "network": {"zones": 3}}]}
            """,
            work);

    assertOneAfterTheOther(zones(made.templates().get("orders-eu-west-1")));
  }

  @Test
  void soItDoesWithThePlainTemplate() throws Exception {
    String text = TemplatesOfToday.files().get("heimdall-fleet.yaml");

    assertOneAfterTheOther(zones(new YAMLMapper().readTree(text)));
  }
}
