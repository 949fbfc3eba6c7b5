package dev.heimdall.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One thing that is wrong with a configuration. No part of it ever holds a secret.
 *
 * @param file the document, relative to the configuration directory
 * @param line where in the document, from 1; 0 when that is not known
 * @param column where in the line, from 1; 0 when that is not known
 * @param path the setting, such as {@code $.pool.size}; {@code $} is the document itself; empty:
 *     this stands for further problems, whose number is in {@code got}
 * @param got what is there
 * @param expected what may be there
 * @param suggestion the nearest right key or value, if there is one
 */
public record Problem(
    String file,
    int line,
    int column,
    String path,
    String got,
    String expected,
    Optional<String> suggestion) {
  /** The path of an entry that stands for problems which are counted and not shown. */
  private static final String NO_PATH = "";

  /** An entry that stands for so many more problems. */
  static Problem others(int count) {
    return new Problem(
        "",
        0,
        0,
        NO_PATH,
        count + (count == 1 ? " more problem" : " more problems"),
        "none",
        Optional.empty());
  }

  /** The first problems of a list that may be long, and an entry for the others. */
  public static List<Problem> first(Stream<Problem> problems) {
    FoundProblems found = new FoundProblems();
    problems.forEach(found::add);
    return found.all();
  }

  /** Number of problems that a list stands for. */
  public static int count(List<Problem> problems) {
    int count = 0;
    for (Problem problem : problems) {
      count +=
          problem.isOthers()
              ? Integer.parseInt(problem.got().substring(0, problem.got().indexOf(' ')))
              : 1;
    }
    return count;
  }

  /** True if it stands for problems that are counted and not shown. */
  public boolean isOthers() {
    return path.equals(NO_PATH);
  }

  /** Describes the problem without its place. */
  public String words() {
    return "got "
        + got
        + ", expected "
        + expected
        + suggestion.map(s -> "; did you mean \"" + s + "\"?").orElse("");
  }

  @Override
  public String toString() {
    return isOthers()
        ? "and " + got
        : file + (line > 0 ? ":" + line + ":" + column : "") + " " + path + ": " + words();
  }
}
