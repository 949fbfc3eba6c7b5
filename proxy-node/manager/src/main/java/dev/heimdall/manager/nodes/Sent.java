package dev.heimdall.manager.nodes;

import dev.heimdall.manager.fleet.Order;
import dev.heimdall.manager.fleet.RollingRestart;
import java.util.List;
import java.util.Optional;

/** Commands as pages show them. */
public final class Sent {
  private static final int MOST = 8;

  private Sent() {}

  /** One of them. */
  public record Line(
      String at, String node, String command, String user, Badge state, String detail) {}

  /**
   * A restart of all nodes.
   *
   * @param words empty: there was none
   */
  public record Rolling(boolean underWay, String words) {}

  /**
   * The last ones.
   *
   * @param node of one node only
   */
  static List<Line> lines(List<Order> orders, Optional<String> node) {
    return orders.stream()
        .filter(order -> node.isEmpty() || node.get().equals(order.node()))
        .limit(MOST)
        .map(Sent::line)
        .toList();
  }

  private static Line line(Order order) {
    Badge state =
        switch (order.state()) {
          case WAITING, SENT -> Badge.plain("Sent");
          case RUNNING -> Badge.warn("In progress");
          case DONE -> Badge.good("Done");
          case FAILED -> Badge.bad("Failed");
          case EXPIRED -> Badge.bad("Not confirmed");
        };
    String command =
        switch (order.command()) {
          case DRAIN -> "Drain";
          case UNDRAIN -> "Undrain";
          case RESTART -> "Restart";
          case RELOAD -> "Reload";
          case CLEAR_CACHE ->
              "Clear cache"
                  + Optional.ofNullable(order.parameters().get("table"))
                      .map(table -> " of " + table)
                      .orElse("");
          case KILL_CLIENT -> "End client " + order.parameters().get("client");
          case TAKE_PLAN -> "Take a plan of " + order.parameters().get("vdb");
          case CANCEL_STATEMENT ->
              "Cancel the statement of client " + order.parameters().get("client");
        };
    return new Line(
        Words.at(order.issued().toString()),
        order.node(),
        command,
        order.user(),
        state,
        order.detail());
  }

  static Rolling rolling(RollingRestart.Progress progress) {
    if (progress.underWay()) {
      return new Rolling(
          true,
          "Restarting %s, %d of %s done."
              .formatted(progress.node(), progress.done(), Words.counted(progress.all(), "node")));
    }
    return new Rolling(
        false,
        progress.end().isEmpty()
            ? ""
            : "Restart of all nodes: %d of %d done; %s."
                .formatted(progress.done(), progress.all(), progress.end()));
  }
}
