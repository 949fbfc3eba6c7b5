package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients make a node keep for them that it cannot evict, with a small budget. */
@Tag("long")
class HeldMemoryIT {
  private static TestNode node() {
    return TestNode.start(c -> c.node("memoryBudget", "1MiB"));
  }

  private static long used(TestNode node, String cache) {
    return node.admin("SHOW MEMORY").stream()
        .filter(row -> row.get("memory").equals("cache " + cache))
        .mapToLong(row -> Long.parseLong(row.get("used_bytes")))
        .findAny()
        .orElseThrow();
  }

  private static String listen(int from, int count) {
    StringBuilder sql = new StringBuilder();
    for (int i = from; i < from + count; i++) {
      sql.append("LISTEN channel_").append(i).append(';');
    }
    return sql.toString();
  }

  @Test
  void channelsOfAllClientsHaveALimit() throws Exception {
    try (TestNode node = node();
        RawClient ann = RawClient.logIn(node.target());
        RawClient bob = RawClient.logIn(node.target())) {
      ann.query(listen(0, 50));
      assertThat(used(node, "channels")).isBetween(50L * 100, 50L * 1_000);

      ann.send(Frontend.query(listen(50, 200)));
      assertThat(ann.untilClosed())
          .anySatisfy(
              message -> {
                assertThat(message.sqlState()).isEqualTo("53200");
                assertThat(message.fields()).containsEntry('M', "no memory for another channel");
              });
      bob.query(listen(0, 2));

      Await.until("the channels are given back", () -> used(node, "channels") < 2_000);
      bob.query("NOTIFY channel_1, 'still here'");
      assertThat(bob.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void aSettingThatIsTooLongToBeCarriedPins() throws Exception {
    try (TestNode node = node();
        RawClient client = RawClient.logIn(node.target())) {
      client.query("SELECT set_config('my.long', repeat('x', 2000000), false) IS NULL");

      assertThat(client.value("SELECT length(current_setting('my.long'))")).isEqualTo("2000000");
      assertThat(node.clients().get(0).get("pin_reason")).contains("setting that cannot be read");
    }
  }

  /** All that are sent at once have several times the room that there is. */
  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void largeStatementsThatAreSentTogetherWaitForEachOther() throws Exception {
    int clients = 40;
    String text = "SELECT length('" + "x".repeat(5_000_000) + "')";
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try (TestNode node = TestNode.start(c -> c.node("memoryBudget", "24MiB").vdb("pool.size", 4))) {
      List<Future<String>> lengths = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        lengths.add(
            threads.submit(
                () -> {
                  try (RawClient client = RawClient.logIn(node.target())) {
                    return client.value(text);
                  }
                }));
      }
      try (RawClient small = RawClient.logIn(node.target())) {
        assertThat(small.value("SELECT 1")).isEqualTo("1");
      }
      for (Future<String> length : lengths) {
        assertThat(length.get()).isEqualTo("5000000");
      }
      Await.until("the room is given back", () -> used(node, "large input") == 0);
      assertThat(used(node, "input")).isZero();

      try (RawClient client = RawClient.logIn(node.target())) {
        client.send(Frontend.query("SELECT length('" + "x".repeat(20_000_000) + "')"));
        assertThat(client.untilClosed())
            .anySatisfy(message -> assertThat(message.sqlState()).isEqualTo("53200"));
      } catch (SocketException e) {
        assertThat(e).isNotNull(); // it was closed amid what it sends
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** None is used again, as those of most drivers; all of them are more than there is room for. */
  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void largeUnnamedStatementsGiveWayToEachOther() throws Exception {
    int clients = 24;
    byte[] batch =
        Frontend.all(
            Frontend.parse("", "SELECT length('" + "x".repeat(4_000_000) + "')"),
            Frontend.bind("", ""),
            Frontend.execute("", 0),
            Frontend.sync());
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    List<RawClient> open = new ArrayList<>();
    try (TestNode node = TestNode.start(c -> c.node("memoryBudget", "24MiB").vdb("pool.size", 4))) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        RawClient client = RawClient.logIn(node.target());
        open.add(client);
        answers.add(
            threads.submit(
                () -> {
                  client.send(batch);
                  return client.untilReady().toString();
                }));
      }
      for (Future<String> answer : answers) {
        assertThat(answer.get()).contains("4000000");
      }
      assertThat(used(node, "unnamed")).isLessThan(18 << 20);
      for (RawClient client : open) {
        assertThat(client.value("SELECT 1")).isEqualTo("1");
      }
      Await.until("nothing large is kept", () -> used(node, "unnamed") < 1 << 20);
    } finally {
      for (RawClient client : open) {
        client.close();
      }
      threads.shutdownNow();
    }
  }
}
