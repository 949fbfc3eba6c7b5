package dev.heimdall.engine.share;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Nodes that have not acknowledged a message yet. */
final class Acknowledgements {
  private final Map<Long, Pending> pending = new HashMap<>();

  /**
   * A message whose sender waits for its acknowledgement.
   *
   * @param nodes who has not answered yet
   * @param known who has
   */
  private record Pending(Set<String> nodes, Set<String> known, CompletableFuture<Void> done) {}

  /** Done when all these nodes know of a message, or are gone; the caller may give up before. */
  CompletableFuture<Void> awaited(long number, Set<String> nodes) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (nodes.isEmpty()) {
      done.complete(null);
      return done;
    }
    synchronized (this) {
      pending.put(number, new Pending(new HashSet<>(nodes), new HashSet<>(), done));
    }
    done.whenComplete(
        (nothing, failure) -> {
          synchronized (this) {
            pending.remove(number);
          }
        });
    return done;
  }

  /** True if a client waits for anything. */
  synchronized boolean any() {
    return !pending.isEmpty();
  }

  /** A node knows of a message. */
  void known(String node, long number) {
    answered(node, number, Set.of());
  }

  /**
   * The node that told of a message has heard it itself, and with it of all who were there by then.
   *
   * @param others to be waited for as well, unless they have answered
   */
  void echoed(String self, long number, Set<String> others) {
    answered(self, number, others);
  }

  private void answered(String node, long number, Set<String> others) {
    CompletableFuture<Void> done = null;
    synchronized (this) {
      Pending one = pending.get(number);
      if (one != null) {
        one.known().add(node);
        one.nodes().addAll(others);
        one.nodes().removeAll(one.known());
        if (one.nodes().isEmpty()) {
          done = one.done();
        }
      }
    }
    if (done != null) {
      done.complete(null);
    }
  }

  /** A node is gone: no sender waits for it. */
  void gone(String node) {
    Set<Long> numbers;
    synchronized (this) {
      numbers = new HashSet<>(pending.keySet());
    }
    numbers.forEach(number -> known(node, number));
  }
}
