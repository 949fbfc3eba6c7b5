package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.Ec2Query;
import dev.heimdall.routing.LatencyRecord;
import dev.heimdall.routing.LatencyRecords;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.AwsEmulator;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.route53.Route53Client;
import software.amazon.awssdk.services.route53.model.RRType;
import software.amazon.awssdk.services.route53.model.ResourceRecordSet;

/** What is written to Route 53, and machines found by their tags. */
@AlsoOnLocalStack
@Tag("ci")
class RoutingIT {
  private final AwsEmulator aws = AwsEmulator.shared();
  private final AwsAccess access = access(aws.endpoint());

  private AwsAccess access(URI endpoint) {
    return new AwsAccess(
        "eu-west-1", Optional.of(endpoint), aws.credentials(), Duration.ofSeconds(20));
  }

  @BeforeEach
  void forget() {
    aws.reset();
  }

  private static LatencyRecord record(String region, String target, boolean health) {
    return new LatencyRecord(region, "A", target, "Z2IFOLAFXWLO4F", health, Optional.empty());
  }

  @Test
  void latencyRecordsAreMadeOnceAndChangedOnlyWhereTheyDiffer() {
    try (Route53Client route53 = access.client(Route53Client.builder())) {
      String zone =
          route53
              .createHostedZone(r -> r.name("example.com").callerReference("1"))
              .hostedZone()
              .id();
      route53.changeResourceRecordSets(
          r ->
              r.hostedZoneId(zone)
                  .changeBatch(
                      b ->
                          b.changes(
                              c ->
                                  c.action("CREATE")
                                      .resourceRecordSet(
                                          s ->
                                              s.name("other.example.com")
                                                  .type(RRType.A)
                                                  .ttl(60L)
                                                  .resourceRecords(v -> v.value("10.0.0.1"))))));
      List<LatencyRecord> wanted =
          List.of(
              record("eu-west-1", "west.elb.eu-west-1.amazonaws.com", true),
              record("us-east-1", "east.elb.us-east-1.amazonaws.com", true));
      try (LatencyRecords records = new LatencyRecords(access, zone, "db.example.com")) {
        LatencyRecords.Outcome first = records.reconcile(wanted);
        assertThat(first.troubles()).isEmpty();
        assertThat(first.steps()).hasSize(2);
        assertThat(records.reconcile(wanted).steps()).isEmpty();

        LatencyRecords.Outcome moved =
            records.reconcile(
                List.of(wanted.get(0), record("us-east-1", "new.elb.amazonaws.com", true)));
        assertThat(moved.steps())
            .singleElement()
            .hasToString("UPSERT A us-east-1 -> new.elb.amazonaws.com");
        assertThat(records.reconcile(List.of(wanted.get(0))).steps())
            .singleElement()
            .asString()
            .startsWith("DELETE A us-east-1");
      }
      assertThat(route53.listResourceRecordSets(r -> r.hostedZoneId(zone)).resourceRecordSets())
          .filteredOn(set -> set.type() == RRType.A)
          .extracting(ResourceRecordSet::name, ResourceRecordSet::setIdentifier)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple("db.example.com.", "heimdall-eu-west-1"),
              org.assertj.core.groups.Tuple.tuple("other.example.com.", null));
    }
  }

  @Test
  void whereAStackKeepsTheRecordOfARegionThisIsSaidAndNothingIsDone() {
    try (Route53Client route53 = access.client(Route53Client.builder())) {
      String zone =
          route53
              .createHostedZone(r -> r.name("example.com").callerReference("2"))
              .hostedZone()
              .id();
      route53.changeResourceRecordSets(
          r ->
              r.hostedZoneId(zone)
                  .changeBatch(
                      b ->
                          b.changes(
                              c ->
                                  c.action("CREATE")
                                      .resourceRecordSet(
                                          s ->
                                              s.name("db.example.com")
                                                  .type(RRType.A)
                                                  .setIdentifier("eu-west-1")
                                                  .region("eu-west-1")
                                                  .aliasTarget(
                                                      t ->
                                                          t.dnsName("west.elb.amazonaws.com")
                                                              .hostedZoneId("Z2IFOLAFXWLO4F")
                                                              .evaluateTargetHealth(true))))));
      List<LatencyRecord> wanted =
          List.of(
              record("eu-west-1", "west.elb.amazonaws.com", true),
              record("us-east-1", "east.elb.amazonaws.com", true));
      try (LatencyRecords records = new LatencyRecords(access, zone, "db.example.com")) {
        for (LatencyRecords.Outcome outcome :
            List.of(records.plan(wanted), records.reconcile(wanted))) {
          assertThat(outcome.steps()).isEmpty();
          assertThat(outcome.troubles()).isEmpty();
          assertThat(outcome.conflicts())
              .singleElement()
              .asString()
              .contains("the A record \"eu-west-1\" of eu-west-1", "is not Heimdall's");
        }
        assertThat(records.reconcile(wanted.subList(1, 2)).steps()).hasSize(1);
      }
    }
  }

  @Test
  void aZoneThatIsNotThereIsATroubleAndNothingIsDone() {
    try (LatencyRecords records = new LatencyRecords(access, "Z0000000000", "db.example.com")) {
      LatencyRecords.Outcome outcome =
          records.reconcile(List.of(record("eu-west-1", "west.elb.amazonaws.com", true)));
      assertThat(outcome.steps()).isEmpty();
      assertThat(outcome.troubles())
          .singleElement()
          .satisfies(
              t -> assertThat(t.described()).startsWith("route53:ListResourceRecordSets failed"));
    }
  }

  @Test
  void machinesAreFoundByTheirTagWhileTheyRun() {
    EmulatedMachines machines = new EmulatedMachines(aws, "eu-west-1");
    String one = machines.run("127.0.0.21", Map.of("heimdall:fleet", "shop", "other", "x"));
    String two = machines.run("127.0.0.22", Map.of("heimdall:fleet", "shop"));
    machines.run("127.0.0.23", Map.of("heimdall:fleet", "another"));

    try (Ec2Query ec2 = new Ec2Query(access)) {
      Ec2Query.Answer<Ec2Query.Machine> found = ec2.machines("heimdall:fleet", "shop");
      assertThat(found.troubles()).isEmpty();
      assertThat(found.found())
          .extracting(Ec2Query.Machine::id, Ec2Query.Machine::address)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple(one, "127.0.0.21"),
              org.assertj.core.groups.Tuple.tuple(two, "127.0.0.22"));
      assertThat(found.found().get(0).tags()).containsEntry("heimdall:fleet", "shop");

      machines.terminate(two);
      assertThat(ec2.machines("heimdall:fleet", "shop").found())
          .extracting(Ec2Query.Machine::id)
          .containsExactly(one);
    }
    try (Ec2Query away = new Ec2Query(access(URI.create("http://127.0.0.1:1")))) {
      assertThat(away.machines("heimdall:fleet", "shop").troubles())
          .singleElement()
          .satisfies(
              t -> {
                assertThat(t.kind()).isEqualTo(AwsTrouble.Kind.FAILED);
                assertThat(t.described()).startsWith("ec2:DescribeInstances failed");
              });
    }
  }
}
