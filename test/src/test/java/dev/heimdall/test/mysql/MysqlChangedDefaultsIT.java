package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.EachRelease;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The server's {@code sql_mode} is another one for the connections that are made from now on. */
class MysqlChangedDefaultsIT {
  /** Runs its query where backslashes are no escapes; elsewhere all of it is a literal. */
  private static final String HIDDEN = "SELECT '\\' , (SELECT n FROM changed_defaults) -- '";

  private static final int SECRET = 4711;

  private static String all(Statement statement, boolean rows) throws SQLException {
    StringBuilder said = new StringBuilder();
    if (rows) {
      try (ResultSet result = statement.getResultSet()) {
        while (result.next()) {
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            said.append(result.getString(i)).append('|');
          }
        }
      }
    }
    return said.toString();
  }

  @EachRelease
  void whatWasPreparedBeforeIsReadAsItWasThen(MysqlRelease release) throws SQLException {
    MysqlServer server = release.shared().primary();
    server.executeIn(
        "app",
        "CREATE TABLE IF NOT EXISTS changed_defaults (n INT)",
        "INSERT INTO changed_defaults VALUES (" + SECRET + ")");
    String before = server.queryValue("app", "SELECT @@global.sql_mode");
    try (MysqlNode node =
            MysqlNode.start(
                release,
                c ->
                    c.vdb("pool.size", 2)
                        .node("loops", 1)
                        .vdb("rules", List.of("all"))
                        .rules(
                            "all",
                            "{\"match\": \"tables:app.changed_defaults\", \"action\": \"drop\"}"));
        Connection holder = node.target().jdbc();
        Connection client = node.target().jdbc("useServerPrepStmts", "true");
        Statement texts = client.createStatement();
        PreparedStatement prepared = client.prepareStatement(HIDDEN)) {
      assertThat(all(prepared, prepared.execute())).doesNotContain("" + SECRET);
      try (Statement begins = holder.createStatement()) {
        begins.execute("BEGIN");
        begins.execute("SELECT 1"); // has the connection that has the statement
        server.execute("SET GLOBAL sql_mode = CONCAT(@@global.sql_mode, ',NO_BACKSLASH_ESCAPES')");
        try (Connection direct = MysqlTarget.of(server).jdbc();
            Statement statement = direct.createStatement()) {
          assertThat(all(statement, statement.execute(HIDDEN))).contains("" + SECRET);
        }
        for (int i = 0; i < 3; i++) {
          assertThat(said(() -> all(prepared, prepared.execute()))).doesNotContain("" + SECRET);
          assertThat(said(() -> all(texts, texts.execute(HIDDEN)))).doesNotContain("" + SECRET);
        }
      }
    } finally {
      server.execute("SET GLOBAL sql_mode = '" + before + "'");
      server.executeIn("app", "DROP TABLE changed_defaults");
    }
  }

  private interface Said {
    String get() throws SQLException;
  }

  private static String said(Said said) {
    try {
      return said.get();
    } catch (SQLException e) {
      return e.getMessage();
    }
  }
}
