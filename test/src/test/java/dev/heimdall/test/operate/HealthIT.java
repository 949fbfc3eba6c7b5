package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import org.junit.jupiter.api.Test;

/** The HTTP endpoint tells the node's health apart from its databases'. */
class HealthIT {

  @Test
  void aDatabaseThatIsDownLeavesTheNodeLiveAndReadyAndShowsInTheStatus() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(0).start();
        TestNode node =
            TestNode.start(
                c ->
                    c.source("url", cluster.primary().jdbcUrl("postgres"))
                        .source("user", "app")
                        .source("connectTimeout", "2s"))) {
      cluster
          .primary()
          .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "GRANT pg_read_all_stats TO app");
      Door door = new Door(node.httpPort());
      try (RawClient client = RawClient.logIn(node.target().in("postgres"))) {
        assertThat(client.value("SELECT 1")).isEqualTo("1");
        assertThat(vdb(door).at("/probe/ok").asBoolean()).isTrue();
        assertThat(vdb(door).get("reachable").asBoolean()).isTrue();

        cluster.primary().stop(StopMode.IMMEDIATE);
        Await.until("the probe fails", () -> !vdb(door).at("/probe/ok").asBoolean());

        assertThat(vdb(door).at("/probe/error").asText()).isNotEmpty();
        Await.until(
            "the server is known to be down", () -> !vdb(door).get("reachable").asBoolean());
        assertThat(door.metric("heimdall_vdb_reachable{vdb=\"app\"}")).isZero();
        assertThat(door.get("/livez").statusCode()).isEqualTo(200);
        assertThat(door.get("/readyz").statusCode()).isEqualTo(200);
        assertThat(door.get("/status").statusCode()).isEqualTo(200);

        cluster.primary().start();
        Await.until("the probe works again", () -> vdb(door).at("/probe/ok").asBoolean());
        assertThat(vdb(door).get("reachable").asBoolean()).isTrue();
        assertThat(client.value("SELECT 2")).isEqualTo("2");
      }
    }
  }

  @Test
  void aPausedPoolLeavesTheNodeLiveAndReadyAndShowsInTheStatus() throws Exception {
    try (TestNode node = TestNode.start(c -> {});
        RawClient client = RawClient.logIn(node.target())) {
      Door door = new Door(node.httpPort());
      client.value("SELECT 1");
      node.admin("PAUSE app");

      JsonNode vdb = vdb(door);

      assertThat(vdb.at("/probe/ok").asBoolean()).isFalse();
      assertThat(vdb.at("/pools/0/paused").asBoolean()).isTrue();
      assertThat(door.get("/livez").statusCode()).isEqualTo(200);
      assertThat(door.get("/readyz").statusCode()).isEqualTo(200);
      assertThat(door.metric("heimdall_pool_paused{database=\"app\",user=\"app\",vdb=\"app\"}"))
          .isEqualTo(1);

      node.admin("RESUME app");
      Await.until("the probe works again", () -> vdb(door).at("/probe/ok").asBoolean());
    }
  }

  private static JsonNode vdb(Door door) throws Exception {
    return door.status().at("/vdbs/0");
  }
}
