package dev.heimdall.engine.dialect.sqlserver.answer;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.engine.wire.sqlserver.TdsMessage;
import java.util.Map;

/** Errors in SQL Server's numbers: those that the node raises, and SQLSTATEs for its servers'. */
public final class TdsErrors {
  /** Log-in failed; drivers try no other server with this one. */
  public static final int LOG_IN_FAILED = 18456;

  /** The database of a log-in cannot be opened; {@link #LOG_IN_FAILED} follows. */
  public static final int NO_DATABASE = 4060;

  /** Integrated authentication is impossible. */
  public static final int UNTRUSTED = 18452;

  /** No statement is prepared under that handle. */
  public static final int UNDEFINED_HANDLE = 8179;

  /** No cursor of that handle is open. */
  public static final int UNKNOWN_CURSOR = 16909;

  /** Of servers where the coordinator of distributed transactions (MSDTC) does not run. */
  public static final int NO_DTC = 8501;

  /** Memory that is allowed for it is not left. */
  private static final int NO_MEMORY = 701;

  /** The stream of a client or a server is not what the protocol has. */
  private static final int MALFORMED = 4002;

  /** Of a statement's time limit: drivers have this number where their own is over. */
  public static final int TIMED_OUT = -2;

  /** A connection ends, and nothing of a write is in doubt: drivers know it as one to retry. */
  private static final int LOST = 40197;

  private static final int DEADLOCK = 1205;

  /** Words by which drivers and frameworks know what may be run again. */
  private static final String DEADLOCK_TEXT =
      "Transaction was deadlocked on lock resources with another process and has been chosen as the"
          + " deadlock victim. Rerun the transaction.";

  private static final int DEADLOCK_STATE = 51;
  private static final int DEADLOCK_SEVERITY = 13;
  private static final int TIMED_OUT_SEVERITY = 11;
  private static final int NO_DATABASE_SEVERITY = 11;
  private static final int FATAL_SEVERITY = 20;
  private static final int ERROR_SEVERITY = 16;
  private static final int LOG_IN_SEVERITY = 14;

  private static final String SERVER = "heimdall";

  /** First number that servers leave to others. */
  private static final int OWN = 50_000;

  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry(Sqlstate.INVALID_AUTHORIZATION, LOG_IN_FAILED),
          Map.entry(Sqlstate.INVALID_PASSWORD, LOG_IN_FAILED),
          Map.entry(Sqlstate.UNDEFINED_DATABASE, NO_DATABASE),
          Map.entry(Sqlstate.INSUFFICIENT_PRIVILEGE, 229),
          Map.entry(Sqlstate.SERIALIZATION_FAILURE, DEADLOCK),
          Map.entry(Sqlstate.DEADLOCK_DETECTED, DEADLOCK),
          Map.entry(Sqlstate.SYNTAX_ERROR, 102),
          Map.entry(Sqlstate.UNDEFINED_STATEMENT, UNDEFINED_HANDLE),
          Map.entry(Sqlstate.OUT_OF_MEMORY, NO_MEMORY),
          Map.entry(Sqlstate.TOO_MANY_CONNECTIONS, 17809),
          Map.entry("23505", 2627),
          Map.entry("23503", 547),
          Map.entry("23502", 515),
          Map.entry("42P01", 208),
          Map.entry("42703", 207),
          Map.entry("22012", 8134),
          Map.entry(Sqlstate.ADMIN_SHUTDOWN, 6005),
          Map.entry(Sqlstate.CANNOT_CONNECT_NOW, 40613));

  private TdsErrors() {}

  /** Returns the error as clients are told it that are logged in. */
  public static TdsMessage message(ServerError error) {
    if (error.cause() == ServerError.Cause.TIME_LIMIT) {
      int severity = error.isFatal() ? FATAL_SEVERITY : TIMED_OUT_SEVERITY;
      return TdsMessage.of(TIMED_OUT, 0, severity, text(error), SERVER);
    }
    if (!error.isFatal() && error.number() == 0 && number(error) == DEADLOCK) {
      String text = text(error) + ". Reported as a deadlock: " + DEADLOCK_TEXT;
      return TdsMessage.of(DEADLOCK, DEADLOCK_STATE, DEADLOCK_SEVERITY, text, SERVER);
    }
    int severity = error.isFatal() ? FATAL_SEVERITY : ERROR_SEVERITY;
    return TdsMessage.of(number(error), 1, severity, text(error), SERVER);
  }

  /** Returns the error as clients are told it at the log-in. */
  public static TdsMessage refusal(ServerError error, String user) {
    if (error.number() == 0 && error.sqlState().equals(Sqlstate.INVALID_PASSWORD)) {
      return logInFailed(user);
    }
    int number = number(error);
    int severity =
        switch (number) {
          case NO_DATABASE -> NO_DATABASE_SEVERITY;
          case 911 -> ERROR_SEVERITY;
          default -> LOG_IN_SEVERITY;
        };
    return TdsMessage.of(number, 1, severity, text(error), SERVER);
  }

  /** Returns what ends a log-in whose password is wrong, or whose database cannot be opened. */
  public static TdsMessage logInFailed(String user) {
    return TdsMessage.of(
        LOG_IN_FAILED, 1, LOG_IN_SEVERITY, "Login failed for user '" + user + "'.", SERVER);
  }

  private static int number(ServerError error) {
    if (error.number() != 0) {
      return error.number();
    }
    if (error.isFatal() && error.sqlState().equals(Sqlstate.PROTOCOL_VIOLATION)) {
      return MALFORMED;
    }
    boolean certain =
        error.sqlState().equals(Sqlstate.SERIALIZATION_FAILURE)
            || error.cause() == ServerError.Cause.AT_REST;
    return error.isFatal() && certain ? LOST : NUMBERS.getOrDefault(error.sqlState(), OWN);
  }

  /**
   * True if a server does not serve a database at present, or not to such sessions: another one of
   * its group may.
   */
  public static boolean isElsewhere(ServerError error) {
    return switch (error.number()) {
      case 921, 922, 923, 927, 976, 978, 979, 982, 983, 40143, 40197, 40501, 40613 -> true;
      default -> false;
    };
  }

  private static String text(ServerError error) {
    StringBuilder text = new StringBuilder(error.message());
    if (error.detail() != null) {
      text.append(": ").append(error.detail());
    }
    if (error.hint() != null) {
      text.append(" (").append(error.hint()).append(')');
    }
    return text.toString();
  }

  /** Returns a server's error. */
  public static ServerError of(TdsMessage message) {
    String state =
        switch (message.number()) {
          case LOG_IN_FAILED -> Sqlstate.INVALID_PASSWORD;
          case UNTRUSTED, 18470, 18486, 18487, 18488 -> Sqlstate.INVALID_AUTHORIZATION;
          case 911, NO_DATABASE -> Sqlstate.UNDEFINED_DATABASE;
          case DEADLOCK -> Sqlstate.DEADLOCK_DETECTED;
          case 3960 -> Sqlstate.SERIALIZATION_FAILURE;
          case 102, 156, 105 -> Sqlstate.SYNTAX_ERROR;
          case 229, 230 -> Sqlstate.INSUFFICIENT_PRIVILEGE;
          case 2601, 2627 -> "23505";
          case 547 -> "23503";
          case 515 -> "23502";
          case 208 -> "42P01";
          case UNDEFINED_HANDLE -> Sqlstate.UNDEFINED_STATEMENT;
          case 17809, 10928 -> Sqlstate.TOO_MANY_CONNECTIONS;
          case 6005 -> Sqlstate.ADMIN_SHUTDOWN;
          default -> "HY000";
        };
    ServerError error = ServerError.error(state, message.text()).withNumber(message.number());
    if (state.equals(Sqlstate.SYNTAX_ERROR) && message.procedure().isEmpty()) {
      error = error.because(ServerError.Cause.UNREAD);
    }
    return message.severity() >= TdsMessage.FATAL ? error.asFatal() : error;
  }
}
