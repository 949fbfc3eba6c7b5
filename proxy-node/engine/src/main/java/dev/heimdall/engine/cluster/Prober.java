package dev.heimdall.engine.cluster;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.DataSource;
import java.sql.SQLException;
import java.util.Optional;

/** Probes of the servers of one kind of cluster for their role. */
public interface Prober {
  /** True if servers follow numbered histories; else all that say that they belong here do. */
  boolean timelines();

  /**
   * True if all servers have one storage, which a writer goes on telling that it is the writer: of
   * two that say so, only one still does.
   */
  boolean oneStorage();

  /** Setting that prevents all writes to a read-only writer, in the engine's words. */
  String readOnlyBy();

  /** Reason that a replica may not report which history it follows, in words. */
  String timelineUntold();

  /**
   * Makes ready to ask one server. Fails where it cannot be reached.
   *
   * @param server the source as if it were this server alone
   * @param database to log in to; empty for the usual one
   * @param connections to the server, for engines that are asked over JDBC
   */
  ProbedServer open(DataSource server, Optional<String> database, SourceConnections connections)
      throws SQLException;
}
