package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Prepared statements with long texts: what server connections keep of them. */
class LongStatementsIT {
  private static final int MEGABYTE = 1 << 20;
  private static final int STATEMENTS = 20;

  private static String text(int number) {
    return "SELECT " + number + " /* " + "x".repeat(MEGABYTE) + " */";
  }

  private static void run(RawClient client, int number) throws IOException {
    client.send(bind("", "s" + number), execute("", 0), sync());
    Message row = client.until('D').get(1);
    assertThat(row.columns()).containsExactly(String.valueOf(number));
    client.untilReady();
  }

  @Test
  void aServerConnectionKeepsFewOfThemAndAllWork() throws IOException {
    try (TestNode node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < STATEMENTS; i++) {
        client.send(parse("s" + i, text(i)), sync());
        assertThat(client.untilReady()).extracting(Message::type).containsExactly('1', 'Z');
        run(client, i);
      }
      assertThat(kept(client)).isLessThanOrEqualTo(8L * MEGABYTE);
      for (int i = 0; i < STATEMENTS; i += 7) {
        run(client, i);
      }
      for (int i = 0; i < STATEMENTS; i++) {
        client.send(closeStatement("s" + i), sync());
        client.untilReady();
      }
      assertThat(kept(client)).isLessThanOrEqualTo(8L * MEGABYTE);
    }
  }

  /** The server answers a batch when it ends, or when it has much to say: here neither happens. */
  @Test
  void aBatchThatNeverEndsIsNotRememberedWithoutLimit() throws IOException {
    try (TestNode node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.send(parse("a", "SELECT 1"));
      byte[][] closes = new byte[10_000][];
      Arrays.fill(closes, closeStatement("x"));
      try {
        for (int i = 0; i < 12; i++) {
          client.send(closes);
        }
        client.send(sync());
      } catch (SocketException e) {
        // closed already
      }
      List<Message> told = client.untilClosed();
      assertThat(told.get(told.size() - 1).sqlState()).isEqualTo("54000");
      assertThat(other.value("SELECT 1")).isEqualTo("1");
    }
  }

  /** What the node says of itself at its start holds. */
  @Test
  void statementsAsLongAsTheMemoryIsSaidToHaveRoomForAreTaken() throws IOException {
    long budget = 24L * MEGABYTE;
    MemoryBudget memory = new MemoryBudget(budget, 2);
    int parse = (int) memory.longestParse();
    int query = (int) memory.longestQuery();
    assertThat(parse).isBetween((int) (budget / 10), query);
    try (TestNode node = TestNode.start(c -> c.node("memoryBudget", "24MiB"))) {
      for (String name : List.of("", "s")) {
        try (RawClient client = RawClient.logIn(node.target())) {
          client.send(parse(name, "SELECT 7 /* " + "x".repeat(parse - 100) + " */"), sync());
          assertThat(client.untilReady()).extracting(Message::type).containsExactly('1', 'Z');
        }
      }
      try (RawClient client = RawClient.logIn(node.target())) {
        assertThat(client.value("SELECT 7 /* " + "x".repeat(query - 100) + " */")).isEqualTo("7");
      }
      try (RawClient client = RawClient.logIn(node.target())) {
        client.send(parse("", "SELECT 7 /* " + "x".repeat((int) budget) + " */"), sync());
        List<Message> told = client.untilClosed();
        assertThat(told.get(told.size() - 1).sqlState()).isEqualTo("53200");
      } catch (SocketException e) {
        // closed before all of it was sent
      }
    }
  }

  /** A name is kept as long as its statement, and counts nowhere. */
  @Test
  void aNameIsNoText() throws IOException {
    try (TestNode node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1));
        RawClient client = RawClient.logIn(node.target())) {
      client.send(parse("n".repeat(8192), "SELECT 1"), sync());
      assertThat(client.untilReady()).extracting(Message::type).containsExactly('1', 'Z');
      client.send(parse("n".repeat(8193), "SELECT 1"), sync());
      List<Message> told = client.untilClosed();
      assertThat(told.get(told.size() - 1).sqlState()).isEqualTo("08P01");
    }
  }

  private static long kept(RawClient client) throws IOException {
    return Long.parseLong(
        client.value(
            "SELECT coalesce(sum(length(statement)), 0) FROM pg_prepared_statements"
                + " WHERE statement LIKE '%xxxx%'"));
  }
}
