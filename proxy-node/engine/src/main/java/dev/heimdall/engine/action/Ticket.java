package dev.heimdall.engine.action;

import dev.heimdall.model.ActionParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One statement in a queue. Its lists are guarded by the queues' lock. */
final class Ticket {
  final BoundText text;
  final StatementOrigin origin;
  final Target target;
  final ActionProtocol protocol;
  final Map<String, String> settings;
  final Set<String> tables;
  final boolean anything;
  final boolean batched;
  final ActionParameters.AsyncExecute how;
  final long size;
  final long entered = System.nanoTime();
  final AsyncQueue queue;

  /** Earlier statements that have to be done before; each at least once. */
  final List<Ticket> blockers = new ArrayList<>();

  /** Queues whose first statement waits for this one. */
  final List<AsyncQueue> waiting = new ArrayList<>();

  final CompletableFuture<Executed> executed = new CompletableFuture<>();
  boolean done;

  /** The end of its batch's collection has been planned. */
  boolean planned;

  /** True if a client waits for it: its queue collects no further statements. */
  boolean hurried;

  Ticket(
      AsyncStatement statement,
      BoundText text,
      Target target,
      ActionProtocol protocol,
      Map<String, String> settings,
      boolean batched,
      ActionParameters.AsyncExecute how,
      AsyncQueue queue) {
    this.text = text;
    this.origin = statement.origin();
    this.target = target;
    this.protocol = protocol;
    this.settings = settings;
    this.tables = statement.tables();
    this.anything = statement.facts().writesAnything() || tables.isEmpty();
    this.batched = batched;
    this.how = how;
    this.size = statement.size();
    this.queue = queue;
  }

  /** True if both can be carried out in one transaction. */
  boolean goesWith(Ticket other) {
    return batched
        && other.batched
        && settings.equals(other.settings)
        && target.equals(other.target);
  }

  @Override
  public String toString() {
    return "a statement of " + origin;
  }
}
