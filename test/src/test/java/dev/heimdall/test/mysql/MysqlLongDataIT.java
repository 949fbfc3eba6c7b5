package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * What clients send of values ahead of an execution is answered by nothing, and is each client's
 * own matter, though they share the prepared statement on one server connection.
 */
@Timeout(200)
@Tag("ci")
class MysqlLongDataIT {
  private static final String INSERT = "INSERT INTO long_values (a, b) VALUES (?, ?)";
  private static final String WRONG = "1210 HY000 Incorrect arguments to ";
  private static final int MOST = 1 << 20;
  private static final int HALF = MOST * 3 / 5;

  /**
   * Steps of two clients, a and b, who both have the statement: one or more parts of a parameter,
   * an execution with these values, where - is one that was sent ahead, a COM_STMT_RESET, an end.
   */
  private static final List<List<String>> SCRIPTS =
      List.of(
          List.of("a execute x y", "b execute x y"),
          List.of("a part 0 lo", "a part 0 ng", "a execute - y", "b execute x y", "a execute x y"),
          List.of("a part 0 long", "b part 0 other", "a execute - y", "b execute - y"),
          List.of("a part 0 long", "b execute x y", "a execute - y"),
          // One that is not there.
          List.of(
              "a part 2 long",
              "a execute x y",
              "a on",
              "b execute x y",
              "a execute x y",
              "a reset",
              "a execute x y",
              "b execute x y"),
          List.of("a part 0 long", "a part 65535 long", "a execute - y", "a on", "b execute x y"),
          List.of("a part 7 long", "a execute x y", "a leave", "b execute x y"),
          List.of("a part 7 long", "a leave", "b execute x y"),
          List.of("a part 7 long", "a reset", "a execute x y", "b execute x y"),
          List.of("a part 7 long", "a execute x y", "a anew", "a execute x y", "b execute x y"),
          List.of(
              "a part 7 long",
              "a execute x y",
              "a part 0 long",
              "a execute - y",
              "a reset",
              "a execute x y"),
          // More than max_allowed_packet.
          List.of(
              "a half 0",
              "a half 0",
              "a execute - y",
              "a on",
              "b execute x y",
              "a execute x y",
              "a reset",
              "a execute x y",
              "b execute x y"),
          List.of("a half 0", "a half 0", "a execute - y", "a leave", "b execute x y"),
          List.of("a half 0", "a half 1", "a execute - -", "b execute x y", "a execute x y"),
          // What is refused for another reason leaves the statement as it was.
          List.of(
              "a part 0 taken",
              "a execute - y",
              "a part 0 taken",
              "a execute - y",
              "b execute x y",
              "a execute x y"),
          List.of("a part 0 long", "a malformed", "a on", "a execute x y", "b execute x y"),
          List.of("a part 0 long", "a session", "a prepare", "a execute x y", "b execute x y"));

  /** A client and its statement. */
  private static final class Client implements AutoCloseable {
    private final RawMysqlClient wire;
    private int number;

    Client(MysqlTarget target) throws IOException {
      wire = RawMysqlClient.logIn(target);
      number = wire.prepare(INSERT);
    }

    String does(String[] step) throws IOException {
      switch (step[1]) {
        case "part" -> part(Integer.parseInt(step[2]), step[3].getBytes(StandardCharsets.UTF_8));
        case "half" -> part(Integer.parseInt(step[2]), new byte[HALF]);
        case "execute" -> {
          wire.send(execution(step[2], step[3]));
          return said();
        }
        case "malformed" -> {
          wire.send(malformed());
          wire.receive(); // an error of another number
        }
        case "reset" -> {
          wire.send(RawMysqlClient.ofStatement(Command.STMT_RESET, number));
          return said();
        }
        case "session" -> {
          wire.send(RawMysqlClient.command(Command.RESET_CONNECTION));
          return said();
        }
        case "prepare" -> number = wire.prepare(INSERT);
        case "anew" -> {
          wire.send(RawMysqlClient.ofStatement(Command.STMT_CLOSE, number));
          number = wire.prepare(INSERT);
        }
        case "on" -> { // and its server connection is not kept any more
          return wire.value("SELECT 1 FROM long_values LIMIT 1");
        }
        default -> wire.close();
      }
      return "";
    }

    private void part(int parameter, byte[] value) throws IOException {
      ByteBuf body = Unpooled.buffer().writeShortLE(parameter).writeBytes(value);
      wire.send(
          RawMysqlClient.ofStatement(
              Command.STMT_SEND_LONG_DATA, number, ByteBufUtil.getBytes(body)));
    }

    private byte[] malformed() {
      return RawMysqlClient.ofStatement(Command.STMT_EXECUTE, number, (byte) 0, (byte) 1);
    }

    private byte[] execution(String... values) {
      ByteBuf body = Unpooled.buffer().writeByte(0).writeIntLE(1); // no cursor, once
      body.writeByte(0).writeByte(1).writeShortLE(0xFC).writeShortLE(0xFC); // not null, BLOB
      for (String value : values) {
        if (!value.equals("-")) {
          body.writeByte(value.length()).writeCharSequence(value, StandardCharsets.US_ASCII);
        }
      }
      return RawMysqlClient.ofStatement(Command.STMT_EXECUTE, number, ByteBufUtil.getBytes(body));
    }

    private String said() throws IOException {
      byte[] answer = wire.receive();
      if (answer[0] == 0) {
        return "ok";
      }
      String error = RawMysqlClient.error(answer);
      return error.startsWith(WRONG) ? WRONG : error; // what of the server's it names, differs
    }

    @Override
    public void close() throws IOException {
      wire.close();
    }
  }

  private static List<String> play(MysqlServer server, MysqlTarget target, List<String> script)
      throws IOException {
    server.executeIn("app", "DELETE FROM long_values WHERE a <> 'taken'");
    List<String> said = new ArrayList<>();
    Map<String, Client> clients = new HashMap<>();
    try (Client a = new Client(target);
        Client b = new Client(target);
        Client after = new Client(target)) {
      clients.put("a", a);
      clients.put("b", b);
      for (String step : script) {
        String[] words = step.split(" ");
        try {
          said.add(step + ": " + clients.get(words[0]).does(words));
        } catch (IOException e) {
          throw new IOException(said + ", then " + step, e);
        }
      }
      said.add("one after: " + after.does("c execute x y".split(" ")));
    }
    said.add(
        server.queryValue(
            "app",
            "SELECT GROUP_CONCAT(LEFT(a, 9), LENGTH(a), ' ', LEFT(b, 9), LENGTH(b) ORDER BY id)"
                + " FROM long_values"));
    return said;
  }

  @MariadbAndMysql
  void whatOneClientSendsIsNoMatterOfOthers(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.executeIn(
        "app",
        "DROP TABLE IF EXISTS long_values",
        "CREATE TABLE long_values (id INT AUTO_INCREMENT PRIMARY KEY, a LONGTEXT, b LONGTEXT,"
            + " taken VARCHAR(9) GENERATED ALWAYS AS (IF(a = 'taken', a, NULL)) STORED UNIQUE)",
        "INSERT INTO long_values (a, b) VALUES ('taken', 'y')");
    MysqlTarget.of(server).jdbc().close(); // it remembers the user
    String before = server.queryValue("app", "SELECT @@global.max_allowed_packet");
    server.execute("SET GLOBAL max_allowed_packet = " + MOST);
    SoftAssertions all = new SoftAssertions();
    try {
      for (List<String> script : SCRIPTS) {
        List<String> direct = play(server, MysqlTarget.of(server), script);
        try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1))) {
          all.assertThat(play(server, node.target(), script)).isEqualTo(direct);
        }
      }
    } finally {
      server.execute("SET GLOBAL max_allowed_packet = " + before);
    }
    all.assertAll();
  }

  /** Servers read it as a number behind an execution with one, whoever has sent that. */
  @MariadbAndMysql
  void itIsReadAsItsClientSaysBehindOthersNumbers(MysqlRelease release) throws IOException {
    byte[] number = {0, 1, 0, 0, 0, 0, 1, 8, 0, 42, 0, 0, 0, 0, 0, 0, 0}; // not null, LONGLONG
    byte[] sentAhead = {0, 1, 0, 0, 0, 0, 1, (byte) 0xFC, 0}; // not null, BLOB
    byte[] asBefore = {0, 1, 0, 0, 0, 0, 0};
    byte[] part = {0, 0, 'a', 'b', 'c'};
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        RawMysqlClient a = RawMysqlClient.logIn(node.target());
        RawMysqlClient b = RawMysqlClient.logIn(node.target())) {
      int ofA = a.prepare("SELECT CONCAT('v', ?)");
      int ofB = b.prepare("SELECT CONCAT('v', ?)");
      for (byte[] execution : List.of(sentAhead, asBefore, sentAhead)) {
        assertThat(value(a, RawMysqlClient.ofStatement(Command.STMT_EXECUTE, ofA, number)))
            .isEqualTo("v42");
        b.send(RawMysqlClient.ofStatement(Command.STMT_SEND_LONG_DATA, ofB, part));
        assertThat(value(b, RawMysqlClient.ofStatement(Command.STMT_EXECUTE, ofB, execution)))
            .isEqualTo("vabc");
      }
    }
  }

  /** Of the one row of one column that a prepared statement has. */
  private static String value(RawMysqlClient client, byte[] execution) throws IOException {
    client.send(execution);
    byte[] head = client.receive();
    assertThat(head[0]).as(new String(head, StandardCharsets.ISO_8859_1)).isEqualTo((byte) 1);
    client.receive();
    byte[] row = client.receive();
    client.receive();
    return new String(row, 3, row.length - 3, StandardCharsets.UTF_8);
  }

  /** Servers ignore it, or answer it though nobody waits for that. */
  @MariadbAndMysql
  void aPartWithoutAParameterReachesNoServer(MysqlRelease release) throws IOException {
    release
        .shared()
        .primary()
        .executeIn("app", "CREATE TABLE IF NOT EXISTS long_values (a LONGTEXT, b LONGTEXT)");
    try (MysqlNode node = MysqlNode.start(release, c -> c.vdb("pool.size", 1));
        Client a = new Client(node.target());
        Client b = new Client(node.target())) {
      a.wire.send(
          RawMysqlClient.ofStatement(Command.STMT_SEND_LONG_DATA, a.number),
          RawMysqlClient.ofStatement(Command.STMT_SEND_LONG_DATA, a.number, (byte) 0));
      assertThat(a.does("a execute x y".split(" "))).isEqualTo("ok");
      assertThat(b.does("b execute x y".split(" "))).isEqualTo("ok");
    }
  }
}
