package dev.heimdall.engine.users;

import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.engine.wire.Sqlstate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;

/** The configured query, over a small pool of connections. */
final class JdbcLookup implements Lookup {
  private final AuthQuery.Plan plan;
  private final ScheduledThreadPoolExecutor housekeeping;
  private final ThreadFactory threads;
  private HikariDataSource pool;
  private boolean closed;

  JdbcLookup(AuthQuery.Plan plan, ThreadFactory threads) {
    this.plan = plan;
    this.threads = threads;
    this.housekeeping = new ScheduledThreadPoolExecutor(1, threads);
    this.housekeeping.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Optional<String> verifier(String name) throws SQLException {
    try (Connection connection = pool().getConnection();
        PreparedStatement query = connection.prepareStatement(plan.settings().prepared())) {
      query.setString(1, name);
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        String found = row.getString(1);
        String verifier = row.getString(2);
        if (row.next()) {
          throw new SQLException(
              "the query returned more than one row", Sqlstate.CARDINALITY_VIOLATION);
        }
        // Otherwise the author of the query could let one user in with the password of another.
        return name.equals(found)
            ? Optional.of(verifier == null ? "" : verifier)
            : Optional.empty();
      }
    }
  }

  private synchronized HikariDataSource pool() throws SQLException {
    if (closed) {
      throw new SQLException("the query was changed or removed", Sqlstate.ADMIN_SHUTDOWN);
    }
    if (pool == null) {
      Use use =
          new Use(
              "auth query",
              "heimdall auth_query",
              AuthQuery.THREADS,
              true,
              false,
              plan.settings().timeout());
      pool =
          new SourceConnections(plan.source(), plan.login(), use, housekeeping, threads)
              .onDemand(plan.database());
    }
    return pool;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (pool != null) {
      pool.close();
    }
    housekeeping.shutdownNow();
  }
}
