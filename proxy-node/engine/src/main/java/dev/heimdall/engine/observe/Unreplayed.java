package dev.heimdall.engine.observe;

import java.util.Locale;

/**
 * Reason that a transaction which was lost with its server was not run again to its client's
 * satisfaction.
 */
public enum Unreplayed {
  COMMIT("its end was sent, or a statement that may end it"),
  LATE_START("it did not begin with a BEGIN that nothing unanswered stood before"),
  PINNED("its session depends on the server connection"),
  STATEMENTS("it has more statements than transactionReplay.maxStatements"),
  SIZE("it is larger than transactionReplay.maxSize"),
  AGE("it is older than transactionReplay.maxTime"),
  COPY("it copies from its client"),
  FUNCTION_CALL("it calls a function by its number"),
  LISTEN("it changes what its client listens to"),
  LASTING("it may have written a table of which no rollback takes anything back"),
  CACHED("a read of it was answered from the cache"),
  RULE("a rule's trigger belongs to one of its statements"),
  UNNAMED("it runs an unnamed statement from before it began"),
  CUT("its client was amid a message, or has sent what its server skips"),
  SERVER("the server ended it for a time limit, or broke the protocol"),
  DIFFERENT("it was answered differently when it was run again"),
  NO_CONNECTION("there was no server connection to run it again"),
  SLOW("running it again took longer than transactionReplay.maxTime"),
  LOST_AGAIN("its server was lost again and again"),
  CANCELLED("its client has cancelled it");

  private final String words;

  Unreplayed(String words) {
    this.words = words;
  }

  /** For a metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** For people, in the middle of a sentence. */
  public String words() {
    return words;
  }
}
