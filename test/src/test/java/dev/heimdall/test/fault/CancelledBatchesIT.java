package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A cancel request amid a batch whose Sync the server has not got yet. */
class CancelledBatchesIT {
  private static final int STATEMENTS = 100;
  private static final String LARGE = "x".repeat(32 * 1024);

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void itStopsTheWholeBatch(boolean multiplex, boolean complete) throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("multiplex", multiplex));
        RawClient client = RawClient.logIn(node.target())) {
      client.send(
          Frontend.parse("", "SELECT length($1 || pg_sleep(0.2)) /* amid a batch */"),
          Frontend.sync());
      client.untilReady();
      Thread writer =
          new Thread(
              () -> {
                try {
                  client.send(batch(complete));
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      writer.start();
      awaitSleep("amid a batch");
      client.cancel();
      if (!complete) {
        writer.join();
        client.send(Frontend.sync());
      }
      List<Message> answer = client.untilReady();
      writer.join();

      assertThat(answer)
          .filteredOn(message -> message.type() == 'E')
          .extracting(Message::sqlState)
          .containsExactly("57014");
      assertThat(answer)
          .filteredOn(message -> message.type() == 'C')
          .hasSizeLessThan(STATEMENTS / 2);
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itStopsAStatementWhoseAnswerIsFlushed(boolean multiplex) throws Exception {
    try (TestNode node = TestNode.start(c -> c.vdb("multiplex", multiplex));
        RawClient client = RawClient.logIn(node.target())) {
      client.send(
          Frontend.parse("", "SELECT pg_sleep(60) /* before a Flush */"),
          Frontend.bind("", ""),
          Frontend.execute("", 0),
          Frontend.flush());
      awaitSleep("before a Flush");
      client.cancel();

      Message error = client.until('E').stream().filter(m -> m.type() == 'E').findFirst().get();
      assertThat(error.sqlState()).isEqualTo("57014");
      client.send(Frontend.sync());
      client.untilReady();
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  private static void awaitSleep(String comment) {
    String sleeping =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%"
            + comment
            + " */' AND wait_event = 'PgSleep'";
    Await.until("a statement runs", () -> SharedPostgres.value(sleeping).equals("1"));
  }

  private static byte[] batch(boolean complete) {
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    for (int i = 0; i < STATEMENTS; i++) {
      batch.writeBytes(Frontend.bind("", "", LARGE));
      batch.writeBytes(Frontend.execute("", 0));
    }
    if (complete) {
      batch.writeBytes(Frontend.sync());
    }
    return batch.toByteArray();
  }
}
