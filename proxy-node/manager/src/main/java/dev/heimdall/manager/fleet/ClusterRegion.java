package dev.heimdall.manager.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A region of a cluster, as a node reports it.
 *
 * @param state whether it writes, or how far it is behind; empty where that is not known
 * @param forwarding whether readers there pass writes on to the writer; empty where that is not
 *     known
 */
public record ClusterRegion(String name, String state, String forwarding) {
  private static final int MOST = 50;

  /** Those of a cluster, by a report's part of it; none where none is configured. */
  public static List<ClusterRegion> of(JsonNode cluster) {
    Map<String, String> states = new LinkedHashMap<>();
    Map<String, String> forwarding = new LinkedHashMap<>();
    for (JsonNode region : cluster.path("regions")) {
      states.put(region.path("region").asText(), state(region));
    }
    for (JsonNode one : cluster.path("writeForwarding")) {
      String name = one.path("region").asText();
      states.putIfAbsent(name, "");
      forwarding.put(name, forwarding(one));
    }
    List<ClusterRegion> regions = new ArrayList<>();
    states.forEach(
        (name, state) -> {
          if (regions.size() < MOST) {
            regions.add(new ClusterRegion(name, state, forwarding.getOrDefault(name, "")));
          }
        });
    return regions;
  }

  private static String state(JsonNode region) {
    JsonNode lag = region.path("durabilityLagMillis");
    return region.path("writes").asBoolean()
        ? "writes"
        : lag.isNumber() ? lag.asLong() + " ms behind" : "lag unknown";
  }

  private static String forwarding(JsonNode one) {
    List<String> parts = new ArrayList<>();
    for (String kind : List.of("local", "global")) {
      if (one.path(kind).isTextual()) {
        parts.add(kind + " " + one.path(kind).asText());
      }
    }
    return String.join(", ", parts);
  }

  /** All of them in one line; empty for none. */
  public static String words(Collection<ClusterRegion> regions) {
    return String.join("; ", regions.stream().map(ClusterRegion::toString).toList());
  }

  @Override
  public String toString() {
    return name
        + (state.isEmpty() ? "" : " " + state)
        + (forwarding.isEmpty() ? "" : " (write forwarding: " + forwarding + ")");
  }
}
