package dev.heimdall.engine.journal;

import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;

/** Errors whose message says what they are, as no server does. */
final class NamedErrors implements ErrorCauses {
  static final ServerError READ_ONLY = ServerError.error("T0001", "read-only");
  static final ServerError STALE = ServerError.error("T0002", "stale plan");
  static final ServerError CONFLICT = ServerError.error("T0003", "of the replica");
  static final ServerError OWN = ServerError.error("T0004", "of the statement");

  @Override
  public boolean stalePlan(ServerError error) {
    return error.equals(STALE);
  }

  @Override
  public boolean unknownStatement(ServerError error) {
    return false;
  }

  @Override
  public boolean readOnly(ServerError error) {
    return error.equals(READ_ONLY);
  }

  @Override
  public boolean ofReplica(ServerError error) {
    return error.equals(CONFLICT);
  }

  @Override
  public boolean leftBehind(ServerError error) {
    return false;
  }

  @Override
  public boolean terminated(ServerError error) {
    return false;
  }

  @Override
  public boolean unread(ServerError error, StatementFacts facts) {
    return false;
  }

  @Override
  public boolean timeLimit(ServerError error) {
    return false;
  }
}
