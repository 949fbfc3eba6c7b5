package dev.heimdall.configsync;

import java.util.List;

/**
 * Results of a run.
 *
 * @param changes what is different, in words
 * @param asked how often RDS was asked
 * @param nodes that were found
 * @param taken nodes that have the document now
 * @param problems in words, with what to do
 */
record Report(
    String cause,
    long version,
    List<String> changes,
    int asked,
    int nodes,
    int taken,
    List<String> problems) {
  Report {
    changes = List.copyOf(changes);
    problems = List.copyOf(problems);
  }

  static Report nothing(String cause) {
    return new Report(cause, 0, List.of(), 0, 0, 0, List.of());
  }
}
