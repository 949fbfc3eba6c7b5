package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Actions of rules on connections of the node's own. */
@AlsoOnBabelfish
class SqlServerActionsIT {
  private final TdsTarget server = TdsTarget.start("app");
  private SqlServerNode node;

  @BeforeEach
  void tables() throws SQLException {
    try (Connection direct = server.jdbc(";databaseName=app;encrypt=false")) {
      all(direct, "create table log (a int primary key, b nvarchar(50))");
      all(direct, "create table done (a nvarchar(50))");
    }
  }

  @AfterEach
  void end() {
    if (node != null) {
      node.close();
    }
    server.close();
  }

  private Connection client(String rules) throws SQLException {
    node = SqlServerNode.start(server, "", rules);
    return node.jdbc(";encrypt=false");
  }

  private String rows(String query) throws SQLException {
    try (Connection direct = server.jdbc(";databaseName=app;encrypt=false")) {
      return all(direct, query);
    }
  }

  private void await(String query, String rows) {
    Await.until(query + " has " + rows, () -> rows(query).equals(rows));
  }

  /** How many connections the server has had a text from. */
  private long connectionsWith(String text) {
    return server.standIn().log().stream()
        .filter(message -> String.valueOf(message.text()).contains(text))
        .map(TdsMessage::connection)
        .distinct()
        .count();
  }

  private static final String PLAN =
      "{\"match\": \"tables:app.log\", \"action\": \"extract-plan\", \"parameters\":"
          + " {\"checkTableMismatch\": true}}";

  @Test
  void plansHaveTablesAndNoValues() throws Exception {
    server.standIn(); // others have plans of their own
    try (Connection client = client(PLAN);
        PreparedStatement prepared =
            client.prepareStatement(
                "select b from log where a = ? and b <> 'secret' and a < 7777")) {
      for (int i = 0; i < 2; i++) {
        prepared.setInt(1, 4711);
        prepared.executeQuery().close();
      }
      Await.until("there is a plan", () -> !plans().isEmpty());
      assertThat(plans())
          .startsWith("xml ")
          .contains("Table=\"[log]\"", "[t2].[a1]=(?)")
          .doesNotContain("secret", "7777", "4711");
      assertThat(client.isValid(1)).isTrue();
    }
  }

  /** Form and text of the plans that the node has. */
  private String plans() throws SQLException {
    StringBuilder all = new StringBuilder();
    try (Connection console = node.console();
        Statement statement = console.createStatement();
        ResultSet rows = statement.executeQuery("SHOW PLANS")) {
      while (rows.next()) {
        all.append(rows.getString("format")).append(' ').append(rows.getString("plan"));
      }
    }
    return all.toString();
  }

  @Test
  void clientsAreKnownByTheNamesOfTheirApplications() throws Exception {
    String rule = "{\"match\": \"appname:report(er|ing)\", \"action\": \"drop\"}";
    try (Connection client = client(rule);
        Connection reporter = node.jdbc(";encrypt=false;applicationName=reporter")) {
      assertThat(all(client, "select 1")).isEqualTo("[1;]");
      assertThatThrownBy(() -> all(reporter, "select 1")).isInstanceOf(SQLException.class);
    }
  }

  private static final String ASYNC =
      "{\"match\": \"tables:app.log\", \"action\": \"async-execute\", \"parameters\": {%s}}";

  @Test
  void aStatementIsAnsweredAtOnceAndCarriedOutLater() throws Exception {
    try (Connection client = client(ASYNC.formatted("\"queueName\": \"q\""));
        Statement statement = client.createStatement()) {
      assertThat(statement.executeUpdate("insert log values (1, N'später')")).isOne();
      await("select * from log", "[1,später;]");
      statement.executeUpdate("insert log values (2, 'b')");
      statement.executeUpdate("update log set b = 'c' where a = 2");
      await("select b from log where a = 2", "[c;]");
    }
  }

  @Test
  void whatOnlyTheSessionCanDoIsNotDeferred() throws Exception {
    try (Connection client = client(ASYNC.formatted("\"queueName\": \"q\""))) {
      assertThat(all(client, "insert log output inserted.a values (7, 'x')")).contains("7");
      assertThat(rows("select a from log")).isEqualTo("[7;]");
      client.setAutoCommit(false);
      all(client, "insert log values (8, 'y')");
      client.rollback();
      client.setAutoCommit(true);
      assertThat(rows("select a from log")).isEqualTo("[7;]");
    }
  }

  @Test
  void deferredStatementsHaveTheSessionsOptions() throws Exception {
    try (Connection client = client(ASYNC.formatted("\"queueName\": \"q\""))) {
      all(client, "set dateformat dmy");
      all(client, "insert log values (3, 'd')");
      await("select a from log", "[3;]");
      assertThat(connectionsWith("SET dateformat")).isPositive();
    }
  }

  @Test
  void aTriggerRunsBeforeTheStatementAndAnotherBesideIt() throws Exception {
    String trigger =
        "{\"match\": \"tables:app.log\", \"action\": \"trigger\", \"parameters\":"
            + " {\"type\": \"sql\", \"timing\": \"%s\", \"command\":"
            + " \"insert done values ('%s')\"}}";
    try (Connection client = client(trigger.formatted("before", "first"))) {
      all(client, "insert log values (1, 'a')");
      assertThat(rows("select a from done")).isEqualTo("[first;]");
    }
    node.close();
    try (Connection client = client(trigger.formatted("parallel", "beside"))) {
      all(client, "insert log values (2, 'a')");
      await("select a from done where a = 'beside'", "[beside;]");
    }
  }

  @Test
  void aTriggerThatFailsBeforeTheStatementIsTheClientsError() throws Exception {
    String trigger =
        "{\"match\": \"tables:app.log\", \"action\": \"trigger\", \"parameters\":"
            + " {\"type\": \"sql\", \"timing\": \"before\", \"command\":"
            + " \"insert missing values (1)\"}}";
    try (Connection client = client(trigger)) {
      assertThatThrownBy(() -> all(client, "insert log values (1, 'a')"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("missing");
      assertThat(rows("select count(*) from log")).isEqualTo("[0;]");
    }
  }
}
