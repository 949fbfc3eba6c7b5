package dev.heimdall.test.mysql;

import static dev.heimdall.test.fixture.RawMysqlClient.ofStatement;
import static dev.heimdall.test.fixture.RawMysqlClient.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.mysql.BulkExecution.In;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What MariaDB's clients execute in bulk is answered as directly, packet by packet. */
@Timeout(60)
@Tag("ci")
class MariadbBulkIT {
  private static final String INSERT = "INSERT INTO bulk_rows (id, name) VALUES (?, ?)";
  private static final String INNODB = "InnoDB";

  private static MysqlTarget direct;
  private static MysqlNode node;

  @BeforeAll
  static void start() {
    direct = MysqlTarget.of(MysqlRelease.MARIADB.shared().primary());
    node = MysqlNode.start(MysqlRelease.MARIADB, c -> c.vdb("pool.size", 2));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private interface Script {
    void run(RawMysqlClient client, List<Object> answers) throws IOException;
  }

  /** What both answer to a client, each with an empty table. */
  private static List<Object> same(String engine, Script script) throws IOException {
    List<Object> expected = answers(direct, engine, script);
    assertThat(answers(node.target(), engine, script)).isEqualTo(expected);
    return expected;
  }

  private static List<Object> answers(MysqlTarget target, String engine, Script script)
      throws IOException {
    List<Object> answers = new ArrayList<>();
    try (RawMysqlClient client = RawMysqlClient.logInForBulk(target)) {
      client.query(
          query(
              "CREATE OR REPLACE TABLE bulk_rows (id INT PRIMARY KEY AUTO_INCREMENT, name"
                  + " VARCHAR(10) DEFAULT 'standard', at INT NOT NULL DEFAULT 7) ENGINE = "
                  + engine));
      script.run(client, answers);
    }
    return answers;
  }

  /** The answer to a command that has no rows. */
  private static String answer(RawMysqlClient client, byte[] command) throws IOException {
    client.send(command);
    byte[] packet = client.receive();
    if (packet[0] != 0) {
      return RawMysqlClient.error(packet);
    }
    OkPacket ok = OkPacket.read(Unpooled.wrappedBuffer(packet), false);
    return "OK " + ok.affectedRows() + " " + ok.generatedId() + " " + ok.warnings();
  }

  private static String answer(RawMysqlClient client, BulkExecution bulk) throws IOException {
    return answer(client, bulk.packets());
  }

  private static List<List<String>> rows(RawMysqlClient client) throws IOException {
    return client.query(query("SELECT id, name, at FROM bulk_rows ORDER BY id"));
  }

  private static List<String> told(RawMysqlClient client) throws IOException {
    List<String> told = new ArrayList<>();
    for (String sql : List.of("SELECT ROW_COUNT()", "SELECT LAST_INSERT_ID()")) {
      told.add(client.value(sql));
    }
    return told;
  }

  @Test
  void theCapabilityIsOfferedAsByTheServer() throws IOException {
    List<Boolean> offers = new ArrayList<>();
    for (MysqlTarget target : List.of(direct, node.target())) {
      try (RawMysqlClient client = RawMysqlClient.connect(target)) {
        Handshake greeting = Handshake.read(Unpooled.wrappedBuffer(client.receive()));
        offers.add(greeting.offers(Capability.MARIADB_BULK));
        offers.add(greeting.offers(Capability.LONG_PASSWORD));
      }
    }
    assertThat(offers).containsExactly(true, false, true, false);
  }

  /** Who has not asked for it is told that there is no such thing. */
  @Test
  void aClientThatHasNotAskedForItIsRefused() throws IOException {
    try (RawMysqlClient client = RawMysqlClient.logIn(node.target())) {
      int number = client.prepare("DO ?");
      assertThat(answer(client, BulkExecution.typed(number, 1).row("x"))).startsWith("1047 08S01");
      assertThat(client.value("SELECT 'goes on'")).isEqualTo("goes on");
    }
  }

  @Test
  void eachValueIsWhatItsIndicatorSays() throws IOException {
    List<Object> said =
        same(
            INNODB,
            (client, answers) -> {
              int insert = client.prepare("INSERT INTO bulk_rows (name, at) VALUES (?, ?)");
              answers.add(
                  answer(
                      client,
                      BulkExecution.typed(insert, 2)
                          .row("one", "1")
                          .row(In.NULL, In.DEFAULT)
                          .row(In.DEFAULT, "3")
                          .row(In.IGNORE, In.IGNORE)));
              answers.addAll(told(client));
              int update = client.prepare("UPDATE bulk_rows SET name = ?, at = ? WHERE id = ?");
              answers.add(
                  answer(
                      client,
                      BulkExecution.typed(update, 3)
                          .row(In.IGNORE, "10", "1")
                          .row("two", In.IGNORE, "2")
                          .row(In.DEFAULT, In.DEFAULT, "3")
                          .row("none", "0", "99")));
              answers.add(client.value("SELECT LAST_INSERT_ID()"));
              int delete = client.prepare("DELETE FROM bulk_rows WHERE id = ?");
              answers.add(answer(client, BulkExecution.typed(delete, 1).row("4").row("5")));
              answers.add(rows(client));
            });
    assertThat(said.get(0)).isEqualTo("OK 4 1 0");
    assertThat(said.get(said.size() - 1).toString())
        .isEqualTo("[[1, one, 10], [2, two, 7], [3, standard, 7]]");
  }

  /** What stands in rows before the failing one stays or goes, by the engine and the statement. */
  @ParameterizedTest
  @ValueSource(strings = {INNODB, "MyISAM", "Aria"})
  void anErrorWithinABulkIsThatOfItsRow(String engine) throws IOException {
    List<Object> said =
        same(
            engine,
            (client, answers) -> {
              int insert = client.prepare(INSERT);
              answers.add(
                  answer(
                      client,
                      BulkExecution.typed(insert, 2)
                          .row(1, "a")
                          .row(2, "b")
                          .row(1, "c")
                          .row(3, "")));
              answers.add(client.query(query("SHOW WARNINGS")));
              answers.addAll(told(client));
              answers.add(rows(client));
              answers.add(answer(client, BulkExecution.typed(insert, 2).row(11, "x").row(12, "y")));
              answers.add(answer(client, BulkExecution.typed(insert, 2).row(13, "much too long")));
              answers.add(client.query(query("SHOW WARNINGS")));
              int update = client.prepare("UPDATE bulk_rows SET id = ? WHERE id = ?");
              answers.add(
                  answer(client, BulkExecution.typed(update, 2).row(21, 11).row(21, 12).row(9, 1)));
              answers.addAll(told(client));
              answers.add(rows(client));
              client.query(query("BEGIN"));
              answers.add(answer(client, BulkExecution.typed(update, 2).row(31, 21).row(31, 12)));
              answers.add(rows(client));
              client.query(query("ROLLBACK"));
              answers.add(rows(client));
            });
    assertThat(said.get(0).toString()).startsWith("1062 23000");
  }

  @Test
  void warningsAreThoseOfAllRows() throws IOException {
    List<Object> said =
        same(
            INNODB,
            (client, answers) -> {
              client.query(query("SET sql_mode = ''"));
              int insert = client.prepare("INSERT INTO bulk_rows (name, at) VALUES (?, ?)");
              answers.add(
                  answer(
                      client,
                      BulkExecution.typed(insert, 2)
                          .row("a", "no number")
                          .row("b", "1")
                          .row("longer than that", "5 and more")));
              answers.add(client.query(query("SHOW WARNINGS")));
              answers.addAll(told(client));
              answers.add(rows(client));
              int ignoring =
                  client.prepare("INSERT IGNORE INTO bulk_rows (id, name) VALUES (?, ?)");
              answers.add(
                  answer(client, BulkExecution.typed(ignoring, 2).row(1, "dup").row(9, "new")));
              answers.add(client.query(query("SHOW WARNINGS")));
              int doubled = client.prepare(INSERT + " ON DUPLICATE KEY UPDATE name = VALUES(name)");
              answers.add(answer(client, BulkExecution.typed(doubled, 2).row(1, "d").row(10, "n")));
              int replace = client.prepare("REPLACE INTO bulk_rows (id, name) VALUES (?, ?)");
              answers.add(answer(client, BulkExecution.typed(replace, 2).row(1, "r").row(11, "s")));
              answers.add(rows(client));
            });
    assertThat(said.get(0)).isEqualTo("OK 3 1 3");
  }

  /** The types of an execution hold for the next ones, whichever command it was. */
  @Test
  void typesThatAreLeftOutAreThoseOfBefore() throws IOException {
    List<Object> said =
        same(
            INNODB,
            (client, answers) -> {
              int insert = client.prepare(INSERT);
              byte[] untyped = {0, 1, 0, 0, 0, 0, 0, 1, '7', 1, 'g'};
              answers.add(answer(client, BulkExecution.typed(insert, 2).row(1, "a").row(2, "b")));
              answers.add(answer(client, BulkExecution.untyped(insert, 0).row(3, "c").row(4, "d")));
              answers.add(answer(client, ofStatement(Command.STMT_EXECUTE, insert, untyped)));
              int other = client.prepare("INSERT INTO bulk_rows (name) VALUES (?)");
              answers.add(answer(client, RawMysqlClient.execute(other, "e")));
              answers.add(answer(client, BulkExecution.untyped(other, 0).row("f").row(In.NULL)));
              answers.add(rows(client));
            });
    assertThat(said.subList(0, 3)).containsExactly("OK 2 2 0", "OK 2 4 0", "OK 1 7 0");
  }

  /** MariaDB 11.4 itself ends with such a command. */
  @Test
  void typesThatWereNeverNamedAreAnError() throws IOException {
    answers(
        node.target(),
        INNODB,
        (client, answers) -> {
          int insert = client.prepare(INSERT);
          assertThat(answer(client, BulkExecution.untyped(insert, 0).row(1, "a")))
              .isEqualTo("1210 HY000 Incorrect arguments to mysqld_stmt_bulk_execute");
          assertThat(answer(client, BulkExecution.typed(insert, 2).row(1, "a"))).startsWith("OK 1");
        });
  }

  @Test
  void whatCannotBeExecutedInBulkIsRefusedAsDirectly() throws IOException {
    same(
        INNODB,
        (client, answers) -> {
          int insert = client.prepare(INSERT);
          answers.add(answer(client, BulkExecution.typed(insert, 2).row(2, "b").row(3, "c")));
          answers.add(answer(client, BulkExecution.untyped(insert, 64).row(6, "d")));
          answers.add(answer(client, BulkExecution.untyped(insert, 1).row(7, "d")));
          answers.add(answer(client, BulkExecution.untyped(insert, 256).row(7, "d")));
          answers.add(answer(client, BulkExecution.typed(insert, 2)));
          answers.add(answer(client, BulkExecution.untyped(insert, 128).bytes(0xFD)));
          answers.add(answer(client, ofStatement(Command.STMT_BULK_EXECUTE, insert, (byte) 0)));
          answers.add(answer(client, RawMysqlClient.command(Command.STMT_BULK_EXECUTE)));
          answers.add(answer(client, BulkExecution.typed(99, 2)));
          answers.add(answer(client, BulkExecution.typed(insert, 2).row(8)));
          answers.add(answer(client, BulkExecution.typed(insert, 2).row(8, "x").row(9)));
          int select = client.prepare("SELECT ?");
          answers.add(answer(client, BulkExecution.typed(select, 1).row("a")));
          int none = client.prepare("DELETE FROM bulk_rows");
          answers.add(answer(client, BulkExecution.typed(none, 0)));
          answers.add(answer(client, BulkExecution.untyped(none, 0)));
          int set = client.prepare("SET @a = ?");
          answers.add(answer(client, BulkExecution.typed(set, 1).row("a")));
          answers.add(rows(client));
        });
  }

  @Test
  void aStatementWithoutParametersNeedsNoTypes() throws IOException {
    same(
        INNODB,
        (client, answers) -> {
          int number = client.prepare("INSERT INTO bulk_rows (name) VALUES ('one')");
          answers.add(answer(client, BulkExecution.untyped(number, 0)));
          answers.add(answer(client, BulkExecution.typed(number, 0)));
          answers.add(rows(client));
        });
  }

  @Test
  void longDataAheadOfABulkIsWhatTheServerMakesOfIt() throws IOException {
    same(
        INNODB,
        (client, answers) -> {
          int insert = client.prepare(INSERT);
          byte[] part = {1, 0, 'l', 'o', 'n', 'g'};
          client.send(ofStatement(Command.STMT_SEND_LONG_DATA, insert, part));
          answers.add(answer(client, BulkExecution.typed(insert, 2).row(1, "a").row(2, "b")));
          answers.add(answer(client, BulkExecution.typed(insert, 2).row(3, "c").row(4, "d")));
          client.send(ofStatement(Command.STMT_SEND_LONG_DATA, insert, part));
          answers.add(answer(client, ofStatement(Command.STMT_RESET, insert)));
          answers.add(answer(client, BulkExecution.typed(insert, 2).row(5, "e").row(6, "f")));
          answers.add(rows(client));
        });
  }

  @Test
  void rowsThatAreReturnedComeAsFromTheServer() throws IOException {
    List<Object> said =
        same(
            INNODB,
            (client, answers) -> {
              int insert =
                  client.prepare("INSERT INTO bulk_rows (name) VALUES (?) RETURNING id, name");
              client.send(BulkExecution.typed(insert, 1).row("a").row("b").row("c").packets());
              byte[] packet = client.receive();
              for (int ends = 0; ends == 0 || packet[0] != (byte) 0xFE; ends++) {
                answers.add(packet[0] == (byte) 0xFE ? "end" : HexFormat.of().formatHex(packet));
                packet = client.receive();
              }
              answers.add(rows(client));
            });
    assertThat(said).hasSize(7); // a header, two columns, three rows, and what is there
  }

  /** The last statement is called so by drivers that send both together. */
  @Test
  void aBulkThatComesWithItsPrepareNamesTheLastStatement() throws IOException {
    same(
        INNODB,
        (client, answers) -> {
          client.send(
              RawMysqlClient.text(Command.STMT_PREPARE, INSERT),
              BulkExecution.typed(-1, 2).row(1, "a").row(2, "b").packets());
          for (int packets = 0; packets < 3; packets++) {
            assertThat(client.receive()).isNotEmpty(); // of the preparation, with two parameters
          }
          byte[] ok = client.receive();
          answers.add(OkPacket.read(Unpooled.wrappedBuffer(ok), false).affectedRows());
          answers.add(rows(client));
        });
  }

  @Test
  void whatTakesSeveralPacketsIsOneCommand() throws IOException {
    MysqlServer server = MysqlRelease.MARIADB.shared().primary();
    String before = server.queryValue("app", "SELECT @@global.max_allowed_packet");
    server.execute("SET GLOBAL max_allowed_packet = 67108864");
    try (MysqlNode fresh = MysqlNode.start(MysqlRelease.MARIADB, c -> c.vdb("pool.size", 1))) {
      String value = "v".repeat(3_000_000);
      for (boolean typed : new boolean[] {true, false}) {
        try (RawMysqlClient client = RawMysqlClient.logInForBulk(fresh.target())) {
          client.query(query("CREATE OR REPLACE TABLE bulk_large (id INT, data LONGTEXT)"));
          int insert = client.prepare("INSERT INTO bulk_large VALUES (?, ?)");
          if (!typed) {
            assertThat(answer(client, BulkExecution.typed(insert, 2).row(0, "short")))
                .isEqualTo("OK 1 0 0");
          }
          BulkExecution bulk =
              typed ? BulkExecution.typed(insert, 2) : BulkExecution.untyped(insert, 0);
          for (int i = 1; i <= 12; i++) {
            bulk.row(i, value);
          }
          byte[] packets = bulk.packets();
          assertThat(packets.length).isGreaterThan(2 << 24);
          assertThat(answer(client, packets)).isEqualTo("OK 12 0 0");
          assertThat(client.value("SELECT sum(length(data) = 3000000) FROM bulk_large"))
              .isEqualTo("12");
          // An error of the preparation answers the whole command, not its first packet.
          client.query(query("DROP TABLE bulk_large"));
          assertThat(answer(client, packets)).startsWith("1146 42S02");
          assertThat(client.value("SELECT 'goes on'")).isEqualTo("goes on");
        }
      }
    } finally {
      server.execute("SET GLOBAL max_allowed_packet = " + before);
    }
  }

  /** As by COM_STMT_EXECUTE: what a session has prepared ends with it. */
  @Test
  void aSessionThatBeginsAnewPreparesAnew() throws IOException {
    same(
        INNODB,
        (client, answers) -> {
          int insert = client.prepare(INSERT);
          answers.add(answer(client, BulkExecution.typed(insert, 2).row(1, "a").row(2, "b")));
          answers.add(answer(client, RawMysqlClient.command(Command.RESET_CONNECTION)));
          answers.add(
              answer(client, BulkExecution.typed(insert, 2).row(3, "c").row(4, "d"))
                  .replace("(" + insert + ")", ""));
          insert = client.prepare(INSERT);
          answers.add(answer(client, BulkExecution.typed(insert, 2).row(3, "c").row(4, "d")));
          client.changeUser(45);
          answers.add(
              answer(client, BulkExecution.typed(insert, 2).row(5, "e").row(6, "f"))
                  .replace("(" + insert + ")", ""));
          insert = client.prepare(INSERT);
          answers.add(answer(client, BulkExecution.typed(insert, 2).row(5, "e").row(6, "f")));
          answers.add(rows(client));
        });
  }

  /** One that has forgotten the statement, and one that has never had it. */
  @Test
  void aServerConnectionIsToldAllThatItLacks() throws IOException {
    try (MysqlNode fresh =
        MysqlNode.start(
            MysqlRelease.MARIADB, c -> c.vdb("pool.size", 1).vdb("prepared.perServer", 1))) {
      answers(
          fresh.target(),
          INNODB,
          (client, answers) -> {
            int insert = client.prepare(INSERT);
            assertThat(answer(client, BulkExecution.typed(insert, 2).row(1, "a").row(2, "b")))
                .isEqualTo("OK 2 2 0");
            assertThat(answer(client, RawMysqlClient.execute(client.prepare("DO ?"), "x")))
                .isEqualTo("OK 0 0 0");
            assertThat(answer(client, BulkExecution.untyped(insert, 0).row(3, "c").row(4, "d")))
                .isEqualTo("OK 2 4 0");
            fresh.admin("RECONNECT");
            assertThat(answer(client, BulkExecution.untyped(insert, 0).row(5, "e").row(6, "f")))
                .isEqualTo("OK 2 6 0");
            assertThat(rows(client)).hasSize(6);
          });
    }
  }

  @Test
  void charactersAreThoseOfTheSession() throws IOException {
    same(
        INNODB,
        (client, answers) -> {
          client.query(query("SET NAMES latin1"));
          int insert = client.prepare(INSERT);
          answers.add(
              answer(
                  client,
                  BulkExecution.typed(insert, 2).row(1, "a").row(2).bytes(0, 1, 0xE4).row(3, "ä")));
          answers.add(
              client.query(
                  query("SELECT HEX(CONVERT(name USING utf8mb4)) FROM bulk_rows ORDER BY id")));
        });
  }
}
