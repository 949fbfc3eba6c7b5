package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The admin console's clients are clients like any other, and its commands can be given up. */
class ConsoleIT {

  @Test
  void aClientOfTheConsoleIsListedLikeAnyOther() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient console = RawClient.logIn(node.console(), "application_name", "watcher")) {
      console.query("SELECT 1");

      assertThat(client(node, console))
          .containsEntry("vdb", "app")
          .containsEntry("database", "heimdall")
          .containsEntry("user", "admin")
          .containsEntry("application_name", "watcher")
          .containsEntry("state", "idle")
          .containsEntry("queries", "1")
          .containsEntry("link", null);
    }
  }

  @Test
  void aClientOfTheConsoleCountsInTheLimitsUntilItGoes() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("clients.max", 2));
        RawClient client = RawClient.logIn(node.target())) {
      try (RawClient console = RawClient.logIn(node.console())) {
        assertThatThrownBy(() -> RawClient.logIn(node.target()).close())
            .isInstanceOfSatisfying(
                RawClient.ErrorReceived.class,
                refused -> assertThat(refused.error().sqlState()).isEqualTo("53300"));
        assertThatThrownBy(() -> RawClient.logIn(node.console()).close())
            .isInstanceOfSatisfying(
                RawClient.ErrorReceived.class,
                refused -> assertThat(refused.error().sqlState()).isEqualTo("53300"));
        assertThat(console.value("SHOW VERSION")).startsWith("Heimdall");
      }
      Await.until("the place is free again", () -> letsIn(node.target()));
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  private static boolean letsIn(Target target) throws IOException {
    try (RawClient next = RawClient.logIn(target)) {
      return true;
    } catch (RawClient.ErrorReceived e) {
      return false;
    }
  }

  @Test
  void aClientOfTheConsoleCanBeKilledByAnother() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient console = RawClient.logIn(node.console())) {
      node.admin("KILL " + console.processId());

      assertThat(console.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(node.admin("SHOW CLIENTS"))
          .noneMatch(row -> row.get("id").equals(Integer.toString(console.processId())));
    }
  }

  @Test
  void aClientOfTheConsoleCanKillItself() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient console = RawClient.logIn(node.console())) {
      console.send(Frontend.query("KILL " + console.processId()));

      assertThat(console.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
    }
  }

  @Test
  void anAdministratorCanKillItsOwnOrdinaryConnection() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient admin = RawClient.logIn(node.target().as("admin", "admin"))) {
      admin.send(Frontend.query("KILL " + admin.processId()));

      assertThat(admin.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");
      assertThat(node.clients()).isEmpty();
    }
  }

  @Test
  void killOfAClientThatDoesNotExistIsAnError() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient console = RawClient.logIn(node.console())) {
      assertThat(console.query("KILL 1")).first().extracting(Message::sqlState).isEqualTo("42704");
    }
  }

  @Test
  void pauseWaitsForTransactionsAndHoldsStatementsBackUntilResume() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient busy = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target());
        RawClient console = RawClient.logIn(node.console())) {
      busy.query("BEGIN");
      console.send(Frontend.query("PAUSE app"));
      Await.until("the pool is paused", () -> paused(node));
      other.send(Frontend.query("SELECT 1"));
      Await.until("the other client waits", () -> state(node, other).equals("waiting"));
      assertThat(busy.value("SELECT 2")).isEqualTo("2");
      assertThat(state(node, console)).isEqualTo("active");
      assertThat(console.hasInput()).isFalse();

      busy.query("COMMIT");

      assertThat(console.untilReady()).first().hasToString("CommandComplete PAUSE 1");
      assertThat(other.hasInput()).isFalse();
      assertThat(console.query("RESUME app")).first().hasToString("CommandComplete RESUME 1");
      assertThat(other.untilReady()).extracting(Message::type).containsExactly('T', 'D', 'C', 'Z');
    }
  }

  @Test
  void pauseOfAPausedDatabaseWaitsAsWellAndCountsNone() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient busy = RawClient.logIn(node.target());
        RawClient first = RawClient.logIn(node.console());
        RawClient second = RawClient.logIn(node.console())) {
      busy.query("BEGIN");
      first.send(Frontend.query("PAUSE"));
      Await.until("the pool is paused", () -> paused(node));
      second.send(Frontend.query("PAUSE app"));
      Await.until("the second one is at it", () -> state(node, second).equals("active"));
      assertThat(second.hasInput()).isFalse();

      busy.query("COMMIT");

      assertThat(first.untilReady()).first().hasToString("CommandComplete PAUSE 1");
      assertThat(second.untilReady()).first().hasToString("CommandComplete PAUSE 0");
      assertThat(second.query("PAUSE app")).first().hasToString("CommandComplete PAUSE 0");
    }
  }

  @Test
  void aCancelledPauseFailsAndEndsThePause() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient busy = RawClient.logIn(node.target());
        RawClient console = RawClient.logIn(node.console())) {
      busy.query("BEGIN");
      console.send(Frontend.query("PAUSE"));
      Await.until("the pool is paused", () -> paused(node));

      console.cancel();

      List<Message> answer = console.untilReady();
      assertThat(answer).first().extracting(Message::sqlState).isEqualTo("57014");
      Await.until("the pool is no longer paused", () -> !paused(node));
      assertThat(console.value("SHOW VERSION")).startsWith("Heimdall");
    }
  }

  @Test
  void aCancelledPauseLeavesThatOfAnotherAlone() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient busy = RawClient.logIn(node.target());
        RawClient first = RawClient.logIn(node.console());
        RawClient second = RawClient.logIn(node.console())) {
      busy.query("BEGIN");
      first.send(Frontend.query("PAUSE"));
      Await.until("the pool is paused", () -> paused(node));
      second.send(Frontend.query("PAUSE app"));
      Await.until("the second one is at it", () -> state(node, second).equals("active"));

      first.cancel();
      assertThat(first.untilReady()).first().extracting(Message::sqlState).isEqualTo("57014");
      assertThat(paused(node)).isTrue();
      busy.query("COMMIT");
      assertThat(second.untilReady()).first().hasToString("CommandComplete PAUSE 0");

      first.send(Frontend.query("PAUSE"));
      assertThat(first.untilReady()).first().hasToString("CommandComplete PAUSE 0");
      assertThat(first.query("RESUME")).first().hasToString("CommandComplete RESUME 1");
      busy.query("BEGIN");
      first.send(Frontend.query("PAUSE"));
      Await.until("the pool is paused", () -> paused(node));
      second.send(Frontend.query("PAUSE"));
      Await.until("the second one is at it again", () -> state(node, second).equals("active"));
      first.cancel();
      first.untilReady();
      second.cancel();
      second.untilReady();
      Await.until("nobody wants the pause any more", () -> !paused(node));
    }
  }

  @Test
  void aPauseWhoseClientGoesAwayIsGivenUp() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient busy = RawClient.logIn(node.target());
        RawClient console = RawClient.logIn(node.console())) {
      busy.query("BEGIN");
      console.send(Frontend.query("PAUSE"));
      Await.until("the pool is paused", () -> paused(node));

      console.close();

      Await.until("the pool is no longer paused", () -> !paused(node));
    }
  }

  @Test
  void aPauseAmongAnAdministratorsStatementsCanBeCancelledToo() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient busy = RawClient.logIn(node.target());
        RawClient admin = RawClient.logIn(node.target().as("admin", "admin"))) {
      busy.query("BEGIN");
      admin.send(Frontend.query("PAUSE"));
      Await.until("the pool is paused", () -> paused(node));
      assertThat(state(node, admin)).isEqualTo("active");

      admin.cancel();

      assertThat(admin.untilReady()).first().extracting(Message::sqlState).isEqualTo("57014");
      Await.until("the pool is no longer paused", () -> !paused(node));
      assertThat(admin.value("SELECT 1")).isEqualTo("1");

      admin.send(Frontend.query("PAUSE"));
      Await.until("the pool is paused again", () -> paused(node));
      admin.vanish();
      Await.until("the pool is no longer paused", () -> !paused(node));
    }
  }

  @Test
  void pauseRefusesToWaitForItsOwnSession() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient admin = RawClient.logIn(node.target().as("admin", "admin"))) {
      admin.query("BEGIN");

      assertThat(admin.query("PAUSE")).first().extracting(Message::sqlState).isEqualTo("25001");
      assertThat(paused(node)).isFalse();
    }
  }

  @Test
  void anAdministratorsShowIsAnsweredByTheNodeOutsideAndInsideATransaction() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient admin = RawClient.logIn(node.target().as("admin", "admin"))) {
      assertThat(admin.value("SHOW VERSION")).startsWith("Heimdall");
      assertThat(admin.value("SHOW server_version")).startsWith("18");

      admin.query("BEGIN");
      admin.value("SELECT 1");
      List<Message> answer = admin.query("SHOW VERSION");
      assertThat(answer).extracting(Message::type).containsExactly('T', 'D', 'C', 'Z');
      assertThat(answer).last().extracting(Message::status).isEqualTo('T');
      assertThat(state(node, admin)).isEqualTo("idle_in_transaction");
      assertThat(admin.query("COMMIT")).last().extracting(Message::status).isEqualTo('I');
    }
  }

  @Test
  void answersOfTheConsoleKeepTheirPlaceAmongThoseOfTheServer() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient admin = RawClient.logIn(node.target().as("admin", "admin"))) {
      admin.send(
          Frontend.query("BEGIN"),
          Frontend.query("SELECT 'one', pg_sleep(0.1)"),
          Frontend.query("SHOW VERSION"),
          Frontend.query("SELECT 'two'"),
          Frontend.query("COMMIT"),
          Frontend.query("SHOW VERSION"),
          Frontend.query("SELECT 'three'"));

      assertThat(admin.untilReady()).last().extracting(Message::status).isEqualTo('T');
      assertThat(firstColumn(admin.untilReady())).isEqualTo("one");
      assertThat(firstColumn(admin.untilReady())).startsWith("Heimdall");
      assertThat(firstColumn(admin.untilReady())).isEqualTo("two");
      assertThat(admin.untilReady()).last().extracting(Message::status).isEqualTo('I');
      assertThat(firstColumn(admin.untilReady())).startsWith("Heimdall");
      assertThat(firstColumn(admin.untilReady())).isEqualTo("three");
    }
  }

  private static String firstColumn(List<Message> answer) {
    return answer.stream()
        .filter(message -> message.type() == 'D')
        .findFirst()
        .orElseThrow()
        .columns()
        .get(0);
  }

  @Test
  void aShowOfAnybodyElseGoesToTheServer() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.query("SHOW POOLS"))
          .first()
          .satisfies(
              error -> {
                assertThat(error.sqlState()).isEqualTo("42704");
                assertThat(error.fields().get('M')).contains("configuration parameter");
              });
      assertThatThrownBy(() -> RawClient.logIn(node.target().in("heimdall")).close())
          .isInstanceOfSatisfying(
              RawClient.ErrorReceived.class,
              refused -> assertThat(refused.error().sqlState()).isEqualTo("42501"));
    }
  }

  private static boolean paused(TestNode node) {
    return node.admin("SHOW POOLS").stream().anyMatch(row -> row.get("paused").equals("t"));
  }

  private static String state(TestNode node, RawClient client) {
    return client(node, client).get("state");
  }

  private static Map<String, String> client(TestNode node, RawClient client) {
    String id = Integer.toString(client.processId());
    return node.admin("SHOW CLIENTS").stream()
        .filter(row -> row.get("id").equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no client " + id));
  }
}
