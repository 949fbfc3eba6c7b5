package dev.heimdall.manager.nodes;

import java.util.List;

/**
 * How far the configuration as it is now has come.
 *
 * @param done whether nothing more is to be expected
 * @param words in one sentence
 */
public record Rollout(boolean done, boolean good, String words, List<Line> lines) {
  /** One node's part in that. */
  public record Line(String id, String href, Badge state, String why) {}
}
