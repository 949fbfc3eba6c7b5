package dev.heimdall.engine.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.TlsMode;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import org.postgresql.util.PSQLException;

/**
 * Makes pools of connections to the databases of a data source, with TLS as its sessions have it.
 */
public final class SourceConnections {
  /** What the rows of one fetch may take: a part of the heap, as the driver spells it. */
  private static final String MOST_OF_HEAP = "5p";

  private static final String MOST_ROWS = "1000";

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

  /** What the server or the driver said, without details, which go over several lines. */
  public static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof PSQLException)) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  /**
   * A pool that keeps nothing open that was not used for long.
   *
   * @throws RuntimeException when its first attempt to connect fails; it does not try again
   */
  public HikariDataSource to(String database) throws SQLException {
    return pool(database, 1);
  }

  /** The same, without connecting before somebody asks for a connection. */
  public HikariDataSource onDemand(String database) throws SQLException {
    return pool(database, -1);
  }

  /** New connections, as the driver makes them, each of which fails at its first attempt. */
  public javax.sql.DataSource unpooled(String database) throws SQLException {
    return guard.isPresent()
        ? new RefreshingDataSource(credentials, () -> guarded(guard.get(), database))
        : new RefreshingDataSource(
            credentials,
            switch (source.engine()) {
              case POSTGRESQL -> targets(database);
              case MYSQL -> ofMysql(database);
            });
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
   * One connection in autocommit mode to a database of PostgreSQL, which is closed by whoever has
   * asked for it.
   *
   * @param replicating whether it is one that the server's log can be read by
   */
  public Connection single(String database, boolean replicating) throws SQLException {
    PGSimpleDataSource driver = driver(database, List.of(first()), use.reading());
    if (replicating) {
      driver.setProperty(PGProperty.REPLICATION, "database");
      driver.setProperty(PGProperty.PREFER_QUERY_MODE, "simple");
      driver.setProperty(PGProperty.ASSUME_MIN_SERVER_VERSION, "10");
    }
    return new RefreshingDataSource(credentials, List.of(target(driver, first()))).getConnection();
  }

  /**
   * One connection in autocommit mode and without a database to a server of MySQL or MariaDB, which
   * is closed by whoever has asked for it.
   */
  public Connection singleOfMysql() throws SQLException {
    javax.sql.DataSource driver = new MysqlDriver(source, use).to("", first());
    return new RefreshingDataSource(credentials, List.of(target(driver, first()))).getConnection();
  }

  private ServerAddress first() {
    return source.hosts().get(0);
  }

  private static RefreshingDataSource.Target target(
      javax.sql.DataSource driver, ServerAddress server) {
    return new RefreshingDataSource.Target(driver, server.host(), server.port());
  }

  /**
   * This driver does not find out which of several servers is the writer. What is only read may
   * come from a replica as long as there is none.
   */
  private List<RefreshingDataSource.Target> ofMysql(String database) throws SQLException {
    MysqlDriver driver = new MysqlDriver(source, use);
    List<RefreshingDataSource.Target> targets = new ArrayList<>();
    if (source.hosts().size() > 1) {
      for (ServerAddress server : source.hosts()) {
        targets.add(
            new RefreshingDataSource.Target(
                driver.to(database, server),
                server.host(),
                server.port(),
                SourceConnections::refuseReplica));
      }
    }
    if (targets.isEmpty() || use.reading()) {
      for (ServerAddress server : source.hosts()) {
        targets.add(target(driver.to(database, server), server));
      }
    }
    return targets;
  }

  private static Connection refuseReplica(Connection connection) throws SQLException {
    if (MysqlRole.isReplica(connection)) {
      throw new SQLException("the server is a replica", "25006");
    }
    return connection;
  }

  /** The writer that is known, as long as it is confirmed, whatever else {@code url} names. */
  private List<RefreshingDataSource.Target> guarded(WriterGuard by, String database)
      throws SQLException {
    ServerAddress writer = by.writer().orElseThrow(GuardedConnection::fenced);
    javax.sql.DataSource driver =
        switch (source.engine()) {
          case POSTGRESQL -> driver(database, List.of(writer), true);
          case MYSQL -> new MysqlDriver(source, use).to(database, writer);
        };
    return List.of(
        new RefreshingDataSource.Target(
            driver, writer.host(), writer.port(), made -> GuardedConnection.of(made, writer, by)));
  }

  /** What is asked for anew may be for one server only: then the driver must not choose one. */
  private List<RefreshingDataSource.Target> targets(String database) throws SQLException {
    if (source.hosts().size() == 1 || credentials.written().isPresent()) {
      return List.of(target(driver(database, source.hosts(), use.reading()), first()));
    }
    List<RefreshingDataSource.Target> targets = new ArrayList<>();
    for (boolean any : use.reading() ? List.of(false, true) : List.of(false)) {
      for (ServerAddress server : source.hosts()) {
        targets.add(target(driver(database, List.of(server), any), server));
      }
    }
    return targets;
  }

  /**
   * @param any whether it may be a replica, where there is no primary
   */
  private PGSimpleDataSource driver(String database, List<ServerAddress> hosts, boolean any)
      throws SQLException {
    PGSimpleDataSource driver = new PGSimpleDataSource();
    driver.setServerNames(hosts.stream().map(SourceConnections::spelled).toArray(String[]::new));
    driver.setPortNumbers(hosts.stream().mapToInt(ServerAddress::port).toArray());
    if (source.cluster().watched()) {
      // What is only read may come from a replica as long as there is no writer.
      driver.setTargetServerType(any ? "preferPrimary" : "primary");
    }
    driver.setDatabaseName(database);
    int connectSeconds = (int) Math.max(1, source.connectTimeout().toSeconds());
    driver.setConnectTimeout(connectSeconds);
    driver.setLoginTimeout(connectSeconds);
    driver.setSocketTimeout((int) use.silence().toSeconds());
    driver.setTcpKeepAlive(!source.keepAliveIdle().isZero());
    driver.setApplicationName(use.application());
    driver.setProperty(PGProperty.GSS_ENC_MODE, "disable");
    driver.setProperty(PGProperty.MAX_RESULT_BUFFER, MOST_OF_HEAP);
    if (!use.reading()) {
      // So many rows at a time as fit into a part of that, however long they are.
      driver.setProperty(PGProperty.ADAPTIVE_FETCH, "true");
      driver.setProperty(PGProperty.ADAPTIVE_FETCH_MINIMUM, "1");
      driver.setProperty(PGProperty.ADAPTIVE_FETCH_MAXIMUM, MOST_ROWS);
    }
    tls(driver, source.tls());
    return driver;
  }

  static String spelled(ServerAddress server) {
    String host = server.host();
    return host.indexOf(':') >= 0 ? '[' + host + ']' : host;
  }

  private static void tls(PGSimpleDataSource driver, BackendTls tls) throws SQLException {
    driver.setProperty(PGProperty.SSL_MODE, tls.mode().spelling());
    if (tls.mode() == TlsMode.DISABLE) {
      return;
    }
    driver.setProperty(PGProperty.CHANNEL_BINDING, tls.channelBinding().spelling());
    if (tls.direct()) {
      driver.setProperty(PGProperty.SSL_NEGOTIATION, "direct");
    }
    if (tls.caFile().isPresent()) {
      driver.setProperty(PGProperty.SSL_ROOT_CERT, tls.caFile().get().toString());
    } else if (tls.verifies()) {
      driver.setProperty(PGProperty.SSL_FACTORY, DefaultJavaSSLFactory.class.getName());
    }
    if (tls.certificateFile().isPresent()) {
      driver.setProperty(PGProperty.SSL_CERT, tls.certificateFile().get().toString());
      driver.setProperty(PGProperty.SSL_KEY, tls.keyFile().orElseThrow().toString());
      driver.setProperty(PGProperty.PEM_KEY_ALGORITHM, algorithm(tls.certificateFile().get()));
    } else {
      // Else the driver would look for one in the home directory.
      driver.setProperty(PGProperty.SSL_CERT, "");
      driver.setProperty(PGProperty.SSL_KEY, "");
    }
  }

  /** Of what kind the key of a certificate is: the driver takes every key for an RSA key. */
  private static String algorithm(Path certificate) throws SQLException {
    try (InputStream in = Files.newInputStream(certificate)) {
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(in)
          .getPublicKey()
          .getAlgorithm();
    } catch (IOException | CertificateException e) {
      throw new SQLException("cannot read tls.certificateFile: " + e.getMessage(), e);
    }
  }
}
