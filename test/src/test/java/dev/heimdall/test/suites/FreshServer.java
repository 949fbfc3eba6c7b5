package dev.heimdall.test.suites;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A server that is for each test as it was for the first: what a test has left is taken away again,
 * and where that fails the server begins anew on the same port.
 */
final class FreshServer implements AutoCloseable {
  private static final Duration CLIENTS_LEAVE_WITHIN = Duration.ofSeconds(10);

  /** These change by themselves. */
  private static final Pattern FOLLOWING =
      Pattern.compile("gtid_.*|last_.*|.*_pos|timestamp|innodb_buffer_pool_load.*");

  private static final List<String> DATABASES =
      List.of("mysql", "information_schema", "performance_schema", "sys", "test", "mtr");

  private final SqlSuite suite;
  private MysqlCluster cluster;
  private Map<String, String> variables;
  private List<String> users;

  FreshServer(SqlSuite suite) {
    this.suite = suite;
    this.cluster = suite.cluster().start();
    remember();
  }

  MysqlServer server() {
    return cluster.primary();
  }

  MysqlCluster cluster() {
    return cluster;
  }

  /** Takes away what a test has left. */
  void clean() {
    try (Connection connection = server().connect("mysql");
        Statement statement = connection.createStatement()) {
      awaitNobody(statement);
      for (String name : column(statement, "SHOW DATABASES")) {
        if (!DATABASES.contains(name)) {
          statement.execute("DROP DATABASE " + quoted(name));
        }
      }
      statement.execute("DROP DATABASE test");
      statement.execute("CREATE DATABASE test");
      for (String user : users(statement)) {
        if (!users.contains(user) || user.startsWith("'root'")) {
          statement.execute(drop(user));
        }
      }
      statement.execute("CREATE USER root@localhost");
      statement.execute("GRANT ALL ON *.* TO root@localhost WITH GRANT OPTION");
      Map<String, String> now = variables(statement);
      for (Map.Entry<String, String> variable : variables.entrySet()) {
        String value = variable.getValue();
        if (!value.equals(now.get(variable.getKey()))
            && !FOLLOWING.matcher(variable.getKey()).matches()) {
          statement.execute(
              "SET GLOBAL %s = %s"
                  .formatted(
                      variable.getKey(), value.matches("-?[0-9.]+") ? value : literal(value)));
        }
      }
      statement.execute("FLUSH STATUS");
    } catch (SQLException e) {
      renew(); // what it was that could not be taken away is gone with the data
    }
  }

  /** MariaDB keeps roles beside users, without a host. */
  private static String drop(String user) {
    return user.endsWith("@''")
        ? "DROP ROLE " + user.substring(0, user.length() - "@''".length())
        : "DROP USER " + user;
  }

  /** Begins anew, without anything of what was. */
  private void renew() {
    int port = server().port();
    cluster.close();
    cluster = suite.cluster().ports(port).start();
    remember();
  }

  @Override
  public void close() {
    cluster.close();
  }

  private void remember() {
    try (Connection connection = server().connect("mysql");
        Statement statement = connection.createStatement()) {
      variables = variables(statement);
      users = users(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A pool's connections may stay; what they do ends. */
  private static void awaitNobody(Statement statement) throws SQLException {
    String busy =
        "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user <>"
            + " 'event_scheduler' AND user <> 'system user' AND command NOT IN ('Sleep', 'Daemon')";
    long until = System.nanoTime() + CLIENTS_LEAVE_WITHIN.toNanos();
    try {
      Await.until(
          "nobody works",
          CLIENTS_LEAVE_WITHIN,
          () -> column(statement, busy).isEmpty() || System.nanoTime() > until,
          () -> "");
    } catch (AssertionError e) {
      throw new SQLException(e.getMessage(), e);
    }
    for (String id : column(statement, busy)) {
      statement.execute("KILL " + id);
    }
  }

  private static Map<String, String> variables(Statement statement) throws SQLException {
    Map<String, String> found = new TreeMap<>();
    try (ResultSet rows = statement.executeQuery("SHOW GLOBAL VARIABLES")) {
      while (rows.next()) {
        found.put(rows.getString(1), rows.getString(2) == null ? "" : rows.getString(2));
      }
    }
    return found;
  }

  private static List<String> users(Statement statement) throws SQLException {
    return column(
        statement,
        "SELECT CONCAT('''', REPLACE(user, '''', ''''''), '''@''', host, '''') FROM mysql.user");
  }

  private static List<String> column(Statement statement, String query) throws SQLException {
    List<String> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  private static String literal(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
