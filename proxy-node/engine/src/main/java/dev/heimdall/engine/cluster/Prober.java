package dev.heimdall.engine.cluster;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.DataSource;
import java.sql.SQLException;
import java.util.Optional;

/** How servers of one kind of cluster are asked what they are. */
public interface Prober {
  /** Whether servers follow numbered histories; else all that say that they belong here do. */
  boolean timelines();

  /**
   * Whether all servers have one storage, which a writer goes on telling that it is the writer: of
   * two that say so, only one still does.
   */
  boolean oneStorage();

  /** What keeps everybody from writing to a writer that is read-only, in the engine's words. */
  String readOnlyBy();

  /** Why a replica may not say which history it follows, in words. */
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
