package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.routing.AwsAccess;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.elasticache.ElastiCacheClient;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.route53.Route53Client;

/** {@code heimdall routing} and {@code heimdall surroundings}, against the emulator. */
@Tag("long")
class AwsCommandsIT {
  private static final String WEST = "eu-west-1=west-1.elb.eu-west-1.amazonaws.com/Z2IFOLAFXWLO4F";
  private static final String EAST = "us-east-1=east-1.elb.us-east-1.amazonaws.com/Z26RNL4JYFTOTI";

  private final AwsEmulator aws = AwsEmulator.shared();
  private final AwsAccess access = aws.access("eu-west-1");

  @BeforeEach
  void forget() {
    aws.reset();
  }

  private HeimdallCommand run(String... arguments) throws Exception {
    return run(aws.endpoint(), arguments);
  }

  private HeimdallCommand run(URI endpoint, String... arguments) throws Exception {
    Map<String, String> environment = new TreeMap<>(aws.environment());
    environment.put("AWS_ENDPOINT_URL", endpoint.toString());
    environment.put("AWS_REGION", "eu-west-1");
    return HeimdallCommand.alone(environment, arguments);
  }

  private String zone() {
    try (Route53Client route53 = access.client(Route53Client.builder())) {
      return route53
          .createHostedZone(r -> r.name("example.com").callerReference("1"))
          .hostedZone()
          .id()
          .replace("/hostedzone/", "");
    }
  }

  private HeimdallCommand routing(String verb, String zone, String... balancers) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("routing", verb, "--zone=" + zone, "--name=db.example.com"));
    for (String balancer : balancers) {
      arguments.add("--balancer=" + balancer);
    }
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void recordsArePlannedAppliedAndThenNothingDiffers() throws Exception {
    String zone = zone();
    HeimdallCommand planned = routing("plan", zone, WEST, EAST);
    assertThat(planned.exitCode()).as(planned.text()).isEqualTo(6);
    assertThat(planned.text())
        .contains("UPSERT A eu-west-1 -> west-1.elb", "UPSERT A us-east-1 -> east-1.elb");

    HeimdallCommand applied = routing("apply", zone, WEST, EAST);
    assertThat(applied.exitCode()).as(applied.text()).isZero();
    assertThat(applied.text()).isEqualTo(planned.text());
    for (String verb : List.of("plan", "apply")) {
      HeimdallCommand again = routing(verb, zone, WEST, EAST);
      assertThat(again.exitCode()).as(again.text()).isZero();
      assertThat(again.text()).isEqualTo("nothing differs\n");
    }

    assertThat(routing("plan", zone, WEST).text()).startsWith("DELETE A us-east-1");
  }

  @Test
  void aZoneThatIsNotThereAndABalancerThatIsNoneAreTold() throws Exception {
    HeimdallCommand missing = routing("apply", "Z0000000000", WEST);
    assertThat(missing.exitCode()).isEqualTo(4);
    assertThat(missing.text())
        .contains("nothing was changed", "route53:ListResourceRecordSets failed");

    HeimdallCommand wrong = routing("plan", "Z0000000000", "eu-west-1=west-1.elb");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.text()).contains("expected REGION=HOST/ZONE");
  }

  @Test
  void whatAnAccountHasIsListed() throws Exception {
    try (RdsClient rds = access.client(RdsClient.builder());
        ElastiCacheClient caches = access.client(ElastiCacheClient.builder())) {
      rds.createDBCluster(
          r ->
              r.dbClusterIdentifier("shop")
                  .engine("aurora-postgresql")
                  .masterUsername("app")
                  .masterUserPassword("not-so-secret"));
      rds.createDBInstance(
          r ->
              r.dbInstanceIdentifier("w1")
                  .dbClusterIdentifier("shop")
                  .dbInstanceClass("db.r6g.large")
                  .engine("aurora-postgresql"));
      caches.createReplicationGroup(
          r ->
              r.replicationGroupId("cache")
                  .replicationGroupDescription("d")
                  .engine("redis")
                  .cacheNodeType("cache.t4g.small")
                  .transitEncryptionEnabled(true)
                  .numCacheClusters(2));
    }
    HeimdallCommand listed = run("surroundings");
    assertThat(listed.exitCode()).as(listed.text()).isZero();
    assertThat(listed.text())
        .contains("cluster shop: aurora-postgresql", ":cluster:shop", " w1: ")
        .contains("cache cache: redis")
        .containsPattern("regions: .*eu-west-1");
  }

  @Test
  void whatMayNotBeAskedIsNamedWithItsPermission() throws Exception {
    try (AwsGate gate = new AwsGate(aws)) {
      gate.refuse("POST /", 403, "AccessDenied", "told to");
      HeimdallCommand listed = run(gate.uri(), "surroundings");
      assertThat(listed.exitCode()).as(listed.text()).isEqualTo(4);
      assertThat(listed.text())
          .contains("! the permission rds:DescribeDBClusters is missing")
          .contains("! the permission rds:DescribeGlobalClusters is missing")
          .contains("! the permission elasticache:DescribeReplicationGroups is missing")
          .contains("! the permission ec2:DescribeRegions is missing");
    }
  }
}
