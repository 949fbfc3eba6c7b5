package dev.heimdall.test.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code extract-plan} for what drivers prepare: whatever the parameters, and without values. */
@Tag("long")
class PlansOfPreparedIT {
  private static final String TABLE = "planned_rows";
  private static final int VALUE = 4711;

  private static final Consumer<TestConfiguration> RULE =
      c ->
          c.vdb("rules", List.of("all"))
              .rules(
                  "all",
                  "{\"match\": \"AS plan_\", \"action\": \"extract-plan\", \"parameters\":"
                      + " {\"threshold\": 0, \"frequency\": 3600, \"force\": true}}");

  @ParameterizedTest
  @CsvSource({
    "0, ''",
    "1, ''",
    "0, stringtype=unspecified",
    "1, stringtype=unspecified",
  })
  void postgres(int threshold, String property) throws SQLException {
    String[] setting = property.isEmpty() ? new String[] {"ssl", "false"} : property.split("=");
    try (TestNode node = TestNode.start(RULE);
        Connection client =
            node.connect("prepareThreshold", String.valueOf(threshold), setting[0], setting[1])) {
      table(client);
      planned(node, client, "SELECT id AS plan_number FROM %s WHERE id = ?");
      planned(node, client, "SELECT id AS plan_page FROM %s WHERE id > ? LIMIT ? OFFSET ?");
      planned(node, client, "UPDATE %s SET name = ? WHERE id = ? RETURNING id AS plan_update");
      planned(node, client, "SELECT id AS plan_cast FROM %s WHERE name LIKE ?::text || '%%'");
      if (property.isEmpty()) {
        // Only what the client says of its types tells the server which operator is meant.
        planned(node, client, "SELECT ? + ? AS plan_sum FROM %s");
      }
      drop(client);
    }
  }

  @MariadbAndMysql
  void mysql(MysqlRelease release) throws SQLException {
    try (MysqlNode node = MysqlNode.start(release, RULE);
        Connection client = node.connect("useServerPrepStmts", "true")) {
      table(client);
      planned(node, client, "SELECT id AS plan_number FROM %s WHERE id = ?");
      planned(node, client, "SELECT id AS plan_text FROM %s WHERE name = ?");
      planned(node, client, "SELECT id AS plan_limit FROM %s WHERE id > ? LIMIT ?");
      planned(node, client, "SELECT id AS plan_page FROM %s WHERE name <> ? LIMIT ? OFFSET ?");
      planned(
          node, client, "SELECT id AS plan_date FROM %s WHERE at < DATE_ADD(?, INTERVAL ? DAY)");
      planned(node, client, "SELECT '?' AS plan_quoted, id /* ? */ FROM %s WHERE id + ? > 1");
      drop(client);
    }
  }

  private static void table(Connection client) throws SQLException {
    try (Statement statement = client.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS " + TABLE);
      statement.execute(
          "CREATE TABLE " + TABLE + " (id INT PRIMARY KEY, name VARCHAR(60), at TIMESTAMP NULL)");
    }
  }

  private static void drop(Connection client) throws SQLException {
    try (Statement statement = client.createStatement()) {
      statement.execute("DROP TABLE " + TABLE);
    }
  }

  /** Carries a statement out twice: drivers prepare it with the first one, and name it then. */
  private static void planned(RunningNode node, Connection client, String sql) throws SQLException {
    String text = sql.formatted(TABLE);
    // Asking the driver would have it prepare the statement without types.
    int parameters =
        (int) text.replaceAll("'\\?'|/\\* \\? \\*/", "").chars().filter(c -> c == '?').count();
    try (PreparedStatement statement = client.prepareStatement(text)) {
      for (int time = 0; time < 2; time++) {
        for (int i = 1; i <= parameters; i++) {
          if (i == 1 && text.contains("name ")) {
            statement.setString(i, "x" + VALUE);
          } else {
            statement.setInt(i, VALUE);
          }
        }
        statement.execute();
      }
    }
    awaitPlan(node, text.replaceAll("(?s).*(plan_[a-z]+).*", "$1"));
  }

  private static void awaitPlan(RunningNode node, String name) {
    Await.until("the plan of " + name, () -> plan(node, name).contains(TABLE));
    assertThat(plan(node, name)).doesNotContain(String.valueOf(VALUE));
  }

  /** Without the fingerprint, in which the digits of the value may stand by chance. */
  private static String plan(RunningNode node, String name) {
    return node.admin("SHOW PLANS").stream()
        .filter(row -> row.toString().contains(name))
        .findFirst()
        .map(row -> row.get("statement") + " " + row.get("plan"))
        .orElse("");
  }
}
