package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.rds.RdsWatch;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.aws.FakeRds;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A node that is given one address, which stands for the global writer endpoint, and the ARN of the
 * global cluster: no name patterns, no topology documents. The servers of both regions it knows by
 * the RDS API; that it is the tests' own, and in which region the node is, are the only settings
 * beside.
 */
@Tag("long")
class GlobalArnAloneIT {
  private static final String HERE = GlobalServers.HERE;
  private static final String THERE = GlobalServers.THERE;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FakeRds rds = new FakeRds();
  private GlobalServers servers;

  @BeforeEach
  void start() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "not-so-secret");
    System.setProperty("aws.region", HERE);
    servers =
        GlobalServers.start(
            primary -> RoutedCluster.asOwner(primary, "CREATE TABLE item (n int PRIMARY KEY)"));
    servers.describedBy(rds);
  }

  @AfterEach
  void stop() {
    servers.close();
    rds.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.region");
  }

  private TestNode node() {
    return TestNode.start(
        c ->
            servers
                .source(c, servers.primary())
                .source("cluster.api.endpoint", rds.uri().toString()));
  }

  private static Map<String, String> places(TestNode node) {
    return node.admin("SHOW NODES").stream()
        .collect(
            Collectors.toMap(
                row -> row.get("node"),
                row -> row.get("role") + " " + row.get("state") + " " + row.get("region")));
  }

  private static String at(PostgresServer server) {
    return "127.0.0.1:" + server.port();
  }

  private static void awaitPlaces(TestNode node, Map<String, String> expected) {
    Await.until(
        "the servers are " + expected,
        PATIENCE,
        () -> places(node).equals(expected),
        () -> places(node) + " " + node.admin("SHOW CLUSTER") + node.admin("SHOW TOPOLOGY"));
  }

  private Map<String, String> all() {
    return Map.of(
        at(servers.primary()), "writer up " + HERE,
        at(servers.near()), "replica up " + HERE,
        at(servers.far()), "replica up " + THERE);
  }

  @Test
  void serversOfAllRegionsAreKnownAndAnotherRegionIsFollowed() throws Exception {
    try (TestNode node = node();
        Connection client = node.target().as("app", "app").jdbc()) {
      awaitPlaces(node, all());
      Map<String, String> row = node.admin("SHOW CLUSTER").get(0);
      assertThat(row.get("not_probed")).isNull();
      assertThat(rds.requests())
          .as("it is one global cluster that is asked for, and its members")
          .allSatisfy(
              request ->
                  assertThat(request)
                      .containsAnyOf(
                          Map.entry("GlobalClusterIdentifier", "shop"),
                          Map.entry("Filters.Filter.1.Name", "db-cluster-id")));
      Jdbc.execute(client, "INSERT INTO item VALUES (1)");
      servers.cluster().awaitReplay(Duration.ofSeconds(20));

      servers.primary().stop(StopMode.FAST);
      servers.promoteFar();
      Jdbc.execute(client, "INSERT INTO item VALUES (2)");
      assertThat(servers.far().queryValue("app", "SELECT count(*) FROM item")).isEqualTo("2");
    }
  }

  /** The name still leads to a region that is lost when the node is started. */
  @Test
  void aNodeThatIsStartedWhileTheAddressLeadsNowhereFindsTheWriter() throws Exception {
    servers.primary().stop(StopMode.FAST);
    servers.promoteFar();
    rds.loses(HERE);
    System.setProperty("aws.region", THERE);
    try (TestNode node = node();
        Connection client = node.target().as("app", "app").jdbc()) {
      Jdbc.execute(client, "INSERT INTO item VALUES (1)");
      assertThat(places(node)).containsEntry(at(servers.far()), "writer up " + THERE);
    }
  }

  @Test
  void withoutThePermissionTheNodeSaysSoAndGoesByTheServersThatItKnows() throws Exception {
    rds.deny("DescribeGlobalClusters");
    try (LoggedLines lines = LoggedLines.of(RdsWatch.class.getName());
        TestNode node = node();
        Connection client = node.target().as("app", "app").jdbc()) {
      Jdbc.execute(client, "INSERT INTO item VALUES (1)");
      Await.until(
          "it says what is missing",
          PATIENCE,
          () -> !lines.beginningWith("WARN").isEmpty(),
          () -> rds.requests().toString());
      assertThat(lines.beginningWith("WARN"))
          .singleElement()
          .asString()
          .contains("the RDS API in eu-west-1 denies rds:DescribeGlobalClusters");
      assertThat(places(node)).containsOnlyKeys(at(servers.primary()));
      assertThat(node.admin("SHOW CLUSTER").get(0).get("not_probed"))
          .contains(
              servers.far().port() + " in us-east-1: no host pattern is known for the region");
    }
  }
}
