package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.heimdall.launcher.inspect.MachineInspector;
import dev.heimdall.manager.inspect.AwsAccount;
import dev.heimdall.manager.inspect.AwsDatabase;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.Surroundings;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.RedisProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.rds.RdsClient;

/** What the manager finds of AWS and of a store, and what it says where it may not look. */
@Tag("ci")
class InspectorIT {
  private static final AwsEmulator AWS = AwsEmulator.shared();
  private static final String REGION = "eu-west-1";

  @TempDir private Path directory;

  @BeforeAll
  static void lend() {
    AWS.lendCredentials();
  }

  @AfterAll
  static void takeBack() {
    AWS.takeCredentialsBack();
  }

  private static MachineInspector inspector(String endpoint) {
    return new MachineInspector(() -> Optional.of(REGION), Map.of("AWS_ENDPOINT_URL", endpoint));
  }

  @Test
  void databasesAreListedWithEngineVersionAndServers() {
    AWS.reset();
    AwsAccess access = AWS.access(REGION);
    try (RdsClient rds = access.client(RdsClient.builder())) {
      rds.createDBCluster(
          r ->
              r.dbClusterIdentifier("inspected")
                  .engine("aurora-postgresql")
                  .engineVersion("16.6")
                  .masterUsername("app")
                  .masterUserPassword("not-so-secret"));
      for (String name : List.of("first", "second")) {
        rds.createDBInstance(
            r ->
                r.dbInstanceIdentifier(name)
                    .dbClusterIdentifier("inspected")
                    .dbInstanceClass("db.r6g.large")
                    .engine("aurora-postgresql"));
      }
    }
    AwsAccount account = inspector(AWS.endpoint().toString()).account();
    assertThat(account.troubles()).isEmpty();
    AwsDatabase database = account.databases().get(0);
    assertThat(database.kind()).isEqualTo(AwsDatabase.Kind.AURORA);
    assertThat(database.version()).isEqualTo("16.6");
    assertThat(database.region()).isEqualTo(REGION);
    assertThat(database.name()).isEqualTo("inspected");
    assertThat(database.engine()).isEqualTo("aurora-postgresql");
    assertThat(database.endpoint()).contains("inspected");
    assertThat(database.port()).isEqualTo(5432);
    assertThat(database.members())
        .extracting(AwsDatabase.Member::name, AwsDatabase.Member::role)
        .containsExactly(tuple("first", "writer"), tuple("second", "reader"));
    assertThat(database.members())
        .allSatisfy(member -> assertThat(member.host()).contains(member.name()));
  }

  @Test
  void eachMissingPermissionIsNamedAndTheRestIsListed() throws Exception {
    try (FakeService service = new FakeService()) {
      String denied =
          "<E><Error><Code>AccessDenied</Code><Message>Not for you</Message></Error></E>";
      service.when("DescribeGlobalClusters", 403, denied);
      service.when("DescribeServerlessCaches", 403, denied);
      service.when(
          "DescribeReplicationGroups",
          200,
          """
          <DescribeReplicationGroupsResponse><DescribeReplicationGroupsResult><ReplicationGroups>
          <ReplicationGroup><ReplicationGroupId>store</ReplicationGroupId><Engine>valkey</Engine>
          <Status>available</Status><ClusterEnabled>true</ClusterEnabled>
          <TransitEncryptionEnabled>true</TransitEncryptionEnabled>
          <AuthTokenEnabled>false</AuthTokenEnabled><ConfigurationEndpoint>
          <Address>store.abc.cache.amazonaws.com</Address><Port>6380</Port></ConfigurationEndpoint>
          </ReplicationGroup></ReplicationGroups></DescribeReplicationGroupsResult>
          </DescribeReplicationGroupsResponse>
          """);
      service.when(
          "DescribeDBInstances",
          200,
          """
          <DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance>
          <DBInstanceIdentifier>one</DBInstanceIdentifier><Engine>mysql</Engine>
          <EngineVersion>8.4.3</EngineVersion><DBInstanceStatus>available</DBInstanceStatus>
          <DBInstanceArn>arn:aws:rds:eu-west-1:123456789012:db:one</DBInstanceArn>
          <Endpoint><Address>one.abc.eu-west-1.rds.amazonaws.com</Address><Port>3306</Port></Endpoint>
          </DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>
          """);
      AwsAccount account = inspector(service.url()).account();
      assertThat(account.troubles())
          .extracting(CheckResult::what, CheckResult::state)
          .containsExactlyInAnyOrder(
              tuple("rds:DescribeGlobalClusters", CheckResult.State.BAD),
              tuple("elasticache:DescribeServerlessCaches", CheckResult.State.BAD));
      assertThat(account.caches())
          .containsExactly(
              new Surroundings.Cache(
                  "store",
                  "valkey",
                  "",
                  "available",
                  false,
                  true,
                  true,
                  false,
                  "store.abc.cache.amazonaws.com:6380"));
      assertThat(account.troubles().get(0).advice()).contains("Allow rds:DescribeGlobalClusters");
      assertThat(account.databases())
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.kind()).isEqualTo(AwsDatabase.Kind.INSTANCE);
                assertThat(one.version()).isEqualTo("8.4.3");
                assertThat(one.port()).isEqualTo(3306);
              });
    }
  }

  /** What is over in a minute is nothing to mend. */
  @Test
  void limitsOfAwsAreNoFault() throws Exception {
    try (FakeService service = new FakeService()) {
      service.when(
          "DescribeGlobalClusters",
          400,
          "<E><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></E>");
      assertThat(inspector(service.url()).account().troubles())
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.what()).isEqualTo("rds:DescribeGlobalClusters");
                assertThat(one.state()).isEqualTo(CheckResult.State.NOTE);
                assertThat(one.advice()).isEqualTo("Look again in a minute.");
              });
    }
  }

  @Test
  void silentEndpointsAreTimedOutWithWhatIsMissing() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
      List<CheckResult> found = new ArrayList<>();
      inspector("http://127.0.0.1:" + silent.getLocalPort()).endpoints(found::add);
      assertThat(found)
          .extracting(CheckResult::subject)
          .contains(
              "RDS",
              "EC2",
              "ElastiCache",
              "CloudWatch",
              "CloudWatch Logs",
              "Secrets Manager",
              "S3",
              "Route 53");
      assertThat(found)
          .allSatisfy(
              one -> {
                assertThat(one.state()).isEqualTo(CheckResult.State.BAD);
                assertThat(one.detail()).startsWith("Timed out");
              });
      assertThat(found.get(0).advice()).contains("com.amazonaws.eu-west-1.rds");
    }
  }

  @Test
  void deniedIsReachableWhereTheManagerNeedsNoAnswer() throws Exception {
    try (FakeService denying = new FakeService()) {
      denying.otherwise(
          403, "<E><Error><Code>AccessDenied</Code><Message>Not for you</Message></Error></E>");
      List<CheckResult> found = new ArrayList<>();
      inspector(denying.url()).endpoints(found::add);
      assertThat(found)
          .filteredOn(one -> one.state() == CheckResult.State.BAD)
          .extracting(CheckResult::what)
          .containsExactly(
              "rds:DescribeDBClusters",
              "rds:DescribeDBInstances",
              "rds:DescribeGlobalClusters",
              "elasticache:DescribeReplicationGroups");
      assertThat(found)
          .filteredOn(one -> one.state() != CheckResult.State.BAD)
          .extracting(CheckResult::subject, CheckResult::state)
          .contains(
              tuple("EC2", CheckResult.State.GOOD),
              tuple("CloudWatch", CheckResult.State.GOOD),
              tuple("S3", CheckResult.State.GOOD));
    }
  }

  @Test
  void withoutARegionNothingIsAsked() {
    MachineInspector nowhere = new MachineInspector(Optional::empty, Map.of());
    assertThat(nowhere.account().troubles().get(0).advice()).contains("AWS_REGION");
    List<CheckResult> found = new ArrayList<>();
    nowhere.endpoints(found::add);
    assertThat(found).isEqualTo(nowhere.account().troubles());
  }

  private StoreSettings store(String json) throws Exception {
    Files.createDirectories(directory.resolve("vdbs"));
    Files.createDirectories(directory.resolve("sources"));
    Files.writeString(directory.resolve("node.json"), "{\"store\": " + json + "}");
    Files.writeString(directory.resolve("vdbs/any.json"), "{\"ports\": [1], \"source\": \"any\"}");
    Files.writeString(
        directory.resolve("sources/any.json"),
        "{\"url\": \"jdbc:postgresql://any\", \"user\": \"any\"}");
    return ConfigurationReader.read(directory).node().store();
  }

  private static List<CheckResult> look(StoreSettings store) {
    List<CheckResult> found = new ArrayList<>();
    new MachineInspector(Optional::empty, Map.of()).store(store, found::add);
    return found;
  }

  @Test
  void aStoreIsLookedAtAsNodesDo() throws Exception {
    try (RedisProcess redis =
        RedisProcess.running(
            "requirepass inspected-word", "maxmemory 64mb", "maxmemory-policy allkeys-lru")) {
      String servers = "\"servers\": [\"%s\"]".formatted(redis.address());
      List<CheckResult> found =
          look(store("{%s, \"password\": \"inspected-word\"}".formatted(servers)));
      assertThat(found)
          .extracting(CheckResult::what, CheckResult::state)
          .containsExactly(
              tuple("Network", CheckResult.State.GOOD),
              tuple("Log-in", CheckResult.State.GOOD),
              tuple("TLS", CheckResult.State.NOTE),
              tuple("notify-keyspace-events", CheckResult.State.NOTE),
              tuple("maxmemory-policy", CheckResult.State.GOOD));
      assertThat(found.get(3).advice()).startsWith("Set it to AE");
      assertThat(found.get(4).detail()).isEqualTo("allkeys-lru");

      redis.run("AUTH inspected-word", "CONFIG SET notify-keyspace-events AE");
      redis.run("AUTH inspected-word", "CONFIG SET maxmemory-policy noeviction");
      List<CheckResult> changed =
          look(store("{%s, \"password\": \"inspected-word\"}".formatted(servers)));
      assertThat(changed.get(3).state()).isEqualTo(CheckResult.State.GOOD);
      assertThat(changed.get(4).state()).isEqualTo(CheckResult.State.NOTE);
      assertThat(changed.get(4).detail()).startsWith("noeviction");

      List<CheckResult> refused =
          look(store("{%s, \"password\": \"another-word\"}".formatted(servers)));
      CheckResult last = refused.get(refused.size() - 1);
      assertThat(last.what()).isEqualTo("Log-in");
      assertThat(last.state()).isEqualTo(CheckResult.State.BAD);
      assertThat(last.advice()).startsWith("Check user and password.");
      assertThat(last.detail()).contains("WRONGPASS").doesNotContain("another-word");
    }
  }
}
