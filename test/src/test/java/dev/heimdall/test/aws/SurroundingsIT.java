package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.Surroundings;
import dev.heimdall.routing.SurroundingsReader;
import dev.heimdall.routing.TopologyDiff;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyReader;
import dev.heimdall.test.fixture.AwsEmulator;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.elasticache.ElastiCacheClient;
import software.amazon.awssdk.services.rds.RdsClient;

/** What is read of an account's databases and caches. */
@Tag("ci")
class SurroundingsIT {
  private final AwsEmulator aws = AwsEmulator.shared();
  private final AwsAccess access = aws.access("eu-west-1");

  @BeforeEach
  void forget() {
    aws.reset();
  }

  @Test
  void whatAnAccountHasIsFound() {
    try (RdsClient rds = access.client(RdsClient.builder());
        ElastiCacheClient caches = access.client(ElastiCacheClient.builder());
        SurroundingsReader reader = new SurroundingsReader(access, Clock.systemUTC())) {
      rds.createGlobalCluster(r -> r.globalClusterIdentifier("shop").engine("aurora-postgresql"));
      rds.createDBCluster(
          r ->
              r.dbClusterIdentifier("shop-west")
                  .globalClusterIdentifier("shop")
                  .engine("aurora-postgresql")
                  .masterUsername("app")
                  .masterUserPassword("not-so-secret"));
      for (String name : List.of("w1", "w2")) {
        rds.createDBInstance(
            r ->
                r.dbInstanceIdentifier(name)
                    .dbClusterIdentifier("shop-west")
                    .dbInstanceClass("db.r6g.large")
                    .engine("aurora-postgresql"));
      }
      caches.createReplicationGroup(
          r ->
              r.replicationGroupId("cache")
                  .replicationGroupDescription("d")
                  .engine("redis")
                  .cacheNodeType("cache.t4g.small")
                  .transitEncryptionEnabled(true)
                  .numCacheClusters(2));

      Surroundings found = reader.read();

      assertThat(found.troubles()).isEmpty();
      assertThat(found.regions()).contains("eu-west-1", "us-east-1");
      assertThat(found.topology().globals().orElseThrow().get(0).writerRegion())
          .contains("eu-west-1");
      assertThat(found.topology().clusters()).hasSize(1);
      assertThat(found.topology().clusters().get(0).servers()).hasSize(2);
      assertThat(found.caches())
          .singleElement()
          .satisfies(
              cache -> {
                assertThat(cache.name()).isEqualTo("cache");
                assertThat(cache.tls()).isTrue();
              });
    }
  }

  @Test
  void aFailoverInARegionIsADifferentWriterInTheNextDocument() {
    try (RdsClient rds = access.client(RdsClient.builder());
        TopologyReader reader = new TopologyReader(access, Set.of(), Clock.systemUTC())) {
      rds.createDBCluster(
          r ->
              r.dbClusterIdentifier("shop")
                  .engine("aurora-postgresql")
                  .masterUsername("app")
                  .masterUserPassword("not-so-secret"));
      for (String name : List.of("one", "two")) {
        rds.createDBInstance(
            r ->
                r.dbInstanceIdentifier(name)
                    .dbClusterIdentifier("shop")
                    .dbInstanceClass("db.r6g.large")
                    .engine("aurora-postgresql"));
      }
      TopologyDocument before = TopologyDocument.none("eu-west-1").next(reader.read(), "schedule");
      assertThat(writer(before)).isEqualTo("one");

      rds.failoverDBCluster(r -> r.dbClusterIdentifier("shop"));
      TopologyDocument after = before.next(reader.read(), "RDS-EVENT-0071");

      assertThat(writer(after)).isEqualTo("two");
      assertThat(TopologyDiff.between(before, after).changes())
          .anySatisfy(
              change ->
                  assertThat(change.toString()).startsWith("writer of").contains("one -> two"));
    }
  }

  private static String writer(TopologyDocument document) {
    return document.clusters().get(0).servers().stream()
        .filter(server -> server.role() == RdsRole.WRITER)
        .map(RdsServer::name)
        .findFirst()
        .orElseThrow();
  }
}
