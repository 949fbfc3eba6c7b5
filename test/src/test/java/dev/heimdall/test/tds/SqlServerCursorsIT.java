package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cursors of mssql-jdbc and jTDS through a node that has one connection to the stand-in. */
@AlsoOnBabelfish
class SqlServerCursorsIT {
  private static final String JTDS = "a cursor for the several statements with which jTDS begins";

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

  private Connection jdbc() throws SQLException {
    return node.jdbc(";encrypt=false;selectMethod=cursor");
  }

  private static void fetches(Connection client) throws SQLException {
    try (Statement statement = client.createStatement()) {
      statement.setFetchSize(2);
      try (ResultSet rows =
          statement.executeQuery("select 1 as a union all select 2 union all select 4")) {
        assertThat(sum(rows)).isEqualTo(7);
      }
    }
  }

  private static int sum(ResultSet rows) throws SQLException {
    int sum = 0;
    while (rows.next()) {
      sum += rows.getInt(1);
    }
    return sum;
  }

  private void takesTurns(Connection client, Connection bob) throws SQLException {
    try (client;
        bob;
        PreparedStatement prepared =
            client.prepareStatement("select ? as a union all select 2 union all select 4")) {
      prepared.setFetchSize(2);
      for (int i = 0; i < 4; i++) {
        fetches(client);
        assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
        prepared.setInt(1, i);
        try (ResultSet rows = prepared.executeQuery()) {
          assertThat(sum(rows)).isEqualTo(6 + i);
        }
        assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
      }
      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void mssqlJdbcFetchesInParts() throws Exception {
    server.lacksOnBabelfish("sp_cursorprepare, by which another connection gets the statement");
    takesTurns(jdbc(), node.jdbc(";encrypt=false"));
  }

  @Test
  void jtdsFetchesInParts() throws Exception {
    server.lacksOnBabelfish(JTDS);
    takesTurns(node.jtds(";useCursors=true"), node.jtds());
  }

  /** jTDS asks which kind of cursor its server has made. */
  @Test
  void aRollbackClosesACursorThatItsClientDoesNotClose() throws Exception {
    server.lacksOnBabelfish(JTDS);
    try (Connection ann = node.jtds(";useCursors=true");
        Connection bob = node.jtds()) {
      Statement statement = ann.createStatement();
      all(bob, "create table rolled (a int) insert rolled values (1), (2), (3)");
      ann.setAutoCommit(false);
      statement.setFetchSize(1);
      ResultSet rows = statement.executeQuery("select a from rolled");
      assertThat(rows.next()).isTrue();

      ann.rollback();

      assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
      assertThat(server.connections()).isOne();
    }
  }

  /** The driver wants no metadata with the rows: they are those of the cursor's own columns. */
  @Test
  void rowsOfTwoCursorsAndAnotherResultAreReadApart() throws Exception {
    try (Connection ann = jdbc();
        Connection bob = node.jdbc(";encrypt=false");
        Statement one = ann.createStatement();
        Statement other = ann.createStatement()) {
      one.setFetchSize(1);
      other.setFetchSize(1);
      CompletableFuture<String> waits;
      try (ResultSet numbers = one.executeQuery("select 1 as a union all select 2");
          ResultSet texts =
              other.executeQuery("select N'x' as a, 7 as b union all select N'yy', 8")) {
        waits =
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return all(bob, "select 'b'");
                  } catch (SQLException e) {
                    return e.getMessage();
                  }
                });
        StringBuilder read = new StringBuilder();
        while (numbers.next() && texts.next()) {
          read.append(numbers.getInt(1)).append(texts.getString(1)).append(texts.getInt(2));
        }
        assertThat(read).hasToString("1x72yy8");
        assertThat(waits).isNotDone();
      }
      assertThat(waits.get(30, TimeUnit.SECONDS)).isEqualTo("[b;]");
      assertThat(server.connections()).isOne();
    }
  }
}
