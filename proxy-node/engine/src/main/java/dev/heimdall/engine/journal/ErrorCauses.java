package dev.heimdall.engine.journal;

import dev.heimdall.engine.prepared.StatementErrors;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;

/** Causes of a failed answer of a unit, as shown by the errors of a dialect's servers. */
public interface ErrorCauses extends StatementErrors {
  /** True if the server accepts no writes. */
  boolean readOnly(ServerError error);

  /** True if the error of a replica says nothing about a read: the writer may not have it. */
  default boolean ofReplica(ServerError error) {
    return false;
  }

  /**
   * True if the error stays on its server connection, where its session may ask about it, and
   * another server connection would have the same.
   */
  default boolean leftBehind(ServerError error) {
    return false;
  }

  /** True if the server was stopped, or had to end the session, and has rolled back what ran. */
  boolean terminated(ServerError error);

  /**
   * True if the server could not make sense of the statement, of which nothing was carried out
   * then; not where code that it has run may have raised the same.
   */
  boolean unread(ServerError error, StatementFacts facts);

  /** True if nothing that the statement calls was called, either. */
  default boolean uncalled(ServerError error, StatementFacts facts) {
    // Event triggers run ahead of a definition whose body is read as late as that.
    return facts.redefining() != Redefining.ITSELF && unread(error, facts);
  }

  /** True if the server has ended the session for a time limit of its own. */
  default boolean timeLimit(ServerError error) {
    return false;
  }
}
