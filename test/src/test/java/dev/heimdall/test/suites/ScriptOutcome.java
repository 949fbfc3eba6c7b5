package dev.heimdall.test.suites;

import java.util.List;

/** How a test of a suite went directly and through a node. */
record ScriptOutcome(ScriptRun direct, ScriptRun node) {
  private static final int LINES_BEFORE = 3;
  private static final int LINES_AFTER = 6;

  /** What the two say together. */
  enum Kind {
    /** It ran to its end, and printed the same. */
    SAME,
    /** It failed alike, with the same words. */
    SAME_FAILURE,
    /** It cannot be run here. */
    SKIPPED,
    /** It did not end in time directly. */
    TIMED_OUT,
    DIFFERENT;

    boolean differs() {
      return this == DIFFERENT;
    }

    boolean saysNothing() {
      return this == SKIPPED || this == TIMED_OUT;
    }
  }

  Kind kind() {
    if (direct.timedOut()) {
      return Kind.TIMED_OUT;
    }
    if (direct.skipped() && node.skipped()) {
      return Kind.SKIPPED;
    }
    if (!direct.equals(node)) {
      return Kind.DIFFERENT;
    }
    return direct.code() == 0 ? Kind.SAME : Kind.SAME_FAILURE;
  }

  /** Where they part. */
  String firstDifference() {
    List<String> there = direct.printed().lines().toList();
    List<String> here = node.printed().lines().toList();
    int at = 0;
    while (at < Math.min(there.size(), here.size()) && there.get(at).equals(here.get(at))) {
      at++;
    }
    return "ended with %d and %d; from line %d directly:%n%s%nthrough the node:%n%s"
        .formatted(direct.code(), node.code(), at + 1, around(there, at), around(here, at));
  }

  private static String around(List<String> lines, int at) {
    int begin = Math.min(lines.size(), Math.max(0, at - LINES_BEFORE));
    return String.join("\n", lines.subList(begin, Math.min(lines.size(), at + LINES_AFTER)));
  }
}
