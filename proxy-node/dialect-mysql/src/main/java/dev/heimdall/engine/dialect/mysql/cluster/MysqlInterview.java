package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.cluster.LiveServer;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.engine.wire.mysql.ServerHello;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;

/** Queries to MySQL and MariaDB. */
public final class MysqlInterview implements ServerInterview {
  private static final String MARIADB = "MariaDB";

  @Override
  public String version(Connection connection) throws SQLException {
    String version = ServerInterview.texts(connection, "SELECT VERSION()").get(0);
    return (ServerHello.isMariadb(version) ? MARIADB : "MySQL") + " " + version;
  }

  @Override
  public String tls(Connection connection) throws SQLException {
    return String.join(
        "", ServerInterview.texts(connection, "SHOW SESSION STATUS LIKE 'Ssl_version'", 2));
  }

  @Override
  public String grant(String version, String user) {
    return "GRANT %s ON *.* TO '%s'@'%%';"
        .formatted(
            version.startsWith(MARIADB)
                ? "REPLICA MONITOR, BINLOG MONITOR, REPLICATION MASTER ADMIN"
                : "REPLICATION CLIENT, REPLICATION SLAVE",
            user);
  }

  @Override
  public LiveServer all(Place place, Connection connection, Consumer<String> notes)
      throws SQLException {
    return new LiveMysql(place, connection, notes).ask();
  }
}
