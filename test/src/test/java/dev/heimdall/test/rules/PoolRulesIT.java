package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules that say how long a session keeps its server connection, and how many there may be. */
class PoolRulesIT {
  private static final String PID = "SELECT pg_backend_pid()";

  private static TestNode start(boolean multiplex, int size, String... rules) {
    return TestNode.start(
        c ->
            c.node("loops", 1)
                .vdb("multiplex", multiplex)
                .vdb("pool.size", size)
                .vdb("rules", List.of("pooling"))
                .rules("pooling", rules));
  }

  private static boolean holds(TestNode node, RawClient client) {
    return node.shown(client).get("link") != null;
  }

  private static void checkFree(TestNode node, RawClient client) {
    Await.until("the connection is free", () -> !holds(node, client));
    assertThat(node.shown(client)).containsEntry("pin_reason", null);
  }

  @Test
  void multiplexKeepsTheConnectionUntilTheLastWordIsEnabledAgain() throws IOException {
    try (TestNode node =
            start(
                true,
                2,
                rule("keep (\\\\w+)", "multiplex", "\"capture\": true, \"disable\": \"${1}\""),
                rule("free (\\\\w+)", "multiplex", "\"capture\": true, \"enable\": \"${1}\""));
        RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.query("SELECT 1");
      checkFree(node, client);
      Replies.batch(client, "SELECT 1 /* keep basket */");
      assertThat(node.shown(client))
          .containsEntry("pin_reason", "rule: multiplex disabled by basket");
      String pid = client.value(PID);
      for (int i = 0; i < 4; i++) {
        assertThat(other.value(PID)).isNotEqualTo(pid);
        assertThat(client.value(PID)).isEqualTo(pid);
      }
      client.query("SELECT 1 /* keep order */");
      Replies.batch(client, "SELECT 1 /* free basket */");
      assertThat(node.shown(client))
          .containsEntry("pin_reason", "rule: multiplex disabled by order");
      assertThat(holds(node, client)).isTrue();
      client.query("SELECT 1 /* free other */");
      assertThat(holds(node, client)).isTrue();
      client.query("SELECT 1 /* free order */");
      checkFree(node, client);
    }
  }

  @Test
  void poolMultiplexFalseKeepsTheConnectionUntilItIsTrueAgain() throws IOException {
    try (TestNode node =
            start(
                true,
                2,
                rule("stay", "pool", "\"multiplex\": false"),
                rule("leave", "pool", "\"multiplex\": true"));
        RawClient client = RawClient.logIn(node.target())) {
      client.query("SELECT 'stay'");
      assertThat(holds(node, client)).isTrue();
      assertThat(node.shown(client)).containsEntry("pin_reason", "rule: no multiplexing");
      client.query("SELECT 1");
      assertThat(holds(node, client)).isTrue();
      client.query("SELECT 'leave'");
      checkFree(node, client);
    }
  }

  @Test
  void poolMultiplexTrueGivesTheConnectionBackWhereTheVdbDoesNot() throws IOException {
    try (TestNode node =
            start(
                false,
                2,
                rule("stay", "pool", "\"multiplex\": false"),
                rule("leave", "pool", "\"multiplex\": true"));
        RawClient client = RawClient.logIn(node.target())) {
      client.query("SELECT 1");
      assertThat(holds(node, client)).isTrue();
      Replies.batch(client, "SELECT 'leave'");
      checkFree(node, client);
      client.query("SELECT 1");
      checkFree(node, client);
      client.query("SELECT 'stay'");
      assertThat(holds(node, client)).isTrue();
    }
  }

  @Test
  void multiplexSkipKeepsTheConnectionForSoManyFurtherStatements() throws IOException {
    try (TestNode node = start(true, 2, rule("stay", "pool", "\"multiplexSkip\": 2"));
        RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 2; i++) {
        client.query("SELECT 'stay'");
        assertThat(holds(node, client)).isTrue();
        assertThat(node.shown(client)).containsEntry("pin_reason", "rule: multiplexing skipped");
        client.query("SELECT 1");
        assertThat(holds(node, client)).isTrue();
        Replies.batch(client, "SELECT 2");
        checkFree(node, client);
      }
    }
  }

  @Test
  void reuseFalseClosesTheConnectionWhenItComesBack() throws IOException {
    try (TestNode node = start(true, 1, rule("once", "pool", "\"reuse\": false"));
        RawClient client = RawClient.logIn(node.target())) {
      String first = client.value(PID);
      assertThat(client.value(PID)).isEqualTo(first);
      assertThat(client.value(PID + " /* once */")).isEqualTo(first);
      String second = client.value(PID);
      assertThat(second).isNotEqualTo(first);
      client.query("BEGIN");
      assertThat(Replies.batch(client, PID + " /* once */").value()).isEqualTo(second);
      assertThat(client.value(PID)).as("it serves its transaction").isEqualTo(second);
      client.query("COMMIT");
      assertThat(client.value(PID)).isNotEqualTo(second);
    }
  }

  @Test
  void maxUserActiveLetsFurtherStatementsWait() throws IOException {
    try (TestNode node = start(true, 3, rule("limit", "pool", "\"maxUserActive\": 1"));
        RawClient first = RawClient.logIn(node.target());
        RawClient second = RawClient.logIn(node.target())) {
      first.query("BEGIN");
      first.value("SELECT 'limit'");
      second.send(query("SELECT 'waits'"));
      Await.until("it waits", () -> "waiting".equals(node.shown(second).get("state")));
      assertThat(second.hasInput()).isFalse();
      first.query("COMMIT");
      assertThat(new Replies(second.untilReady()).value()).isEqualTo("waits");
    }
  }

  @Test
  void maxUserActiveClosesIdleConnectionsAboveIt() throws IOException {
    try (TestNode node = start(true, 4, rule("limit", "pool", "\"maxUserActive\": 2"))) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(RawClient.logIn(node.target()));
        clients.get(i).query("BEGIN");
        clients.get(i).value("SELECT 1");
      }
      clients.get(0).query("COMMIT");
      clients.get(1).query("COMMIT");
      assertThat(node.servers()).hasSize(4);
      clients.get(0).value("SELECT 'limit'");
      Await.until("idle ones are closed", () -> node.servers().size() == 2);
      clients.get(2).query("COMMIT");
      clients.get(3).query("COMMIT");
      for (RawClient client : clients) {
        assertThat(client.value("SELECT 'and on'")).isEqualTo("and on");
      }
      assertThat(node.servers()).hasSize(2);
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void maxUserIdleClosesIdleConnections() throws IOException {
    try (TestNode node = start(true, 4, rule("shrink", "pool", "\"maxUserIdle\": 1"))) {
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(RawClient.logIn(node.target()));
        clients.get(i).query("BEGIN");
        clients.get(i).value("SELECT 1");
      }
      assertThat(node.servers()).hasSize(4);
      clients.get(0).value("SELECT 'shrink'");
      for (RawClient client : clients) {
        client.query("COMMIT");
      }
      Await.until("one is left", () -> node.servers().size() == 1);
      assertThat(clients.get(3).value("SELECT 'and on'")).isEqualTo("and on");
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void aPlaceIsFreeAgainWhenTheFirstDataArrive() throws IOException {
    try (TestNode node = start(true, 3, rule("one_by_one", "tag", "\"concurrency\": 1"));
        RawClient first = RawClient.logIn(node.target());
        RawClient second = RawClient.logIn(node.target())) {
      first.send(
          query(
              "SELECT repeat('x', 100000) AS one_by_one UNION ALL"
                  + " SELECT 'y' FROM (SELECT pg_sleep(60)) s"));
      first.until('D');
      assertThat(second.value("SELECT 1 AS one_by_one")).isEqualTo("1");
      assertThat(Replies.batch(second, "SELECT 2 AS one_by_one").value()).isEqualTo("2");
      assertThat(first.hasInput()).as("the first one still runs").isFalse();
      first.cancel();
      assertThat(new Replies(first.untilReady()).state()).isEqualTo("57014");
      assertThat(second.value("SELECT 3 AS one_by_one")).isEqualTo("3");
    }
  }

  @Test
  void aPlaceIsFreeAgainWhenItsClientHasGoneOrWasGivenUp() throws IOException {
    try (TestNode node = start(true, 3, rule("one_by_one", "tag", "\"concurrency\": 1"));
        RawClient last = RawClient.logIn(node.target())) {
      RawClient first = RawClient.logIn(node.target());
      RawClient second = RawClient.logIn(node.target());
      first.send(query("SELECT pg_sleep(60) AS one_by_one"));
      Await.until("it runs", () -> "active".equals(node.shown(first).get("state")));
      second.send(query("SELECT 'never' AS one_by_one"));
      last.send(query("SELECT 'at last' AS one_by_one"));
      second.vanish();
      first.vanish();
      assertThat(new Replies(last.untilReady()).value()).isEqualTo("at last");
      assertThat(last.value("SELECT 'again' AS one_by_one")).isEqualTo("again");
    }
  }
}
