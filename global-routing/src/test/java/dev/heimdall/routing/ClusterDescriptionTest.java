package dev.heimdall.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ClusterDescriptionTest {
  private static final Instant ASKED = Instant.parse("2026-11-20T10:00:00Z");
  private static final String ACCOUNT = ":123456789012:";
  private static final String WEST = "arn:aws:rds:eu-west-1" + ACCOUNT + "cluster:west";
  private static final String EAST = "arn:aws:rds:us-east-1" + ACCOUNT + "cluster:east";
  private static final String GLOBAL = "arn:aws:rds:" + ACCOUNT + "global-cluster:shop";
  private static final String ORDERS = "arn:aws:rds:eu-west-1" + ACCOUNT + "db:orders";

  private static RdsServer server(String name, String status) {
    return new RdsServer(
        name,
        name.isEmpty() ? Optional.empty() : Optional.of(name + ".rds"),
        5433,
        RdsRole.UNKNOWN,
        Optional.empty(),
        OptionalInt.empty(),
        status,
        "available");
  }

  private static TopologyCluster cluster(String arn, String database, RdsServer... servers) {
    String[] parts = arn.split(":");
    return new TopologyCluster(
        arn,
        "",
        List.of(),
        parts[3],
        parts[6],
        "aurora-postgresql",
        "available",
        Optional.of(parts[6] + ".cluster.rds"),
        Optional.empty(),
        5432,
        Optional.of(database).filter(name -> !name.isEmpty()),
        Arrays.asList(servers),
        WriteForwarding.UNKNOWN,
        ASKED);
  }

  private static TopologyDocument document(
      List<TopologyCluster> clusters, List<TopologyGlobal> globals) {
    return new TopologyDocument("west", 1, ASKED, "a test", List.of(), clusters, globals);
  }

  private static TopologyGlobal global(String writer, String other) {
    return new TopologyGlobal(
        GLOBAL,
        "shop",
        "aurora-postgresql",
        "available",
        Optional.empty(),
        List.of(
            new TopologyGlobal.Member(other, false, ""),
            new TopologyGlobal.Member(writer, true, "")),
        Optional.empty(),
        ASKED);
  }

  /** The writer's region by its endpoint; others by instances, as their endpoint leads nowhere. */
  @Test
  void ofAGlobalClusterTheWriterComesFirstAndOthersByTheirInstances() {
    TopologyDocument told =
        document(
            List.of(
                cluster(
                    EAST,
                    "",
                    server("e0", "creating"),
                    server("e1", "available"),
                    server("e2", "available"),
                    server("e3", "available"),
                    server("e4", "available")),
                cluster(WEST, "orders", server("w1", "available"))),
            List.of(global(WEST, EAST)));
    assertThat(ClusterDescription.of(GLOBAL, List.of(told)))
        .contains(
            new ClusterDescription(
                "aurora-postgresql",
                false,
                Optional.of("orders"),
                List.of(
                    new ClusterDescription.Server("eu-west-1", "west.cluster.rds", 5432),
                    new ClusterDescription.Server("us-east-1", "e1.rds", 5433),
                    new ClusterDescription.Server("us-east-1", "e2.rds", 5433),
                    new ClusterDescription.Server("us-east-1", "e3.rds", 5433)),
                List.of(
                    new ClusterDescription.Server("eu-west-1", "west.cluster.rds", 5432),
                    new ClusterDescription.Server("eu-west-1", "w1.rds", 5433),
                    new ClusterDescription.Server("us-east-1", "east.cluster.rds", 5432),
                    new ClusterDescription.Server("us-east-1", "e1.rds", 5433),
                    new ClusterDescription.Server("us-east-1", "e2.rds", 5433),
                    new ClusterDescription.Server("us-east-1", "e3.rds", 5433),
                    new ClusterDescription.Server("us-east-1", "e4.rds", 5433))));
  }

  @Test
  void aRegionThatNobodyTellsOfIsLeftOut() {
    TopologyDocument told =
        document(
            List.of(cluster(EAST, "orders", server("e1", "available"))),
            List.of(global(WEST, EAST)));
    assertThat(ClusterDescription.of(GLOBAL, List.of(told)).orElseThrow().servers())
        .containsExactly(new ClusterDescription.Server("us-east-1", "e1.rds", 5433));
    TopologyDocument nothing = document(List.of(), List.of(global(WEST, EAST)));
    assertThat(ClusterDescription.of(GLOBAL, List.of(nothing)).orElseThrow().servers()).isEmpty();
    assertThat(ClusterDescription.of(GLOBAL, List.of())).isEmpty();
  }

  @Test
  void anInstanceIsFoundByItsSourceOrByItsCluster() {
    TopologyDocument family =
        document(
            List.of(
                cluster(ORDERS, "", server("orders", "available"), server("copy", "available"))),
            List.of());
    String copy = ORDERS.replace("orders", "copy");
    assertThat(ClusterDescription.of(copy, List.of(family)))
        .isEqualTo(ClusterDescription.of(ORDERS, List.of(family)))
        .hasValueSatisfying(
            one -> {
              assertThat(one.instance()).isTrue();
              assertThat(one.servers())
                  .extracting(ClusterDescription.Server::host)
                  .containsExactly("orders.rds", "copy.rds");
            });
    assertThat(ClusterDescription.of(copy.replace("123456789012", "210987654321"), List.of(family)))
        .as("another account")
        .isEmpty();
    TopologyDocument member =
        document(List.of(cluster(WEST, "", server("orders", "available"))), List.of());
    assertThat(ClusterDescription.of(ORDERS, List.of(member)).orElseThrow().instance()).isFalse();
  }

  private static TopologyCluster reportedIn(String region, TopologyCluster one) {
    return new TopologyCluster(
        one.arn(),
        one.resource(),
        one.formerly(),
        region,
        one.name(),
        one.engine(),
        one.status(),
        one.endpoint(),
        one.readerEndpoint(),
        one.port(),
        one.database(),
        one.servers(),
        one.forwarding(),
        one.asked());
  }

  /** Whoever answered was not the API of the ARN's region. */
  @Test
  void aClusterThatIsReportedInAnotherRegionThanItsArnNamesIsNobodys() {
    TopologyCluster strange = reportedIn("us-east-1", cluster(WEST, "", server("w1", "available")));
    List<TopologyDocument> told = List.of(document(List.of(strange), List.of()));
    assertThat(ClusterDescription.of(WEST, told)).isEmpty();
    assertThat(MergedTopology.of(WEST, told)).isEmpty();
    assertThat(MisplacedCluster.of(WEST, told))
        .contains(new MisplacedCluster("west", WEST, "us-east-1"));
    assertThat(MisplacedCluster.of(WEST.replace("west", "east"), told)).isEmpty();
    String instance = WEST.replace("cluster:west", "db:w1");
    assertThat(ClusterDescription.of(instance, told)).isEmpty();
    assertThat(MisplacedCluster.of(instance, told)).isPresent();

    // The same name, and another region's API has answered for that of the ARN.
    String asked = WEST.replace("eu-west-1", "us-east-1");
    assertThat(ClusterDescription.of(asked, told)).isEmpty();
    assertThat(MisplacedCluster.of(asked, told)).isPresent();
    assertThat(MisplacedCluster.of(asked.replace("cluster:west", "db:w1"), told)).isPresent();

    TopologyDocument right =
        document(List.of(cluster(WEST, "", server("w1", "available"))), List.of());
    assertThat(MisplacedCluster.of(WEST, List.of(right))).isEmpty();
    assertThat(
            ClusterDescription.of(
                WEST, List.of(document(List.of(strange, right.clusters().get(0)), List.of()))))
        .isEqualTo(ClusterDescription.of(WEST, List.of(right)));
  }

  @Test
  void aMemberOfAGlobalClusterThatIsReportedElsewhereIsLeftOut() {
    TopologyDocument told =
        document(
            List.of(
                cluster(WEST, "orders", server("w1", "available")),
                reportedIn("eu-west-1", cluster(EAST, "", server("e1", "available")))),
            List.of(global(WEST, EAST)));
    assertThat(ClusterDescription.of(GLOBAL, List.of(told)).orElseThrow().servers())
        .containsExactly(new ClusterDescription.Server("eu-west-1", "west.cluster.rds", 5432));
    assertThat(MergedTopology.of(GLOBAL, List.of(told)).orElseThrow().servers())
        .extracting(RdsServer::name)
        .containsExactly("w1");
    assertThat(MisplacedCluster.of(GLOBAL, List.of(told)))
        .hasToString(
            "Optional[the topology document of west reports "
                + EAST
                + " in the region eu-west-1: it is ignored]");
  }

  @Test
  void theDatabaseIsWrittenAndReadAndMayBeMissing() throws TopologyException {
    TopologyDocument told =
        document(List.of(cluster(WEST, "orders"), cluster(EAST, "")), List.of());
    assertThat(TopologyDocument.parse(told.json())).isEqualTo(told);
  }
}
