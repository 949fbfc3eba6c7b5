package dev.heimdall.engine.dialect.sqlserver.answer;

/**
 * Attention of one client, from its arrival to its acknowledgement: each is acknowledged once, by
 * the server that carries out the client's request or by the node.
 */
public final class Attentions {
  private boolean unanswered;
  private Runnable listener = () -> {};
  private boolean messages;

  /** Sets the listener for the arrival of an attention. */
  public void listener(Runnable told) {
    listener = told;
  }

  /** The client has sent one. */
  public void arrived() {
    unanswered = true;
    listener.run();
  }

  /** Sets the listener for an attention that is then a message among others, and answered so. */
  public void asMessages(Runnable told) {
    listener = told;
    messages = true;
  }

  /** True if attentions are messages; the listener hears of one ahead of its turn. */
  public boolean areMessages() {
    return messages;
  }

  /** The client has sent one that is a message. */
  public void seen() {
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
