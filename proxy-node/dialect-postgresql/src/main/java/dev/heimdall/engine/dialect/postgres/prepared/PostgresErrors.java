package dev.heimdall.engine.dialect.postgres.prepared;

import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import java.util.Set;

/** Meaning of PostgreSQL errors about prepared statements, and the reasons of failed answers. */
public final class PostgresErrors implements ErrorCauses {
  private static final String NO_SUCH_STATEMENT = "26000";
  private static final String READ_ONLY = "25006";
  private static final String TERMINATED = "57P01";
  private static final Set<String> TIME_LIMITS = Set.of("25P03", "25P04", "57P05");
  private static final String CANCELED = "57014";
  private static final String BY_RECOVERY = "conflict with recovery";

  /** Routines of the server that reject what a transaction may not do that may not write. */
  private static final String PREVENTED = "\0RPreventCommandIfReadOnly\0";

  private static final String IN_RECOVERY = "\0RPreventCommandDuringRecovery\0";

  /** True if it says that a command was rejected as its transaction may not write. */
  public static boolean rejectsWrites(ServerError error) {
    return error.sqlState().equals(READ_ONLY);
  }

  /**
   * True if the server itself has said that; a function may raise the same.
   *
   * @param fields the message as it came, one character for each byte
   */
  public static boolean byServer(String fields) {
    return fields.contains(PREVENTED) || fields.contains(IN_RECOVERY);
  }

  @Override
  public boolean stalePlan(ServerError error) {
    return StalePlan.is(error);
  }

  @Override
  public boolean unknownStatement(ServerError error) {
    return error.sqlState().equals(NO_SUCH_STATEMENT)
        && error.message().contains(StatementNames.PREFIX);
  }

  @Override
  public boolean readOnly(ServerError error) {
    return rejectsWrites(error);
  }

  /**
   * Not what a value or a function's own RAISE made of it, and not a cancel or a time limit; but
   * recovery cancels too.
   */
  @Override
  public boolean ofReplica(ServerError error) {
    String state = error.sqlState();
    if (state.equals(CANCELED)) {
      return error.message().contains(BY_RECOVERY);
    }
    return switch (state.substring(0, Math.min(2, state.length()))) {
      case "22", "23", "P0" -> false;
      default -> true;
    };
  }

  /** One that crashes, or has given up waiting for its replicas, warns and ends without this. */
  @Override
  public boolean terminated(ServerError error) {
    return error.isFatal() && error.sqlState().equals(TERMINATED);
  }

  @Override
  public boolean unread(ServerError error, StatementFacts facts) {
    return error.cause() == ServerError.Cause.UNREAD;
  }

  @Override
  public boolean timeLimit(ServerError error) {
    return TIME_LIMITS.contains(error.sqlState());
  }
}
