package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that takes no more connections, while other virtual databases have idle ones. */
class YieldingPoolsIT {
  private static final int LIMIT = 3;
  private static final String ROLE = "yielding";

  @BeforeAll
  static void start() {
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS " + ROLE,
            "CREATE ROLE " + ROLE + " LOGIN PASSWORD 'yielding' CONNECTION LIMIT " + LIMIT);
  }

  @AfterAll
  static void stop() {
    SharedPostgres.primary().execute("DROP ROLE " + ROLE);
  }

  private static TestConfiguration limited(TestConfiguration c, int loops) {
    return c.node("loops", loops)
        .source("user", ROLE)
        .source("password", "yielding")
        .vdb("pool.size", LIMIT)
        .vdb("pool.queueTimeout", "10s")
        .vdb("other", "address", "127.0.0.1")
        .vdb("other", "ports", List.of(0))
        .vdb("other", "source", "main")
        .vdb("other", "pool.queueTimeout", "10s");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void idleConnectionsOfAnotherVirtualDatabaseMakeRoom(int loops) throws Exception {
    try (TestNode node = TestNode.start(c -> limited(c, loops))) {
      List<RawClient> clients = new ArrayList<>();
      try {
        for (int i = 0; i < LIMIT; i++) {
          RawClient client = RawClient.logIn(node.target());
          clients.add(client);
          client.query("BEGIN");
          client.query("SELECT 1");
        }
        for (RawClient client : clients) {
          client.query("COMMIT");
        }
        for (int i = 0; i < 2; i++) {
          try (RawClient other = RawClient.logIn(node.target("other"))) {
            assertThat(other.value("SELECT 2")).isEqualTo("2");
          }
        }
        for (RawClient client : clients) {
          assertThat(client.value("SELECT 3")).isEqualTo("3");
        }
      } finally {
        for (RawClient client : clients) {
          client.close();
        }
      }
    }
  }
}
