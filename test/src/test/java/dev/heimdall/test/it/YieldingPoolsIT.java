package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that takes no more connections, while other virtual databases have idle ones. */
@Tag("ci")
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

  private static final int SMALL = 30;
  private static final int RESERVED = 3;
  private static final int DATABASES = 20;

  /** A server of the test's own with databases {@code d0} and so on, of the role {@code app}. */
  private static PostgresCluster small() {
    PostgresCluster cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .setting("max_connections", Integer.toString(SMALL))
            .setting("superuser_reserved_connections", Integer.toString(RESERVED))
            .start();
    cluster.primary().execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app");
    for (int i = 0; i < DATABASES; i++) {
      cluster.primary().execute("CREATE DATABASE d" + i);
    }
    return cluster;
  }

  private static TestConfiguration inFrontOf(PostgresServer server, TestConfiguration c) {
    return c.node("loops", 2)
        .source("url", server.jdbcUrl("app"))
        .vdb("other", "address", "127.0.0.1")
        .vdb("other", "ports", List.of(0))
        .vdb("other", "source", "main");
  }

  private static int open(PostgresServer server, String database) {
    return Integer.parseInt(
        server.queryValue(
            "app",
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND datname = '"
                + database
                + "' AND application_name <> 'heimdall catalogue'"));
  }

  private static String limit(TestNode node, String database) {
    return node.admin("SHOW POOLS").stream()
        .filter(row -> row.get("database").equals(database))
        .findFirst()
        .orElseThrow()
        .get("max_connections");
  }

  @Test
  void nearTheServersLimitTheLongestIdleConnectionOfAllGoes() throws Exception {
    try (PostgresCluster cluster = small()) {
      PostgresServer server = cluster.primary();
      try (TestNode node =
          TestNode.start(c -> inFrontOf(server, c).source("catalog.enabled", false))) {
        for (int i = 0; i < DATABASES; i++) {
          for (String vdb : List.of("app", "other")) {
            try (RawClient client = RawClient.logIn(node.target(vdb).in("d" + i))) {
              assertThat(client.value("SELECT current_database()")).isEqualTo("d" + i);
            }
          }
        }
        assertThat(node.metric("heimdall_server_connect_failures_total")).isZero();
        assertThat(node.metric("heimdall_server_yields_total")).isGreaterThan(DATABASES / 2);
        int last = DATABASES - 1;
        Await.until("the oldest have gone", () -> open(server, "d0") == 0);
        assertThat(open(server, "d" + last)).as("the newest stay").isEqualTo(2);
        assertThat(limit(node, "d" + last))
            .isEqualTo(Integer.toString((SMALL - RESERVED) * 9 / 10));
        for (int i = 0; i < 2; i++) { // past the node there is room
          assertThat(server.queryValue("app", "SELECT 1")).isEqualTo("1");
        }
      }
    }
  }

  @Test
  void readersOfCataloguesMakeRoomAsWell() throws Exception {
    try (PostgresCluster cluster = small()) {
      PostgresServer server = cluster.primary();
      try (TestNode node = TestNode.start(c -> inFrontOf(server, c))) {
        for (int n = 0; n < 3; n++) {
          for (int i = 0; i < DATABASES; i++) {
            try (RawClient client = RawClient.logIn(node.target().in("d" + i))) {
              assertThat(client.value("SELECT count(*) > 0 FROM pg_class")).isEqualTo("t");
            }
            Thread.sleep(100); // for the reader to come
          }
        }
        Await.until(
            "readers keep few connections",
            () ->
                Integer.parseInt(
                        server.queryValue(
                            "app",
                            "SELECT count(*) FROM pg_stat_activity"
                                + " WHERE application_name = 'heimdall catalogue'"))
                    < DATABASES / 2);
      }
    }
  }
}
