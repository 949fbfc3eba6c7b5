package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.StateChanges;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients that set which changes of their session's state servers report, as MariaDB Connector/J
 * does when it connects.
 */
class MysqlTrackingIT {
  private static final String VALUES = "SELECT concat(@@group_concat_max_len, ' ', @@sql_mode)";

  private static final List<String> TRANSACTIONS =
      List.of(
          "SET SESSION session_track_transaction_info = 'STATE'",
          "BEGIN",
          "INSERT INTO tracked VALUES (1)",
          "SELECT * FROM tracked",
          "COMMIT",
          "SELECT 1",
          "INSERT INTO tracked VALUES (1)",
          "SET @@session.session_track_transaction_info = CHARACTERISTICS",
          "START TRANSACTION READ ONLY",
          "SELECT 1",
          "COMMIT",
          "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
          "BEGIN",
          "SELECT * FROM tracked",
          "ROLLBACK",
          "SET autocommit = 0",
          "SELECT * FROM tracked",
          "COMMIT AND CHAIN",
          "ROLLBACK");

  @MariadbAndMysql
  void whateverIsReportedEachSessionHasItsOwnState(MysqlRelease release) throws SQLException {
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Connection client = node.target().jdbc();
        Connection other = node.target().jdbc()) {
      String before = value(other, VALUES);
      for (String off :
          new String[] {
            "session_track_system_variables = ''",
            "session_track_system_variables = CONCAT(@@global.session_track_system_variables,',a')",
            "SESSION session_track_schema := OFF, @@session.session_track_system_variables = NULL",
          }) {
        execute(client, "SET " + off + ", sql_mode = 'ANSI_QUOTES', group_concat_max_len = 5555");
        execute(client, "SET group_concat_max_len = 6666");
        execute(client, "USE information_schema");

        assertThat(value(other, VALUES)).as(off).isEqualTo(before);
        assertThat(value(other, "SELECT database()")).as(off).isEqualTo("app");
        assertThat(value(client, VALUES)).as(off).isEqualTo("6666 ANSI_QUOTES");
        assertThat(value(client, "SELECT database()")).as(off).isEqualTo("information_schema");
      }
    }
  }

  /** What the answers say of transactions, while others use the server connections as well. */
  private static List<String> play(MysqlTarget target) throws Exception {
    List<String> said = new ArrayList<>();
    try (RawMysqlClient client = RawMysqlClient.logInTracking(target);
        RawMysqlClient other = RawMysqlClient.logInTracking(target)) {
      for (String sql : TRANSACTIONS) {
        last(other, "BEGIN");
        last(other, "SELECT * FROM tracked");
        said.add(sql + ": " + transactions(last(client, sql)));
        last(other, "COMMIT");
      }
    }
    return said;
  }

  /** The packet that ends the answer. */
  private static byte[] last(RawMysqlClient client, String sql) throws IOException {
    client.send(RawMysqlClient.query(sql));
    byte[] packet = client.receive();
    boolean rows = packet[0] > 0;
    while (rows && packet[0] != (byte) OkPacket.END_OF_ROWS) {
      packet = client.receive();
    }
    return packet;
  }

  private static String transactions(byte[] ok) {
    ByteBuf state = Unpooled.wrappedBuffer(OkPacket.read(Unpooled.wrappedBuffer(ok), true).state());
    StringBuilder said = new StringBuilder();
    while (state.isReadable()) {
      int type = state.readUnsignedByte();
      ByteBuf entry = state.readSlice((int) LengthEncoded.read(state));
      if (type == StateChanges.TRANSACTION_CHARACTERISTICS
          || type == StateChanges.TRANSACTION_STATE) {
        said.append(type).append('=').append(LengthEncoded.readString(entry)).append(' ');
      }
    }
    return said.toString();
  }

  @MariadbAndMysql
  void whoAsksHowItsTransactionsStandReadsItWithEachAnswer(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.executeIn("app", "CREATE TABLE IF NOT EXISTS tracked (v INT)");
    MysqlTarget.of(server).jdbc().close(); // it remembers the user
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 2))) {
      List<String> direct = play(MysqlTarget.of(server));
      assertThat(direct).contains("BEGIN: 5=T_______ ");
      assertThat(play(node.target())).isEqualTo(direct);
    }
  }
}
