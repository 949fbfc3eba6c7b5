package dev.heimdall.engine.session;

/**
 * Reason why a client's statement does not go on, as SHOW CLIENTS names it; {@link
 * SessionControl#waitReason} finds it, and a cancel request acts on it.
 */
enum WaitReason {
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

  /** Label of a reason; null for none. */
  static String label(WaitReason reason) {
    return reason == null ? null : reason.label;
  }
}
