package dev.heimdall.engine.dialect.sqlserver.answer;

/**
 * Attention of one client, from its arrival to its acknowledgement: each is acknowledged once, by
 * the server that carries out the client's request or by the node.
 */
public final class Attentions {
  private boolean unanswered;
  private Runnable listener = () -> {};

  /** Sets the listener for the arrival of an attention. */
  public void listener(Runnable told) {
    listener = told;
  }

  /** The client has sent one. */
  public void arrived() {
    unanswered = true;
    listener.run();
  }

  /** True if the client waits for an acknowledgement. */
  public boolean unanswered() {
    return unanswered;
  }

  /** An acknowledgement is on its way to the client. */
  public void answered() {
    unanswered = false;
  }
}
