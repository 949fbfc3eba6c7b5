package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection to a MariaDB server is lost or broken: what its client sees, and who else does. */
class MysqlServerFaultsIT {
  private TcpFaults faults;
  private MysqlNode node;

  @BeforeEach
  void start() throws IOException {
    faults = new TcpFaults("127.0.0.1", MysqlRelease.MARIADB.shared().primary().port());
    node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c ->
                c.source("url", "jdbc:mysql://127.0.0.1:" + faults.port() + "/app")
                    .source("catalog.enabled", false)
                    .source("connectTimeout", "1s")
                    .vdb("pool.size", 2)
                    .vdb("pool.queueTimeout", "1s"));
  }

  @AfterEach
  void end() throws IOException {
    Rest.poolsOf(node);
    node.close();
    faults.close();
  }

  private Connection prepares() throws SQLException {
    return node.target()
        .jdbc(
            "useServerPrepStmts",
            "true",
            "emulateUnsupportedPstmts",
            "false",
            "socketTimeout",
            "9000");
  }

  private static String value(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void anExecutionWhoseStatementIsBeingPreparedAnewIsCarriedOutElsewhere() throws Exception {
    try (Connection client = prepares();
        PreparedStatement statement = client.prepareStatement("SELECT 'done' AS anew")) {
      for (int round = 0; round < 3; round++) {
        node.admin("RECONNECT");
        faults.cutOnce("anew".getBytes(StandardCharsets.US_ASCII), round * 7);
        assertThat(value(statement)).isEqualTo("done");
        assertThat(faults.cutDone()).isTrue();
      }
    }
  }

  @Test
  void aPreparationThatFailedForWantOfAServerIsNotTheNextOne() throws Exception {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      faults.refuse(true);
      faults.cutAll(false);
      Await.until("no connection is left", () -> node.servers().isEmpty());
      assertThatThrownBy(() -> client.prepare("SELECT 'first'"))
          .isInstanceOf(RawMysqlClient.ErrorReceived.class);
      faults.refuse(false);
      AtomicInteger number = new AtomicInteger();
      Await.until(
          "there is a server again",
          () -> {
            try {
              number.set(client.prepare("SELECT 'second'"));
              return true;
            } catch (RawMysqlClient.ErrorReceived notYet) {
              return false;
            }
          });
      client.send(
          RawMysqlClient.ofStatement(
              Command.STMT_EXECUTE, number.get(), new byte[] {0, 1, 0, 0, 0}));
      client.receive();
      client.receive();
      assertThat(new String(client.receive(), StandardCharsets.US_ASCII)).endsWith("second");
    }
  }
}
