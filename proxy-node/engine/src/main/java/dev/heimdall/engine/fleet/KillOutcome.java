package dev.heimdall.engine.fleet;

/**
 * Outcome of a {@link KillRequest}.
 *
 * @param why for people, where it is unknown whether it was carried out; else empty
 */
public record KillOutcome(Kind kind, String why) {
  public static final KillOutcome DONE = new KillOutcome(Kind.DONE, "");
  public static final KillOutcome UNKNOWN = new KillOutcome(Kind.UNKNOWN, "");
  public static final KillOutcome NOT_ALLOWED = new KillOutcome(Kind.NOT_ALLOWED, "");

  /** Kind of outcome. */
  public enum Kind {
    DONE,
    /** There is no such session. */
    UNKNOWN,
    /** The session is another user's. */
    NOT_ALLOWED,
    /** The session's node could not be asked, or has not answered. */
    FAILED
  }

  public static KillOutcome failed(String why) {
    return new KillOutcome(Kind.FAILED, why);
  }
}
