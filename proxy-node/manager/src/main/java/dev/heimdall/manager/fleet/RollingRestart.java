package dev.heimdall.manager.fleet;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Has nodes begin anew one after the other: the next one once the one before is ready again. It
 * goes on with the reports of nodes, and stops at the first one that does not come back.
 * Thread-safe.
 */
public final class RollingRestart implements ReportListener {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Fleet fleet;
  private final Orders orders;
  private final Clock clock;

  // Guarded by this.
  private final Deque<String> waiting = new ArrayDeque<>();
  private int all;
  private int done;
  private String user = "";
  private Optional<Order> current = Optional.empty();
  private Instant since = Instant.MIN;
  private String end = "";

  /**
   * Progress of the restart.
   *
   * @param underWay whether it goes on
   * @param node the one that begins anew now; empty: none
   * @param end how it ended; empty: it has not, or never began
   */
  public record Progress(boolean underWay, int all, int done, String node, String end) {}

  public RollingRestart(Fleet fleet, Orders orders, Clock clock) {
    this.fleet = fleet;
    this.orders = orders;
    this.clock = clock;
  }

  /** Begins with those nodes that report; false: one is under way, or there is no node. */
  public synchronized boolean begin(String by) {
    advance();
    List<SeenNode> live =
        fleet.nodes().stream().filter(node -> fleet.presence(node) == Presence.LIVE).toList();
    if (underWay() || live.isEmpty()) {
      return false;
    }
    waiting.clear();
    live.forEach(node -> waiting.add(node.id()));
    all = live.size();
    done = 0;
    user = by;
    end = "";
    advance();
    return true;
  }

  /** Leaves the rest as it is. */
  public synchronized void stop() {
    if (underWay()) {
      finish("stopped by hand");
    }
  }

  /** Returns the progress of the restart. */
  public synchronized Progress progress() {
    advance();
    return new Progress(underWay(), all, done, current.map(Order::node).orElse(""), end);
  }

  private boolean underWay() {
    return current.isPresent() || !waiting.isEmpty();
  }

  @Override
  public synchronized void arrived(SeenNode node) {
    advance();
  }

  private void advance() {
    if (current.isPresent() && !isBack(current.get())) {
      return;
    }
    if (current.isPresent()) {
      current = Optional.empty();
      done++;
      if (waiting.isEmpty()) {
        finish("all are ready again");
      }
    }
    if (waiting.isEmpty()) {
      return;
    }
    String next = waiting.remove();
    Optional<SeenNode> node = fleet.node(next).filter(one -> fleet.presence(one) != Presence.LOST);
    if (node.isEmpty()) {
      finish(next + " does not report any more");
      return;
    }
    since = clock.instant();
    current = Optional.of(orders.issue(node.get(), Command.RESTART, Map.of(), user));
  }

  /** True if the node is ready again; if it never will be, this ends. */
  private boolean isBack(Order issued) {
    Order order = orders.order(issued.id()).orElse(issued);
    if (Stream.of(Order.State.FAILED, Order.State.EXPIRED).anyMatch(order.state()::equals)) {
      finish("%s: %s".formatted(order.node(), order.detail()));
      return false;
    }
    boolean back =
        order.state() == Order.State.DONE
            && fleet
                .node(order.node())
                .filter(node -> fleet.presence(node) == Presence.LIVE)
                .filter(node -> !node.run().equals(order.run()))
                .filter(node -> node.section("state").path("ready").asBoolean())
                .isPresent();
    if (!back && Duration.between(since, clock.instant()).compareTo(PATIENCE) > 0) {
      finish(order.node() + " was not ready again within 10 minutes");
    }
    return back;
  }

  private void finish(String words) {
    end = words;
    current = Optional.empty();
    waiting.clear();
  }
}
