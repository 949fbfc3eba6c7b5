package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * A prepared CALL gives results, a row of its OUT parameters and an end, packet by packet as a
 * server does, with and without EOF packets: without CLIENT_DEPRECATE_EOF only the packet ahead of
 * that row says that something follows it.
 */
@Timeout(60)
@Tag("ci")
class MysqlOutParametersIT {
  private static final int READ_ONLY_CURSOR = 1;

  /** What procedures do before they set their parameters, by their names. */
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          Map.entry("gives_out", ""),
          Map.entry("gives_rows", "SELECT 1 AS x UNION SELECT 2;"),
          Map.entry("gives_more", "SELECT 1 AS x; SELECT 'a' AS y, 2 AS z; SELECT 3 AS w;"),
          Map.entry("gives_none", "SELECT v FROM called WHERE v < 0;"),
          Map.entry("gives_changes", "INSERT INTO called (v) VALUES (1), (2); SELECT 1 AS x;"),
          Map.entry("gives_warnings", "SELECT CAST('a' AS SIGNED) AS x;"),
          Map.entry("fails_behind_rows", "SELECT 1 AS x; SELECT * FROM nowhere;"),
          Map.entry("fails_at_once", "SIGNAL SQLSTATE '45000';"),
          Map.entry(
              "opens_a_cursor",
              "BEGIN DECLARE d CURSOR FOR SELECT 7; OPEN d; FETCH d INTO b; SELECT b AS x; END;"),
          Map.entry("begins", "START TRANSACTION; SELECT 1 AS x;"),
          Map.entry("commits", "COMMIT; SELECT 1 AS x;"));

  private static void create(MysqlServer server) {
    server.executeIn(
        "app",
        "DROP TABLE IF EXISTS called",
        "CREATE TABLE called (id INT AUTO_INCREMENT PRIMARY KEY, v INT)");
    BODIES.forEach(
        (name, body) ->
            server.executeIn(
                "app",
                "DROP PROCEDURE IF EXISTS " + name,
                "CREATE PROCEDURE "
                    + name
                    + "(IN a INT, OUT b INT, INOUT c VARCHAR(20)) BEGIN "
                    + body
                    + " SET b = 42; SET c = CONCAT(IFNULL(c, 'none'), '!'); END"));
  }

  private static final List<String> CALLS =
      List.of(
          "CALL gives_out(?, ?, ?)",
          "CALL gives_rows(?, ?, ?)",
          "CALL gives_more(?, ?, ?)",
          "CALL gives_none(?, ?, ?)",
          "CALL gives_changes(?, ?, ?)",
          "CALL gives_warnings(?, ?, ?)",
          "CALL fails_behind_rows(?, ?, ?)",
          "CALL fails_at_once(?, ?, ?)",
          "CALL opens_a_cursor(?, ?, ?)",
          "CALL begins(?, ?, ?)",
          "CALL gives_more(?, ?, ?)", // in that transaction
          "CALL commits(?, ?, ?)",
          "CALL app.gives_out(?, ?, ?)",
          "SELECT ?, ?, ?");

  /** What an execution with three NULLs is answered, and what is left behind it. */
  private static List<String> said(MysqlTarget target, boolean deprecated) throws IOException {
    List<String> said = new ArrayList<>();
    try (RawMysqlClient client =
        deprecated
            ? RawMysqlClient.logIn(target)
            : RawMysqlClient.logInWithout(target, Capability.DEPRECATE_EOF)) {
      for (String call : CALLS) {
        for (int cursor : new int[] {0, READ_ONLY_CURSOR}) {
          if (cursor != 0 && call.startsWith("SELECT")) {
            continue; // its rows are fetched
          }
          said.add(call + " with cursor " + cursor);
          client.send(RawMysqlClient.text(Command.STMT_PREPARE, call));
          byte[] prepared = client.receive();
          int number = Unpooled.wrappedBuffer(prepared).getIntLE(1);
          for (int count : new int[] {prepared[7], prepared[5]}) { // parameters, columns
            for (int i = 0; i < count; i++) {
              client.receive();
            }
            if (count > 0 && !deprecated) {
              client.receive();
            }
          }
          for (int times = 0; times < 2; times++) {
            client.send(execution(number, cursor));
            answer(client, deprecated, said);
          }
          client.send(RawMysqlClient.ofStatement(Command.STMT_CLOSE, number));
          client.send(RawMysqlClient.query("SELECT 'goes on'"));
          answer(client, deprecated, said);
        }
      }
    }
    return said;
  }

  private static byte[] execution(int number, int cursor) {
    return RawMysqlClient.ofStatement(
        Command.STMT_EXECUTE,
        number,
        new byte[] {(byte) cursor, 1, 0, 0, 0, 7, 1, 6, 0, 6, 0, 6, 0});
  }

  /** Reads as clients do: what says that more comes stands ahead of the row of OUT parameters. */
  private static void answer(RawMysqlClient client, boolean deprecated, List<String> said)
      throws IOException {
    int status;
    do {
      byte[] first = client.receive();
      if ((first[0] & 0xFF) == 0xFF) {
        said.add("error " + RawMysqlClient.error(first));
        return;
      }
      if (first[0] == OkPacket.OK) {
        status = end(first, said);
        continue;
      }
      for (int i = 0; i < first[0]; i++) {
        client.receive();
      }
      int ahead = deprecated ? 0 : end(client.receive(), said);
      byte[] row = client.receive();
      while ((row[0] & 0xFF) < EofPacket.FIRST) {
        said.add("row " + ByteBufUtil.hexDump(row));
        row = client.receive();
      }
      if ((row[0] & 0xFF) == 0xFF) {
        said.add("error " + RawMysqlClient.error(row));
        return;
      }
      status = end(row, said);
      if ((ahead & StatusFlag.OUT_PARAMETERS) != 0) {
        status |= ahead & StatusFlag.MORE_RESULTS;
      }
    } while ((status & StatusFlag.MORE_RESULTS) != 0);
  }

  private static int end(byte[] packet, List<String> said) {
    boolean eof = (packet[0] & 0xFF) == EofPacket.FIRST && packet.length == 5;
    int status =
        eof
            ? EofPacket.status(Unpooled.wrappedBuffer(packet), 0)
            : OkPacket.read(Unpooled.wrappedBuffer(packet), false).status();
    int shown =
        status
            & ~(StatusFlag.NO_GOOD_INDEX
                | StatusFlag.NO_INDEX
                | StatusFlag.SLOW_QUERY
                | StatusFlag.SESSION_STATE_CHANGED);
    said.add((eof ? "eof " : packet[0] == 0 ? "ok " : "end ") + Integer.toHexString(shown));
    return status;
  }

  @MariadbAndMysql
  void aPreparedCallIsAnsweredAsByItsServer(MysqlRelease release) throws Exception {
    create(release.shared().primary());
    MysqlTarget server = MysqlTarget.of(release.shared().primary());
    server.jdbc().close(); // it remembers the user
    for (boolean multiplex : new boolean[] {true, false}) {
      try (MysqlNode node =
          MysqlNode.start(release, c -> c.vdb("multiplex", multiplex).vdb("pool.size", 1))) {
        node.target().jdbc().close();
        for (boolean deprecated : new boolean[] {false, true}) {
          List<String> direct = said(server, deprecated);
          assertThat(said(node.target(), deprecated))
              .as("multiplex %s, without EOF packets %s", multiplex, deprecated)
              .isEqualTo(direct);
        }
      }
    }
  }
}
