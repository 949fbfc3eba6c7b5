package dev.heimdall.engine.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Makes pools of connections to the databases of a data source, with TLS as its sessions have it.
 */
public final class SourceConnections {
  private final DataSource source;
  private final DatabaseCredentials credentials;
  private final Use use;
  private final ScheduledExecutorService housekeeping;
  private final ThreadFactory threads;
  private final Optional<WriterGuard> guard;

  /**
   * Connections to whatever server of the source there is.
   *
   * @param credentials as whom to log in at the server
   * @param housekeeping closes what is not used any more; its threads must not be held up
   */
  public SourceConnections(
      DataSource source,
      DatabaseCredentials credentials,
      Use use,
      ScheduledExecutorService housekeeping,
      ThreadFactory threads) {
    this(source, credentials, use, Optional.empty(), housekeeping, threads);
  }

  /**
   * @param credentials as whom to log in at the server
   * @param guard says where pools connect to; without one that is any server of the source
   * @param housekeeping closes what is not used any more; its threads must not be held up
   */
  public SourceConnections(
      DataSource source,
      DatabaseCredentials credentials,
      Use use,
      Optional<WriterGuard> guard,
      ScheduledExecutorService housekeeping,
      ThreadFactory threads) {
    this.guard = guard;
    this.source = source;
    this.credentials = credentials;
    this.use = use;
    this.housekeeping = housekeeping;
    this.threads = threads;
  }

  /**
   * A pool that keeps nothing open that was not used for long.
   *
   * @throws RuntimeException when its first attempt to connect fails; it does not try again
   */
  public HikariDataSource to(String database) throws SQLException {
    return pool(database, 1);
  }

  /** Returns such a pool without connecting before a connection is requested. */
  public HikariDataSource onDemand(String database) throws SQLException {
    return pool(database, -1);
  }

  /** New connections, as the driver makes them, each of which fails at its first attempt. */
  public javax.sql.DataSource unpooled(String database) throws SQLException {
    return guard.isPresent()
        ? new RefreshingDataSource(
            credentials, driver()::isRefusal, () -> guarded(guard.get(), database))
        : new RefreshingDataSource(
            credentials,
            driver()::isRefusal,
            driver().ways(source, use, database, credentials.written().isEmpty()).stream()
                .map(this::target)
                .toList());
  }

  private HikariDataSource pool(String database, int failTimeout) throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setPoolName(use.name() + " of " + database + " at " + source.name());
    config.setDataSource(unpooled(database));
    config.setMaximumPoolSize(use.connections());
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(failTimeout);
    config.setConnectionTimeout(Math.max(1000, source.connectTimeout().toMillis() + 500));
    config.setIdleTimeout(TimeUnit.MINUTES.toMillis(2));
    if (use.reading()) {
      config.setReadOnly(true);
      config.setAutoCommit(false);
      // A snapshot for longer than a statement would keep the server from clearing away old rows.
      config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    }
    config.setScheduledExecutor(housekeeping);
    config.setThreadFactory(threads);
    return new HikariDataSource(config);
  }

  /**
   * One connection in autocommit mode to the first server, which its caller closes.
   *
   * @param database empty for none, where the engine knows such sessions
   */
  public Connection single(String database) throws SQLException {
    return single(driver().to(source, use, database, first(), use.reading()));
  }

  /**
   * Returns one connection in autocommit mode that was made by a driver set up for a special
   * purpose.
   */
  public Connection single(javax.sql.DataSource special) throws SQLException {
    return new RefreshingDataSource(
            credentials,
            driver()::isRefusal,
            List.of(new RefreshingDataSource.Target(special, first())))
        .getConnection();
  }

  /** True if the server of a connection allows no writes, or follows another one. */
  public boolean isReplica(Connection connection) throws SQLException {
    return driver().isReplica(connection);
  }

  private JdbcDriver driver() {
    return JdbcDrivers.of(source.engine());
  }

  private ServerAddress first() {
    return source.hosts().get(0);
  }

  /** A driver may not find out which of several servers is the writer. */
  private RefreshingDataSource.Target target(JdbcDriver.Way way) {
    return way.toWriter()
        ? new RefreshingDataSource.Target(way.driver(), way.server(), this::refuseReplica)
        : new RefreshingDataSource.Target(way.driver(), way.server());
  }

  private Connection refuseReplica(Connection connection) throws SQLException {
    if (driver().isReplica(connection)) {
      throw new SQLException("the server is a replica", Sqlstate.READ_ONLY_TRANSACTION);
    }
    return connection;
  }

  /** The writer that is known, as long as it is confirmed, whatever else {@code url} names. */
  private List<RefreshingDataSource.Target> guarded(WriterGuard by, String database)
      throws SQLException {
    ServerAddress writer = by.writer().orElseThrow(GuardedConnection::fenced);
    return List.of(
        new RefreshingDataSource.Target(
            driver().to(source, use, database, writer, true),
            writer,
            made -> GuardedConnection.of(made, writer, by)));
  }
}
