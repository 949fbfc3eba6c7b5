package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.manager.inspect.Finding;
import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;

/** What MySQL and MariaDB are asked. */
final class MysqlQuestions extends EngineQuestions {
  private boolean mariadb;

  MysqlQuestions(DataSource source) {
    super(source);
  }

  @Override
  Connection connect(SourceConnections connections) throws SQLException {
    return connections.single("");
  }

  @Override
  void about(String subject, Connection connection, boolean first, Consumer<Finding> found)
      throws SQLException {
    String version = text(connection, "SELECT VERSION()", 1);
    mariadb = version.contains("MariaDB");
    found.accept(
        Finding.good(subject, VERSION, mariadb ? "MariaDB " + version : "MySQL " + version));
    found.accept(tls(subject, text(connection, "SHOW SESSION STATUS LIKE 'Ssl_version'", 2)));
    if (source().database().isPresent()) {
      connection.setCatalog(source().database().get());
    }
  }

  @Override
  String grant() {
    return "GRANT %s ON *.* TO '%s'@'%%';"
        .formatted(
            mariadb
                ? "REPLICA MONITOR, BINLOG MONITOR, REPLICATION MASTER ADMIN"
                : "REPLICATION CLIENT, REPLICATION SLAVE",
            source().user().orElse("USER"));
  }
}
