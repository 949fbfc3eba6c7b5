package dev.heimdall.manager.nodes;

import java.util.List;

/**
 * Rollout progress of the current configuration.
 *
 * @param done whether nothing more is to be expected
 * @param words in one sentence
 */
public record Rollout(boolean done, boolean good, String words, List<Line> lines) {
  /** One node's part in that. */
  public record Line(String id, String href, Badge state, String why) {}
}
