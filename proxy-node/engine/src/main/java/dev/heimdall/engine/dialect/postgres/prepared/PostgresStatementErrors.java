package dev.heimdall.engine.dialect.postgres.prepared;

import dev.heimdall.engine.prepared.StatementErrors;
import dev.heimdall.engine.wire.ServerError;

/** What PostgreSQL's errors say of prepared statements. */
public final class PostgresStatementErrors implements StatementErrors {
  private static final String NO_SUCH_STATEMENT = "26000";

  @Override
  public boolean stalePlan(ServerError error) {
    return StalePlan.is(error);
  }

  @Override
  public boolean unknownStatement(ServerError error) {
    return error.sqlState().equals(NO_SUCH_STATEMENT)
        && error.message().contains(StatementNames.PREFIX);
  }
}
