package dev.heimdall.test.cluster;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.freshness.MysqlFamilyServers;
import dev.heimdall.test.freshness.Servers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The contract on servers of MySQL's protocol, where the end of a session says that the outcome of
 * a COMMIT is not known.
 */
abstract class MysqlFamilyReplayedTransactions extends ReplayedTransactionsContract {
  /** MariaDB's drivers call the statement so that they have prepared last. */
  private static final int LAST = -1;

  private final MysqlRelease release;

  MysqlFamilyReplayedTransactions(MysqlRelease release) {
    this.release = release;
  }

  @Override
  Servers servers() {
    return new MysqlFamilyServers(release);
  }

  @Override
  String[] properties(int client) {
    return new String[] {"useServerPrepStmts", String.valueOf(client % 2 == 1)};
  }

  @Override
  Set<String> unknown() {
    return Set.of("08S01", "08007");
  }

  @Override
  Set<String> refusals() {
    return Set.of("40001", "HY000"); // the latter of a server that was made read-only by plan
  }

  /** Drivers end a session whose COMMIT they take to be lost with its connection. */
  @Override
  boolean mayEnd(TransferClient.Complaint complaint) {
    return complaint.commits();
  }

  /** Which those were when they were called so. */
  @Test
  void statementsThatWereCalledTheLastOneAreRunAgain() throws Exception {
    try (Servers servers = servers()) {
      servers.create(List.of("CREATE TABLE t (i int)", "CREATE TABLE u (i int)"));
      try (MysqlNode node = (MysqlNode) node(servers, c -> {});
          RawMysqlClient client = RawMysqlClient.logIn(node.target());
          Connection writer = servers.toWriter()) {
        awaitCatalogue(node, "t");
        client.query(RawMysqlClient.query("BEGIN"));
        client.prepare("INSERT INTO t VALUES (?)");
        assertThat(executed(client, RawMysqlClient.execute(LAST, "1"))).isEqualTo("OK");
        client.prepare("INSERT INTO u VALUES (?)");
        assertThat(executed(client, RawMysqlClient.execute(LAST, "2"))).isEqualTo("OK");
        endConnections(writer);
        assertThat(executed(client, RawMysqlClient.execute(LAST, "3"))).isEqualTo("OK");
        client.query(RawMysqlClient.query("COMMIT"));
        assertThat(value(writer, "SELECT group_concat(i ORDER BY i) FROM t")).isEqualTo("1");
        assertThat(value(writer, "SELECT group_concat(i ORDER BY i) FROM u")).isEqualTo("2,3");
      }
    }
  }

  /** An execution that names no types has those of the one before it, which are known no more. */
  @Test
  void aTransactionThatChangesTypesOfParametersIsNotRunAgain() throws Exception {
    byte[] integer = {0, 1, 0, 0, 0, 0, 1, 3, 0, 7, 0, 0, 0};
    byte[] another = {0, 1, 0, 0, 0, 0, 0, 1, '5', 0, 0}; // or the text 5
    try (Servers servers = servers()) {
      servers.create(List.of("CREATE TABLE t (i int)"));
      try (MysqlNode node = (MysqlNode) node(servers, c -> {});
          RawMysqlClient client = RawMysqlClient.logIn(node.target());
          Connection writer = servers.toWriter()) {
        awaitCatalogue(node, "t");
        int insert = client.prepare("INSERT INTO t VALUES (?)");
        byte[] first = RawMysqlClient.ofStatement(Command.STMT_EXECUTE, insert, integer);
        assertThat(executed(client, first)).isEqualTo("OK");
        client.query(RawMysqlClient.query("BEGIN"));
        byte[] second = RawMysqlClient.ofStatement(Command.STMT_EXECUTE, insert, another);
        assertThat(executed(client, second)).isEqualTo("OK");
        assertThat(executed(client, RawMysqlClient.execute(insert, "9"))).isEqualTo("OK");
        endConnections(writer);
        client.send(RawMysqlClient.query("COMMIT"));
        assertThat(RawMysqlClient.error(client.receive())).contains("1213");
        assertThat(value(writer, "SELECT group_concat(i) FROM t")).isEqualTo("7");
      }
    }
  }

  private static String executed(RawMysqlClient client, byte[] execution) throws IOException {
    client.send(execution);
    byte[] answer = client.receive();
    return answer[0] == 0 ? "OK" : RawMysqlClient.error(answer);
  }

  /** Ends those that the node has. */
  private static void endConnections(Connection writer) throws SQLException {
    List<String> kills = new ArrayList<>();
    try (Statement statement = writer.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT id FROM information_schema.processlist WHERE user = 'app'")) {
      while (rows.next()) {
        kills.add("KILL " + rows.getString(1));
      }
    }
    for (String kill : kills) {
      execute(writer, kill);
    }
  }
}
