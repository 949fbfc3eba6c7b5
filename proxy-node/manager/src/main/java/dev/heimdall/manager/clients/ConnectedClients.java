package dev.heimdall.manager.clients;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.LiveView;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.fleet.ReportListener;
import dev.heimdall.manager.fleet.SeenNode;
import dev.heimdall.manager.web.DeferredRequest;
import dev.heimdall.manager.web.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The clients of all nodes, as a viewer wants them. Nodes are asked in the answers to their
 * reports, and show them from the next one on; who looks no more is forgotten after some seconds.
 * Thread-safe.
 */
public final class ConnectedClients implements ReportListener, LiveView.Source {
  /** As many rows a wish has. */
  static final int MOST_ROWS = 200;

  /** Nodes take twice as many, of two managers. */
  static final int MOST_WISHES = 8;

  private static final int MOST_OF_ALL_NODES = 2_000;
  private static final int FEWEST_OF_A_NODE = 5;
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LOOKED_AT_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final Duration FOR_A_FILTER = Duration.ofSeconds(5);
  private static final Duration LOOKS_AGAIN = Duration.ofMillis(250);

  private final Fleet fleet;
  private final LongSupplier nanos;
  private final Map<ClientQuery, Looked> wishes = new LinkedHashMap<>();

  /** Replies of nodes to one query. */
  private static final class Looked {
    private final String id = UUID.randomUUID().toString();
    private final Map<String, Answered> byNode = new HashMap<>();
    private CompletableFuture<Void> all = new CompletableFuture<>();
    private long at;
  }

  public ConnectedClients(Fleet fleet) {
    this(fleet, System::nanoTime);
  }

  ConnectedClients(Fleet fleet, LongSupplier nanos) {
    this.fleet = fleet;
    this.nanos = nanos;
  }

  /** Reply of one run of a node; another run gives the same numbers to other clients. */
  private record Answered(String run, JsonNode answer) {}

  /**
   * One client.
   *
   * @param run of the node
   * @param client as its node shows it
   */
  record Row(String node, String run, JsonNode client) {
    String text(String name) {
      return client.path(name).asText("");
    }

    long id() {
      return client.path("id").asLong();
    }
  }

  /**
   * Clients to show, with their numbers.
   *
   * @param clients how many there are, seen or not
   * @param matching how many match
   * @param states how many of these are in which state
   * @param rows of these the first, in order
   * @param silent nodes that have not shown theirs yet
   * @param nodes all that report, those besides that are not looked at
   */
  record Shown(
      long clients,
      long matching,
      Map<String, Long> states,
      List<Row> rows,
      List<String> answered,
      List<String> silent,
      List<String> nodes) {}

  @Override
  public synchronized List<LiveView> of(String node) {
    forget();
    int nodes = Math.max(1, fleet.nodes().size());
    int most = Math.max(FEWEST_OF_A_NODE, Math.min(MOST_ROWS, MOST_OF_ALL_NODES / nodes));
    List<LiveView> looks = new ArrayList<>();
    wishes.forEach(
        (wish, looked) -> {
          if (wish.isFor(node)) {
            Map<String, String> parameters = new HashMap<>(wish.parameters());
            parameters.put("most", Integer.toString(most));
            looks.add(new LiveView(looked.id, parameters));
          }
        });
    return looks;
  }

  private void forget() {
    long now = nanos.getAsLong();
    wishes.values().removeIf(looked -> now - looked.at > KEPT_NANOS);
  }

  @Override
  public synchronized void arrived(SeenNode node) {
    JsonNode section = node.section("clients");
    wishes.forEach(
        (wish, looked) -> {
          JsonNode answer = section.path(looked.id);
          looked.byNode.computeIfPresent(
              node.id(), (id, before) -> before.run().equals(node.run()) ? before : null);
          if (answer.isObject()
              && looked.byNode.put(node.id(), new Answered(node.run(), answer)) == null
              && silent(wish, looked).isEmpty()) {
            looked.all.complete(null);
            looked.all = new CompletableFuture<>(); // another node may come
          }
        });
  }

  private List<String> reporting() {
    return fleet.nodes().stream()
        .filter(node -> fleet.presence(node) != Presence.LOST)
        .map(SeenNode::id)
        .toList();
  }

  private List<String> silent(ClientQuery wish, Looked looked) {
    return reporting().stream()
        .filter(id -> wish.isFor(id) && !looked.byNode.containsKey(id))
        .toList();
  }

  /**
   * Returns the clients that nodes have shown so far; nodes are queried again as long as this is
   * called.
   *
   * @param waited how long the request has waited already
   * @throws Later all filters are in use, or, with {@code most}, some nodes have not shown theirs
   */
  synchronized Shown look(ClientQuery wish, Duration waited, Duration most) throws Refusal {
    Optional<Looked> looked = looked(wish);
    if (looked.isEmpty()) {
      if (waited.compareTo(FOR_A_FILTER) < 0) {
        throw DeferredRequest.after(LOOKS_AGAIN);
      }
      throw Refusal.busy(
          "%d other filters of clients are being looked at: try again in some seconds."
              .formatted(MOST_WISHES));
    }
    Shown shown = shown(wish, looked.get());
    Duration left = most.minus(waited);
    if (shown.silent().isEmpty() || left.compareTo(Duration.ZERO) <= 0) {
      return shown;
    }
    throw DeferredRequest.until(looked.get().all.copy(), left);
  }

  /** Empty: so many others are being looked at. */
  private Optional<Looked> looked(ClientQuery wish) {
    forget();
    long now = nanos.getAsLong();
    Looked looked = wishes.get(wish);
    if (looked == null) {
      if (wishes.size() >= MOST_WISHES) {
        // Pages look every 2 s: lists without viewers make room.
        Map.Entry<ClientQuery, Looked> oldest =
            wishes.entrySet().stream()
                .min(Comparator.comparingLong(one -> one.getValue().at - now))
                .orElseThrow();
        if (now - oldest.getValue().at < LOOKED_AT_NANOS) {
          return Optional.empty();
        }
        wishes.remove(oldest.getKey());
      }
      looked = new Looked();
      wishes.put(wish, looked);
    }
    looked.at = now;
    return Optional.of(looked);
  }

  private Shown shown(ClientQuery wish, Looked looked) {
    List<String> nodes = reporting();
    List<String> answered = nodes.stream().filter(looked.byNode::containsKey).toList();
    List<String> silent = silent(wish, looked);
    looked.byNode.keySet().retainAll(answered);
    long clients = 0;
    long matching = 0;
    Map<String, Long> states = new TreeMap<>(Comparator.comparing(ClientQuery.STATES::indexOf));
    List<Row> rows = new ArrayList<>();
    for (String node : answered) {
      JsonNode answer = looked.byNode.get(node).answer();
      String run = looked.byNode.get(node).run();
      clients += answer.path("clients").asLong();
      matching += answer.path("matching").asLong();
      for (Map.Entry<String, JsonNode> state : answer.path("states").properties()) {
        if (ClientQuery.STATES.contains(state.getKey())) {
          states.merge(state.getKey(), state.getValue().asLong(), Long::sum);
        }
      }
      answer.path("rows").forEach(row -> rows.add(new Row(node, run, row)));
    }
    rows.sort(Comparator.comparing((Row row) -> row.text("sort")).thenComparing(Row::node));
    return new Shown(
        clients,
        matching,
        states,
        List.copyOf(rows.subList(0, Math.min(MOST_ROWS, rows.size()))),
        answered,
        silent,
        nodes);
  }

  /** Describes a client in words; empty if the client was not seen within the last seconds. */
  public String who(String node, long id) {
    return seen(node, id).map(ConnectedClients::words).orElse("");
  }

  static String words(Row row) {
    return "%s of %s from %s".formatted(row.text("user"), row.text("vdb"), row.text("address"));
  }

  /** One with a viewer within the last seconds. */
  synchronized Optional<Row> seen(String node, long id) {
    for (Looked looked : wishes.values()) {
      Answered answered = looked.byNode.get(node);
      if (answered != null) {
        for (JsonNode row : answered.answer().path("rows")) {
          if (row.path("id").asLong() == id) {
            return Optional.of(new Row(node, answered.run(), row));
          }
        }
      }
    }
    return Optional.empty();
  }
}
