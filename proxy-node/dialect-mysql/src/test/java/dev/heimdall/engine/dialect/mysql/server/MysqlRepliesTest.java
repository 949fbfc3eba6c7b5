package dev.heimdall.engine.dialect.mysql.server;

import static dev.heimdall.engine.dialect.mysql.server.DetachedMysql.MARIADB;
import static dev.heimdall.engine.dialect.mysql.server.DetachedMysql.MYSQL;
import static dev.heimdall.engine.dialect.mysql.server.DetachedMysql.eof;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.Ending;
import dev.heimdall.engine.dialect.mysql.server.DetachedMysql.Client;
import dev.heimdall.engine.dialect.mysql.server.DetachedMysql.Own;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.engine.wire.mysql.MariadbGtids;
import dev.heimdall.engine.wire.mysql.StateChanges;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MysqlRepliesTest {
  private static final int AUTO = StatusFlag.AUTOCOMMIT;
  private static final int OPEN = AUTO | StatusFlag.IN_TRANSACTION;
  private static final int MORE = AUTO | StatusFlag.MORE_RESULTS;
  private static final byte[] NOTHING = {};

  private final Random random = new Random(1);

  /** Some answer to a command. */
  private record Case(String name, byte command, long capabilities, Answers answer, String end) {}

  private List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    byte[] state = Answers.variables("sort_buffer_size", "200000", "statement_id", "7");
    for (boolean now : List.of(false, true)) {
      long agreed = eof(now);
      cases.add(new Case("ok", Command.QUERY, agreed, new Answers(now).ok(AUTO), "IDLE"));
      cases.add(
          new Case(
              "ok that says more",
              Command.QUERY,
              agreed,
              new Answers(now).ok(OPEN, 0, "Rows matched: 1", state),
              "OPEN"));
      cases.add(
          new Case(
              "rows",
              Command.QUERY,
              agreed,
              new Answers(now).result(random, 3, 5, AUTO, state),
              "IDLE"));
      cases.add(
          new Case(
              "no rows",
              Command.STMT_EXECUTE,
              agreed,
              new Answers(now).result(random, 1, 0, OPEN, NOTHING),
              "OPEN"));
      cases.add(
          new Case(
              "results",
              Command.QUERY,
              agreed,
              new Answers(now)
                  .result(random, 2, 3, MORE, state)
                  .ok(MORE, 0, "", state)
                  .result(random, 1, 1, MORE, NOTHING)
                  .ok(OPEN),
              "OPEN"));
      cases.add(new Case("ping", Command.PING, agreed, new Answers(now).ok(AUTO), "IDLE"));
      cases.add(
          new Case(
              "statistics",
              Command.STATISTICS,
              agreed,
              new Answers(now).random(random, 80, 'U'),
              "IDLE"));
      cases.add(
          new Case(
              "option",
              Command.SET_OPTION,
              agreed,
              new Answers(now).rowsEnd(AUTO, NOTHING),
              "IDLE"));
      cases.add(
          new Case(
              "fields",
              Command.FIELD_LIST,
              agreed,
              new Answers(now).rows(random, 4).rowsEnd(AUTO, NOTHING),
              "IDLE"));
      cases.add(
          new Case(
              "fetched",
              Command.STMT_FETCH,
              agreed,
              new Answers(now).rows(random, 4).rowsEnd(OPEN | StatusFlag.CURSOR_EXISTS, NOTHING),
              "OPEN"));
      Answers cursor = new Answers(now).packet(2);
      if (now) {
        cursor.definitions(random, 2).rowsEnd(AUTO | StatusFlag.CURSOR_EXISTS, NOTHING);
      } else {
        cursor.random(random, 9, 3).random(random, 9, 3).eof(AUTO | StatusFlag.CURSOR_EXISTS);
      }
      cases.add(new Case("cursor", Command.STMT_EXECUTE, agreed, cursor, "IDLE"));
      cases.add(
          new Case(
              "known columns",
              Command.STMT_EXECUTE,
              agreed | Capability.MARIADB_CACHE_METADATA,
              known(now),
              "IDLE"));
      cases.add(
          new Case(
              "progress",
              Command.QUERY,
              agreed | Capability.MARIADB_PROGRESS,
              new Answers(now)
                  .packet(0xFF, 0xFF, 0xFF, 1, 1, 1, 0, 0, 0, 0)
                  .packet(0xFF, 0xFF, 0xFF, 1, 1, 1, 9, 0, 0, 0)
                  .ok(AUTO),
              "IDLE"));
      cases.add(
          new Case(
              "an error with the number of progress",
              Command.INIT_DB,
              agreed | Capability.MARIADB_PROGRESS,
              new Answers(now).error(0xFFFF),
              "IDLE 65535"));
      cases.add(
          new Case(
              "init db",
              Command.INIT_DB,
              agreed,
              new Answers(now).ok(AUTO, 0, "", Answers.schema("crm")),
              "IDLE"));
      cases.add(
          new Case(
              "no database", Command.INIT_DB, agreed, new Answers(now).error(1049), "IDLE 1049"));
    }
    return cases;
  }

  private Answers known(boolean deprecated) {
    Answers answer = new Answers(deprecated).packet(2, 0);
    return (deprecated ? answer : answer.eof(AUTO)).rows(random, 2).rowsEnd(AUTO, NOTHING);
  }

  @Test
  void everyAnswerReachesItsOwnerUnchangedWhereverItIsCut() {
    for (Case one : cases()) {
      for (boolean tracks : List.of(true, false)) {
        byte[] sent = one.answer().sent();
        for (int cut = 0; cut < sent.length; cut += 1 + random.nextInt(6)) {
          DetachedMysql server = new DetachedMysql(MYSQL, one.capabilities());
          Client client = new Client();
          server.command(one.command(), client, tracks);
          server.server(sent, List.of(cut, Math.min(cut + 3, sent.length)));
          assertThat(client.got.toByteArray())
              .as(one.name() + ", tracks " + tracks + ", cut at " + cut)
              .isEqualTo(tracks ? sent : one.answer().plain());
          assertThat(client.ends).as(one.name()).containsExactly(one.end());
          assertThat(server.requests().idle()).isTrue();
          assertThat(server.connection.quiet()).isTrue();
          server.finish();
        }
      }
    }
  }

  @Test
  void aCursorThatAProcedureHasOpenIsNoneOfItsCallers() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(false));
    Client client = new Client();
    server.requests().executes(null, false);
    server.command(Command.STMT_EXECUTE, client, false);
    Answers answer =
        new Answers(false)
            .packet(2)
            .random(random, 9, 3)
            .random(random, 9, 3)
            .eof(AUTO | StatusFlag.CURSOR_EXISTS)
            .rows(random, 3)
            .rowsEnd(AUTO, NOTHING);
    server.server(answer.sent(), List.of());
    assertThat(client.got.toByteArray()).isEqualTo(answer.sent());
    assertThat(client.ends).containsExactly("IDLE");
    server.finish();
  }

  @Test
  void payloadsOfSeveralPacketsAreRowsAsALone() {
    for (boolean now : List.of(false, true)) {
      for (int behind : List.of(now ? 0 : 5)) {
        DetachedMysql server = new DetachedMysql(MYSQL, eof(now));
        Client client = new Client();
        server.command(Command.QUERY, client, false);
        Answers answer =
            new Answers(now).packet(1).definitions(random, 1).huge(behind).rows(random, 1);
        answer.rowsEnd(AUTO, NOTHING);
        server.server(
            answer.sent(), List.of(7, 100, 0xFFFFFF, 0xFFFFFF + 60, answer.sent().length - 3));
        assertThat(client.got.size()).isEqualTo(answer.plain().length);
        assertThat(client.ends).containsExactly("IDLE");
        assertThat(server.requests().last().rows()).isEqualTo(2);
        server.finish();
      }
    }
  }

  @Test
  void rowsThatComeTogetherAreCountedAndNumbered() {
    for (boolean now : List.of(false, true)) {
      for (int piece : List.of(1, 3, 4, 5, 100, 1 << 20)) {
        DetachedMysql server = new DetachedMysql(MYSQL, eof(now));
        Client client = new Client();
        server.command(Command.QUERY, client, true);
        Answers answer =
            new Answers(now)
                .packet(1)
                .definitions(random, 1)
                .rows(random, 300)
                .packet() // an empty row
                .rows(random, 2)
                .random(random, 5000, 7)
                .rows(random, 300)
                .rowsEnd(AUTO, NOTHING);
        byte[] sent = answer.sent();
        List<Integer> cuts = new ArrayList<>();
        for (int cut = piece; cut < sent.length; cut += piece) {
          cuts.add(cut);
        }
        server.server(sent, cuts);
        assertThat(client.got.toByteArray()).isEqualTo(sent);
        assertThat(client.ends).containsExactly("IDLE");
        assertThat(server.requests().last().rows()).isEqualTo(604);
        server.finish();
      }
    }
  }

  @Test
  void aRowOutOfTurnAmongOthersEndsTheConnection() {
    for (int wrong : List.of(0, 3, 5, 255)) {
      DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
      Client client = new Client();
      server.connection.hold(client);
      server.command(Command.QUERY, client, true);
      Answers answer = new Answers(true).packet(1).packet(3, 3).packet(1, 'a');
      int next = answer.sent().length;
      byte[] sent = answer.packet(1, 'b').packet(1, 'c').rowsEnd(AUTO, NOTHING).sent();
      sent[next + 3] = (byte) wrong; // its number, which is 4
      server.server(sent);
      assertThat(server.connection.closed()).as("number %d", wrong).isTrue();
      assertThat(server.connection.ending().side()).isEqualTo(Ending.Side.PROTOCOL);
      server.finish();
    }
  }

  @Test
  void anErrorBehindRowsThatCameWithItIsTold() {
    for (boolean now : List.of(false, true)) {
      DetachedMysql server = new DetachedMysql(MYSQL, eof(now));
      Client client = new Client();
      server.requests().executes(null, false);
      server.command(Command.STMT_EXECUTE, client, true);
      Answers answer =
          new Answers(now).packet(1).definitions(random, 1).rows(random, 5).error(1317);
      server.server(answer.sent());
      assertThat(client.got.toByteArray()).isEqualTo(answer.sent());
      assertThat(server.requests().last().error()).isEqualTo(1317);
      server.finish();
    }
  }

  @Test
  void whatIsAnsweredLastIsKept() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    Client client = new Client();
    server.command(Command.QUERY, client, false);
    server.server(new Answers(true).result(random, 2, 17, AUTO, NOTHING).sent());
    assertThat(server.requests().last().rows()).isEqualTo(17);
    assertThat(server.requests().last().hasRows()).isTrue();
    assertThat(server.requests().last().warnings()).isEqualTo(5);
    server.command(Command.QUERY, client, false);
    server.server(new Answers(true).ok(AUTO).sent());
    assertThat(server.requests().last().hasRows()).isFalse();
    assertThat(server.requests().last().affectedRows()).isEqualTo(3);
    assertThat(server.requests().last().generatedId()).isEqualTo(4);
    server.connection.requests().probe(new Own());
    server.server(new Answers(true).ok(AUTO).sent());
    assertThat(server.requests().last().generatedId()).as("a client's").isEqualTo(4);
    server.finish();
  }

  @Test
  void changesOfStateAreReported() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    Client client = new Client();
    server.command(Command.QUERY, client, false);
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    state.writeBytes(Answers.variables("sql_mode", "", "statement_id", "8"));
    state.writeBytes(Answers.schema("crm"));
    state.writeBytes(Answers.gtids("3e11fa47-71ca-11e1-9e33-c80aa9429562:23"));
    server.server(new Answers(true).ok(AUTO, 0, "", state.toByteArray()).sent());
    assertThat(client.reported).containsExactly("sql_mode=", StateChanges.DATABASE + "=crm");
    assertThat(client.wrote)
        .containsExactly(GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:23"));
    server.finish();

    server = new DetachedMysql(MARIADB, 0);
    server.command(Command.QUERY, client, false);
    server.server(
        new Answers(true).ok(AUTO, 0, "", Answers.variables("last_gtid", "0-2-7")).sent());
    assertThat(client.wrote).last().isEqualTo(MariadbGtids.parse("0-2-7"));
    server.finish();
  }

  @Test
  void anErrorIsToldAtOnceAndItsGroupEndsWhenTheTransactionIsKnown() {
    for (String version : List.of(MYSQL, MARIADB)) {
      DetachedMysql server = new DetachedMysql(version, eof(true));
      Client client = new Client();
      Client other = new Client();
      server.command(Command.QUERY, client, false);
      server.command(Command.PING, other, false);
      assertThat(server.received()).containsExactly(Command.QUERY);
      byte[] error = new Answers(true).error(1062).sent();
      server.server(error);
      assertThat(client.got.toByteArray()).isEqualTo(error);
      assertThat(client.ends).isEmpty();
      if (version.equals(MARIADB)) {
        assertThat(server.received()).containsExactly(Command.INIT_DB);
        server.server(
            new Answers(true).ok(AUTO, 0, "", Answers.variables("sql_mode", "ANSI")).sent());
        assertThat(client.reported).containsExactly("sql_mode=ANSI");
      }
      assertThat(server.received()).containsExactly(Command.SET_OPTION);
      server.server(new Answers(true).rowsEnd(OPEN, NOTHING).sent());
      assertThat(client.ends).containsExactly("OPEN 1062");
      assertThat(client.got.toByteArray()).isEqualTo(error);
      assertThat(server.received()).containsExactly(Command.PING);
      server.server(new Answers(true).ok(AUTO).sent());
      assertThat(other.ends).containsExactly("IDLE");
      server.finish();
    }
  }

  @Test
  void anErrorAmidResultsEndsThem() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    Client client = new Client();
    server.command(Command.QUERY, client, true);
    Answers answer =
        new Answers(true).result(random, 1, 2, MORE, NOTHING).packet(2).definitions(random, 2);
    answer.rows(random, 3).error(1317);
    server.server(answer.sent());
    server.server(new Answers(true).rowsEnd(AUTO, NOTHING).sent());
    assertThat(client.got.toByteArray()).isEqualTo(answer.sent());
    assertThat(client.ends).containsExactly("IDLE 1317");
    server.finish();
  }

  @Test
  void anAbsorbedErrorIsToldToNobody() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    Client client = new Client();
    client.absorbs = true;
    server.command(Command.QUERY, client, true);
    server.server(new Answers(true).error(1290).sent());
    server.server(new Answers(true).rowsEnd(AUTO, NOTHING).sent());
    assertThat(client.got.size()).isZero();
    assertThat(client.ends).containsExactly("absorbed");
    server.finish();
  }

  @Test
  void whoTakesOverAnAnswerThatWasAbsorbedHearsOfItsEnd() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    Client client = new Client();
    client.absorbs = true;
    server.command(Command.QUERY, client, true);
    server.server(new Answers(true).error(1290).sent());
    Own left = new Own();
    server.connection.delivery().replaceOwner(client, left);
    server.server(new Answers(true).rowsEnd(AUTO, NOTHING).sent());
    assertThat(left.done).isTrue();
    assertThat(client.ends).isEmpty();
    server.finish();
  }

  @Test
  void aConnectionThatIsLostBehindAnErrorHasAnswered() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    Client client = new Client();
    server.command(Command.QUERY, client, true);
    server.server(new Answers(true).error(1062).sent());
    server.channel.close();
    assertThat(client.ends).containsExactly("IDLE 1062");
    assertThat(client.lost).isZero();
    assertThat(server.closings).isEqualTo(1);
    server.finish();
  }

  @Test
  void aServerThatSaysWhyItEndsTheConnectionIsBelieved() {
    for (boolean asked : List.of(true, false)) {
      DetachedMysql server = new DetachedMysql(MYSQL, 0);
      Client client = new Client();
      server.connection.hold(client);
      if (asked) {
        server.command(Command.QUERY, client, true);
      }
      server.server(new Answers(true).error(asked ? 1053 : 4031).sent());
      assertThat(client.got.size()).isZero();
      server.channel.close();
      assertThat(client.lost).isEqualTo(1);
      assertThat(server.connection.ending().side()).isEqualTo(Ending.Side.SERVER);
      assertThat(server.connection.ending().reason()).isEqualTo("it failed");
      server.finish();
    }
  }

  @Test
  void aFileThatNobodyHasOfferedEndsTheConnection() {
    for (boolean own : List.of(false, true)) {
      DetachedMysql server = new DetachedMysql(MYSQL, own ? Capability.LOCAL_FILES : 0);
      Client client = new Client();
      if (own) {
        server.requests().query("SELECT 1", client);
      } else {
        server.command(Command.QUERY, client, true);
      }
      server.server(new byte[] {7, 0, 0, 1, (byte) 0xFB, '/', 'e', 't', 'c', '/', 'x'});
      assertThat(client.files).isZero();
      assertThat(client.got.size()).isZero();
      assertThat(client.lost).isEqualTo(1);
      assertThat(server.connection.closed()).isTrue();
      server.finish();
    }
  }

  @Test
  void aFileIsAskedForAndSent() {
    DetachedMysql server = new DetachedMysql(MYSQL, Capability.LOCAL_FILES);
    Client client = new Client();
    server.command(Command.QUERY, client, true);
    byte[] request = new Answers(false).packet(0xFB, 'a', '.', 'c').sent();
    server.server(request);
    assertThat(client.files).isEqualTo(1);
    assertThat(server.connection.copyIn()).isTrue();
    server.connection.replies().copyInEnded();
    byte[] ok = new Answers(false).ok(AUTO, 0, "Records: 1", NOTHING).sent();
    ok[3] = 5; // behind three packets of the client's
    server.server(ok);
    assertThat(client.ends).containsExactly("IDLE");
    assertThat(client.got.size()).isEqualTo(request.length + ok.length);

    server.command(Command.QUERY, client, true);
    server.server(request);
    server.connection.requests().failCopy("the client has disconnected");
    assertThat(server.connection.closed()).isTrue();
    assertThat(server.received()).doesNotContain(Command.QUIT);
    server.finish();
  }

  @Test
  void preparedStatementsAreNumbered() {
    for (boolean now : List.of(false, true)) {
      for (int parameters : List.of(0, 2)) {
        for (int columns : List.of(0, 3)) {
          DetachedMysql server = new DetachedMysql(MYSQL, eof(now));
          Client client = new Client();
          server.connection.statements().parsing(null, null);
          server.command(Command.STMT_PREPARE, client, true);
          Answers answer =
              new Answers(now).packet(0, 9, 0, 0, 0, columns, 0, parameters, 0, 0, 0, 0);
          answer.definitions(random, parameters).definitions(random, columns);
          byte[] sent = answer.sent();
          for (int at = 0; at < sent.length; at++) {
            assertThat(client.ends).isEmpty();
            server.server(new byte[] {sent[at]});
          }
          assertThat(client.got.toByteArray()).isEqualTo(sent);
          assertThat(client.ends).containsExactly("IDLE");
          assertThat(server.connection.statements().unanswered()).isZero();
          server.finish();
        }
      }
    }
  }

  @Test
  void whatNoServerSaysEndsTheConnection() {
    List<byte[]> wrong =
        List.of(
            new byte[] {0, 0, 0, 1},
            new byte[] {1, 0, 0, 2, 0},
            new byte[] {1, 0, 0, 1, 0},
            new byte[] {2, 0, 0, 1, (byte) 0xFE, 0},
            new byte[] {2, 0, 0, 1, (byte) 0xFF, 0},
            new byte[] {1, 0, 0, 1, (byte) 0xFB},
            new byte[] {9, 0, 0, 1, (byte) 0xFD, 1, 1, 1, 1, 1, 1, 1, 1},
            new byte[] {9, 0, 0, 1, 0, 0, 0, 0, 0x40, 0, 0, 0, 9});
    for (byte[] bytes : wrong) {
      DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
      Client client = new Client();
      server.connection.hold(client);
      server.command(Command.QUERY, client, true);
      byte[] more = Arrays.copyOf(bytes, bytes.length + 40);
      server.server(more);
      assertThat(server.connection.closed()).as(Arrays.toString(bytes)).isTrue();
      assertThat(server.connection.ending().side()).isEqualTo(Ending.Side.PROTOCOL);
      assertThat(client.lost).isEqualTo(1);
      server.finish();
    }
    DetachedMysql server = new DetachedMysql(MYSQL, 0);
    server.server(new Answers(true).ok(AUTO).sent());
    assertThat(server.connection.ending().side()).isEqualTo(Ending.Side.PROTOCOL);
    server.finish();
  }

  @Test
  void whatTheNodeSaysInSeveralCommandsIsOneGroup() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    Own reset = new Own();
    Own query = new Own();
    server.connection.requests().reset(reset);
    server.connection.query("SELECT 1", query);
    assertThat(server.connection.delivery().groups().size()).isEqualTo(2);
    for (String ahead : List.of("COM_RESET_CONNECTION", "COM_INIT_DB", "SET")) {
      assertThat(reset.done).as(ahead).isFalse();
      server.server(new Answers(true).ok(AUTO).sent());
    }
    assertThat(reset.done).isTrue();
    server.server(
        new Answers(true)
            .packet(1)
            .definitions(random, 1)
            .packet(3, 'a', 'b', 'c')
            .rowsEnd(AUTO, NOTHING)
            .sent());
    assertThat(query.rows).hasToString("[[abc]]");

    Own refused = new Own();
    server.connection.requests().reset(refused);
    server.server(new Answers(true).error(1047).sent());
    assertThat(refused.error.number()).isEqualTo(1047);
    assertThat(server.requests().idle()).isTrue();
    server.finish();
  }

  /** Answers of every kind behind one another, cut anywhere, for owners of every kind. */
  @ParameterizedTest
  @ValueSource(ints = 40)
  void manyAnswersAreToldApart(int seeds) {
    for (int seed = 0; seed < seeds; seed++) {
      Random chance = new Random(seed);
      boolean now = chance.nextBoolean();
      DetachedMysql server = new DetachedMysql(chance.nextBoolean() ? MYSQL : MARIADB, eof(now));
      for (int i = 0; i < 20; i++) {
        Client client = new Client();
        boolean tracks = chance.nextBoolean();
        byte command = chance.nextBoolean() ? Command.QUERY : Command.STMT_EXECUTE;
        server.command(command, client, tracks);
        Answers answer = new Answers(now);
        while (chance.nextInt(3) == 0) {
          piece(answer, chance, MORE);
        }
        boolean fails = chance.nextInt(5) == 0;
        if (fails) {
          if (chance.nextBoolean()) {
            answer.packet(1).definitions(chance, 1).rows(chance, chance.nextInt(4));
          }
          answer.error(1062);
        } else {
          piece(answer, chance, chance.nextBoolean() ? AUTO : OPEN);
        }
        server.server(answer.sent(), cuts(chance, answer.sent().length));
        server.received();
        while (fails && client.ends.isEmpty()) {
          server.server(
              (server.requests().running().command() == Command.INIT_DB
                      ? new Answers(now).ok(AUTO)
                      : new Answers(now).rowsEnd(AUTO, NOTHING))
                  .sent());
        }
        assertThat(client.got.toByteArray())
            .as("seed " + seed)
            .isEqualTo(tracks ? answer.sent() : answer.plain());
        assertThat(client.ends).hasSize(1);
        assertThat(server.requests().idle()).isTrue();
      }
      server.finish();
    }
  }

  private static void piece(Answers answer, Random chance, int status) {
    byte[] state =
        chance.nextBoolean()
            ? NOTHING
            : Answers.variables("sql_mode", "m" + chance.nextInt(), "statement_id", "7");
    if (chance.nextBoolean()) {
      answer.ok(status, 0, chance.nextBoolean() ? "" : "Rows matched: 1", state);
    } else {
      answer.result(chance, 1 + chance.nextInt(5), chance.nextInt(20), status, state);
    }
  }

  private static List<Integer> cuts(Random chance, int length) {
    TreeSet<Integer> cuts = new TreeSet<>();
    for (int i = chance.nextInt(8); i > 0; i--) {
      cuts.add(chance.nextInt(length));
    }
    return List.copyOf(cuts);
  }

  /** Whatever a broken server sends, the connection ends or goes on, and nothing is thrown. */
  @ParameterizedTest
  @ValueSource(ints = 200)
  void brokenAnswersEndTheConnectionAtMost(int seeds) {
    for (int seed = 0; seed < seeds; seed++) {
      Random chance = new Random(seed);
      boolean now = chance.nextBoolean();
      DetachedMysql server = new DetachedMysql(MYSQL, eof(now));
      Client client = new Client();
      server.connection.hold(client);
      byte[] commands = {
        Command.QUERY, Command.STMT_EXECUTE, Command.STMT_FETCH, Command.STATISTICS, Command.PING
      };
      server.command(commands[chance.nextInt(commands.length)], client, chance.nextBoolean());
      Answers answer = new Answers(now);
      piece(answer, chance, MORE);
      piece(answer, chance, AUTO);
      byte[] sent = answer.sent();
      for (int i = 1 + chance.nextInt(4); i > 0; i--) {
        sent[chance.nextInt(Math.min(sent.length, 60))] = (byte) chance.nextInt(256);
      }
      server.server(sent, cuts(chance, sent.length));
      if (server.connection.closed()) {
        assertThat(server.connection.ending().side())
            .as("seed %s: %s", seed, server.connection.ending())
            .isNotEqualTo(Ending.Side.NODE);
      }
      server.finish();
      assertThat(client.ends.size() + client.lost).as("seed " + seed).isGreaterThanOrEqualTo(1);
    }
  }

  @Tag("long")
  @Test
  void moreAnswersAndBrokenOnesAreToldApart() {
    manyAnswersAreToldApart(1_000);
    brokenAnswersEndTheConnectionAtMost(5_000);
  }
}
