package dev.heimdall.engine.dialect.sqlserver.jdbc;

import com.microsoft.sqlserver.jdbc.SQLServerDataSource;
import dev.heimdall.engine.dialect.sqlserver.answer.TdsErrors;
import dev.heimdall.engine.jdbc.AuthorityStore;
import dev.heimdall.engine.jdbc.JdbcDriver;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.TlsMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Microsoft's driver. */
public final class SqlServerDriver implements JdbcDriver {
  private static final String UPDATEABILITY =
      "SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS nvarchar(60))";

  @Override
  public Engine engine() {
    return Engine.SQLSERVER;
  }

  /**
   * This driver does not find out which of several servers is the writer. What is only read may
   * come from another one as long as there is none.
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
      boolean intent = source.hosts().size() > 1; // without it, secondaries refuse log-ins
      for (ServerAddress server : source.hosts()) {
        SQLServerDataSource driver = driver(source, use, database, server);
        driver.setApplicationIntent(intent ? "ReadOnly" : "ReadWrite");
        ways.add(new Way(driver, server, false));
      }
    }
    return ways;
  }

  @Override
  public boolean isReplica(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(UPDATEABILITY)) {
      return row.next() && "READ_ONLY".equals(row.getString(1));
    }
  }

  /** This driver has SQLSTATEs of its own. */
  @Override
  public boolean isRefusal(SQLException failure) {
    return failure.getErrorCode() == TdsErrors.LOG_IN_FAILED;
  }

  @Override
  public javax.sql.DataSource to(
      DataSource source, Use use, String database, ServerAddress server, boolean any)
      throws SQLException {
    return driver(source, use, database, server);
  }

  private static SQLServerDataSource driver(
      DataSource source, Use use, String database, ServerAddress server) throws SQLException {
    SQLServerDataSource driver = new SQLServerDataSource();
    driver.setServerName(server.host());
    driver.setPortNumber(server.port());
    if (!database.isEmpty()) {
      driver.setDatabaseName(database);
    }
    driver.setApplicationName(use.application());
    driver.setLoginTimeout(
        (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(source.connectTimeout().toMillis())));
    driver.setSocketTimeout((int) use.silence().toMillis());
    driver.setConnectRetryCount(0); // who asks tries again, and may ask another server
    tls(driver, source.tls());
    return driver;
  }

  private static void tls(SQLServerDataSource driver, BackendTls tls) throws SQLException {
    boolean encrypted = tls.mode() != TlsMode.DISABLE && tls.mode() != TlsMode.PREFER;
    // Without, the log-in alone is encrypted, if the server can.
    driver.setEncrypt(tls.direct() ? "strict" : Boolean.toString(encrypted));
    switch (tls.mode()) {
      case DISABLE, PREFER, REQUIRE -> driver.setTrustServerCertificate(true);
      case VERIFY_CA -> {
        driver.setTrustManagerClass(NamelessTrust.class.getName());
        driver.setTrustManagerConstructorArg(
            tls.caFile().map(file -> file.toAbsolutePath().toString()).orElse(""));
      }
      case VERIFY_FULL -> {
        if (tls.caFile().isPresent()) {
          driver.setTrustStore(AuthorityStore.of(tls.caFile().get()).file().toString());
          driver.setTrustStoreType(AuthorityStore.TYPE);
          driver.setTrustStorePassword(AuthorityStore.PASSWORD);
        }
      }
    }
  }
}
