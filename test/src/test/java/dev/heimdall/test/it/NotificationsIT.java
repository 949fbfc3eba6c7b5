package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

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
        leaves.close();
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
