package dev.heimdall.routing;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DBCluster;
import software.amazon.awssdk.services.rds.model.DBInstance;
import software.amazon.awssdk.services.rds.model.DescribeGlobalClustersResponse;
import software.amazon.awssdk.services.rds.model.MasterUserSecret;
import software.amazon.awssdk.services.rds.model.VpcSecurityGroupMembership;

/**
 * Finds out which databases of a region a deployment could serve, and by what. Reads no secret. Its
 * methods wait for the network; each call is made once. For one thread.
 */
public final class AccountReader implements AutoCloseable {
  private final AwsAccess access;
  private final RdsClient client;

  /** Sends no request yet. */
  public AccountReader(AwsAccess access) {
    this.access = access;
    client = access.client(RdsClient.builder());
  }

  /**
   * Result of reading the account.
   *
   * @param globals global clusters of the account
   * @param troubles what could not be found out, and what permission it needs
   */
  public record Reading(
      List<AccountDatabase> databases, List<TopologyGlobal> globals, List<AwsTrouble> troubles) {
    public Reading {
      databases = List.copyOf(databases);
      globals = List.copyOf(globals);
      troubles = List.copyOf(troubles);
    }
  }

  /** All that can be known. Never fails. */
  public Reading read() {
    Calls calls = new Calls();
    List<DBCluster> clusters = new ArrayList<>();
    List<DBInstance> instances = new ArrayList<>();
    List<TopologyGlobal> globals = new ArrayList<>();
    if (calls.allowed(access.credentials())) {
      RdsReader.clusters(client, calls, Optional.empty(), clusters::add);
      RdsReader.instances(client, calls, Optional.empty(), instances::add);
      globals(calls, globals);
    }
    Map<String, DBInstance> members = new LinkedHashMap<>();
    for (DBInstance one : instances) {
      Picture.given(one.dbClusterIdentifier()).ifPresent(name -> members.putIfAbsent(name, one));
    }
    List<AccountDatabase> found = new ArrayList<>();
    for (DBCluster one : clusters) {
      DBInstance member = members.remove(one.dbClusterIdentifier());
      found.add(of(one, Optional.ofNullable(member)));
    }
    // Clusters that may not be asked about are known by their members all the same.
    members.forEach((name, member) -> found.add(of(name, member)));
    instances.stream()
        .filter(one -> Picture.text(one.dbClusterIdentifier()).isEmpty())
        .filter(one -> Picture.text(one.readReplicaSourceDBInstanceIdentifier()).isEmpty())
        .forEach(one -> found.add(of(one)));
    return new Reading(found, globals, calls.troubles());
  }

  private void globals(Calls calls, List<TopologyGlobal> found) {
    calls.pages(
        "rds:DescribeGlobalClusters",
        marker -> {
          DescribeGlobalClustersResponse page =
              client.describeGlobalClusters(
                  request -> request.maxRecords(RdsReader.PAGE).marker(marker));
          page.globalClusters()
              .forEach(one -> found.add(TopologyReader.global(one, Clock.systemUTC().instant())));
          return page.marker();
        });
  }

  private static AccountDatabase of(DBCluster one, Optional<DBInstance> member) {
    return new AccountDatabase(
        Picture.text(one.dbClusterArn()),
        Picture.text(one.dbClusterResourceId()),
        Picture.text(one.dbClusterIdentifier()),
        true,
        Picture.text(one.engine()),
        Picture.text(one.status()),
        Picture.given(one.endpoint()),
        Picture.number(one.port()),
        Picture.given(one.databaseName()),
        Picture.given(one.masterUsername()),
        Optional.ofNullable(one.masterUserSecret()).map(MasterUserSecret::secretArn),
        Optional.ofNullable(one.masterUserSecret()).map(MasterUserSecret::kmsKeyId),
        Boolean.TRUE.equals(one.iamDatabaseAuthenticationEnabled()),
        member.flatMap(AccountReader::network),
        member.map(AccountReader::subnets).orElse(List.of()),
        groups(one.vpcSecurityGroups()));
  }

  private static AccountDatabase of(DBInstance one) {
    return new AccountDatabase(
        Picture.text(one.dbInstanceArn()),
        Picture.text(one.dbiResourceId()),
        Picture.text(one.dbInstanceIdentifier()),
        false,
        Picture.text(one.engine()),
        Picture.text(one.dbInstanceStatus()),
        Optional.ofNullable(one.endpoint()).flatMap(at -> Picture.given(at.address())),
        one.endpoint() == null ? 0 : Picture.number(one.endpoint().port()),
        Picture.given(one.dbName()),
        Picture.given(one.masterUsername()),
        Optional.ofNullable(one.masterUserSecret()).map(MasterUserSecret::secretArn),
        Optional.ofNullable(one.masterUserSecret()).map(MasterUserSecret::kmsKeyId),
        Boolean.TRUE.equals(one.iamDatabaseAuthenticationEnabled()),
        network(one),
        subnets(one),
        groups(one.vpcSecurityGroups()));
  }

  private static AccountDatabase of(String cluster, DBInstance member) {
    return new AccountDatabase(
        Picture.text(member.dbInstanceArn()).replaceFirst(":db:.*", ":cluster:" + cluster),
        "",
        cluster,
        true,
        Picture.text(member.engine()),
        Picture.text(member.dbInstanceStatus()),
        Optional.empty(),
        0,
        Picture.given(member.dbName()),
        Picture.given(member.masterUsername()),
        Optional.empty(),
        Optional.empty(),
        Boolean.TRUE.equals(member.iamDatabaseAuthenticationEnabled()),
        network(member),
        subnets(member),
        groups(member.vpcSecurityGroups()));
  }

  private static Optional<String> network(DBInstance one) {
    return Optional.ofNullable(one.dbSubnetGroup()).flatMap(group -> Picture.given(group.vpcId()));
  }

  private static List<String> subnets(DBInstance one) {
    return Optional.ofNullable(one.dbSubnetGroup()).stream()
        .flatMap(group -> group.subnets().stream())
        .map(subnet -> Picture.text(subnet.subnetIdentifier()))
        .filter(id -> !id.isEmpty())
        .toList();
  }

  private static List<String> groups(List<VpcSecurityGroupMembership> memberships) {
    return memberships.stream()
        .map(one -> Picture.text(one.vpcSecurityGroupId()))
        .filter(id -> !id.isEmpty())
        .toList();
  }

  @Override
  public void close() {
    client.close();
  }
}
