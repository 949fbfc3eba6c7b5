package dev.heimdall.manager.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Commands for nodes. Each goes into the answers to its node's reports until the node says that it
 * has it, which carries it out once; what has not reached it in a minute is dropped. Thread-safe.
 */
public final class Orders {
  private static final Duration DELIVERED = Duration.ofSeconds(60);

  /** The oldest go. */
  private static final int MOST = 1000;

  private static final int LONGEST_DETAIL = 500;

  private final Clock clock;
  private final Map<String, Order> orders = new LinkedHashMap<>();

  public Orders(Clock clock) {
    this.clock = clock;
  }

  /** Has a node do something as soon as it reports. */
  public synchronized Order issue(
      SeenNode node, Command command, Map<String, String> parameters, String user) {
    Order order =
        new Order(
            UUID.randomUUID().toString(),
            node.id(),
            node.run(),
            command,
            Map.copyOf(parameters),
            user,
            clock.instant(),
            Order.State.WAITING,
            "");
    orders.put(order.id(), order);
    if (orders.size() > MOST) {
      orders.remove(orders.keySet().iterator().next());
    }
    return order;
  }

  /** All that are remembered, the last one first. */
  public synchronized List<Order> all() {
    expire();
    List<Order> all = new ArrayList<>(orders.values());
    Collections.reverse(all);
    return all;
  }

  /** One of them. */
  public synchronized Optional<Order> order(String id) {
    expire();
    return Optional.ofNullable(orders.get(id));
  }

  /**
   * A run of a node has reported.
   *
   * @param said what it says of its orders
   * @return what it is to be told now
   */
  synchronized List<Order> reported(String node, String run, JsonNode said) {
    for (JsonNode one : said) {
      Order order = orders.get(one.path("id").asText());
      if (order != null && order.node().equals(node) && order.run().equals(run)) {
        hear(order, one.path("state").asText(), one.path("detail").asText());
      }
    }
    expire();
    List<Order> pending = new ArrayList<>();
    for (Order order : List.copyOf(orders.values())) {
      if (!order.node().equals(node) || order.state().over()) {
        continue;
      }
      if (!order.run().equals(run)) {
        gone(order);
      } else if (order.state() != Order.State.RUNNING) {
        put(order.now(Order.State.SENT, ""));
        pending.add(order);
      }
    }
    return pending;
  }

  private void hear(Order order, String state, String detail) {
    String words =
        detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) + "…" : detail;
    // What has expired may have been carried out: its node knows.
    if (order.state().over() && order.state() != Order.State.EXPIRED) {
      return;
    }
    switch (state) {
      case "running" -> put(order.now(Order.State.RUNNING, words));
      case "done" -> put(order.now(Order.State.DONE, words));
      default -> put(order.now(Order.State.FAILED, words));
    }
  }

  /** Another run of the node reports. */
  private void gone(Order order) {
    put(
        order.command() == Command.RESTART && order.state() != Order.State.WAITING
            ? order.now(Order.State.DONE, "restarted")
            : order.now(Order.State.FAILED, "the node restarted before it was done"));
  }

  private void expire() {
    Instant oldest = clock.instant().minus(DELIVERED);
    for (Order order : List.copyOf(orders.values())) {
      boolean untold = order.state() == Order.State.WAITING || order.state() == Order.State.SENT;
      if (untold && order.issued().isBefore(oldest)) {
        put(
            order.now(
                Order.State.EXPIRED,
                order.state() == Order.State.WAITING
                    ? "the node did not take it within a minute"
                    : "the node did not confirm it within a minute, and may have carried it out"));
      }
    }
  }

  private void put(Order order) {
    orders.put(order.id(), order);
  }
}
