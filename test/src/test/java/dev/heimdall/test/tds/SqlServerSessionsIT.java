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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of mssql-jdbc and jTDS through a node that a configuration has started. */
@AlsoOnBabelfish
class SqlServerSessionsIT {
  private TdsTarget server;
  private SqlServerNode node;

  @BeforeEach
  void listen() {
    server = TdsTarget.start("app");
    node = SqlServerNode.start(server, "", "");
  }

  @AfterEach
  void end() {
    node.close();
    server.close();
  }

  private Connection client() throws SQLException {
    return client("");
  }

  private Connection client(String properties) throws SQLException {
    return node.jdbc(";encrypt=false" + properties);
  }

  @Test
  void clientsOfTds71ShareAConnection() throws Exception {
    try (Connection ann = node.jtds();
        Connection bob = node.jtds();
        PreparedStatement prepared = ann.prepareStatement("select ? + 1")) {
      all(ann, "create table t (a int)");
      for (int i = 0; i < 4; i++) {
        prepared.setInt(1, i);
        try (ResultSet row = prepared.executeQuery()) {
          row.next();
          assertThat(row.getInt(1)).isEqualTo(i + 1);
        }
        assertThat(all(bob, "select 'a'")).isEqualTo("[a;]");
      }
      ann.setAutoCommit(false);
      all(ann, "insert t values (1)");
      ann.rollback();
      all(ann, "insert t values (2)");
      ann.commit();

      assertThat(all(bob, "select a from t")).isEqualTo("[2;]");
      assertThat(server.connections()).isOne();
    }
  }

  /** SQL Server tells no client of TDS 7.1 of its transactions. */
  @Test
  void aTransactionOfTds71KeepsItsConnection() throws Exception {
    try (Connection ann = node.jtds();
        Connection bob = node.jtds()) {
      all(ann, "create table t (a int)");
      ann.setAutoCommit(false);
      for (int i = 1; i <= 3; i++) {
        all(ann, "insert t values (" + i + ")");
        CompletableFuture<String> other = async(bob);
        all(ann, "insert t values (0)");
        ann.commit();
        assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo("[" + 2 * i + ";]");
      }
      all(ann, "insert t values (9)");
      CompletableFuture<String> last = async(bob);
      ann.rollback();
      assertThat(last.get(20, TimeUnit.SECONDS)).isEqualTo("[6;]");
      assertThat(server.connections()).isOne();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "set implicit_transactions on", "begin tran"})
  void aTransactionThatNoServerReportsKeepsItsConnection(String begins) throws Exception {
    server.standIn().reportsTransactions(false);
    try (Connection bob = client()) {
      try (Connection ann = client()) {
        all(ann, "create table t (a int)");
        if (begins.isEmpty()) {
          ann.setAutoCommit(false);
        } else {
          all(ann, begins);
        }
        all(ann, "insert t values (1)");
        CompletableFuture<String> other = async(bob);
        all(ann, "insert t values (2)");
        all(ann, "IF @@TRANCOUNT > 0 COMMIT TRAN");
        assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo("[2;]");
        if (begins.equals("begin tran")) {
          all(ann, begins);
        }
        all(ann, "insert t values (3)");
      }
      Await.until(
          "what is left of it is rolled back",
          () ->
              server.standIn().spids().stream()
                  .allMatch(spid -> server.standIn().openTransactions(spid) == 0));
      assertThat(async(bob).get(20, TimeUnit.SECONDS)).isEqualTo("[2;]");
    }
  }

  private static CompletableFuture<String> async(Connection client) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return all(client, "select count(*) from t");
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /**
   * A severity above 19 makes a server close the connection; Babelfish has no WITH LOG for that.
   */
  @Test
  void aConnectionWithAFatalErrorIsNoOthers() throws Exception {
    server.standIn();
    try (Connection ann = client();
        Connection bob = client()) {
      assertThatThrownBy(() -> all(ann, "raiserror('of ann', 20, 1) with log"))
          .hasMessageContaining("of ann");
      assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
      assertThat(server.standIn().accepted()).isEqualTo(2);
    }
  }

  @Test
  void theDatabaseInUseIsItsSessionsAlone() throws Exception {
    try (Connection ann = client();
        Connection bob = client()) {
      all(ann, "use tempdb");

      assertThat(all(bob, "select db_name()")).isEqualTo("[app;]");
      assertThat(all(ann, "select db_name()")).isEqualTo("[tempdb;]");
      assertThatThrownBy(() -> all(ann, "use nowhere"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(911));
      assertThat(ann.getCatalog()).isEqualTo("tempdb");
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void serversLearnTheNameOfAnApplication() throws Exception {
    try (Connection ann = client(";applicationName=shop");
        Connection bob = client(";applicationName=reports");
        Connection cleo = client(";applicationName=shop")) {
      for (int i = 0; i < 2; i++) {
        assertThat(all(ann, "select app_name()")).isEqualTo("[shop;]");
        assertThat(all(bob, "select app_name()")).isEqualTo("[reports;]");
        assertThat(all(cleo, "select app_name()")).isEqualTo("[shop;]");
      }
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  /** Each name has a pool, and whoever connects chooses the name. */
  @Test
  void namesBeyondThoseWithConnectionsOfTheirOwnShare() throws Exception {
    List<Connection> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 12; i++) {
        clients.add(client(";applicationName=greedy" + i));
        assertThat(all(clients.get(i), "select app_name()"))
            .isEqualTo(i < 8 ? "[greedy" + i + ";]" : "[heimdall;]");
      }
      assertThat(server.connections()).isEqualTo(9);
    } finally {
      for (Connection client : clients) {
        client.close();
      }
    }
  }

  @Test
  void integratedLogInsAreRefusedByNumber() {
    assertThatThrownBy(() -> node.jtds(";domain=d").close())
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(18452));
  }

  /** Without its own recovery of sessions the driver has no place for what a reset takes away. */
  @Test
  void clientsDoNotHearOfTheNodesResets() throws Exception {
    try (Connection ann = node.jdbc(";encrypt=false;connectRetryCount=0");
        Connection bob = node.jdbc(";encrypt=false;connectRetryCount=0")) {
      for (int i = 0; i < 3; i++) {
        assertThat(all(ann, "select 'a'")).isEqualTo("[a;]");
        assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
      }
      assertThat(server.connections()).isOne();
    }
  }

  /** The driver sends all of them in one message. */
  @Test
  void aBatchOfCallsIsCarriedOut() throws Exception {
    try (Connection ann = client();
        Connection bob = client()) {
      all(ann, "create table t (a int)");
      for (int round = 0; round < 3; round++) {
        try (PreparedStatement insert = ann.prepareStatement("insert t values (?)")) {
          for (int i = 1; i <= 5; i++) {
            insert.setInt(1, i);
            insert.addBatch();
          }
          assertThat(insert.executeBatch()).containsExactly(1, 1, 1, 1, 1);
        }
        assertThat(all(bob, "select sum(a) from t")).isEqualTo("[%d;]".formatted(15 + 15 * round));
      }
      assertThat(server.connections()).isOne();
    }
  }

  /** Beyond ten of them the driver unprepares them in a batch, by the handles that it knows. */
  @Test
  void aClientThatUnpreparesManyStatementsKeepsNoConnection() throws Exception {
    try (Connection ann = client();
        Connection bob = client()) {
      for (int i = 0; i < 40; i++) {
        try (PreparedStatement prepared = ann.prepareStatement("select %d + ?".formatted(i))) {
          for (int j = 0; j < 3; j++) {
            prepared.setInt(1, j);
            try (ResultSet row = prepared.executeQuery()) {
              row.next();
              assertThat(row.getInt(1)).isEqualTo(i + j);
            }
          }
        }
        assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
      }
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void aConnectionThatTheServerKillsIsReplaced() throws Exception {
    try (Connection ann = client()) {
      String spid = all(ann, "select @@spid");
      assertThat(spid).isEqualTo("[%d;]".formatted(server.standIn().spids().iterator().next()));

      server.standIn().kill(server.standIn().spids().iterator().next());

      Await.until("the session is gone", () -> server.standIn().spids().isEmpty());
      Await.until("the node has noticed", () -> isServed(ann));
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      assertThat(server.standIn().accepted()).isEqualTo(2);
    }
  }

  /** False where a statement meets the connection that is being lost. */
  private static boolean isServed(Connection client) {
    try {
      return all(client, "select 1").equals("[1;]");
    } catch (SQLException lost) {
      return false;
    }
  }
}
