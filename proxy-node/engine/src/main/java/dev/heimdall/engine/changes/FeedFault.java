package dev.heimdall.engine.changes;

/** A server cannot be listened to, for a reason that does not pass by itself. */
public final class FeedFault extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param why for operators, with what to do
   */
  public FeedFault(String why) {
    super(why);
  }
}
