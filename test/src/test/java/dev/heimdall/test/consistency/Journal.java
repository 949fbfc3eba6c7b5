package dev.heimdall.test.consistency;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** What happened on each server connection, and what was found wrong. */
final class Journal {
  private static final int KEPT = 40;

  private final Map<String, ArrayDeque<String>> servers = new ConcurrentHashMap<>();
  private final Queue<Violation> violations = new ConcurrentLinkedQueue<>();
  private final Set<String> ignored;
  private final LongAdder steps = new LongAdder();
  private final LongAdder sessions = new LongAdder();

  Journal(Set<String> ignored) {
    this.ignored = ignored;
  }

  /** Whether a difference of this kind counts. */
  boolean counts(String kind) {
    return !ignored.contains(kind);
  }

  void step() {
    steps.increment();
  }

  void session() {
    sessions.increment();
  }

  long steps() {
    return steps.sum();
  }

  long sessions() {
    return sessions.sum();
  }

  /** Server connections that were seen. */
  int servers() {
    return servers.size();
  }

  void onServer(String backend, String what) {
    ArrayDeque<String> history = servers.computeIfAbsent(backend, b -> new ArrayDeque<>());
    synchronized (history) {
      history.add(what);
      if (history.size() > KEPT) {
        history.remove();
      }
    }
  }

  void violation(String kind, String what, List<String> client, String backend) {
    if (!counts(kind)) {
      return;
    }
    List<String> server = new ArrayList<>();
    ArrayDeque<String> history = backend == null ? null : servers.get(backend);
    if (history != null) {
      synchronized (history) {
        server.addAll(history);
      }
    }
    violations.add(new Violation(kind, what, List.copyOf(client), server));
  }

  List<Violation> violations() {
    return List.copyOf(violations);
  }
}
