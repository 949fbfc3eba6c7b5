package dev.heimdall.engine.share;

import java.util.Map;

/**
 * Last messages that a node had heard from each node of its fleet, itself included, at a moment.
 *
 * <p>Who has heard a message knows that whatever comes later comes after the message was sent. So
 * what this node reads from then on has all that its sender knew to be committed when it sent it,
 * and the sender, who finds its own name here, knows what that was: no clock and no position in the
 * server's log is needed to tell what was first.
 *
 * @param last the number of the last message of each node, by its name
 */
public record HeardMessages(Map<String, Long> last) {
  public static final HeardMessages NONE = new HeardMessages(Map.of());

  public HeardMessages {
    last = Map.copyOf(last);
  }
}
