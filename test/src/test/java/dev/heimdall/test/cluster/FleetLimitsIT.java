package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Nodes that hear each other share what their servers take. */
class FleetLimitsIT {
  /** Nine tenths of 200 less 3 for superusers. */
  private static final int ALONE = 177;

  private static String limit(TestNode node) {
    return node.admin("SHOW POOLS").get(0).get("max_connections");
  }

  /** Has the node open one more server connection, at which it looks at its limits. */
  private static RawClient opening(TestNode node) throws IOException {
    RawClient client = RawClient.logIn(node.target());
    client.query("BEGIN");
    assertThat(client.value("SELECT 1")).isEqualTo("1");
    return client;
  }

  @Test
  void nodesDivideWhatTheServerTakes() throws Exception {
    try (RedisProcess store = RedisProcess.running()) {
      Consumer<TestConfiguration> wishes = c -> c.node("store.servers", List.of(store.address()));
      try (RoutedCluster routed = new RoutedCluster(wishes.andThen(c -> c.node("id", 1)));
          RawClient first = opening(routed.node())) {
        assertThat(limit(routed.node())).isEqualTo(Integer.toString(ALONE));
        try (TestNode other = routed.another(wishes.andThen(c -> c.node("id", 2)))) {
          Await.until(
              "the nodes hear each other",
              () ->
                  routed.node().admin("SHOW STORE").get(0).get("other_nodes").equals("1")
                      && other.admin("SHOW STORE").get(0).get("other_nodes").equals("1"));
          try (RawClient second = opening(routed.node());
              RawClient third = opening(other)) {
            assertThat(limit(routed.node())).isEqualTo(Integer.toString(ALONE / 2));
            assertThat(limit(other)).isEqualTo(Integer.toString(ALONE / 2));
            third.query("COMMIT");
            second.query("COMMIT");
          }
        }
        first.query("COMMIT");
      }
    }
  }
}
