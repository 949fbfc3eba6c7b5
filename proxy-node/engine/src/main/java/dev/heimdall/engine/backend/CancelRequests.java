package dev.heimdall.engine.backend;

/**
 * Cancel requests for what runs on a server connection: a server may carry one out late, so that
 * the connection must not serve anyone else until that is ruled out.
 */
public final class CancelRequests {
  private int inProgress;
  private boolean sent;

  /** One is being sent. */
  public void started() {
    inProgress++;
    sent = true;
  }

  /**
   * One was carried out.
   *
   * @return whether none is on its way any more
   */
  boolean ended() {
    return --inProgress == 0;
  }

  public boolean inProgress() {
    return inProgress > 0;
  }

  /** True if {@link #takeSent} will say so. */
  public boolean wereSent() {
    return sent;
  }

  /** True if one was sent since this was last asked: its signal may still be on its way. */
  public boolean takeSent() {
    boolean was = sent;
    sent = false;
    return was;
  }
}
