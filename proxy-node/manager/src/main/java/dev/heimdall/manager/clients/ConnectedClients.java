package dev.heimdall.manager.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.manager.fleet.Fleet;
import dev.heimdall.manager.fleet.Look;
import dev.heimdall.manager.fleet.Presence;
import dev.heimdall.manager.fleet.ReportListener;
import dev.heimdall.manager.fleet.SeenNode;
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
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The clients of all nodes, as somebody wants to see them. Nodes are asked in the answers to their
 * reports, and show them from the next one on; who looks no more is forgotten after some seconds.
 * Thread-safe.
 */
public final class ConnectedClients implements ReportListener, Look.Source {
  /** As many rows a wish has. */
  static final int MOST_ROWS = 200;

  private static final int MOST_WISHES = 4;
  private static final int MOST_OF_ALL_NODES = 2_000;
  private static final int FEWEST_OF_A_NODE = 5;
  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Fleet fleet;
  private final LongSupplier nanos;
  private final Map<Wish, Looked> wishes = new LinkedHashMap<>();

  /** What nodes have shown of one wish. */
  private static final class Looked {
    private final String id = UUID.randomUUID().toString();
    private final Map<String, JsonNode> byNode = new HashMap<>();
    private long at;
  }

  public ConnectedClients(Fleet fleet) {
    this(fleet, System::nanoTime);
  }

  ConnectedClients(Fleet fleet, LongSupplier nanos) {
    this.fleet = fleet;
    this.nanos = nanos;
  }

  /**
   * One client.
   *
   * @param client as its node shows it
   */
  record Row(String node, JsonNode client) {
    String text(String name) {
      return client.path(name).asText("");
    }

    long id() {
      return client.path("id").asLong();
    }
  }

  /**
   * What is to be seen.
   *
   * @param clients how many there are, seen or not
   * @param matching how many match
   * @param states how many of these are in which state
   * @param rows of these the first, in order
   * @param silent nodes that have not shown theirs yet
   */
  record Shown(
      long clients,
      long matching,
      Map<String, Long> states,
      List<Row> rows,
      List<String> answered,
      List<String> silent) {}

  @Override
  public synchronized List<Look> of(String node) {
    forget();
    int nodes = Math.max(1, fleet.nodes().size());
    int most = Math.max(FEWEST_OF_A_NODE, Math.min(MOST_ROWS, MOST_OF_ALL_NODES / nodes));
    List<Look> looks = new ArrayList<>();
    wishes.forEach(
        (wish, looked) -> {
          if (wish.isFor(node)) {
            Map<String, String> parameters = new HashMap<>(wish.parameters());
            parameters.put("most", Integer.toString(most));
            looks.add(new Look(looked.id, parameters));
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
    boolean news = false;
    for (Looked looked : wishes.values()) {
      JsonNode answer = section.path(looked.id);
      if (answer.isObject()) {
        news |= looked.byNode.put(node.id(), answer) == null;
      }
    }
    if (news) {
      notifyAll();
    }
  }

  /** What nodes have shown so far; they are asked for more as long as this is called. */
  synchronized Shown look(Wish wish) throws Refusal {
    forget();
    Looked looked = wishes.get(wish);
    if (looked == null) {
      if (wishes.size() >= MOST_WISHES) {
        throw new Refusal(
            503,
            "busy",
            "%d other filters of clients are being looked at: try again in some seconds."
                .formatted(MOST_WISHES));
      }
      looked = new Looked();
      wishes.put(wish, looked);
    }
    looked.at = nanos.getAsLong();
    return shown(wish, looked);
  }

  /** The same once all nodes that report have shown theirs, or some time has passed. */
  synchronized Shown await(Wish wish, Duration most) throws Refusal {
    long end = nanos.getAsLong() + most.toNanos();
    Shown shown = look(wish);
    while (!shown.silent().isEmpty()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - nanos.getAsLong());
      if (left <= 0) {
        break;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      shown = look(wish);
    }
    return shown;
  }

  private Shown shown(Wish wish, Looked looked) {
    List<String> answered = new ArrayList<>();
    List<String> silent = new ArrayList<>();
    for (SeenNode node : fleet.nodes()) {
      if (wish.isFor(node.id()) && fleet.presence(node) != Presence.LOST) {
        (looked.byNode.containsKey(node.id()) ? answered : silent).add(node.id());
      }
    }
    looked.byNode.keySet().retainAll(answered);
    long clients = 0;
    long matching = 0;
    Map<String, Long> states = new TreeMap<>(Comparator.comparing(Wish.STATES::indexOf));
    List<Row> rows = new ArrayList<>();
    for (String node : answered) {
      JsonNode answer = looked.byNode.get(node);
      clients += answer.path("clients").asLong();
      matching += answer.path("matching").asLong();
      for (Map.Entry<String, JsonNode> state : answer.path("states").properties()) {
        if (Wish.STATES.contains(state.getKey())) {
          states.merge(state.getKey(), state.getValue().asLong(), Long::sum);
        }
      }
      answer.path("rows").forEach(row -> rows.add(new Row(node, row)));
    }
    rows.sort(Comparator.comparing((Row row) -> row.text("sort")).thenComparing(Row::node));
    return new Shown(
        clients,
        matching,
        states,
        List.copyOf(rows.subList(0, Math.min(MOST_ROWS, rows.size()))),
        answered,
        silent);
  }

  /** Who a client is, in words; empty: nobody has seen it within the last seconds. */
  public String who(String node, long id) {
    return seen(node, id)
        .map(
            row ->
                "%s of %s from %s"
                    .formatted(row.text("user"), row.text("vdb"), row.text("address")))
        .orElse("");
  }

  /** One that somebody has seen within the last seconds. */
  synchronized Optional<Row> seen(String node, long id) {
    for (Looked looked : wishes.values()) {
      for (JsonNode row :
          looked.byNode.getOrDefault(node, MissingNode.getInstance()).path("rows")) {
        if (row.path("id").asLong() == id) {
          return Optional.of(new Row(node, row));
        }
      }
    }
    return Optional.empty();
  }
}
