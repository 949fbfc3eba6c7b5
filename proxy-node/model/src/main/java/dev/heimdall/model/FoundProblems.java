package dev.heimdall.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The problems of what is read: the first ones, and how many others there are. A document can have
 * more problems than it has bytes to spare, and each takes many times the memory of what is wrong.
 */
final class FoundProblems {
  /** Problems that are kept. */
  static final int MOST = 100;

  /** The longest part of a problem in characters; a list of what is expected has some thousand. */
  private static final int LONGEST = 4000;

  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparing(Problem::file)
          .thenComparing(Problem::line)
          .thenComparing(Problem::column);

  private final List<Problem> first = new ArrayList<>();
  private int others;

  /** Adds one, or those that an entry of an earlier list stands for. */
  void add(Problem problem) {
    if (isFull() || problem.isOthers()) {
      others += Problem.count(List.of(problem));
      return;
    }
    first.add(
        new Problem(
            problem.file(),
            problem.line(),
            problem.column(),
            cut(problem.path()),
            cut(problem.got()),
            cut(problem.expected()),
            problem.suggestion()));
  }

  /** True if further ones are only counted, so that nothing about them need be found out. */
  boolean isFull() {
    return first.size() >= MOST;
  }

  boolean isEmpty() {
    return first.isEmpty();
  }

  /** Those that are kept, by file and then by place, and an entry for the others. */
  List<Problem> all() {
    List<Problem> all = new ArrayList<>(first);
    all.sort(BY_PLACE);
    if (others > 0) {
      all.add(Problem.others(others));
    }
    return Collections.unmodifiableList(all);
  }

  private static String cut(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }
}
