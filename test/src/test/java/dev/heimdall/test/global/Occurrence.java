package dev.heimdall.test.global;

import java.util.Optional;

/**
 * Something that happened to the regions and has come to its end.
 *
 * @param kind of which there are several
 * @param lost the region that was; empty if none was
 * @param began when, by {@link System#nanoTime}
 * @param writer the instance that writes after it
 * @param promoted when that was promoted, or the line was whole again
 * @param over when clients of all regions that were there had written to it
 */
record Occurrence(
    Kind kind,
    String what,
    Optional<Region> lost,
    long began,
    String writer,
    long promoted,
    long over) {

  /** What may happen. */
  enum Kind {
    SWITCHOVER("planned switchover"),
    LOST_REGION("region lost, another one promoted"),
    CUT_LINE("line cut");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }
}
