package dev.heimdall.manager.problems;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Problem according to the last reports.
 *
 * @param about a cluster, virtual database or the like; empty: nodes
 * @param critical whether clients are hit by it
 * @param words what is wrong, in a sentence without its full stop
 * @param detail what nodes say of it; empty: nothing
 * @param nodes that have it, or see it
 * @param since when it began, if reports tell
 * @param timing how long it has to last
 * @param there what its effect and its remedy depend on
 */
record Finding(
    ProblemKind kind,
    String about,
    boolean critical,
    String words,
    String detail,
    List<String> nodes,
    Optional<Instant> since,
    Timing timing,
    Circumstances there) {
  /** Of which nothing else is known. */
  Finding(
      ProblemKind kind,
      String about,
      boolean critical,
      String words,
      String detail,
      List<String> nodes,
      Optional<Instant> since,
      Timing timing) {
    this(kind, about, critical, words, detail, nodes, since, timing, Circumstances.UNKNOWN);
  }

  /** Effect on clients. */
  String effect() {
    return kind.effect(there);
  }

  /** Advice to operators. */
  String next() {
    return kind.next(there);
  }
}
