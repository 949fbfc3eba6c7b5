package dev.heimdall.routing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.rds.model.DBCluster;
import software.amazon.awssdk.services.rds.model.DBClusterMember;
import software.amazon.awssdk.services.rds.model.DBInstance;
import software.amazon.awssdk.services.rds.model.Endpoint;

/** Puts together what the API says of clusters and of instances; either may be missing. */
final class Picture {
  private final String region;
  private final Instant asked;
  private final Map<String, DBCluster> clusters;
  private final Map<String, DBInstance> instances;

  Picture(
      String region,
      Instant asked,
      Map<String, DBCluster> clusters,
      Map<String, DBInstance> instances) {
    this.region = region;
    this.asked = asked;
    this.clusters = clusters;
    this.instances = instances;
  }

  /** Returns the cluster that a name stands for, with its servers in the order of the API. */
  Optional<TopologyCluster> of(RdsName name) {
    if (name.cluster()) {
      return cluster(name.name());
    }
    DBInstance instance = instances.get(name.name());
    if (instance == null) {
      return Optional.empty();
    }
    String cluster = instance.dbClusterIdentifier();
    return cluster == null ? Optional.of(family(source(instance))) : cluster(cluster);
  }

  /** The versions of their engines, by ARN. */
  Map<String, String> versions(List<TopologyCluster> told) {
    Map<String, String> versions = new LinkedHashMap<>();
    for (TopologyCluster one : told) {
      DBCluster cluster = clusters.get(one.name());
      DBInstance instance = instances.get(one.name());
      if (cluster != null && one.arn().equals(cluster.dbClusterArn())) {
        given(cluster.engineVersion()).ifPresent(version -> versions.put(one.arn(), version));
      } else if (instance != null && one.arn().equals(instance.dbInstanceArn())) {
        given(instance.engineVersion()).ifPresent(version -> versions.put(one.arn(), version));
      }
    }
    return versions;
  }

  private Optional<TopologyCluster> cluster(String name) {
    List<RdsServer> servers = members(name);
    DBCluster one = clusters.get(name);
    if (one != null) {
      return Optional.of(
          new TopologyCluster(
              text(one.dbClusterArn()),
              text(one.dbClusterResourceId()),
              List.of(),
              region,
              name,
              text(one.engine()),
              text(one.status()),
              given(one.endpoint()),
              given(one.readerEndpoint()),
              number(one.port()),
              given(one.databaseName()),
              servers,
              WriteForwarding.said(
                  text(one.localWriteForwardingStatusAsString()),
                  text(one.globalWriteForwardingStatusAsString())),
              asked));
    }
    // Only its instances are told: they have an ARN like it.
    return servers.stream()
        .findFirst()
        .map(server -> instances.get(server.name()))
        .map(
            instance ->
                new TopologyCluster(
                    text(instance.dbInstanceArn()).replaceFirst(":db:.*", ":cluster:" + name),
                    "",
                    List.of(),
                    region,
                    name,
                    text(instance.engine()),
                    "",
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    given(instance.dbName()),
                    servers,
                    WriteForwarding.UNKNOWN,
                    asked));
  }

  private TopologyCluster family(DBInstance one) {
    List<RdsServer> servers = relations(one);
    RdsServer source = servers.get(0);
    return new TopologyCluster(
        text(one.dbInstanceArn()),
        text(one.dbiResourceId()),
        List.of(),
        region,
        one.dbInstanceIdentifier(),
        text(one.engine()),
        text(one.dbInstanceStatus()),
        source.host(),
        Optional.empty(),
        source.port(),
        given(one.dbName()),
        servers,
        WriteForwarding.UNKNOWN,
        asked);
  }

  /** Returns the original source of an instance's replication, as far as it is known here. */
  private DBInstance source(DBInstance replica) {
    Set<String> seen = new LinkedHashSet<>();
    DBInstance source = replica;
    DBInstance next = replica;
    while (next != null && seen.add(next.dbInstanceIdentifier())) {
      source = next;
      next = instances.get(text(source.readReplicaSourceDBInstanceIdentifier()));
    }
    return source;
  }

  private List<RdsServer> members(String name) {
    DBCluster cluster = clusters.get(name);
    String status = cluster == null ? "" : text(cluster.status());
    int port = cluster == null ? 0 : number(cluster.port());
    Map<String, RdsServer> servers = new LinkedHashMap<>();
    if (cluster != null) {
      for (DBClusterMember member : cluster.dbClusterMembers()) {
        boolean writer = Boolean.TRUE.equals(member.isClusterWriter());
        servers.put(
            member.dbInstanceIdentifier(),
            server(
                member.dbInstanceIdentifier(),
                instances.get(member.dbInstanceIdentifier()),
                writer ? RdsRole.WRITER : RdsRole.READER,
                port,
                member.promotionTier(),
                status));
      }
    }
    for (DBInstance instance : instances.values()) {
      if (name.equals(instance.dbClusterIdentifier())) {
        servers.computeIfAbsent(
            instance.dbInstanceIdentifier(),
            id -> server(id, instance, RdsRole.UNKNOWN, port, instance.promotionTier(), status));
      }
    }
    return List.copyOf(servers.values());
  }

  /** An instance with its source, and with all replicas of these. */
  private List<RdsServer> relations(DBInstance one) {
    Set<String> names = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(List.of(one.dbInstanceIdentifier()));
    List<RdsServer> servers = new ArrayList<>();
    while (!open.isEmpty()) {
      String name = open.remove(0);
      DBInstance instance = instances.get(name);
      if (instance != null && names.add(name)) {
        boolean writer = text(instance.readReplicaSourceDBInstanceIdentifier()).isEmpty();
        servers.add(server(name, instance, writer ? RdsRole.WRITER : RdsRole.READER, 0, null, ""));
        relatives(instance).forEach(open::add);
      }
    }
    return servers;
  }

  /** Its source and its replicas, as far as they are in the same region. */
  static Stream<String> relatives(DBInstance instance) {
    return Stream.concat(
            Stream.of(text(instance.readReplicaSourceDBInstanceIdentifier())),
            instance.readReplicaDBInstanceIdentifiers().stream())
        .filter(name -> !name.isEmpty() && name.indexOf(':') < 0);
  }

  private static RdsServer server(
      String name,
      DBInstance instance,
      RdsRole role,
      int clusterPort,
      Integer tier,
      String clusterStatus) {
    Optional<Endpoint> endpoint = Optional.ofNullable(instance).map(DBInstance::endpoint);
    int port = endpoint.map(Endpoint::port).map(Picture::number).orElse(0);
    return new RdsServer(
        name,
        endpoint.map(Endpoint::address).filter(address -> !address.isEmpty()),
        port > 0 ? port : clusterPort,
        role,
        Optional.ofNullable(instance).map(DBInstance::availabilityZone),
        tier == null ? OptionalInt.empty() : OptionalInt.of(tier),
        instance == null ? "" : text(instance.dbInstanceStatus()),
        clusterStatus);
  }

  static Optional<String> given(String text) {
    return Optional.ofNullable(text).filter(t -> !t.isEmpty());
  }

  static String text(String given) {
    return given == null ? "" : given;
  }

  static int number(Integer given) {
    return given == null ? 0 : given;
  }
}
