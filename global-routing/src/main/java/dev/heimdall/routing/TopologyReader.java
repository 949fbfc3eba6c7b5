package dev.heimdall.routing;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
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
  private final boolean members;
  private final Clock clock;
  private final Map<String, RdsReader> readers = new ConcurrentHashMap<>();

  /**
   * Asks nobody yet.
   *
   * @param home the region to begin in
   * @param others regions to ask in any case
   */
  public TopologyReader(AwsAccess home, Set<String> others, Clock clock) {
    this(home, others, true, clock);
  }

  /**
   * Asks nobody yet.
   *
   * @param home the region to begin in
   * @param others regions to ask in any case
   * @param members whether regions in which global clusters have members are asked too; not where
   *     no way leads to them
   */
  public TopologyReader(AwsAccess home, Set<String> others, boolean members, Clock clock) {
    this.home = home;
    this.others = Set.copyOf(others);
    this.members = members;
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
    globals
        .filter(all -> members)
        .ifPresent(
            all ->
                all.forEach(
                    global ->
                        global.members().stream()
                            .map(TopologyGlobal.Member::region)
                            .filter(region -> !region.isEmpty())
                            .forEach(regions::add)));
    Set<String> complete = new TreeSet<>();
    List<TopologyCluster> clusters = new ArrayList<>();
    Map<String, String> versions = new TreeMap<>();
    if (troubles.stream().noneMatch(t -> t.kind() == AwsTrouble.Kind.NO_CREDENTIALS)) {
      // Regions fail, throttle and refuse each by itself.
      for (TopologyReading one : SideBySide.ask(regions, region -> reader(region).read())) {
        clusters.addAll(one.clusters());
        versions.putAll(one.versions());
        complete.addAll(one.complete());
        one.troubles().stream().map(t -> in(one.regions().get(0), t)).forEach(troubles::add);
      }
    }
    return new TopologyReading(
        asked,
        List.copyOf(regions),
        complete,
        clusters,
        globals,
        troubles,
        Optional.empty(),
        versions);
  }

  private static AwsTrouble in(String region, AwsTrouble trouble) {
    return new AwsTrouble(trouble.kind(), trouble.action(), region + ": " + trouble.message());
  }

  private RdsReader reader(String region) {
    return readers.computeIfAbsent(
        region,
        name ->
            name.equals(home.region())
                ? new RdsReader(home, clock)
                : RdsReader.far(home.in(name), clock));
  }

  private Optional<List<TopologyGlobal>> globals(Calls calls, Instant asked) {
    List<TopologyGlobal> found = new ArrayList<>();
    boolean whole =
        calls.pages(
            GLOBALS,
            marker -> {
              DescribeGlobalClustersResponse page =
                  reader(home.region())
                      .client()
                      .describeGlobalClusters(
                          request -> request.maxRecords(RdsReader.PAGE).marker(marker));
              page.globalClusters().forEach(one -> found.add(global(one, asked)));
              return page.marker();
            });
    return whole ? Optional.of(found) : Optional.empty();
  }

  static TopologyGlobal global(GlobalCluster one, Instant asked) {
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
        Picture.given(one.endpoint()),
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

  @Override
  public void close() {
    readers.values().forEach(RdsReader::close);
  }
}
