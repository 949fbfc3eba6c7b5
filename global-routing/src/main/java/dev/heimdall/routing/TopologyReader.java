package dev.heimdall.routing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private final InstantSource clock;
  private final Map<String, RdsReader> readers = new ConcurrentHashMap<>();

  /**
   * Sends no request yet.
   *
   * @param home the region to begin in
   * @param others regions to ask in any case
   */
  public TopologyReader(AwsAccess home, Set<String> others, InstantSource clock) {
    this(home, others, true, clock);
  }

  /**
   * Sends no request yet.
   *
   * @param home the region to begin in
   * @param others regions to ask in any case
   * @param members whether regions in which global clusters have members are asked too; not where
   *     no way leads to them
   */
  public TopologyReader(AwsAccess home, Set<String> others, boolean members, InstantSource clock) {
    this.home = home;
    this.others = Set.copyOf(others);
    this.members = members;
    this.clock = clock;
  }

  /** All that can be known, once every region has answered or was given up. Never fails. */
  public TopologyReading read() {
    return ask().all();
  }

  /**
   * All that can be known of these, and of no others: the clusters at home that are named, and all
   * members of the global clusters that are, in whatever region. Never fails.
   *
   * @param globals their identifiers
   */
  public TopologyReading read(Collection<RdsName> names, Collection<String> globals) {
    return ask(new Scope(Optional.of(Set.copyOf(names)), Set.copyOf(globals))).all();
  }

  /**
   * Scope of the query.
   *
   * @param names at home; empty for everything in all regions
   * @param globals of interest only beside names
   */
  private record Scope(Optional<Set<RdsName>> names, Set<String> globals) {
    static final Scope ALL = new Scope(Optional.empty(), Set.of());

    /** Returns the names to query in a region; empty for everything. */
    Optional<Set<RdsName>> in(String region, boolean home, List<TopologyGlobal> found) {
      return names.map(
          own -> {
            Set<RdsName> wanted = new LinkedHashSet<>(home ? own : Set.of());
            found.stream()
                .flatMap(global -> global.members().stream())
                .filter(member -> member.region().equals(region))
                .map(member -> new RdsName(member.name(), true))
                .forEach(wanted::add);
            return wanted;
          });
    }

    /** All names that anything is said of. */
    Optional<Set<RdsName>> asked(List<TopologyGlobal> found) {
      return names.map(
          own -> {
            Set<RdsName> all = new LinkedHashSet<>(own);
            found.stream()
                .flatMap(global -> global.members().stream())
                .forEach(member -> all.add(new RdsName(member.name(), true)));
            return all;
          });
    }
  }

  /**
   * Asks all regions at the same time, and returns when that at home has answered, so that nothing
   * that it says waits for a region that may be lost. Never fails.
   */
  public RegionAnswers ask() {
    return ask(Scope.ALL);
  }

  private RegionAnswers ask(Scope scope) {
    Instant asked = clock.instant();
    Calls calls = new Calls();
    Optional<List<TopologyGlobal>> globals = Optional.empty();
    if (calls.allowed(home.credentials())) {
      globals = globals(calls, asked, scope);
    }
    Answered answered = new Answered(asked, globals, scope, calls.troubles());
    if (calls.troubles().stream().anyMatch(t -> t.kind() == AwsTrouble.Kind.NO_CREDENTIALS)) {
      return new RegionAnswers(answered.reading(), Optional.empty());
    }
    Set<String> elsewhere = elsewhere(globals);
    List<TopologyGlobal> found = globals.orElse(List.of());
    Map<String, Future<TopologyReading>> begun = begin(elsewhere, scope, found);
    answered.add(read(home.region(), scope.in(home.region(), true, found)));
    TopologyReading own = answered.reading();
    return new RegionAnswers(
        own,
        elsewhere.isEmpty()
            ? Optional.empty()
            : Optional.of(() -> answered.with(begun, home.patience()).reading()));
  }

  private Set<String> elsewhere(Optional<List<TopologyGlobal>> globals) {
    Set<String> regions = new TreeSet<>(others);
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
    regions.remove(home.region());
    return regions;
  }

  /** Regions fail, throttle and refuse each by itself. */
  private Map<String, Future<TopologyReading>> begin(
      Set<String> regions, Scope scope, List<TopologyGlobal> found) {
    Map<String, Future<TopologyReading>> begun = new TreeMap<>();
    for (String region : regions) {
      FutureTask<TopologyReading> task =
          new FutureTask<>(() -> read(region, scope.in(region, false, found)));
      Thread thread = new Thread(task, "aws-" + region);
      thread.setDaemon(true);
      thread.start();
      begun.put(region, task);
    }
    return begun;
  }

  private TopologyReading read(String region, Optional<Set<RdsName>> names) {
    RdsReader reader = reader(region);
    return names.isPresent() ? reader.read(names.get()) : reader.read();
  }

  /** Answers received so far in one round of queries. */
  private final class Answered {
    private final Instant asked;
    private final long began = System.nanoTime();
    private final Optional<List<TopologyGlobal>> globals;
    private final Scope scope;
    private final Set<String> regions = new TreeSet<>();
    private final Set<String> complete = new TreeSet<>();
    private final Map<String, List<TopologyCluster>> clusters = new TreeMap<>();
    private final Map<String, String> versions = new TreeMap<>();
    private final List<AwsTrouble> troubles = new ArrayList<>();

    Answered(
        Instant asked,
        Optional<List<TopologyGlobal>> globals,
        Scope scope,
        List<AwsTrouble> troubles) {
      this.asked = asked;
      this.scope = scope;
      this.globals = globals;
      this.troubles.addAll(troubles);
      regions.add(home.region());
    }

    void add(TopologyReading one) {
      String region = one.regions().get(0);
      regions.add(region);
      clusters.put(region, one.clusters());
      versions.putAll(one.versions());
      complete.addAll(one.complete());
      one.troubles().stream().map(t -> in(region, t)).forEach(troubles::add);
    }

    /**
     * Waits for the others, for no longer than any of them is given for its answer: looking up its
     * name may take longer than all that follows.
     */
    Answered with(Map<String, Future<TopologyReading>> others, Duration patience) {
      others.forEach(
          (region, answer) -> {
            regions.add(region);
            try {
              long left = patience.toNanos() - (System.nanoTime() - began);
              add(answer.get(Math.max(left, 0), TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
              troubles.add(failed(region, "no answer within " + patience.toMillis() + " ms"));
            } catch (ExecutionException e) {
              troubles.add(failed(region, String.valueOf(e.getCause())));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              troubles.add(failed(region, "it was interrupted"));
            }
          });
      return this;
    }

    private AwsTrouble failed(String region, String why) {
      return in(region, new AwsTrouble(AwsTrouble.Kind.FAILED, RdsReader.CLUSTERS, why));
    }

    TopologyReading reading() {
      List<String> order = new ArrayList<>(regions);
      List<TopologyCluster> all = new ArrayList<>();
      order.forEach(region -> all.addAll(clusters.getOrDefault(region, List.of())));
      return new TopologyReading(
          asked,
          order,
          complete,
          all,
          globals,
          troubles,
          scope.asked(globals.orElse(List.of())),
          versions);
    }
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

  private Optional<List<TopologyGlobal>> globals(Calls calls, Instant asked, Scope scope) {
    if (scope.names().isEmpty()) {
      return globals(calls, asked, Optional.empty());
    }
    List<TopologyGlobal> found = new ArrayList<>();
    boolean whole = true;
    for (String name : scope.globals()) {
      Optional<List<TopologyGlobal>> one = globals(calls, asked, Optional.of(name));
      whole &= one.isPresent();
      one.ifPresent(found::addAll);
    }
    return whole || !found.isEmpty() ? Optional.of(found) : Optional.empty();
  }

  private Optional<List<TopologyGlobal>> globals(
      Calls calls, Instant asked, Optional<String> identifier) {
    List<TopologyGlobal> found = new ArrayList<>();
    boolean whole =
        calls.pages(
            GLOBALS,
            marker -> {
              DescribeGlobalClustersResponse page =
                  reader(home.region())
                      .client()
                      .describeGlobalClusters(
                          request -> {
                            identifier.ifPresent(request::globalClusterIdentifier);
                            request.maxRecords(RdsReader.PAGE).marker(marker);
                          });
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
                        Picture.text(member.synchronizationStatusAsString()),
                        Picture.text(member.globalWriteForwardingStatusAsString())))
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
