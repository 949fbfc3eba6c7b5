package dev.heimdall.engine.dialect.mysql.jdbc;

import com.mysql.cj.jdbc.MysqlDataSource;
import dev.heimdall.engine.jdbc.AuthorityStore;
import dev.heimdall.engine.jdbc.JdbcDriver;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.TlsMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The driver of MySQL and MariaDB. */
public final class MysqlDriver implements JdbcDriver {
  /**
   * Quotes, {@code ||} and backslashes mean what they mean to the clients of PostgreSQL. A client
   * may take its time with a result: the server's own patience, a minute, is for what it writes to
   * a driver that reads at once.
   */
  private static final String VARIABLES =
      "sql_mode=CONCAT(@@sql_mode,',ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'),"
          + "net_write_timeout=600";

  @Override
  public Engine engine() {
    return Engine.MYSQL;
  }

  /**
   * This driver does not find out which of several servers is the writer. What is only read may
   * come from a replica as long as there is none.
   */
  @Override
  public List<Way> ways(DataSource source, Use use, String database, boolean apart)
      throws SQLException {
    List<Way> ways = new ArrayList<>();
    if (source.hosts().size() > 1) {
      for (ServerAddress server : source.hosts()) {
        ways.add(new Way(to(source, use, database, server, true), server, true));
      }
    }
    if (ways.isEmpty() || use.reading()) {
      for (ServerAddress server : source.hosts()) {
        ways.add(new Way(to(source, use, database, server, true), server, false));
      }
    }
    return ways;
  }

  @Override
  public boolean isReplica(Connection connection) throws SQLException {
    return MysqlRole.isReplica(connection);
  }

  @Override
  public javax.sql.DataSource to(
      DataSource source, Use use, String database, ServerAddress server, boolean any)
      throws SQLException {
    MysqlDataSource driver = new MysqlDataSource();
    driver.setServerName(JdbcDriver.spelled(server));
    driver.setPort(server.port());
    driver.setDatabaseName(database);
    driver.setConnectTimeout((int) source.connectTimeout().toMillis());
    driver.setSocketTimeout((int) use.silence().toMillis());
    driver.setTcpKeepAlive(!source.keepAliveIdle().isZero());
    driver.setConnectionAttributes("program_name:" + use.application());
    driver.setCharacterEncoding("UTF-8");
    driver.setSessionVariables(VARIABLES);
    driver.setNetTimeoutForStreamingResults(0);
    driver.setUseServerPrepStmts(true);
    driver.setCachePrepStmts(true);
    driver.setProcessEscapeCodesForPrepStmts(false);
    driver.setAllowPublicKeyRetrieval(
        source.tls().mode() == TlsMode.DISABLE || source.tls().mode() == TlsMode.PREFER);
    driver.setAllowLoadLocalInfile(false);
    driver.setTinyInt1isBit(false);
    driver.setYearIsDateType(false);
    tls(driver, source.tls());
    return driver;
  }

  private static void tls(MysqlDataSource driver, BackendTls tls) throws SQLException {
    driver.setSslMode(
        switch (tls.mode()) {
          case DISABLE -> "DISABLED";
          case PREFER -> "PREFERRED";
          case REQUIRE -> "REQUIRED";
          case VERIFY_CA -> "VERIFY_CA";
          case VERIFY_FULL -> "VERIFY_IDENTITY";
        });
    driver.setFallbackToSystemKeyStore(false);
    if (tls.caFile().isPresent()) {
      driver.setTrustCertificateKeyStoreUrl(
          AuthorityStore.of(tls.caFile().get()).file().toUri().toString());
      driver.setTrustCertificateKeyStoreType(AuthorityStore.TYPE);
      driver.setTrustCertificateKeyStorePassword(AuthorityStore.PASSWORD);
      driver.setFallbackToSystemTrustStore(false);
    }
  }
}
