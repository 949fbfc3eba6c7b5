package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import org.junit.jupiter.api.Test;

/** What clients make a node keep for them that it cannot evict, with a small budget. */
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
}
