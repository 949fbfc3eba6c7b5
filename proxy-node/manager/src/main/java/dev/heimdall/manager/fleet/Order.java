package dev.heimdall.manager.fleet;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * A command for one run of a node, and what became of it.
 *
 * @param run of the node that it is for
 * @param user who wants it
 * @param detail of what became of it, in words
 */
public record Order(
    String id,
    String node,
    String run,
    Command command,
    Map<String, String> parameters,
    String user,
    Instant issued,
    State state,
    String detail) {
  /** Progress of the command. */
  public enum State {
    /** The node was not told yet. */
    WAITING,
    /** It was told, and may have heard it. */
    SENT,
    /** It does it. */
    RUNNING,
    DONE,
    /** It did not do it. */
    FAILED,
    /** It was not confirmed in time, and is not sent any more; its node may still report on it. */
    EXPIRED;

    /** As JSON has it. */
    public String spelling() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** True if it is not sent any more. */
    public boolean over() {
      return this == DONE || this == FAILED || this == EXPIRED;
    }
  }

  Order now(State next, String words) {
    return new Order(id, node, run, command, parameters, user, issued, next, words);
  }
}
