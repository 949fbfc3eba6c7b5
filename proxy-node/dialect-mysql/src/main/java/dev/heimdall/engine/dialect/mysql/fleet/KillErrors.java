package dev.heimdall.engine.dialect.mysql.fleet;

import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.wire.ServerError;

/** Replies to a KILL, and errors for the sessions that it affects. */
public final class KillErrors {
  /** The last words to a client whose session is killed. */
  public static final ServerError KILLED =
      ServerError.fatal("70100", "Connection was killed").withNumber(1927);

  /** Error with which a killed statement ends. */
  public static final ServerError INTERRUPTED =
      ServerError.error("70100", "Query execution was interrupted").withNumber(1317);

  static final int UNKNOWN = 1094;
  static final int NOT_ALLOWED = 1095;
  static final int FAILED = 1105;

  private KillErrors() {}

  /**
   * @param session the number that was given
   * @return null for what was carried out
   */
  public static ServerError of(KillOutcome outcome, long session) {
    return switch (outcome.kind()) {
      case DONE -> null;
      case UNKNOWN -> said(UNKNOWN, "Unknown thread id: " + session);
      case NOT_ALLOWED -> said(NOT_ALLOWED, "You are not owner of thread " + session);
      case FAILED ->
          said(FAILED, "KILL of thread " + session + " of another node: " + outcome.why());
    };
  }

  private static ServerError said(int number, String message) {
    return ServerError.error("HY000", message).withNumber(number);
  }
}
