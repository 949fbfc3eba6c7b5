package dev.heimdall.launcher.demo;

import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Errors in the workload, each kind counted. */
final class ErrorTally {
  private static final int KINDS_KEPT = 50;

  private final Map<String, LongAdder> kinds = new ConcurrentHashMap<>();
  private final LongAdder total = new LongAdder();

  void add(SQLException error) {
    add(error.getSQLState() + ": " + firstLine(error.getMessage()));
  }

  void add(String kind) {
    total.increment();
    String kept = kinds.size() < KINDS_KEPT || kinds.containsKey(kind) ? kind : "other errors";
    kinds.computeIfAbsent(kept, any -> new LongAdder()).increment();
  }

  long total() {
    return total.sum();
  }

  /** One line a kind, the most frequent first. */
  List<String> lines() {
    return kinds.entrySet().stream()
        .sorted(Comparator.comparingLong(kind -> -kind.getValue().sum()))
        .map(kind -> kind.getValue().sum() + " x " + kind.getKey())
        .toList();
  }

  private static String firstLine(String message) {
    return message == null ? "(no message)" : message.lines().findFirst().orElse("");
  }
}
