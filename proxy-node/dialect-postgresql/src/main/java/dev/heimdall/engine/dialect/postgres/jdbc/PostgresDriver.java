package dev.heimdall.engine.dialect.postgres.jdbc;

import dev.heimdall.engine.jdbc.JdbcDriver;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.TlsMode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import org.postgresql.util.PSQLException;

/** PostgreSQL's driver. */
public final class PostgresDriver implements JdbcDriver {
  /** Memory limit for the rows of one fetch: a part of the heap, in the driver's notation. */
  private static final String MOST_OF_HEAP = "5p";

  private static final String MOST_ROWS = "1000";

  /** Else a statement that reads may wait for a moment in which no other session writes. */
  private static final String WAITS_FOR_NO_SNAPSHOT = "-c default_transaction_deferrable=off";

  /**
   * Options that override the initial settings of the user's sessions, which are not meant for the
   * node's own statements: replicas reject serializable transactions.
   */
  private static final String OWN =
      WAITS_FOR_NO_SNAPSHOT
          + " -c default_transaction_isolation=read\\ committed -c statement_timeout=0";

  /**
   * The driver takes a server that begins read-only transactions for a replica. Only where it
   * chooses among servers: elsewhere this would hide from probes that a server is read-only.
   */
  private static final String READ_WRITE = " -c default_transaction_read_only=off";

  @Override
  public Engine engine() {
    return Engine.POSTGRESQL;
  }

  @Override
  public javax.sql.DataSource to(
      DataSource source, Use use, String database, ServerAddress server, boolean any)
      throws SQLException {
    return driver(source, use, database, List.of(server), any);
  }

  /** Connections that the log of the first server can be read by. */
  public static javax.sql.DataSource replicating(DataSource source, Use use, String database)
      throws SQLException {
    PGSimpleDataSource driver =
        driver(source, use, database, List.of(source.hosts().get(0)), use.reading());
    driver.setProperty(PGProperty.REPLICATION, "database");
    driver.setProperty(PGProperty.PREFER_QUERY_MODE, "simple");
    driver.setProperty(PGProperty.ASSUME_MIN_SERVER_VERSION, "10");
    return driver;
  }

  /**
   * Returns the ways to connect; a repeated query may be for one server only: then the driver must
   * not choose one.
   */
  @Override
  public List<Way> ways(DataSource source, Use use, String database, boolean apart)
      throws SQLException {
    if (source.hosts().size() == 1 || !apart) {
      return List.of(
          new Way(
              driver(source, use, database, source.hosts(), use.reading()),
              source.hosts().get(0),
              false));
    }
    List<Way> ways = new ArrayList<>();
    for (boolean any : use.reading() ? List.of(false, true) : List.of(false)) {
      for (ServerAddress server : source.hosts()) {
        ways.add(new Way(driver(source, use, database, List.of(server), any), server, false));
      }
    }
    return ways;
  }

  @Override
  public boolean isReplica(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_is_in_recovery()")) {
      return row.next() && row.getBoolean(1);
    }
  }

  @Override
  public boolean isComplete(Throwable failure) {
    return failure instanceof PSQLException;
  }

  @Override
  public String fromServer(Throwable failure) {
    return failure instanceof PSQLException own && own.getServerErrorMessage() != null
        ? own.getServerErrorMessage().getMessage()
        : null;
  }

  /**
   * @param any whether it may be a replica, where there is no primary
   */
  private static PGSimpleDataSource driver(
      DataSource source, Use use, String database, List<ServerAddress> hosts, boolean any)
      throws SQLException {
    PGSimpleDataSource driver = new PGSimpleDataSource();
    driver.setServerNames(hosts.stream().map(JdbcDriver::spelled).toArray(String[]::new));
    driver.setPortNumbers(hosts.stream().mapToInt(ServerAddress::port).toArray());
    String options = use.own() ? OWN : WAITS_FOR_NO_SNAPSHOT;
    if (source.cluster().watched()) {
      // What is only read may come from a replica as long as there is no writer.
      driver.setTargetServerType(any ? "preferPrimary" : "primary");
      options += use.own() ? READ_WRITE : "";
    }
    driver.setOptions(options);
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
