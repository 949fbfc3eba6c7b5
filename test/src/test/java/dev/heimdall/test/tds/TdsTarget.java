package dev.heimdall.test.tds;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** The server that tests speak to: a stand-in of their own, or what {@code -Dtds.server} names. */
public final class TdsTarget implements AutoCloseable {
  private final TdsServer server;
  private final String address;
  private final String user;
  private final String password;

  private TdsTarget(TdsServer server, String address, String user, String password) {
    this.server = server;
    this.address = address;
    this.user = user;
    this.password = password;
  }

  /** Starts a stand-in unless a server is named. */
  public static TdsTarget start() {
    String named = System.getProperty("tds.server");
    if (named != null) {
      return new TdsTarget(
          null,
          named,
          System.getProperty("tds.user", TdsOptions.USER),
          System.getProperty("tds.password", TdsOptions.PASSWORD));
    }
    return of(TdsServer.start());
  }

  /** This stand-in. */
  public static TdsTarget of(TdsServer server) {
    return new TdsTarget(
        server, "127.0.0.1:" + server.port(), TdsOptions.USER, TdsOptions.PASSWORD);
  }

  /** The stand-in, or null where the server is a real one. */
  public TdsServer server() {
    return server;
  }

  /** A connection of mssql-jdbc; properties such as {@code ;encrypt=false} behind its URL. */
  public Connection jdbc(String properties) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlserver://" + address + ";trustServerCertificate=true" + properties, login());
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
    }
  }
}
