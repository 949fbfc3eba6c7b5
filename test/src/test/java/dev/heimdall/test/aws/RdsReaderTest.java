package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.RdsReader;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import dev.heimdall.routing.TopologyReading;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The AWS SDK asks an endpoint that answers well, badly, partly, slowly and not at all. */
class RdsReaderTest {
  private static final String SECRET = "wJalrXUtnFEMI-not-so-secret";

  private final FakeRds rds = new FakeRds();
  private final List<RdsReader> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(RdsReader::close);
    rds.close();
  }

  private RdsReader reader(Duration patience) {
    return reader(
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", SECRET)),
        patience);
  }

  private RdsReader reader(AwsCredentialsProvider credentials, Duration patience) {
    RdsReader reader =
        new RdsReader(
            new AwsAccess("eu-west-1", Optional.of(rds.uri()), credentials, patience),
            Clock.systemUTC());
    open.add(reader);
    return reader;
  }

  private TopologyReading read(RdsName... names) {
    return reader(Duration.ofSeconds(20)).read(List.of(names));
  }

  private static List<RdsServer> servers(TopologyReading answer, RdsName name) {
    return answer.clusters().stream()
        .filter(one -> one.is(name))
        .findFirst()
        .map(TopologyCluster::servers)
        .orElse(List.of());
  }

  private static RdsName cluster(String name) {
    return new RdsName(name, true);
  }

  private static RdsName instance(String name) {
    return new RdsName(name, false);
  }

  private static FakeRds.Instance of(String cluster, String name, String status) {
    return new FakeRds.Instance(
        name, cluster, "", List.of(), name + ".example", 5432, "eu-west-1a", status);
  }

  private void anAuroraCluster() {
    rds.has(
        List.of(
            new FakeRds.Cluster("shop", "available", 5432, List.of("one", "two", "three")),
            new FakeRds.Cluster("other", "available", 5432, List.of("far"))),
        List.of(
            of("shop", "one", "available"),
            of("shop", "two", "rebooting"),
            of("shop", "three", "deleting"),
            of("other", "far", "available")));
  }

  @Test
  void aClusterIsToldWithAllThatIsKnownOfItsInstances() throws TopologyException {
    anAuroraCluster();

    TopologyReading answer = read(cluster("shop"));

    assertThat(answer.troubles()).isEmpty();
    assertThat(answer.complete()).containsExactly("eu-west-1");
    TopologyCluster shop = answer.clusters().get(0);
    assertThat(answer.clusters()).containsExactly(shop);
    assertThat(shop.arn()).isEqualTo(FakeRds.Cluster.arn("eu-west-1", "shop"));
    assertThat(shop.asked()).isEqualTo(answer.asked());
    List<RdsServer> servers = shop.servers();
    assertThat(servers).extracting(RdsServer::name).containsExactly("one", "two", "three");
    assertThat(servers)
        .extracting(RdsServer::role)
        .containsExactly(RdsRole.WRITER, RdsRole.READER, RdsRole.READER);
    assertThat(servers.get(0).host()).contains("one.example");
    assertThat(servers.get(0).zone()).contains("eu-west-1a");
    assertThat(servers.get(0).remarks()).isEqualTo("promotion tier 0");
    assertThat(servers.get(1).remarks()).isEqualTo("promotion tier 1, rebooting");
    assertThat(servers).extracting(RdsServer::present).containsExactly(true, true, false);
    TopologyDocument written = TopologyDocument.none("x").next(answer, "poll");
    assertThat(TopologyDocument.parse(written.json())).isEqualTo(written);
  }

  @Test
  void anInstanceStandsForItsCluster() {
    anAuroraCluster();

    TopologyReading answer = read(instance("two"));

    assertThat(servers(answer, instance("two"))).hasSize(3);
  }

  @Test
  void anInstanceStandsForItsSourceAndAllReplicasOfThat() {
    rds.has(
        List.of(),
        List.of(
            new FakeRds.Instance(
                "db", "", "", List.of("db-r1", "db-r2"), "db.example", 5433, "a", "available"),
            new FakeRds.Instance(
                "db-r1", "", "db", List.of(), "r1.example", 5433, "b", "available"),
            new FakeRds.Instance(
                "db-r2",
                "",
                "db",
                List.of("arn:aws:rds:us-east-1:1:db:far"),
                "",
                0,
                "c",
                "creating")));

    TopologyReading answer = read(instance("db-r1"));
    assertThat(answer.clusters())
        .extracting(TopologyCluster::arn)
        .containsExactly("arn:aws:rds:eu-west-1:" + FakeRds.ACCOUNT + ":db:db");
    List<RdsServer> servers = servers(answer, instance("db-r1"));

    assertThat(servers)
        .extracting(RdsServer::name)
        .containsExactlyInAnyOrder("db", "db-r1", "db-r2");
    assertThat(servers)
        .filteredOn(server -> server.role() == RdsRole.WRITER)
        .extracting(RdsServer::name)
        .containsExactly("db");
    assertThat(servers).filteredOn(server -> server.host().isEmpty()).hasSize(1);
  }

  @Test
  void severalClustersAreAskedForTogetherAndInPages() {
    List<FakeRds.Cluster> clusters = new ArrayList<>();
    List<FakeRds.Instance> instances = new ArrayList<>();
    IntStream.range(0, 7)
        .forEach(
            i -> {
              clusters.add(
                  new FakeRds.Cluster("c" + i, "available", 5432, List.of("i" + i, "j" + i)));
              instances.add(of("c" + i, "i" + i, "available"));
              instances.add(of("c" + i, "j" + i, "available"));
            });
    rds.has(clusters, instances);
    rds.pagesOf(3);

    TopologyReading answer =
        read(IntStream.range(0, 7).mapToObj(i -> cluster("c" + i)).toArray(RdsName[]::new));

    assertThat(answer.clusters()).hasSize(7);
    assertThat(servers(answer, cluster("c6")))
        .extracting(s -> s.host().orElseThrow())
        .containsExactly("i6.example", "j6.example");
    assertThat(rds.calls("DescribeDBClusters")).isEqualTo(3);
    assertThat(rds.calls("DescribeDBInstances")).isEqualTo(5);
  }

  @Test
  void aThrottledCallIsMadeOnceAndNoOtherAfterIt() {
    anAuroraCluster();
    rds.answers(FakeRds.Manner.THROTTLING);

    TopologyReading answer = read(cluster("shop"), cluster("other"));

    assertThat(answer.had(AwsTrouble.Kind.THROTTLED)).isTrue();
    assertThat(answer.troubles().get(0).message()).isEqualTo("Throttling: Rate exceeded");
    assertThat(rds.requests()).hasSize(1);
  }

  @Test
  void whoMayNotAskForClustersStillHearsOfInstances() {
    anAuroraCluster();
    rds.deny("DescribeDBClusters");

    TopologyReading answer = read(cluster("shop"));

    assertThat(answer.had(AwsTrouble.Kind.DENIED)).isTrue();
    assertThat(answer.barred()).isFalse();
    assertThat(answer.troubles())
        .singleElement()
        .satisfies(t -> assertThat(t.message()).contains("not authorized").doesNotContain(SECRET));
    assertThat(servers(answer, cluster("shop")))
        .hasSize(3)
        .extracting(RdsServer::role)
        .containsOnly(RdsRole.UNKNOWN);
    assertThat(answer.clusters())
        .extracting(TopologyCluster::arn)
        .containsExactly(FakeRds.Cluster.arn("eu-west-1", "shop"));
  }

  @Test
  void whoMayNotAskForInstancesStillHearsOfMembers() {
    anAuroraCluster();
    rds.deny("DescribeDBInstances");

    TopologyReading answer = read(cluster("shop"));

    assertThat(answer.barred()).isFalse();
    assertThat(servers(answer, cluster("shop")))
        .hasSize(3)
        .allSatisfy(server -> assertThat(server.host()).isEmpty());
  }

  @Test
  void whoMayAskNothingIsBarred() {
    anAuroraCluster();
    rds.deny("DescribeDBClusters");
    rds.deny("DescribeDBInstances");

    assertThat(read(cluster("shop")).barred()).isTrue();
  }

  @Test
  void withoutCredentialsNobodyIsAsked() {
    AwsCredentialsProvider none =
        () -> {
          throw SdkClientException.create("Unable to load credentials");
        };

    TopologyReading answer = reader(none, Duration.ofSeconds(20)).read(List.of(cluster("shop")));

    assertThat(answer.had(AwsTrouble.Kind.NO_CREDENTIALS)).isTrue();
    assertThat(rds.requests()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"GARBAGE", "HALF", "UNAVAILABLE", "ENDLESS"})
  void anAnswerThatCannotBeReadIsATrouble(FakeRds.Manner manner) {
    anAuroraCluster();
    rds.answers(manner);

    TopologyReading answer = read(cluster("shop"));

    assertThat(answer.had(AwsTrouble.Kind.FAILED)).isTrue();
    assertThat(answer.complete()).isEmpty();
    assertThat(answer.troubles()).allSatisfy(t -> assertThat(t.message()).isNotBlank());
    assertThat(rds.requests()).hasSizeLessThanOrEqualTo(50);
  }

  @Test
  void anApiThatIsSilentIsGivenUp() {
    rds.answers(FakeRds.Manner.SILENT);

    TopologyReading answer = reader(Duration.ofMillis(300)).read(List.of(cluster("shop")));

    assertThat(answer.had(AwsTrouble.Kind.FAILED)).isTrue();
    assertThat(rds.requests()).hasSize(1);
  }

  @Test
  void aClusterThatThereIsNotIsNotTold() {
    anAuroraCluster();

    assertThat(read(cluster("gone")).clusters()).isEmpty();
  }
}
