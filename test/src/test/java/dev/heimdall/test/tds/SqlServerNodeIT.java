package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.sqlserver.jdbc.SQLServerException;
import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import dev.heimdall.test.fixture.Await;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of mssql-jdbc share the one connection that a node has to the stand-in. */
@AlsoOnBabelfish
class SqlServerNodeIT {
  private static final String CERTIFIED = ";encrypt=true;trustServerCertificate=true";

  private TdsTarget server;
  private SqlServerNode node;

  @BeforeEach
  void listen() {
    server = TdsTarget.start("app");
  }

  @AfterEach
  void end() {
    if (node != null) {
      node.close();
    }
    server.close();
  }

  private void start(String vdb, String rules) {
    node = SqlServerNode.start(server, vdb, rules);
  }

  private void start() {
    start("", "");
  }

  private Connection client() throws SQLException {
    return node.jdbc(";encrypt=false");
  }

  private boolean received(String text) {
    return server.standIn().log().stream()
        .anyMatch(message -> String.valueOf(message.text()).contains(text));
  }

  @Test
  void twoClientsHaveOneConnectionBetweenThem() throws Exception {
    start();
    try (Connection ann = client();
        Connection bob = client()) {
      for (int round = 0; round < 3; round++) {
        assertThat(all(ann, "select 1")).isEqualTo("[1;]");
        assertThat(all(bob, "select 'a', N'b' select 2")).isEqualTo("[a,b;][2;]");
      }

      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void transactionsAreCommittedAndRolledBack() throws Exception {
    start();
    try (Connection ann = client();
        Connection bob = client()) {
      all(ann, "create table t (a int)");
      ann.setAutoCommit(false);
      all(ann, "insert t values (1)");
      CompletableFuture<String> waits =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return all(bob, "select count(*) from t");
                } catch (SQLException e) {
                  return e.getMessage();
                }
              });
      assertThat(all(ann, "select a from t")).isEqualTo("[1;]");
      assertThat(waits).isNotDone();
      ann.commit();
      assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo("[1;]");

      all(ann, "insert t values (2)");
      ann.rollback();
      ann.setAutoCommit(true);
      assertThat(all(bob, "select a from t")).isEqualTo("[1;]");
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void preparedStatementsOfBothClientsAreTheirOwn() throws Exception {
    start();
    try (Connection ann = client();
        Connection bob = client();
        PreparedStatement one = ann.prepareStatement("select ? + 1");
        PreparedStatement other = bob.prepareStatement("select ? + 100")) {
      for (int i = 0; i < 6; i++) {
        assertThat(number(one, i)).isEqualTo(i + 1);
        assertThat(number(other, i)).isEqualTo(i + 100);
      }
      assertThat(server.connections()).isOne();
    }
  }

  private static int number(PreparedStatement statement, int value) throws SQLException {
    statement.setInt(1, value);
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void aCancelledStatementEndsAndItsClientGoesOn() throws Exception {
    start();
    try (Connection ann = client();
        Connection bob = client();
        Statement waits = ann.createStatement()) {
      CompletableFuture<Throwable> outcome =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  waits.execute("waitfor delay '00:01:00'");
                  return null;
                } catch (SQLException e) {
                  return e;
                }
              });
      Await.until("the statement runs", () -> received("waitfor"));
      waits.cancel();

      assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
      assertThat(all(bob, "select 2")).isEqualTo("[2;]");
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void aStatementThatTakesTooLongIsAnErrorOfItsOwn() throws Exception {
    server.lacksOnBabelfish("WAITFOR");
    start(", \"clients\": {\"queryTimeout\": \"1s\"}", "");
    try (Connection ann = client()) {
      assertThatThrownBy(() -> all(ann, "waitfor delay '00:01:00'"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(-2));
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
    }
  }

  @Test
  void optionsOfOneClientAreNotTheOthers() throws Exception {
    start();
    try (Connection ann = client();
        Connection bob = client()) {
      String usual = all(bob, "select @@lock_timeout");
      all(ann, "set lock_timeout 1234");

      assertThat(all(bob, "select @@lock_timeout")).isEqualTo(usual).isNotEqualTo("[1234;]");
      assertThat(all(ann, "select @@lock_timeout")).isEqualTo("[1234;]");
      assertThat(all(bob, "select @@lock_timeout")).isEqualTo(usual);
      assertThat(server.connections()).isOne();
    }
  }

  /** A procedure may leave in the session what nobody can see from outside. */
  @ParameterizedTest
  @ValueSource(strings = {"exec p", "p", "exec ('set context_info 0x0102')", "{call p}"})
  void whatAProcedureLeavesIsItsCallersAlone(String call) throws Exception {
    start();
    try (Connection ann = client();
        Connection bob = client()) {
      all(ann, "create procedure p as set context_info 0x0102");
      String none = all(bob, "select context_info()");
      try (CallableStatement called = ann.prepareCall(call)) {
        called.execute();
      }
      CompletableFuture<String> waits =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return all(bob, "select context_info()");
                } catch (SQLException e) {
                  return e.getMessage();
                }
              });

      for (int i = 0; i < 100; i++) {
        assertThat(all(ann, "select context_info()")).isNotEqualTo(none).contains("0102");
      }
      assertThat(waits).isNotDone();
      ann.close();
      assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo(none);
      assertThat(server.connections()).isOne();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select getdate(), newid(), len('a')",
        "select count(*) from sys.databases",
        "select dbo.ofUser(1)",
        "select * from dbo.rowsOfUser(1)"
      })
  void functionsKeepNoConnectionWhereRulesJudge(String sql) throws Exception {
    start("", "{\"match\": \"tables:app.dbo.nothing\", \"action\": \"log\"}");
    try (Connection ann = client();
        Connection bob = client()) {
      for (Connection each : new Connection[] {ann, bob, ann}) {
        try {
          all(each, sql);
        } catch (SQLException e) {
          assertThat(e.getMessage()).containsIgnoringCase("fUser"); // there is no such function
        }
      }
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void aRuleRejectsAStatementHoweverItComes() throws Exception {
    start("", "{\"match\": \"secret\", \"action\": \"drop\"}");
    try (Connection ann = client();
        PreparedStatement prepared = ann.prepareStatement("select 'secret', ?")) {
      assertThatThrownBy(() -> all(ann, "select 'secret'")).isInstanceOf(SQLException.class);
      prepared.setInt(1, 1);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(prepared::executeQuery).isInstanceOf(SQLException.class);
      }

      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      assertThat(received("secret")).isFalse();
    }
  }

  @Test
  void aRulesTextIsRunForPreparedStatements() throws Exception {
    start(
        "",
        "{\"match\": \"select 1000\", \"action\": \"transform\","
            + " \"parameters\": {\"target\": \"select 2000\"}}");
    try (Connection ann = client();
        PreparedStatement prepared = ann.prepareStatement("select 1000 + ?")) {
      for (int i = 0; i < 4; i++) {
        assertThat(number(prepared, i)).isEqualTo(2000 + i);
      }
      assertThat(all(ann, "select 1000")).isEqualTo("[2000;]");
    }
  }

  /** Of a local variable the optimizer does not know the value, of a parameter it does. */
  @Test
  void aRuleHasAStatementRunAsAProcedureThatHasItsVariablesAsParameters() throws Exception {
    start(
        "",
        "{\"match\": \"^select \\\\* from w where a = ([0-9]+)$\", \"action\": \"transform\","
            + " \"parameters\": {\"target\": \"declare @a int = $1 select * from w where a = @a\"}},"
            + "{\"match\": \" w where a \", \"action\": \"procedure-wrap\"}");
    try (Connection ann = client();
        Connection bob = client()) {
      all(ann, "create table w (a int)");
      all(ann, "insert w values (5)");
      for (Connection each : new Connection[] {ann, bob, ann}) {
        assertThat(all(each, "select * from w where a = 5")).isEqualTo("[5;]");
      }
      assertThat(received("EXEC sp_executesql N'select * from w where a = @a', N'@a int', @a = @a"))
          .isTrue();
      assertThat(server.connections()).isOne();
    }
  }

  /** As pytds and go-mssqldb begin them; the connection is free until a statement needs it. */
  @Test
  void aTransactionBeginsWithItsFirstStatement() throws Exception {
    start(", \"delayedTransaction\": true", "");
    try (Connection ann = client();
        Connection bob = client()) {
      all(bob, "create table delayed (a int)");
      all(ann, "begin transaction");
      assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
      assertThat(server.standIn().log()).noneMatch(m -> m.text().equals("begin transaction"));

      all(ann, "insert delayed values (1)");
      assertThat(all(ann, "select @@trancount, count(*) from delayed")).isEqualTo("[1,1;]");
      all(ann, "rollback");

      assertThat(all(bob, "select count(*) from delayed")).isEqualTo("[0;]");
      all(ann, "begin transaction");
      all(ann, "commit");
      assertThat(all(ann, "select @@trancount")).isEqualTo("[0;]");
      assertThat(server.connections()).isOne();
    }
  }

  /** Servers begin implicit transactions, with the first statement that needs one. */
  @Test
  void aClientThatCommitsByItselfHasNoConnectionBetweenItsTransactions() throws Exception {
    start();
    try (Connection ann = client();
        Connection bob = client()) {
      all(bob, "create table implicit (a int)");
      ann.setAutoCommit(false);
      for (int i = 1; i < 4; i++) {
        assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
        all(ann, "insert implicit values (1)");
        assertThat(all(ann, "select @@trancount")).isEqualTo("[1;]");
        ann.commit();
        assertThat(all(bob, "select count(*) from implicit")).isEqualTo("[%d;]".formatted(i));
      }
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void anUnknownDatabaseIsRefusedAsTheServerRefusesIt() {
    start();
    String unknown = ";encrypt=false;databaseName=nowhere";

    assertThat(refusals(() -> node.jdbc(unknown)))
        .isEqualTo(refusals(() -> server.jdbc(unknown)))
        .isNotEmpty();
  }

  /** Numbers and severities of the errors that a log-in ends with. */
  private static List<String> refusals(Callable<Connection> logIn) {
    List<String> refusals = new ArrayList<>();
    try (Connection none = logIn.call()) {
      return List.of(none.toString());
    } catch (SQLException refused) {
      for (Throwable each : refused) {
        if (each instanceof SQLServerException error) {
          refusals.add(error.getErrorCode() + " " + error.getSQLServerError().getErrorSeverity());
        }
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return refusals;
  }

  @Test
  void aWrongPasswordIsALogInThatFailed() {
    start();

    assertThatThrownBy(() -> node.jdbc(";encrypt=false;password=wrong"))
        .hasMessageContaining("Login failed for user '")
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(18456));
  }

  @Test
  void bothSidesAreEncrypted() throws Exception {
    server.encrypts();
    node = SqlServerNode.encrypted(server);
    try (Connection ann = node.jdbc(CERTIFIED);
        Connection bob = node.jdbc(";encrypt=false")) {
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      assertThat(all(bob, "select 2")).isEqualTo("[2;]");
    }
  }
}
