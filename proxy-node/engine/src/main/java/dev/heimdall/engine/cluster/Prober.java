package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import java.sql.Connection;
import java.sql.SQLException;

/** How servers of one kind of cluster are asked what they are. */
interface Prober {
  /** Whether servers follow numbered histories; else all that say that they belong here do. */
  boolean timelines();

  /**
   * Asks one server.
   *
   * @param connection to it, in autocommit mode
   * @param members whether it is to name the others too
   */
  NodeReport ask(Connection connection, boolean members) throws SQLException;

  /**
   * Asks the writer how far it has written by now: whatever was committed before the call is within
   * that.
   */
  Position written(Connection connection) throws SQLException;
}
