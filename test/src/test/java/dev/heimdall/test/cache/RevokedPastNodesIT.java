package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A membership of a role that is revoked past two nodes with a store: the one that looks seldom, as
 * a busy one does, hears of it from the other, and neither serves what the store still has.
 */
@Tag("ci")
class RevokedPastNodesIT {
  private static final String DATABASE = "revoked";

  /** One each time: what is revoked, granted and revoked within a look leaves no trace. */
  private static final List<String> ROLES = List.of("rp_one", "rp_two", "rp_three");

  private static final Duration SOON = Duration.ofSeconds(20);

  private static RedisProcess store;
  private static TestNode often;
  private static TestNode seldom;

  @BeforeAll
  static void start() throws IOException {
    SharedPostgres.createDatabase(DATABASE);
    for (String role : ROLES) {
      superuser(
          "CREATE ROLE %1$s; CREATE TABLE of_%1$s AS SELECT 1 AS i; GRANT SELECT ON of_%1$s TO %1$s; GRANT %1$s TO other"
              .formatted(role));
    }
    store = RedisProcess.running();
    often = node(1, "20ms");
    seldom = node(2, "1m");
  }

  private static TestNode node(int id, String interval) {
    return TestNode.start(
        c ->
            c.node("id", id)
                .node("store.servers", List.of(store.address()))
                .source("url", SharedPostgres.primary().jdbcUrl(DATABASE))
                .cluster(SharedPostgres.cluster())
                .source("cluster.probe.positionInterval", interval)
                .source("catalog.user", "app")
                .source("catalog.password", "app")
                .vdb("credentials", "passthrough")
                .user("other", "password", "other")
                .vdb("cache.enabled", true)
                .vdb("cache.ttl", "1h")
                .vdb("rules", List.of("cached"))
                .rules("cached", "{\"action\": \"cache\", \"parameters\": {\"ttl\": 3600000}}"));
  }

  @AfterAll
  static void stop() {
    seldom.close();
    often.close();
    store.close();
    SharedPostgres.primary()
        .execute(
            "DROP DATABASE " + DATABASE + " WITH (FORCE)", "DROP ROLE " + String.join(", ", ROLES));
  }

  private static void superuser(String statements) throws IOException {
    Target at =
        SharedPostgres.target()
            .in(DATABASE)
            .as(SharedPostgres.cluster().superuser(), SharedPostgres.cluster().password());
    try (RawClient client = RawClient.logIn(at)) {
      client.query(statements);
    }
  }

  private static RawClient client(TestNode node) throws IOException {
    return RawClient.logIn(node.target().in(DATABASE).as("other", "other"));
  }

  private static boolean isDenied(RawClient client, String role) throws IOException {
    return client.query("SELECT i FROM of_" + role).stream()
        .map(Message::type)
        .anyMatch(type -> type == 'E');
  }

  private static void awaitServed(RawClient client, String role) {
    Await.until(
        "it is served",
        () ->
            !isDenied(client, role) && client.queryInfo().getOrDefault("cached", "").equals("yes"));
  }

  @Test
  void bothNodesFindItSoon() throws IOException {
    try (RawClient here = client(often);
        RawClient there = client(seldom)) {
      for (String role : ROLES) {
        awaitServed(here, role);
        awaitServed(there, role);
        superuser("REVOKE " + role + " FROM other");
        String[] late = new String[1];
        Await.until(
            "both nodes answer as the server does",
            SOON,
            () -> {
              boolean first = isDenied(here, role);
              boolean second = isDenied(there, role);
              late[0] = first + " " + second;
              return first && second;
            },
            () -> late[0]);
        // Nor is it served again, by whichever has it still.
        for (int again = 0; again < 20; again++) {
          assertThat(isDenied(here, role)).isTrue();
          assertThat(isDenied(there, role)).isTrue();
        }
      }
    }
  }
}
