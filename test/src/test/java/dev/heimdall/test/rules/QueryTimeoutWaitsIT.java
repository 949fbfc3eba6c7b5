package dev.heimdall.test.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Waits that time limits of statements count: that of the settings counts waits in the node but for
 * the catalogue, that of a rule none.
 */
@Timeout(60)
class QueryTimeoutWaitsIT {
  private static final int LIMIT_MILLIS = 2_500;
  private static final String RULED = " /* ruled */";
  private static final String DELAYED = " /* delayed */";
  private static final String LONG_DELAYED = " /* long */";

  private static TestNode start(Consumer<TestConfiguration> wishes, String... rules) {
    return TestNode.start(
        c -> {
          c.node("loops", 1).vdb("pool.size", 1);
          c.rules("limits", rules).vdb("rules", List.of("limits"));
          wishes.accept(c);
        });
  }

  private static String rule(String match, String parameters) {
    return "{\"match\": \"%s\", \"action\": \"tag\", \"parameters\": {%s}}"
        .formatted(match, parameters);
  }

  private static void isCancelled(List<Message> answer) {
    assertThat(answer)
        .filteredOn(message -> message.type() == 'E')
        .singleElement()
        .satisfies(error -> assertThat(error.fields()).containsEntry('C', "57014"));
  }

  private static void holds(RawClient client) throws Exception {
    client.query("BEGIN");
    assertThat(client.value("SELECT 1")).isEqualTo("1");
  }

  private static void awaitQueue(TestNode node) {
    Await.until(
        "a client waits",
        () -> node.clients().stream().anyMatch(c -> "waiting".equals(c.get("state"))));
  }

  @Test
  void thatOfTheSettingsCountsTheQueueTogetherWithTheRun() throws Exception {
    try (TestNode node = start(c -> c.vdb("clients.queryTimeout", LIMIT_MILLIS + "ms"));
        RawClient holder = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      holds(holder);
      isCancelled(client.query("SELECT 1"));

      // Neither is as long as the limit: a late look at the clock ends it in time all the same.
      client.send(Frontend.query("SELECT pg_sleep(2.4)"));
      awaitQueue(node);
      Thread.sleep(2_000);
      holder.query("COMMIT");
      isCancelled(client.untilReady());
    }
  }

  @Test
  void thatOfTheSettingsCountsTheDelayOfARule() throws Exception {
    try (TestNode node =
            start(
                c -> c.vdb("clients.queryTimeout", LIMIT_MILLIS + "ms"),
                rule("long", "\"delay\": 50000000"));
        RawClient client = RawClient.logIn(node.target())) {
      isCancelled(client.query("SELECT 1" + LONG_DELAYED));
      assertThat(client.value("SELECT 2")).isEqualTo("2");
    }
  }

  @Test
  void thatOfARuleCountsNeitherTheQueueNorTheDelay() throws Exception {
    try (TestNode node =
            start(
                c -> {},
                rule("ruled", "\"queryTimeout\": 500"),
                rule("delayed", "\"queryTimeout\": 500, \"delay\": 1200000"));
        RawClient holder = RawClient.logIn(node.target());
        RawClient client = RawClient.logIn(node.target())) {
      holds(holder);
      client.send(Frontend.query("SELECT 1" + RULED));
      awaitQueue(node);
      Thread.sleep(1_200);
      holder.query("COMMIT");
      assertThat(client.untilReady().get(0).type()).isEqualTo('T');

      assertThat(client.value("SELECT 1" + DELAYED)).isEqualTo("1");
      isCancelled(client.query("SELECT pg_sleep(50)" + RULED));
    }
  }

  /** For a second at most, which the server's catalogue takes here. */
  @Test
  void noneCountsTheCatalogue() throws Exception {
    try (TestNode node =
            start(c -> c.vdb("clients.queryTimeout", "400ms").user("app", "admin", true));
        RawClient client = RawClient.logIn(node.target());
        Connection administrator = SharedPostgres.primary().connect(SharedPostgres.DATABASE);
        Statement locks = administrator.createStatement()) {
      client.query("CREATE OR REPLACE FUNCTION awaited() RETURNS int LANGUAGE sql AS 'SELECT 1'");
      Await.until(
          "the catalogue has it",
          () -> {
            assertThat(client.value("SELECT awaited()")).isEqualTo("1");
            return "confirmed".equals(client.queryInfo().get("catalog now"));
          });
      administrator.setAutoCommit(false);
      locks.execute("LOCK TABLE pg_policy IN ACCESS EXCLUSIVE MODE");
      client.query("CREATE OR REPLACE FUNCTION awaited() RETURNS int LANGUAGE sql AS 'SELECT 2'");

      long from = System.nanoTime();
      assertThat(client.value("SELECT awaited()")).isEqualTo("2");
      assertThat(System.nanoTime() - from).as("it waited").isGreaterThan(400_000_000);
      administrator.rollback();
    } finally {
      SharedPostgres.primary()
          .executeIn(SharedPostgres.DATABASE, "DROP FUNCTION IF EXISTS awaited()");
    }
  }
}
