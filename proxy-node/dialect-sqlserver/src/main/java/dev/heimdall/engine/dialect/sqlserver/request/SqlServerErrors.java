package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.answer.TdsErrors;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerEffect;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerPins;
import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;

/** Meanings of SQL Server's errors, by their numbers. */
final class SqlServerErrors implements ErrorCauses {
  /** Of Babelfish: an error of PostgreSQL that SQL Server has no number for. */
  private static final int OF_POSTGRESQL = 33557097;

  @Override
  public boolean unknownStatement(ServerError error) {
    return error.number() == TdsErrors.UNDEFINED_HANDLE;
  }

  /** Of a database that is read-only, or that the server does not serve as the primary now. */
  @Override
  public boolean readOnly(ServerError error) {
    return switch (error.number()) {
      case 922, 976, 978, 983, 3906, 3908 -> true;
      case OF_POSTGRESQL -> error.message().endsWith(" in a read-only transaction");
      default -> false;
    };
  }

  /**
   * Of a secondary that has no longer what the read began with, has to redo something first, or
   * lacks what the primary has.
   */
  @Override
  public boolean ofReplica(ServerError error) {
    return switch (error.number()) {
      case 207, 208, 601, 916, 1205, 1222, 2812, 3947, 3960, 3961, OF_POSTGRESQL -> true;
      default -> readOnly(error) || TdsErrors.isElsewhere(error);
    };
  }

  @Override
  public boolean terminated(ServerError error) {
    return switch (error.number()) {
      case 596, 6002, 6005 -> true;
      default -> false;
    };
  }

  /**
   * Nothing is carried out of a batch with an error of syntax, unless that is of a text that it
   * runs. What a procedure runs has no such errors where the batch cannot be read here, either.
   */
  @Override
  public boolean unread(ServerError error, StatementFacts facts) {
    return error.cause() == ServerError.Cause.UNREAD
        && !pins(facts, SqlServerPins.RUN_TEXT)
        && !facts.has(SqlServerEffect.RUNS_TEXT)
        && (!calls(facts) || pins(facts, PinReason.UNKNOWN_STATEMENT));
  }

  /** A batch is read as a whole, definitions in it as well. */
  @Override
  public boolean uncalled(ServerError error, StatementFacts facts) {
    return unread(error, facts);
  }

  private static boolean calls(StatementFacts facts) {
    return pins(facts, SqlServerPins.PROCEDURE) || facts.has(SqlServerEffect.CALLS_UNSEEN);
  }

  private static boolean pins(StatementFacts facts, PinReason reason) {
    return facts.effects().stream().anyMatch(effect -> reason.equals(effect.detail()));
  }
}
