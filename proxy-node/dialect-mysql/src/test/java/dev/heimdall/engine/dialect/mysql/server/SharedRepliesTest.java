package dev.heimdall.engine.dialect.mysql.server;

import static dev.heimdall.engine.dialect.mysql.server.DetachedMysql.MARIADB;
import static dev.heimdall.engine.dialect.mysql.server.DetachedMysql.MYSQL;
import static dev.heimdall.engine.dialect.mysql.server.DetachedMysql.eof;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.DetachedMysql.Client;
import dev.heimdall.engine.dialect.mysql.server.DetachedMysql.Own;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reads of several sessions on their way over one connection at the same time. */
class SharedRepliesTest {
  private static final int AUTO = StatusFlag.AUTOCOMMIT;
  private static final byte[] NOTHING = {};

  private final Random random = new Random(1);

  private static List<Client> clients(DetachedMysql server, int count) {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(new Client());
      clients.get(i).absorbs = true;
      clients.get(i).takesBack = true;
      server.shared(clients.get(i));
    }
    return clients;
  }

  private static byte[] all(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Test
  void readsAreSentAheadAndEachAnswerIsItsOwners() {
    for (boolean now : List.of(false, true)) {
      byte[] first = new Answers(now).clean(random, 2, 3).sent();
      byte[] second = new Answers(now).clean(random, 1, 0).sent();
      byte[] third = new Answers(now).clean(random, 4, 9).sent();
      byte[] answers = all(first, second, third);
      for (int cut = 0; cut < answers.length; cut++) {
        DetachedMysql server = new DetachedMysql(MYSQL, eof(now));
        List<Client> clients = clients(server, 3);
        assertThat(server.received()).hasSize(3).containsOnly(Command.QUERY);
        server.server(answers, List.of(cut, cut + 5));
        assertThat(clients.get(0).got.toByteArray()).as("cut at %d", cut).isEqualTo(first);
        assertThat(clients.get(1).got.toByteArray()).as("cut at %d", cut).isEqualTo(second);
        assertThat(clients.get(2).got.toByteArray()).as("cut at %d", cut).isEqualTo(third);
        clients.forEach(client -> assertThat(client.ends).containsExactly("IDLE"));
        assertThat(server.connection.quiet()).isTrue();
        assertThat(server.requests().idle()).isTrue();
        server.finish();
      }
    }
  }

  @Test
  void whatOneAnswerSaysOfItselfIsKnownWhenItsOwnerHearsOfTheEnd() {
    DetachedMysql server = new DetachedMysql(MARIADB, eof(true));
    List<Long> rows = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      server.shared(
          new Client() {
            @Override
            public void groupComplete(
                ServerConnection from, TransactionState status, ServerError error) {
              rows.add(server.requests().last().rows());
            }
          });
    }
    server.server(
        all(
            new Answers(true).clean(random, 1, 5).sent(),
            new Answers(true).clean(random, 1, 0).sent(),
            new Answers(true).clean(random, 1, 2).sent()));
    assertThat(rows).containsExactly(5L, 0L, 2L);
    assertThat(server.requests().last().foundRowsOf()).isNull();
    server.finish();
  }

  @Test
  void anErrorBeforeOthersIsTakenBackAndFollowedByNoQuestion() {
    for (String version : List.of(MYSQL, MARIADB)) {
      for (int number : List.of(1062, 1053)) {
        DetachedMysql server = new DetachedMysql(version, eof(true));
        server.requests().last().diagnosticsOf(null);
        List<Client> clients = clients(server, 2);
        server.received();
        byte[] second = new Answers(true).clean(random, 1, 1).sent();
        server.server(
            all(
                new Answers(true)
                    .packet(1)
                    .definitions(random, 1)
                    .rows(random, 1)
                    .error(number)
                    .sent(),
                second));
        assertThat(clients.get(0).got.size()).isZero();
        assertThat(clients.get(0).ends).containsExactly("absorbed");
        assertThat(clients.get(1).got.toByteArray()).isEqualTo(second);
        assertThat(clients.get(1).ends).containsExactly("IDLE");
        assertThat(server.received()).as("no question stands behind others").isEmpty();
        assertThat(server.requests().last().diagnosticsOf()).as("nobody's").isNotNull();
        server.finish();
      }
    }
  }

  @Test
  void theLastOnesErrorIsFollowedByTheQuestionWhichNothingOvertakes() {
    DetachedMysql server = new DetachedMysql(MARIADB, eof(true));
    List<Client> clients = clients(server, 1);
    server.received();
    server.server(new Answers(true).error(1062).sent());
    assertThat(server.received()).containsExactly(Command.INIT_DB);
    assertThat(server.requests().takesAhead()).isFalse();
    server.server(new Answers(true).ok(AUTO).sent());
    assertThat(server.received()).containsExactly(Command.SET_OPTION);
    assertThat(server.requests().takesAhead()).isFalse();
    server.server(new Answers(true).rowsEnd(AUTO, NOTHING).sent());
    assertThat(clients.get(0).ends).containsExactly("absorbed");
    assertThat(server.requests().takesAhead()).isTrue();
    server.finish();
  }

  @Test
  void warningsAndIdsAreTakenBackWhereverTheyAreCut() {
    for (boolean now : List.of(false, true)) {
      for (int id : now ? List.of(0, 4) : List.of(0)) {
        Answers left = new Answers(now).packet(1).definitions(random, 1).rows(random, 3);
        left.end(id == 0 ? 1 : 0, id);
        byte[] second = new Answers(now).clean(random, 1, 1).sent();
        byte[] answers = all(left.sent(), second);
        DetachedMysql server = new DetachedMysql(MYSQL, eof(now));
        List<Client> clients = clients(server, 2);
        server.server(answers);
        assertThat(clients.get(0).got.size()).isZero();
        assertThat(clients.get(0).ends).containsExactly("absorbed");
        assertThat(clients.get(1).got.toByteArray()).isEqualTo(second);
        assertThat(clients.get(1).ends).containsExactly("IDLE");
        server.finish();
      }
    }
  }

  @Test
  void aTransactionThatHasBegunIsNobodysAnswer() {
    DetachedMysql server = new DetachedMysql(MYSQL, 0);
    List<Client> clients = clients(server, 1);
    server.server(
        new Answers(false)
            .packet(1)
            .definitions(random, 1)
            .eof(AUTO | StatusFlag.IN_TRANSACTION)
            .sent());
    assertThat(clients.get(0).ends).containsExactly("absorbed");
    assertThat(server.requests().takesAhead()).isFalse();
    server.finish();
  }

  @Test
  void anAnswerTooLongToBeHeldIsDroppedToItsEnd() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    List<Client> clients = clients(server, 2);
    byte[] large = new Answers(true).clean(random, 1, 1_000).sent();
    byte[] second = new Answers(true).clean(random, 1, 1).sent();
    byte[] answers = all(large, second);
    List<Integer> cuts = new ArrayList<>();
    for (int at = 1_000; at < answers.length; at += 1_000) {
      cuts.add(at);
    }
    server.server(answers, cuts);
    assertThat(clients.get(0).got.size()).isLessThanOrEqualTo(7 * 1024);
    assertThat(clients.get(0).ends).containsExactly("absorbed");
    assertThat(clients.get(1).got.toByteArray()).isEqualTo(second);
    server.finish();
  }

  @Test
  void whoLeavesAnAnswerThatIsBeingDroppedHasSomebodyHearOfItsEnd() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    List<Client> clients = clients(server, 1);
    byte[] large = new Answers(true).clean(random, 1, 1_000).sent();
    server.server(Arrays.copyOf(large, 10_000));
    Own left = new Own();
    server.connection.delivery().replaceOwner(clients.get(0), left);
    server.server(Arrays.copyOfRange(large, 10_000, large.length));
    assertThat(left.done).isTrue();
    assertThat(clients.get(0).ends).isEmpty();
    server.finish();
  }

  @Test
  void whatTheNodeAsksWaitsForAllThatWasSentAhead() {
    DetachedMysql server = new DetachedMysql(MYSQL, eof(true));
    clients(server, 2);
    server.received();
    Own own = new Own();
    server.connection.share(false);
    server.connection.requests().probe(own);
    assertThat(server.received()).isEmpty();
    assertThat(server.requests().takesAhead()).as("it would overtake").isFalse();
    byte[] answer = new Answers(true).clean(random, 1, 1).sent();
    server.server(answer);
    assertThat(server.received()).isEmpty();
    server.server(answer);
    assertThat(server.received()).containsExactly(Command.PING);
    server.server(new Answers(true).ok(AUTO).sent());
    assertThat(own.done).isTrue();
    server.finish();
  }
}
