package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Time limits of clients that ask for answers by Flush, as cursors of drivers do, before a Sync.
 */
class FlushedStatementsIT {
  @Test
  void aStatementThatTakesTooLongIsCancelled() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("clients.queryTimeout", "300ms"));
        RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 2; i++) {
        flushed(client, "SELECT pg_sleep(60)");
        assertThat(client.until('E')).last().extracting(Message::sqlState).isEqualTo("57014");
        client.send(Frontend.sync());
        client.untilReady();
      }
    }
  }

  @Test
  void oneThatRunsIsNoTransactionThatIsIdle() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("clients.idleInTransactionTimeout", "300ms"));
        RawClient client = RawClient.logIn(node.target())) {
      flushed(client, "SELECT pg_sleep(1.5)");
      Await.until(
          "it runs",
          () -> node.clients().stream().anyMatch(row -> "active".equals(row.get("state"))));
      assertThat(client.until('C')).last().extracting(Message::type).isEqualTo('C');

      List<Message> end = client.untilClosed();
      assertThat(end).last().extracting(Message::sqlState).isEqualTo("25P03");
    }
  }

  @Test
  void norIsABatchOfWhichTheServerTakesNoMoreMeanwhile() throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("clients.idleInTransactionTimeout", "300ms"));
        RawClient client = RawClient.logIn(node.target())) {
      client.send(
          Frontend.parse("", "SELECT pg_sleep(length($1)::float8)::text || length($2)"),
          Frontend.bind("", "", "xx", "y"),
          Frontend.execute("", 0));
      byte[] large = Frontend.bind("", "", "", "y".repeat(1 << 20));
      for (int i = 0; i < 20; i++) {
        client.send(large);
      }
      client.send(Frontend.sync());
      assertThat(client.untilReady()).extracting(Message::type).doesNotContain('E');
    }
  }

  private static void flushed(RawClient client, String sql) throws IOException {
    client.send(
        Frontend.parse("", sql), Frontend.bind("", ""), Frontend.execute("", 0), Frontend.flush());
  }
}
