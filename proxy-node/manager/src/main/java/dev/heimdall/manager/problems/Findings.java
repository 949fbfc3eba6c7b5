package dev.heimdall.manager.problems;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Problems according to the last reports of nodes; the worst first. */
final class Findings {
  /** Of a wait that is none of a busy moment. */
  private static final Duration LONG_WAIT = Duration.ofSeconds(1);

  /** Events of a cluster after which nothing takes writes. */
  private static final Set<String> WITHOUT_WRITER =
      Set.of("no-writer", "conflict", "read-only", "fenced");

  private static final int MOST_NAMES = 3;
  private static final int MOST_ABOUT = 500;

  /** So long nodes that start may take until a server has answered. */
  private static final Timing FIRST_PROBES = Timing.after(15);

  /** Looks at a queue that moves may find it short, or a connection between two clients. */
  private static final Duration QUEUE_PAUSE = Duration.ofSeconds(5);

  /** So many connections for a client that waits are a queue to speak of, however fast it moves. */
  private static final int LONG_QUEUE = 4;

  private final List<Node> nodes;
  private final List<Node> reporting;
  private final List<Finding> found = new ArrayList<>();

  private final String newest;

  /** Of what is looked at. */
  private Circumstances there = Circumstances.UNKNOWN;

  private Findings(List<Node> nodes, String newest) {
    this.nodes = nodes;
    this.newest = newest;
    this.reporting = nodes.stream().filter(Node::reports).toList();
  }

  /**
   * Looks for it.
   *
   * @param newest the hash of the configuration; empty where that is not known
   */
  static List<Finding> in(List<Node> nodes, String newest) {
    Findings findings = new Findings(nodes, newest);
    findings.ofNodes();
    findings.ofClusters();
    findings.ofDatabases();
    findings.ofStore();
    findings.ofConfiguration();
    findings.found.sort(
        Comparator.comparing((Finding one) -> !one.critical())
            .thenComparing(Finding::kind)
            .thenComparing(Finding::about));
    return List.copyOf(findings.found);
  }

  private void add(
      ProblemKind kind,
      String about,
      boolean critical,
      String words,
      String detail,
      List<Node> of,
      Optional<Instant> since) {
    add(kind, about, critical, words, detail, of, since, kind.timing());
  }

  private void add(
      ProblemKind kind,
      String about,
      boolean critical,
      String words,
      String detail,
      List<Node> of,
      Optional<Instant> since,
      Timing timing) {
    found.add(
        new Finding(
            kind,
            about,
            critical,
            words,
            detail,
            of.stream().map(Node::id).sorted().toList(),
            since,
            timing,
            there));
  }

  // ---- nodes

  private void ofNodes() {
    List<Node> lost = nodes.stream().filter(node -> !node.reports() && !node.leaves()).toList();
    if (reporting.isEmpty()) {
      if (!lost.isEmpty()) {
        add(
            ProblemKind.NO_NODE_REPORTS,
            "",
            true,
            "No node reports any more",
            names(lost) + ".",
            lost,
            lost.stream().map(Node::reported).max(Comparator.naturalOrder()));
      }
      return;
    }
    if (!lost.isEmpty()) {
      add(
          ProblemKind.NODES_LOST,
          "",
          false,
          counted(lost, nodes) + " not report any more",
          names(lost) + ".",
          lost,
          lost.stream().map(Node::reported).min(Comparator.naturalOrder()));
    }
    List<Node> overdue =
        reporting.stream().filter(node -> node.overdue() && !node.leaves()).toList();
    if (!overdue.isEmpty()) {
      add(
          ProblemKind.NODES_OVERDUE,
          "",
          false,
          "%d of %d nodes %s late with a report"
              .formatted(overdue.size(), nodes.size(), overdue.size() == 1 ? "is" : "are"),
          names(overdue) + ".",
          overdue,
          overdue.stream().map(Node::reported).min(Comparator.naturalOrder()));
    }
    List<Node> unready =
        reporting.stream()
            .filter(node -> node.state().isObject() && !node.ready() && !node.leaves())
            .toList();
    if (unready.isEmpty()) {
      return;
    }
    String why = names(unready, unready.get(0).state().path("reasons").path(0));
    if (reporting.stream().noneMatch(Node::ready)) {
      add(
          ProblemKind.NO_NODE_READY,
          "",
          true,
          "No node takes clients",
          why,
          unready,
          Optional.empty());
    } else {
      add(
          ProblemKind.NODES_NOT_READY,
          "",
          false,
          "%d of %d nodes %s not ready"
              .formatted(unready.size(), reporting.size(), unready.size() == 1 ? "is" : "are"),
          why,
          unready,
          Optional.empty());
    }
  }

  // ---- clusters

  /** A node's view of something. */
  private record View(Node node, JsonNode of) {}

  private Map<String, List<View>> views(String list, String name) {
    Map<String, List<View>> views = new TreeMap<>();
    for (Node node : reporting) {
      for (JsonNode each : node.state().path(list)) {
        String about = each.path(name).asText();
        if (views.containsKey(about) || views.size() < MOST_ABOUT) {
          views.computeIfAbsent(about, one -> new ArrayList<>()).add(new View(node, each));
        }
      }
    }
    return views;
  }

  private void at(List<View> views, Runnable looks) {
    there = Circumstances.of(views.get(0).of());
    looks.run();
    there = Circumstances.UNKNOWN;
  }

  private static List<Node> of(List<View> views) {
    return views.stream().map(View::node).toList();
  }

  private void ofClusters() {
    views("clusters", "source")
        .forEach((source, views) -> at(views, () -> ofCluster(source, views)));
  }

  private void ofCluster(String source, List<View> views) {
    List<View> all = views.stream().filter(view -> !writes(view.of())).toList();
    // A node that has just started knows of no server yet.
    List<View> informed = all.stream().filter(view -> knowsAServer(view.of())).toList();
    List<View> without = informed.isEmpty() ? all : informed;
    if (!without.isEmpty()) {
      JsonNode cluster = without.get(0).of();
      ProblemKind kind = writerMissing(cluster);
      String words =
          switch (kind) {
            case WRITERS_IN_CONFLICT -> "Several servers of cluster %s claim to be the writer";
            case WRITER_FENCED -> "The writer of cluster %s is fenced";
            case WRITER_READ_ONLY -> "The writer of cluster %s allows no writes";
            default -> "Cluster %s has no writer";
          };
      add(
          kind,
          source,
          true,
          words.formatted(source) + seenBy(without, views),
          servers(cluster, server -> !"replica".equals(server.path("role").asText())),
          of(without),
          begun(without),
          informed.isEmpty() ? FIRST_PROBES : kind.timing());
    }
    View first = views.get(0);
    if (without.isEmpty()) {
      ofStopped(source, views);
    }
    List<JsonNode> down = new ArrayList<>();
    int replicas = replicas(first.of());
    for (JsonNode server : first.of().path("nodes")) {
      boolean follows = !"writer".equals(server.path("role").asText());
      String state = server.path("state").asText();
      if (follows && without.isEmpty() && (state.equals("down") || state.equals("detached"))) {
        down.add(server);
      }
    }
    if (!down.isEmpty()) {
      add(
          ProblemKind.SERVERS_DOWN,
          source,
          false,
          "%d of %d %s of cluster %s %s no reads"
              .formatted(
                  down.size(),
                  replicas,
                  replicas == 1 ? "replica" : "replicas",
                  source,
                  down.size() == 1 ? "answers" : "answer"),
          servers(first.of(), down::contains),
          of(views),
          Optional.empty());
    }
  }

  /** While there is a writer: without one no replica follows any. */
  private void ofStopped(String source, List<View> views) {
    List<View> seen = views.stream().filter(view -> !stopped(view.of()).isEmpty()).toList();
    if (seen.isEmpty()) {
      return;
    }
    List<JsonNode> stopped = stopped(seen.get(0).of());
    long replicas = replicas(seen.get(0).of());
    add(
        ProblemKind.REPLICA_STOPPED,
        source,
        false,
        "%d of %d %s of cluster %s %s not follow the writer%s"
            .formatted(
                stopped.size(),
                replicas,
                replicas == 1 ? "replica" : "replicas",
                source,
                stopped.size() == 1 ? "does" : "do",
                seenBy(seen, views)),
        servers(seen.get(0).of(), stopped::contains),
        of(seen),
        Optional.empty());
  }

  private static List<JsonNode> stopped(JsonNode cluster) {
    List<JsonNode> stopped = new ArrayList<>();
    for (JsonNode server : cluster.path("nodes")) {
      if (server.path("stopped").asBoolean()) {
        stopped.add(server);
      }
    }
    return stopped;
  }

  private static int replicas(JsonNode cluster) {
    int replicas = 0;
    for (JsonNode server : cluster.path("nodes")) {
      replicas += "writer".equals(server.path("role").asText()) ? 0 : 1;
    }
    return replicas;
  }

  private static boolean knowsAServer(JsonNode cluster) {
    for (JsonNode server : cluster.path("nodes")) {
      if (!server.path("state").asText().equals("unknown")) {
        return true;
      }
    }
    return false;
  }

  private static boolean writes(JsonNode cluster) {
    for (JsonNode server : cluster.path("nodes")) {
      String state = server.path("state").asText();
      if ("writer".equals(server.path("role").asText())
          && (state.equals("up") || state.equals("suspect"))) {
        return true;
      }
    }
    return false;
  }

  /** The states of servers that claim to be the writer tell why there is none. */
  private static ProblemKind writerMissing(JsonNode cluster) {
    ProblemKind kind = ProblemKind.NO_WRITER;
    for (JsonNode server : cluster.path("nodes")) {
      switch (server.path("state").asText()) {
        case "refuted" -> {
          return ProblemKind.WRITERS_IN_CONFLICT;
        }
        case "fenced" -> kind = ProblemKind.WRITER_FENCED;
        case "read-only" -> kind = ProblemKind.WRITER_READ_ONLY;
        default -> {}
      }
    }
    return kind;
  }

  private static String servers(JsonNode cluster, Predicate<JsonNode> which) {
    List<String> words = new ArrayList<>();
    int more = 0;
    for (JsonNode server : cluster.path("nodes")) {
      if (!which.test(server)) {
        continue;
      }
      if (words.size() == MOST_NAMES) {
        more++;
        continue;
      }
      String why = server.path("why").asText("");
      words.add(
          "%s is %s%s"
              .formatted(
                  server.path("address").asText(),
                  server.path("state").asText().replace('-', ' '),
                  why.isEmpty() ? "" : ": " + why));
    }
    return sentence(String.join("; ", words) + more(more));
  }

  /** Returns the time since which there is no writer, according to the events that nodes report. */
  private static Optional<Instant> begun(List<View> without) {
    Optional<Instant> earliest = Optional.empty();
    for (View view : without) {
      for (JsonNode event : view.of().path("events")) { // the last first
        String kind = event.path("kind").asText();
        if (kind.equals("writer")) {
          break;
        }
        if (WITHOUT_WRITER.contains(kind)) {
          Optional<Instant> at = time(event);
          if (at.isPresent() && earliest.filter(at.get()::isAfter).isEmpty()) {
            earliest = at;
          }
        }
      }
    }
    return earliest;
  }

  // ---- virtual databases

  private void ofDatabases() {
    views("vdbs", "name").forEach((name, views) -> at(views, () -> ofDatabase(name, views)));
  }

  private void ofDatabase(String name, List<View> views) {
    List<View> unreachable =
        views.stream().filter(view -> !view.of().path("reachable").asBoolean(true)).toList();
    if (!unreachable.isEmpty() && !followsFromCluster(unreachable.get(0).of())) {
      add(
          ProblemKind.DATABASE_UNREACHABLE,
          name,
          unreachable.size() == views.size(),
          "No server of virtual database %s is reached%s"
              .formatted(name, seenBy(unreachable, views)),
          sentence(unreachable.get(0).of().path("detail").asText("")),
          of(unreachable),
          Optional.empty());
    }
    long waiting = 0;
    long longest = 0;
    long size = 0;
    int full = 0;
    List<Node> fullOn = new ArrayList<>();
    List<Node> pausedOn = new ArrayList<>();
    for (View view : views) {
      boolean pausedHere = false;
      boolean fullHere = false;
      for (JsonNode pool : view.of().path("pools")) {
        if (pool.path("paused").asBoolean()) {
          pausedHere = true;
        } else if (isFull(pool)) {
          full++;
          fullHere = true;
          waiting += pool.path("clientsWaiting").asLong();
          longest = Math.max(longest, pool.path("maxWaitMicros").asLong());
          size += pool.path("size").asLong();
        }
      }
      if (pausedHere) {
        pausedOn.add(view.node());
      }
      if (fullHere) {
        fullOn.add(view.node());
      }
    }
    if (full > 0) {
      add(
          ProblemKind.POOL_FULL,
          name,
          false,
          "%d %s for a server connection of virtual database %s, the longest for %.1f s"
              .formatted(
                  waiting, waiting == 1 ? "client waits" : "clients wait", name, longest / 1e6),
          "All %d connections of %s are in use."
              .formatted(size, full == 1 ? "the pool" : full + " pools"),
          fullOn,
          Optional.empty(),
          ProblemKind.POOL_FULL.timing().pausing(QUEUE_PAUSE));
    }
    if (!pausedOn.isEmpty()) {
      add(
          ProblemKind.POOL_PAUSED,
          name,
          false,
          "Virtual database %s is paused on %d of %d %s"
              .formatted(name, pausedOn.size(), views.size(), views.size() == 1 ? "node" : "nodes"),
          "",
          pausedOn,
          Optional.empty());
    }
  }

  /**
   * True if its queue is long, or one client has waited for long, as it has no more connections.
   */
  private static boolean isFull(JsonNode pool) {
    long waiting = pool.path("clientsWaiting").asLong();
    long size = pool.path("size").asLong();
    boolean isLong =
        waiting * LONG_QUEUE >= size
            || pool.path("maxWaitMicros").asLong() >= LONG_WAIT.toNanos() / 1000;
    return waiting > 0 && isLong && pool.path("serversActive").asLong() >= size;
  }

  /** True if the reason is that its cluster has no writer, which is a finding by itself. */
  private boolean followsFromCluster(JsonNode vdb) {
    return vdb.path("detail").asText("").contains(" of the cluster ")
        && found.stream().anyMatch(one -> one.kind().leavesNoWriter());
  }

  // ---- the shared store and the configuration

  private void ofStore() {
    List<Node> slow = withStore(true);
    if (!slow.isEmpty()) {
      add(
          ProblemKind.STORE_SLOW,
          "",
          false,
          "The shared store answers %d of %d nodes slowly".formatted(slow.size(), reporting.size()),
          "%s: %s".formatted(names(slow), sentence(slow.get(0).store().get().words())),
          slow,
          since(slow));
    }
    List<Node> away = withStore(false);
    if (!away.isEmpty()) {
      add(
          ProblemKind.STORE_AWAY,
          "",
          false,
          counted(away, reporting) + " not reach the shared store",
          "%s: %s".formatted(names(away), sentence(away.get(0).store().get().words())),
          away,
          since(away));
    }
  }

  private List<Node> withStore(boolean slow) {
    return reporting.stream()
        .filter(node -> node.store().filter(store -> store.slow() == slow).isPresent())
        .toList();
  }

  private static Optional<Instant> since(List<Node> some) {
    return some.stream().map(node -> node.store().get().since()).min(Comparator.naturalOrder());
  }

  private void ofConfiguration() {
    List<Node> refused =
        reporting.stream().filter(node -> refuses(node.state().path("configuration"))).toList();
    if (!refused.isEmpty()) {
      add(
          ProblemKind.CONFIGURATION_REFUSED,
          "",
          false,
          "%d of %d nodes %s the configuration"
              .formatted(
                  refused.size(), reporting.size(), refused.size() == 1 ? "rejects" : "reject"),
          names(refused, refused.get(0).state().path("configuration").path("refused")),
          refused,
          Optional.empty());
    }
    List<Node> away =
        reporting.stream()
            .filter(node -> node.state().path("configuration").has("trouble"))
            .toList();
    if (!away.isEmpty()) {
      add(
          ProblemKind.CONFIGURATION_AWAY,
          "",
          false,
          counted(away, reporting) + " not reach the configuration",
          names(away, away.get(0).state().path("configuration").path("trouble")),
          away,
          Optional.empty());
    }
  }

  /**
   * True if a node rejects the configuration; the rejected one may be the one that stood there
   * before.
   */
  private boolean refuses(JsonNode configuration) {
    return configuration.has("refused") && !configuration.path("hash").asText().equals(newest);
  }

  // ---- words

  private static String counted(List<Node> some, Collection<Node> all) {
    return "%d of %d nodes %s".formatted(some.size(), all.size(), some.size() == 1 ? "does" : "do");
  }

  private static String names(List<Node> some) {
    return first(some.stream().map(Node::id).toList());
  }

  /** The first of these names, and how many more there are. */
  static String first(List<String> names) {
    List<String> first = names.subList(0, Math.min(MOST_NAMES, names.size()));
    return String.join(", ", first) + more(names.size() - first.size());
  }

  private static String more(int number) {
    return number <= 0 ? "" : " and %d more".formatted(number);
  }

  private static String seenBy(List<View> some, List<View> all) {
    return some.size() == all.size()
        ? ""
        : ", as %d of %d nodes %s"
            .formatted(some.size(), all.size(), some.size() == 1 ? "sees it" : "see it");
  }

  /** Nodes, and what the first of them says. */
  private static String names(List<Node> some, JsonNode reason) {
    String said = reason.asText("");
    return said.isEmpty() ? names(some) + "." : names(some) + ": " + sentence(said);
  }

  private static String sentence(String words) {
    return words.isEmpty() || words.endsWith(".") ? words : words + ".";
  }

  /** Returns the time of an event; empty if the event does not have it. */
  static Optional<Instant> time(JsonNode event) {
    try {
      return Optional.of(Instant.parse(event.path("at").asText()));
    } catch (DateTimeParseException e) {
      return Optional.empty(); // of a node of another version
    }
  }
}
