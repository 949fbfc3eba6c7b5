package dev.heimdall.manager.fleet;

import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Author;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Sends commands to nodes for people, and takes down who did. */
public final class FleetCommands {
  private static final String CLIENT = "client";

  private final Fleet fleet;
  private final Orders orders;
  private final RollingRestart rolling;
  private final AuditLog audit;

  public FleetCommands(Fleet fleet, Orders orders, RollingRestart rolling, AuditLog audit) {
    this.fleet = fleet;
    this.orders = orders;
    this.rolling = rolling;
    this.audit = audit;
  }

  /**
   * To some nodes, to each once.
   *
   * @param ids empty: to all that report
   * @return empty: one of them is unknown, or lost
   */
  public Optional<List<Order>> send(
      List<String> ids, Command command, Map<String, String> parameters, Author by) {
    return send(ids, command, parameters, by, "");
  }

  /**
   * Sends a command to some nodes, to each once, and records its subject.
   *
   * @param about whom it is about, in words
   */
  public Optional<List<Order>> send(
      List<String> ids, Command command, Map<String, String> parameters, Author by, String about) {
    return send(ids, Optional.empty(), command, parameters, by, about);
  }

  /**
   * To a client.
   *
   * @param run of its node, in which it was seen; empty: any
   * @return empty: the node is unknown, or lost, or {@link #isAnotherRun}
   */
  public Optional<Order> sendToClient(
      String node, Optional<String> run, Command command, long client, Author by, String about) {
    return send(List.of(node), run, command, Map.of(CLIENT, Long.toString(client)), by, about)
        .map(orders -> orders.get(0));
  }

  /** True if a node has begun anew, and may have given a client's number to another one. */
  public boolean isAnotherRun(String node, String run) {
    return fleet.node(node).filter(now -> !now.run().equals(run)).isPresent();
  }

  private Optional<List<Order>> send(
      List<String> ids,
      Optional<String> run,
      Command command,
      Map<String, String> parameters,
      Author by,
      String about) {
    List<SeenNode> to = new ArrayList<>();
    if (ids.isEmpty()) {
      fleet.nodes().stream().filter(node -> fleet.presence(node) != Presence.LOST).forEach(to::add);
    }
    for (String id : new LinkedHashSet<>(ids)) {
      Optional<SeenNode> node =
          fleet
              .node(id)
              .filter(one -> fleet.presence(one) != Presence.LOST)
              .filter(one -> run.isEmpty() || run.get().equals(one.run()));
      if (node.isEmpty()) {
        return Optional.empty();
      }
      to.add(node.get());
    }
    List<Order> issued = new ArrayList<>();
    for (SeenNode node : to) {
      issued.add(orders.issue(node, command, parameters, by.user()));
      String of =
          Stream.of("table", CLIENT, "vdb")
              .filter(parameters::containsKey)
              .map(name -> " " + parameters.get(name))
              .collect(Collectors.joining());
      note(by, node.id() + ": " + command.spelling() + of + (about.isEmpty() ? "" : ", " + about));
    }
    return Optional.of(issued);
  }

  /** Restarts all nodes one after the other; false: that is under way, or there is no node. */
  public boolean restartAll(Author by) {
    boolean begun = rolling.begin(by.user());
    if (begun) {
      note(by, "all nodes: restart, one after the other");
    }
    return begun;
  }

  /** Restarts no more of them. */
  public void stopRestarting(Author by) {
    rolling.stop();
    note(by, "all nodes: no further restart");
  }

  /** Forgets a lost node; false: it is none. */
  public boolean forget(String id, Author by) {
    boolean forgotten = fleet.forget(id);
    if (forgotten) {
      note(by, id + ": forgotten");
    }
    return forgotten;
  }

  /** Progress of the restart of all nodes. */
  public RollingRestart.Progress restarting() {
    return rolling.progress();
  }

  /** One of the last commands. */
  public Optional<Order> order(String id) {
    return orders.order(id);
  }

  /** The last commands. */
  public List<Order> orders() {
    return orders.all();
  }

  private void note(Author by, String subject) {
    audit.note(Action.NODE_COMMANDED, by.user(), by.address(), subject);
  }
}
