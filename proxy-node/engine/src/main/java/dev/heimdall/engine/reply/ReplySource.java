package dev.heimdall.engine.reply;

/** State of the answer that a server connection is passing on. */
public interface ReplySource {
  /**
   * So much of an answer waits at most. A server gathers 8 KiB before it sends any of an answer
   * that has not ended: what is less has only been cut up on its way, or is the last that the
   * server will send.
   */
  int MOST_HELD = 7 * 1024;

  /** True if something of it has come but what precedes the execution of a statement. */
  boolean begun();

  /** True if something has come that the client must have now: its end, a notice, a report. */
  boolean due();

  /** True if its client was told something that it must not be told twice. */
  boolean told();

  /** Number of bytes, of all that was written to it, that may have left the node. */
  long left();
}
