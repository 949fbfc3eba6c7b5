package dev.heimdall.test.tds;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** The server that tests speak to: a stand-in of their own, or what {@code -Dtds.server} names. */
public final class TdsTarget implements AutoCloseable {
  /** Property by which an answer that never comes fails its test, and not the whole build. */
  public static final String WAITS = ";socketTimeout=120000";

  private final TdsServer server;
  private final String address;
  private final String user;
  private final String password;

  /** Database that this has made; null for none. */
  private final String made;

  private TdsTarget(TdsServer server, String address, String user, String password, String made) {
    this.server = server;
    this.address = address;
    this.user = user;
    this.password = password;
    this.made = made;
  }

  /** Starts a stand-in unless a server is named. */
  public static TdsTarget start() {
    return start(null);
  }

  /** The same with this database of its own, which a real server has until it is closed. */
  public static TdsTarget start(String database) {
    String named = System.getProperty("tds.server");
    if (named == null) {
      return of(TdsServer.start());
    }
    TdsTarget target =
        new TdsTarget(
            null,
            named,
            System.getProperty("tds.user", TdsOptions.USER),
            System.getProperty("tds.password", TdsOptions.PASSWORD),
            database);
    if (database != null) {
      target.run("create database " + database);
    }
    return target;
  }

  private void run(String sql) {
    try (Connection direct = jdbc(";encrypt=false")) {
      TdsSessionTest.all(direct, sql);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot " + sql + " at " + address, e);
    }
  }

  /** This stand-in. */
  public static TdsTarget of(TdsServer server) {
    return new TdsTarget(
        server, "127.0.0.1:" + server.port(), TdsOptions.USER, TdsOptions.PASSWORD, null);
  }

  /** The stand-in, or null where the server is a real one. */
  public TdsServer server() {
    return server;
  }

  /** The stand-in; a test that needs it is skipped where the server is a real one. */
  TdsServer standIn() {
    assumeThat(server).as("the stand-in, in the place of -Dtds.server").isNotNull();
    return server;
  }

  /** Returns host:port. */
  public String address() {
    return address;
  }

  public String host() {
    return address.substring(0, address.lastIndexOf(':'));
  }

  public int port() {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  public String user() {
    return user;
  }

  public String password() {
    return password;
  }

  /** Defines something; a test is skipped where a real server has no such thing. */
  void define(Connection direct, String definition) throws SQLException {
    try {
      TdsSessionTest.all(direct, definition);
    } catch (SQLException e) {
      assumeThat(server).as("%s: %s", definition, e.getMessage()).isNotNull();
      throw e;
    }
  }

  /** Skips a test of what Babelfish does not have, where the server is one. */
  void lacksOnBabelfish(String what) throws SQLException {
    if (server == null) {
      try (Connection direct = jdbc(";encrypt=false")) {
        String babelfish =
            TdsSessionTest.all(direct, "select cast(serverproperty('babelfish') as varchar(9))");
        assumeThat(babelfish).as("not on Babelfish: %s", what).isNotEqualTo("[1;]");
      }
    }
  }

  /** Skips a test that needs encryption, which a real server may have switched off. */
  void encrypts() {
    if (server == null) {
      try (Connection direct = jdbc(";encrypt=true")) {
        assumeThat(direct).isNotNull();
      } catch (SQLException e) {
        assumeThat(server).as("encryption: %s", e.getMessage()).isNotNull();
      }
    }
  }

  /** Number of connections, but for those of tests where the server is a real one. */
  int connections() throws SQLException {
    if (server != null) {
      return server.connections();
    }
    try (Connection direct = jdbc(";encrypt=false");
        Statement statement = direct.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*) from sys.dm_exec_sessions"
                    + " where client_interface_name = 'heimdall' and session_id is not null")) {
      row.next();
      return row.getInt(1);
    }
  }

  /** A connection of mssql-jdbc; properties such as {@code ;encrypt=false} behind its URL. */
  public Connection jdbc(String properties) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlserver://" + address + ";trustServerCertificate=true" + WAITS + properties,
        login());
  }

  /** A connection of jTDS, which speaks TDS 7.1 at most. */
  public Connection jtds(String properties) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:jtds:sqlserver://" + address + "/master" + properties, login());
  }

  private Properties login() {
    Properties login = new Properties();
    login.put("user", user);
    login.put("password", password);
    return login;
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    } else if (made != null) {
      run("drop database " + made);
    }
  }
}
