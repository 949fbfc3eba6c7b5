package dev.heimdall.manager.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.ClusterRegion;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.FleetConfiguration;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.fleet.ReplicaLag;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.pages.Times;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Nodes as pages show them, from what their last reports say. */
final class SeenNodes {
  private static final int MOST_EVENTS = 10;

  private final Fleet fleet;
  private final FleetConfiguration configuration;

  SeenNodes(Fleet fleet, FleetConfiguration configuration) {
    this.fleet = fleet;
    this.configuration = configuration;
  }

  List<NodeLine> all() {
    String newest = configuration.hash();
    return fleet.nodes().stream().map(node -> line(node, newest)).toList();
  }

  Optional<NodePage> one(String id) {
    String newest = configuration.hash();
    return fleet.node(id).map(node -> page(node, newest));
  }

  // ---- one line

  private NodeLine line(SeenNode node, String newest) {
    JsonNode state = node.section("state");
    boolean known = state.isObject();
    return new NodeLine(
        node.id(),
        href(node.id()),
        state(node),
        configuration(node, newest, fleet.presence(node) == Presence.LOST),
        known ? state.path("clients").asText() : "",
        known ? servers(state) : "",
        known ? Times.lasting(Duration.ofSeconds(state.path("uptimeSeconds").asLong())) : "",
        node.version(),
        node.address(),
        Times.lasting(Duration.between(node.arrived(), fleet.now())) + " ago",
        reasons(node, newest));
  }

  private static String href(String id) {
    return "/nodes/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
  }

  private Badge state(SeenNode node) {
    Presence presence = fleet.presence(node);
    JsonNode state = node.section("state");
    if (presence == Presence.LOST) {
      return Badge.bad("Lost");
    }
    if (presence == Presence.LATE || fleet.isOverdue(node)) {
      return Badge.warn("Late");
    }
    if (state.path("outOfService").asBoolean()) {
      return Badge.warn("Out of service");
    }
    if (state.path("draining").asBoolean()) {
      return Badge.warn("Draining");
    }
    if (!state.path("ready").asBoolean()) {
      return Badge.bad("Not ready");
    }
    return unreachable(state).isEmpty() ? Badge.good("Ready") : Badge.warn("Database down");
  }

  private static List<String> unreachable(JsonNode state) {
    return stream(state.path("vdbs"))
        .filter(vdb -> !vdb.path("reachable").asBoolean(true))
        .map(vdb -> vdb.path("name").asText() + ": " + vdb.path("detail").asText("unreachable"))
        .toList();
  }

  /**
   * @param stale whether that may have changed since
   */
  private static Badge configuration(SeenNode node, String newest, boolean stale) {
    JsonNode configured = node.section("state").path("configuration");
    if (!configured.isObject()) {
      return Badge.plain("Unknown");
    }
    if (runs(configured, newest)) {
      return stale ? Badge.plain("Newest") : Badge.good("Newest");
    }
    return configured.has("refused") ? Badge.bad("Rejected") : Badge.warn("Older");
  }

  private static boolean runs(JsonNode configured, String newest) {
    return !newest.isEmpty() && configured.path("hash").asText().equals(newest);
  }

  private List<String> reasons(SeenNode node, String newest) {
    List<String> reasons = new ArrayList<>();
    JsonNode state = node.section("state");
    if (fleet.presence(node) == Presence.LOST) {
      reasons.add(
          "Its last report came "
              + Times.lasting(Duration.between(node.arrived(), fleet.now()))
              + " ago.");
    }
    stream(state.path("reasons")).forEach(reason -> reasons.add(reason.asText()));
    reasons.addAll(unreachable(state));
    JsonNode configured = state.path("configuration");
    if (configured.has("refused") && !runs(configured, newest)) {
      reasons.add("Configuration: " + configured.path("refused").asText());
    }
    if (configured.has("trouble")) {
      reasons.add("Configuration: " + configured.path("trouble").asText());
    }
    if (configured.path("onCopy").asBoolean()) {
      reasons.add("It runs on its own copy of the configuration.");
    }
    node.rival()
        .ifPresent(
            address ->
                reasons.add(
                    "Another node, at %s, reports as %s, too: give it a name of its own."
                        .formatted(address, node.id())));
    return reasons;
  }

  private static String servers(JsonNode state) {
    long busy = 0;
    long open = 0;
    for (JsonNode vdb : state.path("vdbs")) {
      for (JsonNode pool : vdb.path("pools")) {
        busy += pool.path("serversActive").asLong();
        open += pool.path("serversActive").asLong() + pool.path("serversIdle").asLong();
      }
    }
    return "%d of %d".formatted(busy, open);
  }

  // ---- one node

  private NodePage page(SeenNode node, String newest) {
    JsonNode state = node.section("state");
    return new NodePage(
        line(node, newest),
        facts(node, state),
        stream(state.path("vdbs")).map(SeenNodes::vdb).toList(),
        stream(state.path("clusters")).map(SeenNodes::cluster).toList());
  }

  private static List<NodePage.Fact> facts(SeenNode node, JsonNode state) {
    List<NodePage.Fact> facts = new ArrayList<>();
    JsonNode configured = state.path("configuration");
    JsonNode memory = state.path("memory");
    fact(facts, "Number in the fleet", Integer.toString(node.number()));
    fact(facts, "Started", Words.at(node.started().toString()));
    if (memory.isObject()) {
      fact(
          facts,
          "Heap",
          "%s of %s"
              .formatted(
                  Words.ofBytes(memory.path("heapUsed").asLong()),
                  Words.ofBytes(memory.path("heapMax").asLong())));
    }
    fact(facts, "Configuration from", configured.path("place").asText());
    fact(facts, "Its version", configured.path("version").asText());
    fact(facts, "Its hash", configured.path("hash").asText());
    fact(facts, "In force since", Words.at(configured.path("applied").asText()));
    return facts;
  }

  private static void fact(List<NodePage.Fact> facts, String name, String value) {
    if (!value.isEmpty()) {
      facts.add(new NodePage.Fact(name, value));
    }
  }

  private static NodePage.Vdb vdb(JsonNode vdb) {
    boolean reachable = vdb.path("reachable").asBoolean(true);
    return new NodePage.Vdb(
        vdb.path("name").asText(),
        reachable ? Badge.good("Reachable") : Badge.bad("Unreachable"),
        vdb.path("detail").asText(""),
        stream(vdb.path("pools")).map(SeenNodes::pool).toList());
  }

  private static NodePage.Pool pool(JsonNode pool) {
    return new NodePage.Pool(
        pool.path("database").asText(),
        pool.path("user").asText(),
        pool.path("server").asText(""),
        "%d active, %d idle"
            .formatted(pool.path("clientsActive").asLong(), pool.path("clientsIdle").asLong()),
        pool.path("clientsWaiting").asText(),
        "%d busy, %d idle, %d at most"
            .formatted(
                pool.path("serversActive").asLong(),
                pool.path("serversIdle").asLong(),
                pool.path("size").asLong()),
        Words.ofMicros(pool.path("maxWaitMicros").asLong()),
        pool.path("paused").asBoolean());
  }

  private static NodePage.Cluster cluster(JsonNode cluster) {
    return new NodePage.Cluster(
        cluster.path("source").asText(),
        cluster.path("consistency").asText(),
        ClusterRegion.words(ClusterRegion.of(cluster)),
        stream(cluster.path("nodes")).map(SeenNodes::server).toList(),
        stream(cluster.path("events")).limit(MOST_EVENTS).map(SeenNodes::event).toList());
  }

  private static NodePage.Server server(JsonNode server) {
    String state = server.path("state").asText();
    JsonNode millis = server.path("lagMillis");
    JsonNode bytes = server.path("lagBytes");
    return new NodePage.Server(
        server.path("address").asText(),
        server.path("role").asText(),
        state.equals("up")
            ? Badge.good("up")
            : state.equals("unknown") || state.equals("suspect")
                ? Badge.warn(state)
                : Badge.bad(state),
        server.path("zone").asText(""),
        !ReplicaLag.isMeasured(server)
            ? ""
            : millis.isNumber()
                ? Words.ofMillis(millis.asLong())
                : bytes.isNumber() ? Words.ofBytes(bytes.asLong()) : "",
        server.path("why").asText(""));
  }

  private static NodePage.Event event(JsonNode event) {
    String kind = event.path("kind").asText();
    return new NodePage.Event(
        Words.at(event.path("at").asText()),
        event.path("alarming").asBoolean() ? Badge.bad(kind) : Badge.plain(kind),
        event.path("server").asText(),
        event.path("cause").asText());
  }

  // ---- a change on its way

  Rollout rollout() {
    String newest = configuration.latestHash();
    List<Rollout.Line> lines = new ArrayList<>();
    int running = 0;
    int refused = 0;
    int expected = 0;
    for (SeenNode node : fleet.nodes()) {
      JsonNode configured = node.section("state").path("configuration");
      Badge badge;
      String why = "";
      if (fleet.presence(node) == Presence.LOST) {
        badge = Badge.plain("Does not report");
      } else if (runs(configured, newest)) {
        badge = Badge.good("Runs it");
        running++;
        expected++;
      } else if (configured.has("refused")) {
        badge = Badge.bad("Refused it");
        why = configured.path("refused").asText();
        refused++;
        expected++;
      } else {
        badge = Badge.warn("Not yet");
        why = configured.path("trouble").asText("");
        expected++;
      }
      lines.add(new Rollout.Line(node.id(), href(node.id()), badge, why));
    }
    String words =
        expected == 0
            ? "No node reports to this manager, so it cannot say which nodes run this."
            : "%d of %s %s this configuration%s."
                .formatted(
                    running,
                    Words.counted(expected, "node"),
                    running == 1 ? "runs" : "run",
                    refused == 0 ? "" : ", %d rejected it".formatted(refused));
    // A refusal may be of what was there before: so it is looked at again.
    return new Rollout(expected == running, running == expected && expected > 0, words, lines);
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
