package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.RegionAnswers;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyGlobal;
import dev.heimdall.routing.TopologyReader;
import dev.heimdall.routing.TopologyReading;
import dev.heimdall.routing.WriteForwarding;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** All clusters of two regions, by an API that answers well, in part, and not at all. */
class TopologyReaderTest {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String WEST_ARN = FakeRds.Cluster.arn(WEST, "shop-west");
  private static final String EAST_ARN = FakeRds.Cluster.arn(EAST, "shop-east");
  private static final FakeRds.Global SHOP =
      new FakeRds.Global("shop", List.of(WEST_ARN, EAST_ARN));

  private final FakeRds rds = new FakeRds();
  private final List<TopologyReader> open = new ArrayList<>();

  @BeforeEach
  void twoRegions() {
    rds.has(
        WEST,
        List.of(new FakeRds.Cluster("shop-west", "available", 5432, List.of("w1", "w2"))),
        List.of(
            instance("w1", "shop-west", "", List.of()),
            instance("w2", "shop-west", "", List.of()),
            instance("alone", "", "", List.of("replica")),
            instance("replica", "", "alone", List.of())));
    rds.has(
        EAST,
        List.of(new FakeRds.Cluster("shop-east", "available", 5432, List.of("e1"))),
        List.of(instance("e1", "shop-east", "", List.of())));
    rds.hasGlobals(List.of(SHOP));
  }

  @AfterEach
  void close() {
    open.forEach(TopologyReader::close);
    rds.close();
  }

  private static FakeRds.Instance instance(
      String name, String cluster, String source, List<String> replicas) {
    return new FakeRds.Instance(
        name, cluster, source, replicas, name + ".example", 5432, "zone-a", "available");
  }

  private TopologyReading read() {
    return read(
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")));
  }

  private TopologyReading read(AwsCredentialsProvider credentials) {
    return reader(credentials).read();
  }

  private TopologyReading read(List<RdsName> names, List<String> globals) {
    return reader(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")))
        .read(names, globals);
  }

  private TopologyReader reader(AwsCredentialsProvider credentials) {
    TopologyReader reader =
        new TopologyReader(
            new AwsAccess(WEST, Optional.of(rds.uri()), credentials, Duration.ofSeconds(20)),
            Set.of(),
            Clock.systemUTC());
    open.add(reader);
    return reader;
  }

  @Test
  void theRegionsOfGlobalClustersAreAskedToo() {
    TopologyReading reading = read();

    assertThat(reading.troubles()).isEmpty();
    assertThat(reading.regions()).containsExactly(WEST, EAST);
    assertThat(reading.complete()).containsExactlyInAnyOrder(WEST, EAST);
    assertThat(reading.clusters())
        .extracting(TopologyCluster::arn)
        .containsExactly(WEST_ARN, "arn:aws:rds:eu-west-1:123456789012:db:alone", EAST_ARN);
    assertThat(reading.clusters().get(0).servers())
        .extracting(RdsServer::name, RdsServer::role, server -> server.host().orElseThrow())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("w1", RdsRole.WRITER, "w1.example"),
            org.assertj.core.groups.Tuple.tuple("w2", RdsRole.READER, "w2.example"));
    assertThat(reading.clusters().get(0).resource()).isEqualTo("cluster-SHOP-WEST");
    assertThat(reading.clusters().get(1).servers())
        .extracting(RdsServer::name)
        .containsExactly("alone", "replica");
    TopologyGlobal global = reading.globals().orElseThrow().get(0);
    assertThat(global.writerRegion()).contains(WEST);
    assertThat(global.failover()).isEmpty();
    assertThat(global.members().get(1).synchronization()).isEqualTo("connected");
    assertThat(global.members())
        .extracting(TopologyGlobal.Member::forwarding)
        .containsExactly("disabled", "enabled");
  }

  /**
   * The states that the Aurora User Guide shows as an answer of {@code describe-db-clusters}
   * ("Working with local write forwarding for Aurora PostgreSQL"): three, and none at all.
   */
  @Test
  void writeForwardingIsReadOfEachClusterAsItsOwnRegionSaysIt() {
    List<String> none = List.of();
    rds.hasGlobals(List.of());
    rds.has(
        WEST,
        List.of(
            new FakeRds.Cluster("write-forwarding-test-cluster-1", "available", 5432, none)
                .forwarding("enabled", ""),
            new FakeRds.Cluster("write-forwarding-test-cluster-2", "available", 5432, none)
                .forwarding("disabled", "unknown"),
            new FakeRds.Cluster("test-global-cluster-2", "available", 5432, none)
                .forwarding("requested", "enabled"),
            new FakeRds.Cluster("aurora-postgresql-v2-cluster", "available", 5432, none)),
        List.of());

    assertThat(read().clusters())
        .extracting(TopologyCluster::writeForwarding)
        .extracting(WriteForwarding.Of::toString)
        .containsExactly(
            "eu-west-1 (local enabled)",
            "eu-west-1 (local disabled)",
            "eu-west-1 (local requested, global enabled)",
            "eu-west-1 ()");
  }

  @Test
  void onlyWhatIsNamedIsAskedFor() {
    rds.hasGlobals(List.of(SHOP, new FakeRds.Global("other", List.of(WEST_ARN))));
    TopologyReading reading = read(List.of(new RdsName("alone", false)), List.of("shop"));

    assertThat(reading.troubles()).isEmpty();
    assertThat(reading.complete()).containsExactlyInAnyOrder(WEST, EAST);
    assertThat(reading.globals().orElseThrow())
        .extracting(TopologyGlobal::name)
        .containsExactly("shop");
    assertThat(reading.clusters())
        .extracting(TopologyCluster::arn)
        .containsExactlyInAnyOrder(
            WEST_ARN, "arn:aws:rds:eu-west-1:123456789012:db:alone", EAST_ARN);
    assertThat(reading.names().orElseThrow())
        .containsExactlyInAnyOrder(
            new RdsName("alone", false),
            new RdsName("shop-west", true),
            new RdsName("shop-east", true));
    assertThat(rds.requests())
        .filteredOn(request -> "DescribeDBClusters".equals(request.get("Action")))
        .as("never all clusters of a region")
        .allSatisfy(request -> assertThat(request).containsKey("Filters.Filter.1.Name"));
  }

  @Test
  void withoutThePermissionForGlobalClustersWhatIsNamedAtHomeIsKnown() {
    rds.deny("DescribeGlobalClusters");
    TopologyReading reading = read(List.of(new RdsName("shop-west", true)), List.of("shop"));

    assertThat(reading.globals()).isEmpty();
    assertThat(reading.clusters()).extracting(TopologyCluster::arn).containsExactly(WEST_ARN);
    assertThat(reading.barred()).isFalse();
    assertThat(reading.troubles())
        .extracting(AwsTrouble::kind)
        .containsExactly(AwsTrouble.Kind.DENIED);
  }

  @Test
  void aRegionWithoutAWayToOthersAsksItsOwnAlone() {
    TopologyReader reader =
        new TopologyReader(
            new AwsAccess(
                WEST,
                Optional.of(rds.uri()),
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
                Duration.ofSeconds(20)),
            Set.of(),
            false,
            Clock.systemUTC());
    open.add(reader);
    TopologyReading reading = reader.read();
    assertThat(reading.troubles()).isEmpty();
    assertThat(reading.regions()).containsExactly(WEST);
    assertThat(reading.globals().orElseThrow().get(0).members()).hasSize(2);
    assertThat(rds.calls("DescribeDBClusters")).isEqualTo(1);
  }

  @Test
  void noRegionWaitsForAnother() {
    rds.tellsTogether(2);

    assertThat(read().complete()).containsExactlyInAnyOrder(WEST, EAST);
  }

  @Test
  void aFailoverUnderWayIsTold() {
    rds.hasGlobals(List.of(SHOP.moving("failing-over", EAST_ARN)));
    TopologyGlobal global = read().globals().orElseThrow().get(0);
    assertThat(global.status()).isEqualTo("failing-over");
    assertThat(global.failover())
        .contains(new TopologyGlobal.Failover("failing-over", WEST_ARN, EAST_ARN, true));

    rds.completeMoves();
    assertThat(read().globals().orElseThrow().get(0).writerRegion()).contains(EAST);
  }

  @Test
  void allPagesAreRead() {
    rds.pagesOf(1);
    TopologyReading reading = read();
    assertThat(reading.clusters()).hasSize(3);
    assertThat(rds.calls("DescribeDBInstances")).isEqualTo(5);
  }

  @Test
  void theMissingPermissionIsNamedAndTheRestIsTold() {
    rds.deny("DescribeGlobalClusters");
    TopologyReading reading = read();
    assertThat(reading.globals()).isEmpty();
    assertThat(reading.complete()).containsExactly(WEST);
    assertThat(reading.troubles())
        .singleElement()
        .satisfies(
            trouble ->
                assertThat(trouble.described())
                    .startsWith("the permission rds:DescribeGlobalClusters is missing"));

    rds.deny("DescribeDBInstances");
    TopologyReading less = read();
    assertThat(less.complete()).isEmpty();
    assertThat(less.clusters().get(0).servers())
        .hasSize(2)
        .allSatisfy(server -> assertThat(server.host()).isEmpty());
    // What was known of addresses stays known.
    TopologyDocument known = TopologyDocument.none(WEST).next(reading, "before").next(less, "now");
    assertThat(known.told(WEST_ARN).orElseThrow().servers())
        .allSatisfy(server -> assertThat(server.host()).isPresent());
  }

  @Test
  void whoeverIsThrottledDoesNotGoOnAsking() {
    rds.answers(FakeRds.Manner.THROTTLING);
    TopologyReading reading = read();
    assertThat(reading.globals()).isEmpty();
    assertThat(reading.complete()).isEmpty();
    assertThat(reading.troubles())
        .extracting(AwsTrouble::kind)
        .containsOnly(AwsTrouble.Kind.THROTTLED);
    // Once for the account's global clusters and once for the region.
    assertThat(rds.requests()).hasSize(2);
  }

  @Test
  void withoutCredentialsNobodyIsAsked() {
    TopologyReading reading =
        read(
            () -> {
              throw SdkClientException.create("none found");
            });
    assertThat(reading.troubles())
        .singleElement()
        .satisfies(
            trouble ->
                assertThat(trouble.described())
                    .isEqualTo(
                        "there are no AWS credentials: give the machine or the function a role"
                            + " (none found)"));
    assertThat(rds.requests()).isEmpty();
  }

  /**
   * After event 0238: the region that wrote is lost with its API and its databases, and says not
   * even that it does.
   */
  @Test
  void whatTheOwnRegionSaysAfterAFailoverDoesNotWaitForTheLostOne() {
    rds.hasGlobals(List.of(new FakeRds.Global("shop", List.of(EAST_ARN, WEST_ARN))));
    rds.loses(WEST);
    TopologyReader reader =
        new TopologyReader(
            new AwsAccess(
                EAST,
                Optional.of(rds.uri()),
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
                Duration.ofSeconds(20)),
            Set.of(WEST),
            Clock.systemUTC());
    open.add(reader);
    long began = System.nanoTime();
    RegionAnswers answers = reader.ask();

    assertThat(answers.own().complete()).containsExactly(EAST);
    TopologyDocument alone = TopologyDocument.none(EAST).next(answers.own(), "RDS-EVENT-0238");
    assertThat(alone.globals().get(0).writerRegion()).contains(EAST);
    assertThat(alone.told(SHOP.arn()).orElseThrow().servers())
        .singleElement()
        .satisfies(
            server -> {
              assertThat(server.role()).isEqualTo(RdsRole.WRITER);
              assertThat(server.host()).contains("e1.example");
            });

    TopologyReading all = answers.all();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    assertThat(all.complete()).containsExactly(EAST);
    assertThat(all.clusters()).isEqualTo(answers.own().clusters());
    assertThat(all.troubles())
        .singleElement()
        .satisfies(trouble -> assertThat(trouble.message()).startsWith(WEST + ": "));
  }
}
