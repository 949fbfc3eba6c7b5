package dev.heimdall.routing;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DBCluster;
import software.amazon.awssdk.services.rds.model.DBInstance;
import software.amazon.awssdk.services.rds.model.DescribeDbClustersResponse;
import software.amazon.awssdk.services.rds.model.DescribeDbInstancesResponse;
import software.amazon.awssdk.services.rds.model.DescribeGlobalClustersResponse;
import software.amazon.awssdk.services.rds.model.FailoverState;
import software.amazon.awssdk.services.rds.model.GlobalCluster;

/**
 * Asks RDS for all clusters of a region, and of those regions in which its global clusters have
 * members. Its methods wait for the network, for all regions at the same time. For one thread.
 */
public final class TopologyReader implements AutoCloseable {
  private static final String GLOBALS = "rds:DescribeGlobalClusters";

  private final AwsAccess home;
  private final Set<String> others;
  private final Clock clock;
  private final Map<String, RdsClient> clients = new ConcurrentHashMap<>();

  /** What was told of one region. */
  private record RegionReading(
      String region, List<TopologyCluster> clusters, List<AwsTrouble> troubles) {}

  /**
   * Asks nobody yet.
   *
   * @param home the region to begin in
   * @param others regions to ask in any case
   */
  public TopologyReader(AwsAccess home, Set<String> others, Clock clock) {
    this.home = home;
    this.others = Set.copyOf(others);
    this.clock = clock;
  }

  /** All that can be known. Never fails. */
  public TopologyReading read() {
    Instant asked = clock.instant();
    List<AwsTrouble> troubles = new ArrayList<>();
    Calls calls = new Calls();
    Optional<List<TopologyGlobal>> globals = Optional.empty();
    if (calls.allowed(home.credentials())) {
      globals = globals(calls, asked);
    }
    troubles.addAll(calls.troubles());
    Set<String> regions = new TreeSet<>(others);
    regions.add(home.region());
    globals.ifPresent(
        all ->
            all.forEach(
                global ->
                    global.members().stream()
                        .map(TopologyGlobal.Member::region)
                        .filter(region -> !region.isEmpty())
                        .forEach(regions::add)));
    Set<String> complete = new TreeSet<>();
    List<TopologyCluster> clusters = new ArrayList<>();
    if (troubles.stream().noneMatch(t -> t.kind() == AwsTrouble.Kind.NO_CREDENTIALS)) {
      for (RegionReading reading : SideBySide.ask(regions, region -> read(region, asked))) {
        clusters.addAll(reading.clusters());
        if (reading.troubles().isEmpty()) {
          complete.add(reading.region());
        }
        reading.troubles().stream().map(t -> in(reading.region(), t)).forEach(troubles::add);
      }
    }
    return new TopologyReading(asked, List.copyOf(regions), complete, clusters, globals, troubles);
  }

  /** Regions fail, throttle and refuse each by itself. */
  private RegionReading read(String region, Instant asked) {
    Calls calls = new Calls();
    List<TopologyCluster> clusters = clusters(region, calls, asked);
    return new RegionReading(region, clusters, calls.troubles());
  }

  private static AwsTrouble in(String region, AwsTrouble trouble) {
    return new AwsTrouble(trouble.kind(), trouble.action(), region + ": " + trouble.message());
  }

  private RdsClient client(String region) {
    return clients.computeIfAbsent(region, name -> home.in(name).client(RdsClient.builder()));
  }

  private Optional<List<TopologyGlobal>> globals(Calls calls, Instant asked) {
    List<TopologyGlobal> found = new ArrayList<>();
    boolean whole =
        calls.pages(
            GLOBALS,
            marker -> {
              DescribeGlobalClustersResponse page =
                  client(home.region())
                      .describeGlobalClusters(
                          request -> request.maxRecords(RdsReader.PAGE).marker(marker));
              page.globalClusters().forEach(one -> found.add(global(one, asked)));
              return page.marker();
            });
    return whole ? Optional.of(found) : Optional.empty();
  }

  private static TopologyGlobal global(GlobalCluster one, Instant asked) {
    List<TopologyGlobal.Member> members =
        one.globalClusterMembers().stream()
            .map(
                member ->
                    new TopologyGlobal.Member(
                        Picture.text(member.dbClusterArn()),
                        Boolean.TRUE.equals(member.isWriter()),
                        Picture.text(member.synchronizationStatusAsString())))
            .toList();
    return new TopologyGlobal(
        Picture.text(one.globalClusterArn()),
        Picture.text(one.globalClusterIdentifier()),
        Picture.text(one.engine()),
        Picture.text(one.status()),
        given(one.endpoint()),
        members,
        Optional.ofNullable(one.failoverState()).map(TopologyReader::failover),
        asked);
  }

  private static TopologyGlobal.Failover failover(FailoverState state) {
    return new TopologyGlobal.Failover(
        Picture.text(state.statusAsString()),
        Picture.text(state.fromDbClusterArn()),
        Picture.text(state.toDbClusterArn()),
        Boolean.TRUE.equals(state.isDataLossAllowed()));
  }

  private List<TopologyCluster> clusters(String region, Calls calls, Instant asked) {
    Map<String, DBCluster> clusters = new LinkedHashMap<>();
    Map<String, DBInstance> instances = new LinkedHashMap<>();
    calls.pages(
        RdsReader.CLUSTERS,
        marker -> {
          DescribeDbClustersResponse page =
              client(region)
                  .describeDBClusters(request -> request.maxRecords(RdsReader.PAGE).marker(marker));
          page.dbClusters().stream()
              .filter(one -> relational(one.engine()))
              .forEach(one -> clusters.put(one.dbClusterIdentifier(), one));
          return page.marker();
        });
    calls.pages(
        RdsReader.INSTANCES,
        marker -> {
          DescribeDbInstancesResponse page =
              client(region)
                  .describeDBInstances(
                      request -> request.maxRecords(RdsReader.PAGE).marker(marker));
          page.dbInstances().stream()
              .filter(one -> relational(one.engine()))
              .forEach(one -> instances.put(one.dbInstanceIdentifier(), one));
          return page.marker();
        });
    Picture picture = new Picture(clusters, instances);
    List<TopologyCluster> found = new ArrayList<>();
    clusters.values().forEach(one -> found.add(cluster(region, one, picture, asked)));
    instances.values().stream()
        .filter(one -> Picture.text(one.dbClusterIdentifier()).isEmpty())
        .filter(one -> Picture.text(one.readReplicaSourceDBInstanceIdentifier()).isEmpty())
        .forEach(one -> found.add(family(region, one, picture, asked)));
    return found;
  }

  /** The API tells of other databases, too, of Neptune for instance. */
  private static boolean relational(String engine) {
    return !Picture.text(engine).startsWith("neptune") && !Picture.text(engine).startsWith("docdb");
  }

  private static TopologyCluster cluster(
      String region, DBCluster one, Picture picture, Instant asked) {
    return new TopologyCluster(
        Picture.text(one.dbClusterArn()),
        Picture.text(one.dbClusterResourceId()),
        List.of(),
        region,
        one.dbClusterIdentifier(),
        Picture.text(one.engine()),
        Picture.text(one.status()),
        given(one.endpoint()),
        given(one.readerEndpoint()),
        Picture.number(one.port()),
        picture.of(new RdsName(one.dbClusterIdentifier(), true)),
        asked);
  }

  private static TopologyCluster family(
      String region, DBInstance one, Picture picture, Instant asked) {
    List<RdsServer> servers = picture.of(new RdsName(one.dbInstanceIdentifier(), false));
    Optional<RdsServer> source =
        servers.stream().filter(s -> s.name().equals(one.dbInstanceIdentifier())).findFirst();
    return new TopologyCluster(
        Picture.text(one.dbInstanceArn()),
        Picture.text(one.dbiResourceId()),
        List.of(),
        region,
        one.dbInstanceIdentifier(),
        Picture.text(one.engine()),
        Picture.text(one.dbInstanceStatus()),
        source.flatMap(RdsServer::host),
        Optional.empty(),
        source.map(RdsServer::port).orElse(0),
        servers,
        asked);
  }

  private static Optional<String> given(String text) {
    return Optional.ofNullable(text).filter(t -> !t.isEmpty());
  }

  @Override
  public void close() {
    clients.values().forEach(RdsClient::close);
  }
}
