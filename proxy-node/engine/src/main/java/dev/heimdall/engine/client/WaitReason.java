package dev.heimdall.engine.client;

/**
 * Reason why a client's statement does not go on, as SHOW CLIENTS names it. Its session finds it,
 * and a cancel request acts on it.
 */
public enum WaitReason {
  TRANSACTION_REPLAY("transaction replay"),
  ADMIN_COMMAND("admin command"),
  FORWARDED("forwarded statement"),
  /** A rule delays it, or limits how many run; or deferred statements on its tables come first. */
  RULE("rule"),
  RETRY("retry"),
  CONNECTION("server connection"),
  REPLICA("replica"),
  /** An equal read of another session fetches the result ({@code cache.singleFlight}). */
  EQUAL_READ("equal read"),
  /** Statements of the node's own, for the session's variables, go first. */
  SESSION_SETTINGS("session settings"),
  /** The statement is in the pipeline of a connection that other sessions use as well. */
  SHARED_REPLY("reply"),
  REPLY("reply"),
  REPEATED_READ("repeated read"),
  TRIGGER("trigger"),
  SHARED_CACHE("shared cache"),
  /** A large statement waits for its part of the node's memory. */
  MEMORY("memory");

  private final String label;

  WaitReason(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }

  /** True if a server is at work on the statement. */
  public boolean isReply() {
    return this == REPLY || this == SHARED_REPLY;
  }
}
