package dev.heimdall.test.global;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares a history with what is in the database at the end. Each client writes one row after the
 * other and never tries one again, so a row that is there twice was sent twice by somebody else.
 */
final class Checker {
  private final Set<Write.Key> stored = new HashSet<>();
  private final List<Write.Key> twice = new ArrayList<>();
  private final Set<Write.Key> tail;
  private final Duration elsewhere;
  private final StaleReads staleReads;

  /**
   * @param rows all that the last writer has
   * @param tail what a lost writer has and its successor never got
   * @param elsewhere for how long a read may miss what was written through a node of another region
   * @param staleReads what reads may miss besides
   */
  Checker(
      Collection<Write.Key> rows, Set<Write.Key> tail, Duration elsewhere, StaleReads staleReads) {
    for (Write.Key row : rows) {
      if (!stored.add(row)) {
        twice.add(row);
      }
    }
    this.tail = tail;
    this.elsewhere = elsewhere;
    this.staleReads = staleReads;
  }

  Verdict check(History history) {
    List<Write> acknowledged = history.writes().stream().filter(Write::acknowledged).toList();
    List<Write> missing =
        acknowledged.stream().filter(write -> !stored.contains(write.key())).toList();
    return new Verdict(
        missing.stream().filter(write -> !tail.contains(write.key())).toList(),
        missing.stream().filter(write -> tail.contains(write.key())).toList(),
        twice,
        history.writes().stream()
            .filter(write -> write.outcome() == Write.Outcome.REFUSED)
            .filter(write -> stored.contains(write.key()))
            .toList(),
        secondWriter(acknowledged),
        stale(history, acknowledged),
        history.idle().stream().filter(Idle::dropped).toList());
  }

  /**
   * Each time as a writer is a server with a timeline. When one of them has acknowledged a write,
   * no write that is begun after that may be acknowledged by one that was the writer before it.
   */
  private static List<Write> secondWriter(List<Write> acknowledged) {
    Map<String, Long> first = new HashMap<>();
    for (Write write : acknowledged) {
      first.merge(time(write), write.ended(), Math::min);
    }
    List<Write> found = new ArrayList<>();
    for (Write write : acknowledged) {
      long own = first.get(time(write));
      boolean succeeded =
          first.values().stream().anyMatch(other -> other > own && other < write.begun());
      if (succeeded) {
        found.add(write);
      }
    }
    return found;
  }

  private static String time(Write write) {
    return write.server() + " on timeline " + write.timeline();
  }

  private List<Read> stale(History history, List<Write> acknowledged) {
    Map<Integer, List<Write>> byClient = new LinkedHashMap<>();
    for (Write write : acknowledged) {
      if (stored.contains(write.key())) {
        byClient.computeIfAbsent(write.client(), c -> new ArrayList<>()).add(write);
      }
    }
    byClient.values().forEach(writes -> writes.sort(Comparator.comparingInt(Write::n)));
    return history.reads().stream()
        .filter(Read::answered)
        .filter(read -> read.seen() < least(read, byClient.getOrDefault(read.of(), List.of())))
        .toList();
  }

  /** The number of the last row that a read has to see. */
  private int least(Read read, List<Write> writes) {
    for (int i = writes.size() - 1; i >= 0; i--) {
      Write write = writes.get(i);
      long grace =
          write.client() == read.client() || write.region().equals(read.region())
              ? 0
              : elsewhere.toNanos();
      if (write.ended() + grace < read.begun() && !staleReads.mayMiss(read, write)) {
        return write.n();
      }
    }
    return 0;
  }
}
