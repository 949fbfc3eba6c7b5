package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.rds.RdsWatch;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.aws.FakeRds;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A node that is given one address, which stands for the global writer endpoint, and the ARN of the
 * global cluster: no name patterns, no topology documents. The servers of both regions it knows by
 * the RDS API; that it is the tests' own, and in which region the node is, are the only settings
 * beside.
 */
class GlobalArnAloneIT {
  private static final String HERE = "eu-west-1";
  private static final String THERE = "us-east-1";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FakeRds rds = new FakeRds();
  private PostgresCluster cluster;
  private PostgresServer primary;
  private PostgresServer near;
  private PostgresServer far;

  @BeforeEach
  void start() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "not-so-secret");
    System.setProperty("aws.region", HERE);
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start();
    primary = cluster.primary();
    near = cluster.replicas().get(0);
    far = cluster.replicas().get(1);
    GlobalFunctions.install(
        primary, Map.of(HERE, List.of(primary, near), THERE, List.of(far)), HERE);
    primary.execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    RoutedCluster.asOwner(primary, "CREATE TABLE item (n int PRIMARY KEY)");
    cluster.awaitReplay(Duration.ofSeconds(20));
    has(HERE, "west", primary, near);
    has(THERE, "east", far);
    rds.hasGlobals(
        List.of(
            new FakeRds.Global(
                "shop",
                List.of(FakeRds.Cluster.arn(HERE, "west"), FakeRds.Cluster.arn(THERE, "east")))));
  }

  @AfterEach
  void stop() {
    cluster.close();
    rds.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.region");
  }

  private void has(String region, String name, PostgresServer... servers) {
    List<String> members = List.of(servers).stream().map(one -> "" + one.port()).toList();
    rds.has(
        region,
        List.of(new FakeRds.Cluster(name, "available", 0, members)),
        List.of(servers).stream()
            .map(
                one ->
                    new FakeRds.Instance(
                        "" + one.port(),
                        name,
                        "",
                        List.of(),
                        "127.0.0.1",
                        one.port(),
                        region + "a",
                        "available"))
            .toList());
  }

  private TestNode node() {
    return TestNode.start(
        c ->
            c.source("url", "jdbc:postgresql://127.0.0.1:" + primary.port() + "/app")
                .source("user", "app")
                .source("password", "app")
                .source("cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
                .source("cluster.api.endpoint", rds.uri().toString())
                .source("cluster.probe.user", cluster.superuser())
                .source("cluster.probe.password", cluster.password())
                .source("cluster.probe.database", "postgres")
                .user("app", "password", "app")
                .user("app", "admin", true));
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
        at(primary), "writer up " + HERE,
        at(near), "replica up " + HERE,
        at(far), "replica up " + THERE);
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
      RoutedCluster.execute(client, "INSERT INTO item VALUES (1)");
      cluster.awaitReplay(Duration.ofSeconds(20));

      primary.stop(StopMode.FAST);
      far.promote();
      far.execute("UPDATE public.region SET writes = name = '" + THERE + "'");
      RoutedCluster.execute(client, "INSERT INTO item VALUES (2)");
      assertThat(far.queryValue("app", "SELECT count(*) FROM item")).isEqualTo("2");
    }
  }

  /** The name still leads to a region that is lost when the node is started. */
  @Test
  void aNodeThatIsStartedWhileTheAddressLeadsNowhereFindsTheWriter() throws Exception {
    primary.stop(StopMode.FAST);
    far.promote();
    far.execute("UPDATE public.region SET writes = name = '" + THERE + "'");
    rds.loses(HERE);
    System.setProperty("aws.region", THERE);
    try (TestNode node = node();
        Connection client = node.target().as("app", "app").jdbc()) {
      RoutedCluster.execute(client, "INSERT INTO item VALUES (1)");
      assertThat(places(node)).containsEntry(at(far), "writer up " + THERE);
    }
  }

  @Test
  void withoutThePermissionTheNodeSaysSoAndGoesByTheServersThatItKnows() throws Exception {
    rds.deny("DescribeGlobalClusters");
    try (LoggedLines lines = LoggedLines.of(RdsWatch.class.getName());
        TestNode node = node();
        Connection client = node.target().as("app", "app").jdbc()) {
      RoutedCluster.execute(client, "INSERT INTO item VALUES (1)");
      Await.until(
          "it says what is missing",
          PATIENCE,
          () -> !lines.beginningWith("WARN").isEmpty(),
          () -> rds.requests().toString());
      assertThat(lines.beginningWith("WARN"))
          .singleElement()
          .asString()
          .contains("the RDS API in eu-west-1 denies rds:DescribeGlobalClusters");
      assertThat(places(node)).containsOnlyKeys(at(primary));
      assertThat(node.admin("SHOW CLUSTER").get(0).get("not_probed"))
          .contains(far.port() + " in us-east-1: no host pattern is known for the region");
    }
  }
}
