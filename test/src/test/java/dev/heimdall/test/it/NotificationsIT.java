package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LISTEN and NOTIFY, on whatever server connections the sessions are. */
class NotificationsIT extends EachNodeKind {

  private static String next(RawClient listener) throws IOException {
    Message message = listener.receive();
    while (message.type() != 'A') {
      message = listener.receive();
    }
    return message.toString();
  }

  /** One that came with an answer, before its ReadyForQuery, or the next one. */
  private static String next(RawClient listener, List<Message> answer) throws IOException {
    for (Message message : answer) {
      if (message.type() == 'A') {
        return message.toString();
      }
    }
    return next(listener);
  }

  @Test
  void aNotificationReachesEachListenerOnce() throws IOException {
    try (RawClient one = logIn();
        RawClient two = logIn();
        RawClient notifier = logIn()) {
      one.query("LISTEN orders");
      two.query("LISTEN orders");
      two.query("LISTEN \"Other Channel\"");
      for (int i = 0; i < 5; i++) {
        notifier.query("NOTIFY orders, 'number " + i + "'");
        assertThat(next(one)).isEqualTo("NotificationResponse orders=number " + i);
        assertThat(next(two)).isEqualTo("NotificationResponse orders=number " + i);
      }
      notifier.query("SELECT pg_notify('Other Channel', 'for two')");
      assertThat(next(two)).isEqualTo("NotificationResponse Other Channel=for two");
      one.send(sync());
      assertThat(one.untilReady()).extracting(Message::type).containsExactly('Z');
    }
  }

  @Test
  void aListenerHearsItself() throws IOException {
    try (RawClient client = logIn()) {
      client.query("LISTEN own");
      List<Message> answer = client.query("NOTIFY own, 'to myself'");
      assertThat(next(client, answer)).isEqualTo("NotificationResponse own=to myself");
    }
  }

  /** Whoever keeps its server connection is told in the answer, as on a direct connection. */
  @Test
  void whatAClientSendsItselfComesFromItsOwnProcess() throws IOException {
    for (boolean direct : new boolean[] {true, false}) {
      try (RawClient client = direct ? RawClient.logIn(SharedPostgres.target()) : logIn();
          RawClient other = logIn()) {
        client.query("CREATE TEMP TABLE pins_in_transaction_mode (i int)");
        client.query("LISTEN own");
        List<Message> answer = client.query("NOTIFY own, 'to myself'");
        assertThat(answer).extracting(Message::type).containsExactly('C', 'A', 'Z');
        assertThat(sender(answer.get(1))).isEqualTo(client.processId());
        client.query("BEGIN");
        client.query("NOTIFY own, 'later'");
        answer = client.query("COMMIT");
        assertThat(answer).extracting(Message::type).containsExactly('C', 'A', 'Z');
        assertThat(sender(answer.get(1))).isEqualTo(client.processId());
        other.query("NOTIFY own, 'from another'");
        Message message = client.receive();
        assertThat(message.type()).isEqualTo('A');
        assertThat(sender(message)).isNotEqualTo(client.processId());
      }
    }
  }

  /** The same for a client for which the pool's connection listens. */
  @Test
  void aClientHearsItselfBeforeItsStatementHasEnded() throws IOException {
    try (RawClient other = logIn()) {
      other.query("DROP TABLE IF EXISTS told");
      other.query("CREATE TABLE told (i int)");
      other.query(
          "CREATE OR REPLACE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN NOTIFY self, ''trigger''; RETURN NULL; END'");
      other.query(
          "CREATE TRIGGER tell AFTER INSERT ON told FOR EACH STATEMENT EXECUTE FUNCTION tell()");
    }
    for (boolean direct : new boolean[] {true, false}) {
      try (RawClient client = direct ? RawClient.logIn(SharedPostgres.target()) : logIn();
          RawClient other = logIn()) {
        client.query("LISTEN self");
        for (int i = 0; i < 10; i++) {
          hearsItself(client, client.query("NOTIFY self, 'n'"), "CAZ");
          other.query("SELECT 1"); // on the server connection that the client had
          hearsItself(client, client.query("SELECT pg_notify('self', 'f')"), "TDCAZ");
          hearsItself(client, client.query("INSERT INTO told VALUES (1)"), "CAZ");
          hearsItself(client, client.query("DO 'BEGIN NOTIFY self; END'"), "CAZ");
          hearsItself(client, client.query("SELECT 1; NOTIFY self"), "TDCCAZ");
          client.query("BEGIN");
          hearsItself(client, client.query("NOTIFY self"), "CZ");
          hearsItself(client, client.query("COMMIT"), "CAZ");
          client.send(statement("NOTIFY self, 'b'"), sync());
          hearsItself(client, client.untilReady(), "12nCAZ");
          client.send(statement("SELECT pg_notify($1, 'c')", "self"), sync());
          hearsItself(client, client.untilReady(), "12TDCAZ");
        }
        client.query("BEGIN");
        client.query("LISTEN later");
        client.query("NOTIFY later");
        hearsItself(client, client.query("COMMIT"), "CAZ");
        client.query("BEGIN");
        client.query("NOTIFY self");
        hearsItself(client, client.query("ROLLBACK"), "CZ");
      }
    }
  }

  private static void hearsItself(RawClient client, List<Message> answer, String types) {
    StringBuilder found = new StringBuilder();
    for (Message message : answer) {
      found.append(message.type());
      if (message.type() == 'A') {
        assertThat(sender(message)).isEqualTo(client.processId());
      }
    }
    assertThat(found).hasToString(types);
  }

  /** What it has sent before the answer to the first one is held back with it, in its order. */
  @Test
  void aClientThatDoesNotWaitHearsItselfInItsPlace() throws IOException {
    try (RawClient client = logIn()) {
      client.query("LISTEN ahead");
      for (int i = 0; i < 10; i++) {
        client.send(query("NOTIFY ahead, '1'"), query("SELECT 2"), query("NOTIFY ahead, '3'"));
        List<String> all = new ArrayList<>();
        for (int answer = 0; answer < 3; answer++) {
          for (Message message : client.untilReady()) {
            all.add(message.type() == 'A' ? message.toString() : "" + message.type());
          }
        }
        String one = "NotificationResponse ahead=1";
        String three = "NotificationResponse ahead=3";
        assertThat(all).containsSubsequence("C", one, "Z", "T", "D", "C", "Z", "C", "Z");
        assertThat(all).containsSubsequence("C", three, "Z").hasSize(10);
      }
    }
  }

  /** The first of them was heard long before the second was sent to the others. */
  @Test
  void aClientThatDoesNotWaitHearsItselfTwice() throws IOException {
    try (RawClient client = logIn()) {
      client.query("LISTEN twice");
      client.send(
          query("NOTIFY twice, '1'"), query("SELECT pg_sleep(0.2)"), query("NOTIFY twice, '3'"));
      List<String> all = new ArrayList<>();
      for (int answer = 0; answer < 3; answer++) {
        for (Message message : client.untilReady()) {
          all.add(message.type() == 'A' ? message.toString() : "" + message.type());
        }
      }
      String one = "NotificationResponse twice=1";
      String three = "NotificationResponse twice=3";
      // No later than the end of its own statement; the end before it may have waited, too.
      assertThat(all).containsSubsequence("C", one, "Z", "T", "D", "C", "Z", "C", "Z").hasSize(10);
      assertThat(all.indexOf(three)).isBetween(6, 8);
    }
  }

  /** Whatever server connection they had. */
  @Test
  void theSenderIsTheProcessThatItWasTold() throws IOException {
    try (RawClient listener = logIn();
        RawClient one = logIn();
        RawClient two = logIn();
        RawClient pinned = logIn()) {
      pinned.query("CREATE TEMP TABLE pins_in_transaction_mode (i int)");
      pinned.query("LISTEN who");
      listener.query("LISTEN who");
      for (int i = 0; i < 20; i++) {
        RawClient sender = i % 2 == 0 ? one : two;
        if (i % 3 == 0) {
          (sender == one ? two : one).query("BEGIN"); // takes the connection that it had
        }
        sender.query("NOTIFY who");
        for (RawClient each : List.of(listener, pinned)) {
          Message heard = each.receive();
          assertThat(heard.type()).isEqualTo('A');
          assertThat(sender(heard)).isEqualTo(sender.processId());
        }
        one.query("COMMIT");
        two.query("COMMIT");
      }
    }
  }

  @Test
  void notificationsOfATransactionAreWrittenAtOnce() throws IOException {
    try (RawClient listener = logIn();
        RawClient notifier = logIn()) {
      listener.query("LISTEN many");
      for (int round = 0; round < 5; round++) {
        notifier.query("SELECT pg_notify('many', i::text) FROM generate_series(100, 199) i");
        assertThat(listener.receive()).hasToString("NotificationResponse many=100");
        int each = 5 + 4 + "many".length() + 1 + 3 + 1;
        assertThat(listener.stream().available()).isEqualTo(99 * each);
        for (int i = 101; i < 200; i++) {
          assertThat(listener.receive()).hasToString("NotificationResponse many=" + i);
        }
      }
    }
  }

  @Test
  void notificationsComeInTheOrderOfTheCommits() throws IOException {
    try (RawClient listener = logIn();
        RawClient other = logIn()) {
      listener.query("LISTEN order_of");
      List<String> heard = new ArrayList<>();
      List<String> committed = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        for (RawClient sender : List.of(other, listener)) {
          committed.add("NotificationResponse order_of=" + i + " by " + sender.processId());
          List<Message> answer = sender.query("NOTIFY order_of, '" + i + "'");
          if (sender == listener) {
            answer.stream()
                .filter(m -> m.type() == 'A')
                .forEach(m -> heard.add(m + " by " + sender(m)));
          }
        }
      }
      assertThat(heard).isEqualTo(committed);
    }
  }

  private static int sender(Message notification) {
    return ByteBuffer.wrap(notification.body()).getInt();
  }

  @Test
  void notificationsWaitForTheEndOfTheListenersTransaction() throws IOException {
    try (RawClient listener = logIn();
        RawClient notifier = logIn()) {
      listener.query("LISTEN patient");
      listener.query("BEGIN");
      listener.query("SELECT 1");
      notifier.query("NOTIFY patient, 'later'");
      assertThat(listener.query("SELECT 2")).extracting(Message::type).doesNotContain('A');
      List<Message> answer = listener.query("COMMIT");
      assertThat(next(listener, answer)).isEqualTo("NotificationResponse patient=later");
    }
  }

  @Test
  void whoHasStoppedListeningHearsNothing() throws IOException {
    for (String end : List.of("UNLISTEN quiet", "UNLISTEN *", "DISCARD ALL")) {
      try (RawClient listener = logIn();
          RawClient control = logIn();
          RawClient notifier = logIn()) {
        listener.query("LISTEN quiet");
        control.query("LISTEN quiet");
        listener.query(end);
        notifier.query("NOTIFY quiet, 'anybody?'");
        assertThat(next(control)).isEqualTo("NotificationResponse quiet=anybody?");
        assertThat(listener.query("SELECT 1"))
            .as(end)
            .extracting(Message::type)
            .doesNotContain('A');
      }
    }
  }

  @Test
  void aListenThatIsRolledBackDoesNotCount() throws IOException {
    try (RawClient listener = logIn();
        RawClient control = logIn();
        RawClient notifier = logIn()) {
      listener.query("BEGIN");
      listener.query("LISTEN undone");
      listener.query("ROLLBACK");
      control.query("LISTEN undone");
      notifier.query("NOTIFY undone, 'heard'");
      assertThat(next(control)).isEqualTo("NotificationResponse undone=heard");
      assertThat(listener.query("SELECT 1")).extracting(Message::type).doesNotContain('A');
    }
  }

  /** What it still hears is found out by what it sends itself. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BEGIN / UNLISTEN x / ROLLBACK                     | A",
        "BEGIN / UNLISTEN * / ROLLBACK                     | A",
        "BEGIN / UNLISTEN x / SELECT 1/0 / COMMIT          | A",
        "BEGIN / UNLISTEN x / COMMIT                       | ",
        "BEGIN / UNLISTEN * / COMMIT                       | ",
        "BEGIN / UNLISTEN x / LISTEN x / COMMIT            | A",
        "BEGIN / UNLISTEN * / LISTEN x / COMMIT            | A",
        "BEGIN / LISTEN x / UNLISTEN x / COMMIT            | ",
        "BEGIN / UNLISTEN x / LISTEN x / ROLLBACK          | A",
        "BEGIN / SAVEPOINT s / UNLISTEN x / RELEASE s / COMMIT | ",
        "UNLISTEN x; SELECT 1/0                            | A",
        "UNLISTEN x; SELECT 1                              | ",
        "LISTEN x / LISTEN x                               | A",
        "CREATE TEMP TABLE pins (i int) / UNLISTEN x       | ",
        "CREATE TEMP TABLE pins (i int) / UNLISTEN x / LISTEN x | A",
      })
  void whatATransactionGivesUpIsGivenUpByItsCommit(String script, String heard) throws IOException {
    for (boolean direct : new boolean[] {true, false}) {
      try (RawClient client = direct ? RawClient.logIn(SharedPostgres.target()) : logIn()) {
        client.query("LISTEN x");
        for (String statement : script.split(" / ")) {
          client.query(statement);
        }
        List<Message> answer = new ArrayList<>(client.query("NOTIFY x, 'anybody?'"));
        answer.addAll(client.query("SELECT 1"));
        assertThat(answer.stream().filter(message -> message.type() == 'A'))
            .as("direct: %s", direct)
            .hasSize(heard == null ? 0 : 1);
      }
    }
  }

  @Test
  void nobodyListensForAClientThatHasLeftBeforeTheServerAnswered() throws Exception {
    assumeTrue(kind.multiplexes(), "else each client listens for itself");
    try (RawClient stays = logIn()) {
      stays.query("LISTEN stays");
      String process =
          SharedPostgres.value("SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN \"stays\"'");
      int clients = node().clients().size();
      signal("STOP", process);
      try (RawClient leaves = logIn()) {
        leaves.send(query("LISTEN leaves"));
        Await.until("it is there", () -> node().clients().size() > clients);
        leaves.vanish();
        Await.until("it has left", () -> node().clients().size() == clients);
      } finally {
        signal("CONT", process);
      }
      Await.until(
          "the server listens to that channel no more",
          () ->
              "UNLISTEN \"leaves\""
                  .equals(
                      SharedPostgres.value(
                          "SELECT query FROM pg_stat_activity WHERE pid = " + process)));
    }
  }

  /** Held back is no answer for long, and none where nobody can tell. */
  @Test
  void anAnswerDoesNotWaitForAListenerThatIsSilent() throws Exception {
    assumeTrue(kind.multiplexes(), "else each client listens for itself");
    try (RawClient client = logIn()) {
      client.query("LISTEN late");
      String process =
          SharedPostgres.value("SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN \"late\"'");
      signal("STOP", process);
      try {
        hearsItself(client, client.query("NOTIFY late, 'in time'"), "CZ");
      } finally {
        signal("CONT", process);
      }
      assertThat(next(client)).isEqualTo("NotificationResponse late=in time");
    }
  }

  private static void signal(String name, String process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, process).start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void clientsThatLeaveAtOnceLeaveNoServerConnectionBehind() throws IOException {
    String ours = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'";
    int before = Integer.parseInt(SharedPostgres.value(ours));
    for (int i = 0; i < 60; i++) {
      try (RawClient client = logIn()) {
        client.value("SELECT 1"); // it has a server connection, and the hub has none
        client.send(query("LISTEN left_at_once"));
      }
    }
    Await.until(
        "no more server connections than the pool may have",
        () -> Integer.parseInt(SharedPostgres.value(ours)) <= before + 8);
  }
}
