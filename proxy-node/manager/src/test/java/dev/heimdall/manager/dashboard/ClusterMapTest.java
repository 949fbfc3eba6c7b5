package dev.heimdall.manager.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.web.Answer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterMapTest {
  private static JsonNode state(String replica, String events, int inUse) throws Exception {
    return Answer.JSON.readTree(
        """
        {"vdbs": [{"name": "shop", "pools": [
           {"server": "b:1", "serversActive": %d, "serversIdle": 2, "serversLogin": 1},
           {"serversActive": 50}]}],
         "clusters": [{"source": "main", "consistency": "session",
           "nodes": [
             {"address": "b:1", "role": "replica", %s},
             {"address": "a:1", "role": "writer", "state": "up", "lagMillis": 7, "zone": "z1"}],
           "events": [%s]}]}
        """
            .formatted(inUse, replica, events));
  }

  private static final String UP = "\"state\": \"up\", \"lagMillis\": 2500";

  @Test
  void writersStandAboveTheOthersWithTheConnectionsOfAllNodes() throws Exception {
    ClusterMap map = ClusterMap.of(Map.of("one", state(UP, "", 3), "two", state(UP, "", 4)));
    ClusterMap.Cluster cluster = map.clusters().get(0);
    assertThat(map.clusters()).hasSize(1);
    assertThat(cluster.writers()).extracting(ClusterMap.Server::address).containsExactly("a:1");
    assertThat(cluster.writers().get(0).lag()).isEmpty();
    assertThat(cluster.writers().get(0).zone()).isEqualTo("z1");
    ClusterMap.Server replica = cluster.others().get(0);
    assertThat(replica.lag()).isEqualTo("2.5 s");
    assertThat(replica.lagPercent()).isEqualTo(25);
    assertThat(replica.inUse()).isEqualTo(7);
    assertThat(replica.open()).isEqualTo(7 + 2 * 3);
    assertThat(replica.condition()).isEqualTo("good");
    assertThat(replica.note()).isEmpty();
  }

  @Test
  void theNodeThatHasSeenTheMostIsBelievedAndOthersAreQuoted() throws Exception {
    String event =
        """
        {"at": "2026-11-23T03:20:08.9Z", "kind": "no-writer", "alarming": true,
         "server": "a:1", "cause": "connection refused", "lastedMillis": 1500}
        """;
    String down = "\"state\": \"down\", \"why\": \"connection refused\"";
    ClusterMap.Cluster cluster =
        ClusterMap.of(Map.of("one", state(UP, "", 0), "two", state(down, event, 0)))
            .clusters()
            .get(0);
    assertThat(cluster.witness()).isEqualTo("two");
    ClusterMap.Server replica = cluster.others().get(0);
    assertThat(replica.condition()).isEqualTo("bad");
    assertThat(replica.lag()).isEmpty();
    assertThat(replica.note()).isEqualTo("1 of 2 nodes see it as replica, up");
    ClusterMap.Event shown = cluster.events().get(0);
    assertThat(shown.time()).isEqualTo("2026-11-23 03:20:08 UTC");
    assertThat(shown.kind()).isEqualTo("no writer");
    assertThat(shown.alarming()).isTrue();
    assertThat(shown.words()).isEqualTo("connection refused (after 1.5 s)");
  }

  @Test
  void lagInBytesIsShownWhereNoTimeIsKnown() throws Exception {
    String bytes = "\"state\": \"up\", \"lagBytes\": 33554432";
    ClusterMap.Server replica =
        ClusterMap.of(Map.of("one", state(bytes, "", 0))).clusters().get(0).others().get(0);
    assertThat(replica.lag()).isEqualTo("32.0 MiB");
    assertThat(replica.lagPercent()).isEqualTo(100);
  }

  @Test
  void serversStandInTheOrderOfTheirNumbersAndAreCalledByTheFirstPartOfTheirNames()
      throws Exception {
    String servers =
        """
        {"clusters": [{"source": "main", "nodes": [
          {"address": "shop-10.abc.rds.example:5432", "role": "reader", "state": "up"},
          {"address": "shop-2.abc.rds.example:5432", "role": "reader", "state": "up"},
          {"address": "10.0.0.7:5432", "role": "reader", "state": "up"},
          {"address": "x.rds.example:5432", "name": "named", "role": "reader", "state": "up"}]}]}
        """;
    ClusterMap.Cluster cluster =
        ClusterMap.of(Map.of("one", Answer.JSON.readTree(servers))).clusters().get(0);
    assertThat(cluster.others())
        .extracting(ClusterMap.Server::title, ClusterMap.Server::place)
        .containsExactly(
            tuple("10.0.0.7:5432", ""),
            tuple("shop-2", "shop-2.abc.rds.example:5432"),
            tuple("shop-10", "shop-10.abc.rds.example:5432"),
            tuple("named", "x.rds.example:5432"));
  }

  @Test
  void reportsWithoutClustersMakeAnEmptyMap() throws Exception {
    assertThat(ClusterMap.of(Map.of("one", Answer.JSON.readTree("{}"))).clusters()).isEmpty();
  }

  @Test
  void aNodeThatNamesThousandsOfServersIsShownWithTheFirst() throws Exception {
    StringBuilder nodes = new StringBuilder();
    StringBuilder clusters = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      nodes.append(i == 0 ? "" : ",").append("{\"address\": \"s%d\"}".formatted(i));
      clusters.append(",{\"source\": \"c%d\"}".formatted(i));
    }
    JsonNode state =
        Answer.JSON.readTree(
            "{\"clusters\": [{\"source\": \"c\", \"nodes\": [%s]}%s]}".formatted(nodes, clusters));

    ClusterMap map = ClusterMap.of(Map.of("one", state));
    assertThat(map.clusters()).hasSize(500);
    assertThat(map.clusters().get(0).others()).hasSize(200);
  }

  @Test
  void regionsSayHowFarTheyAreAndWhetherReadersPassWritesOn() throws Exception {
    String state =
        """
        {"clusters": [{"source": "main", "nodes": [],
          "regions": [
            {"region": "eu-west-1", "writes": true},
            {"region": "us-east-1", "writes": false, "durabilityLagMillis": 219},
            {"region": "ap-south-1", "writes": false}],
          "writeForwarding": [
            {"region": "us-east-1", "cluster": "e", "local": "disabled", "global": "enabled"},
            {"region": "sa-east-1", "cluster": "s", "local": "requested"}]},
         {"source": "plain", "nodes": []}]}
        """;
    ClusterMap map = ClusterMap.of(Map.of("one", Answer.JSON.readTree(state)));
    assertThat(map.clusters().get(0).where())
        .isEqualTo(
            "eu-west-1 writes;"
                + " us-east-1 219 ms behind (write forwarding: local disabled, global enabled);"
                + " ap-south-1 lag unknown;"
                + " sa-east-1 (write forwarding: local requested)");
    assertThat(map.clusters().get(1).where()).isEmpty();
  }
}
