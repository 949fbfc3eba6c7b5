package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.ClusterRegion;
import dev.heimdall.manager.fleet.ReplicaLag;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The clusters as nodes see them. What is shown of one is what one node sees, that which has seen
 * the most of it; where others see a server otherwise, the server says so. Connections are those of
 * all nodes.
 */
public record ClusterMap(List<Cluster> clusters) {
  private static final int MOST_EVENTS = 8;
  private static final int MOST_CLUSTERS = 500;
  private static final int MOST_SERVERS = 200;
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** Of a bar that is full. */
  private static final double FULL_LAG_MILLIS = 10_000;

  private static final double FULL_LAG_BYTES = 16 << 20;

  public ClusterMap {
    clusters = List.copyOf(clusters);
  }

  /**
   * A cluster.
   *
   * @param witness the node that sees it so
   * @param regions that are named; none for a cluster of one region of which AWS says nothing
   * @param writers servers that write; usually one
   */
  public record Cluster(
      String source,
      String consistency,
      String witness,
      List<ClusterRegion> regions,
      List<Server> writers,
      List<Server> others,
      List<Event> events) {
    /** Its regions in one line; empty where none is named. */
    public String where() {
      return ClusterRegion.words(regions);
    }

    /** True if a server takes writes. */
    public boolean writes() {
      return writers.stream().anyMatch(Server::takesWrites);
    }
  }

  /**
   * A server.
   *
   * @param name what the cluster calls it; empty: nothing
   * @param condition {@code good}, {@code doubtful} or {@code bad}
   * @param lag in words; empty: unknown
   * @param lagPercent of a full bar
   * @param note empty: there is nothing to say
   */
  public record Server(
      String address,
      String name,
      String role,
      String state,
      String condition,
      String zone,
      String lag,
      int lagPercent,
      long inUse,
      long open,
      String note) {
    private boolean takesWrites() {
      return state.equals("up") || state.equals("suspect");
    }

    /** Display name of the server: its own name, or the first part of its host's. */
    public String title() {
      if (!name.isEmpty()) {
        return name;
      }
      int dot = address.indexOf('.');
      return dot > 0 && Character.isLetter(address.charAt(0)) ? address.substring(0, dot) : address;
    }

    /** Address of the server; empty if the title already shows it. */
    public String place() {
      return title().equals(address) ? "" : address;
    }
  }

  /** Event of a cluster. */
  public record Event(
      String at, String time, String kind, boolean alarming, String server, String words) {}

  /** Views of a server by nodes: the number of nodes for each role and state. */
  private static final class Views {
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    void add(String view) {
      counts.merge(view, 1, Integer::sum);
    }

    /**
     * Describes in words the number of nodes with another view, and the view of the last of these.
     */
    String otherwise(String view, int all) {
      int others = 0;
      String how = "";
      for (Map.Entry<String, Integer> one : counts.entrySet()) {
        if (!one.getKey().equals(view)) {
          others += one.getValue();
          how = one.getKey();
        }
      }
      return others == 0 ? "" : "%d of %d nodes see it as %s".formatted(others, all, how);
    }
  }

  private static String view(JsonNode server) {
    return server.path("role").asText() + ", " + server.path("state").asText();
  }

  /** A node's view of a cluster. */
  private record Sight(String node, JsonNode cluster) {
    int events() {
      return cluster.path("events").size();
    }
  }

  /**
   * Draws it.
   *
   * @param states of nodes that report, by id, as their reports have them
   */
  static ClusterMap of(Map<String, JsonNode> states) {
    Map<String, List<Sight>> sights = new TreeMap<>();
    Map<String, long[]> connections = new TreeMap<>();
    new TreeMap<>(states)
        .forEach(
            (node, state) -> {
              for (JsonNode cluster : state.path("clusters")) {
                String source = cluster.path("source").asText();
                if (sights.containsKey(source) || sights.size() < MOST_CLUSTERS) {
                  sights
                      .computeIfAbsent(source, one -> new ArrayList<>())
                      .add(new Sight(node, cluster));
                }
              }
              count(state, connections);
            });
    List<Cluster> clusters = new ArrayList<>();
    sights.forEach((source, seen) -> clusters.add(cluster(source, seen, connections)));
    clusters.sort(Comparator.comparing(Cluster::writes)); // what hits clients stands first
    return new ClusterMap(clusters);
  }

  private static void count(JsonNode state, Map<String, long[]> connections) {
    for (JsonNode vdb : state.path("vdbs")) {
      for (JsonNode pool : vdb.path("pools")) {
        if (pool.path("server").isTextual()) {
          long[] sums =
              connections.computeIfAbsent(pool.path("server").asText(), one -> new long[2]);
          sums[0] += pool.path("serversActive").asLong();
          sums[1] +=
              pool.path("serversActive").asLong()
                  + pool.path("serversIdle").asLong()
                  + pool.path("serversLogin").asLong();
        }
      }
    }
  }

  private static Cluster cluster(String source, List<Sight> seen, Map<String, long[]> connections) {
    Sight witness = Collections.max(seen, Comparator.comparingInt(Sight::events));
    Map<String, Views> views = new HashMap<>();
    for (Sight sight : seen) {
      for (JsonNode server : sight.cluster().path("nodes")) {
        views
            .computeIfAbsent(server.path("address").asText(), one -> new Views())
            .add(view(server));
      }
    }
    List<Server> servers = new ArrayList<>();
    for (JsonNode server : witness.cluster().path("nodes")) {
      String address = server.path("address").asText();
      if (servers.size() < MOST_SERVERS) {
        servers.add(
            server(
                server,
                views.get(address).otherwise(view(server), seen.size()),
                connections.getOrDefault(address, new long[2])));
      }
    }
    List<Event> events = new ArrayList<>();
    for (JsonNode event : witness.cluster().path("events")) {
      if (events.size() < MOST_EVENTS) {
        events.add(event(event));
      }
    }
    servers.sort(Comparator.comparing(server -> ordered(server.address())));
    return new Cluster(
        source,
        witness.cluster().path("consistency").asText(),
        witness.node(),
        ClusterRegion.of(witness.cluster()),
        servers.stream().filter(server -> server.role().equals("writer")).toList(),
        servers.stream().filter(server -> !server.role().equals("writer")).toList(),
        events);
  }

  /** With numbers padded, so that the 2nd comes before the 10th. */
  private static String ordered(String address) {
    return NUMBER
        .matcher(address)
        .replaceAll(
            number -> "0".repeat(Math.max(0, 10 - number.group().length())) + number.group());
  }

  private static Server server(JsonNode server, String otherwise, long[] connections) {
    String state = server.path("state").asText();
    JsonNode millis = server.path("lagMillis");
    JsonNode bytes = server.path("lagBytes");
    boolean measured = ReplicaLag.isMeasured(server);
    String lag = "";
    double full = 0;
    if (measured && millis.isNumber()) {
      lag = time(millis.asLong());
      full = millis.asLong() / FULL_LAG_MILLIS;
    } else if (measured && bytes.isNumber()) {
      lag = size(bytes.asLong());
      full = bytes.asLong() / FULL_LAG_BYTES;
    }
    String condition =
        switch (state) {
          case "up" -> server.path("stopped").asBoolean() ? "doubtful" : "good";
          case "suspect", "unknown", "read-only" -> "doubtful";
          default -> "bad";
        };
    String why = condition.equals("good") ? "" : server.path("why").asText();
    return new Server(
        server.path("address").asText(),
        server.path("name").asText(),
        server.path("role").asText(),
        state.replace('-', ' '),
        condition,
        server.path("zone").asText(""),
        lag,
        (int) Math.round(100 * Math.min(1, Math.max(0, full))),
        connections[0],
        connections[1],
        otherwise.isEmpty() ? why : otherwise);
  }

  private static Event event(JsonNode event) {
    String at = event.path("at").asText();
    JsonNode lasted = event.path("lastedMillis");
    String words = event.path("cause").asText();
    return new Event(
        at.length() >= 19 ? at.substring(0, 19) + "Z" : at,
        at.length() >= 19 ? at.substring(0, 19).replace('T', ' ') + " UTC" : at,
        event.path("kind").asText().replace('-', ' '),
        event.path("alarming").asBoolean(),
        event.path("server").asText(),
        lasted.isNumber() ? words + " (after " + time(lasted.asLong()) + ")" : words);
  }

  private static String time(long millis) {
    return millis < 1000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }

  private static String size(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + " B";
    }
    return bytes < 1 << 20
        ? bytes / 1024 + " KiB"
        : String.format(Locale.ROOT, "%.1f MiB", bytes / 1024.0 / 1024);
  }
}
