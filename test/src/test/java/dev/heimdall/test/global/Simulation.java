package dev.heimdall.test.global;

import dev.heimdall.routing.RdsEvent;
import dev.heimdall.test.fixture.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.rds.RdsClient;

/**
 * Regions with all that is in them, clients at work, and what happens to them. One event follows
 * the other; each is over when clients of all regions that are there have written, and their
 * servers have what was written.
 */
final class Simulation implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Within which clients of all regions are to write again, as long as nothing else happens. */
  private static final Duration GOAL = Duration.ofSeconds(5);

  /** The part of questions that the RDS API refuses. */
  private static final double THROTTLED = 0.1;

  /** What a picture shows besides the event itself, and at most. */
  private static final Duration BEFORE = Duration.ofSeconds(2);

  private static final Duration AFTERWARDS = Duration.ofSeconds(3);
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final List<Region> regions;
  private final Duration staleReads;
  private final Chronicle chronicle = new Chronicle();
  private final History history = new History();
  private final Sites sites;
  private final Network network;
  private final GlobalDatabase database;
  private final Clients clients;
  private final Map<Region, Long> lost = new ConcurrentHashMap<>();
  private final Set<Write.Key> tail = new HashSet<>();
  private final List<Loss> losses = new ArrayList<>();
  private final List<Occurrence> happened = new ArrayList<>();
  private final ExecutorService events = Executors.newCachedThreadPool();

  /**
   * @param regions the first one that has a database writes
   * @param atWork how many clients of each region write and read
   * @param doingNothing how many more are only connected
   */
  Simulation(
      List<Region> regions,
      List<Line> lines,
      int atWork,
      int doingNothing,
      Path directory,
      long seed) {
    this(
        Sql.POSTGRES,
        regions,
        lines,
        atWork,
        doingNothing,
        directory,
        seed,
        Duration.ZERO,
        Duration.ZERO);
  }

  /**
   * The same where nodes have settings of their own.
   *
   * @param sql of which engine the servers are
   * @param fence {@code cluster.failover.fence}
   * @param staleReads {@code cluster.failover.staleReads}
   */
  Simulation(
      Sql sql,
      List<Region> regions,
      List<Line> lines,
      int atWork,
      int doingNothing,
      Path directory,
      long seed,
      Duration fence,
      Duration staleReads) {
    this.regions = regions;
    this.staleReads = staleReads;
    sites = new Sites(sql, regions, lines, directory, seed, failover(fence, staleReads));
    network = sites.network();
    database = sites.database();
    clients = new Clients(sites, history, atWork, doingNothing, seed);
    tell(regions, "{\"source\": \"aws.scheduler\"}").forEach(CompletableFuture::join);
  }

  private static Map<String, Object> failover(Duration fence, Duration staleReads) {
    Map<String, Object> settings = new TreeMap<>();
    if (!fence.isZero()) {
      settings.put("fence", fence.toSeconds() + "s");
    }
    if (!staleReads.isZero()) {
      settings.put("staleReads", staleReads.toSeconds() + "s");
    }
    return settings;
  }

  /** Clients begin to work, and others have the RDS API busy. */
  void begin() {
    clients.begin();
    sites.throttle(THROTTLED);
    chronicle.note("clients write");
  }

  // ---- what is known of it

  History history() {
    return history;
  }

  Chronicle chronicle() {
    return chronicle;
  }

  List<Region> regions() {
    return regions;
  }

  Region writer() {
    return database.writer();
  }

  Sites sites() {
    return sites;
  }

  /** What the checker says of all that was answered up to now; clients go on. */
  Verdict verdict() {
    clients.askIdle();
    // In this order: what is acknowledged meanwhile may not be among the rows.
    History answered = history.copy();
    return new Checker(
            database.rows(database.writer()),
            tail,
            Duration.ofSeconds(10),
            new StaleReads(staleReads, List.copyOf(happened)))
        .check(answered);
  }

  /** All clients come to an end, with the answers that they wait for, and are judged. */
  Verdict judge() {
    clients.finish();
    return verdict();
  }

  /** What clients noticed of all that has happened; they have come to an end. */
  List<Figures> figures() {
    clients.finish();
    return Figures.of(happened, regions, history);
  }

  /** What was lost with each region that was. */
  List<Loss> losses() {
    return List.copyOf(losses);
  }

  /** A picture of an event that has happened, from a moment before until a while after it. */
  Optional<String> picture(Occurrence.Kind kind, String title) {
    return happened.stream()
        .filter(one -> one.kind() == kind)
        .findFirst()
        .map(
            one -> {
              long from = one.began() - BEFORE.toNanos();
              long to = Math.min(one.over() + AFTERWARDS.toNanos(), from + LONGEST.toNanos());
              return new Timeline(title, regions, chronicle.moments(), history, from, to).svg();
            });
  }

  /**
   * After how many milliseconds clients of a region that was lost had a write acknowledged in
   * another one, by what they do without an answer; of those that had any.
   *
   * @param lost when their region was
   */
  Map<Habit, List<Long>> moved(Region home, long lost) {
    Map<Integer, Long> first = new TreeMap<>();
    history.writes().stream()
        .filter(write -> write.begun() > lost && write.acknowledged())
        .filter(write -> home.equals(history.clients().get(write.client())))
        .filter(write -> !write.region().equals(home))
        .forEach(write -> first.merge(write.client(), write.ended() - lost, Math::min));
    Map<Habit, List<Long>> all = new EnumMap<>(Habit.class);
    first.forEach(
        (client, nanos) ->
            all.computeIfAbsent(clients.habits().get(client), h -> new ArrayList<>())
                .add(TimeUnit.NANOSECONDS.toMillis(nanos)));
    all.values().forEach(Collections::sort);
    return all;
  }

  // ---- what happens

  private List<CompletableFuture<String>> tell(List<Region> where, String event) {
    return where.stream()
        .map(region -> CompletableFuture.supplyAsync(() -> sites.invoke(region, event), events))
        .toList();
  }

  /** An event of the global cluster happens in a region, whose bus passes it on to the others. */
  private void happens(RdsEvent event, Region in) {
    chronicle.note(event.id());
    tell(
        there(),
        """
        {"source": "aws.rds", "detail-type": "RDS DB Cluster Event", "time": "%s",
         "region": "%s", "detail": {"EventID": "%s", "SourceIdentifier": "%s"}}
        """
            .formatted(Instant.now(), in, event.id(), Sites.GLOBAL));
  }

  private List<Region> there() {
    return regions.stream().filter(region -> !lost.containsKey(region)).toList();
  }

  /** A planned switchover, until clients of all regions have written to the new writer. */
  void switchOver(Region to) {
    Region from = database.writer();
    String what = "switchover to " + to;
    long began = chronicle.note(what);
    try (RdsClient api = sites.api(from)) {
      api.switchoverGlobalCluster(
          r -> r.globalClusterIdentifier(Sites.GLOBAL).targetDbClusterIdentifier(Sites.arn(to)));
    }
    happens(RdsEvent.SWITCHOVER_STARTED, from);
    chronicle.note("writes stopped");
    database.stopWrites();
    happens(RdsEvent.SWITCHOVER_OLD_PRIMARY_STOPPED, from);
    long[] promoted = new long[1];
    database.handOver(
        to,
        () -> {
          promoted[0] = chronicle.note("promoted " + to);
          sites.publishWriter();
        });
    happens(RdsEvent.SWITCHOVER_PROMOTED, to);
    sites.rds().completeMoves();
    happens(RdsEvent.SWITCHOVER_COMPLETED, to);
    isOver(Occurrence.Kind.SWITCHOVER, what, Optional.empty(), began, promoted[0]);
  }

  /** A region is lost, with all that is in it: nothing gets in or out, and nothing moves there. */
  long lose(Region region) {
    final long began = chronicle.note("lost " + region);
    network.silence(region, true);
    lost.put(region, began);
    sites.node(region).freeze();
    if (region.hasDatabase()) {
      database.freeze(region);
    }
    return began;
  }

  /**
   * Somebody decides that a region has to write in place of one that cannot be reached, until
   * clients of all regions that are there have written to it.
   *
   * @param began when the event began whose figures are wanted
   */
  void failOver(Region to, long began) {
    Region from = database.writer();
    try (RdsClient api = sites.api(to)) {
      api.failoverGlobalCluster(
          r ->
              r.globalClusterIdentifier(Sites.GLOBAL)
                  .targetDbClusterIdentifier(Sites.arn(to))
                  .allowDataLoss(true));
    }
    database.promote(to);
    long promoted = chronicle.note("promoted " + to);
    sites.publishWriter();
    database.followers(from);
    sites.rds().completeMoves();
    happens(RdsEvent.GLOBAL_FAILOVER_COMPLETED, to);
    isOver(
        Occurrence.Kind.LOST_REGION,
        "failover to " + to,
        Optional.of(from).filter(lost::containsKey),
        began,
        promoted);
  }

  private boolean isReachable(Region region) {
    return !lost.containsKey(region)
        && regions.stream()
            .allMatch(
                other ->
                    lost.containsKey(other)
                        || !network.way(region, other).isCut()
                            && !network.way(other, region).isCut());
  }

  /**
   * A region that was lost is there again as it was: its server still is a writer, its node goes on
   * where it stood, and so do their clients. What the former writer had and replication had not
   * carried is lost.
   *
   * @param untold for how long nobody says to the region what has happened meanwhile
   */
  void returns(Region region, Duration untold) {
    final long back = chronicle.note("returned " + region);
    database.thaw(region);
    network.silence(region, false);
    sites.node(region).thaw();
    final long since = lost.remove(region);
    LockSupport.parkNanos(untold.toNanos());
    happens(RdsEvent.RESYNCHRONISED, region);
    awaitWrites(List.of(region), database.writer(), back);
    lost(region, since);
  }

  private void lost(Region region, long since) {
    Set<Write.Key> own = database.tail(region);
    tail.addAll(own);
    losses.add(Loss.of(region, own, since, history));
  }

  /** What the former writer of a region has of clients that its successor has not. */
  Set<Write.Key> tail() {
    return Set.copyOf(tail);
  }

  /**
   * A region that was lost is there again with other machines: its node was ended and starts anew,
   * and its server begins as a follower of the present writer. Acknowledged writes that the former
   * writer had and replication had not carried are lost, and nobody is to blame for them.
   */
  void isReplaced(Region region) {
    if (region.hasDatabase()) {
      database.thaw(region);
      lost(region, lost.get(region));
    }
    sites.node(region).close();
    clients.lostIdle(region);
    final long back = chronicle.note("replaced " + region);
    network.silence(region, false);
    lost.remove(region);
    if (region.hasDatabase()) {
      database.rebuild(region);
    }
    sites.replaceNode(region);
    happens(RdsEvent.RESYNCHRONISED, region);
    Await.until(region + " is well again", PATIENCE, () -> sites.isWell(region), sites::nodesSaid);
    List<WorkingClient> elsewhere = clients.again(region);
    awaitWrites(List.of(region), database.writer(), back);
    elsewhere.forEach(WorkingClient::end);
  }

  /**
   * Nothing gets from one region to another for a while; both go on by themselves.
   *
   * @param ways each from the first to the second
   */
  void cutLine(String what, Duration length, List<List<Region>> ways) {
    long began = chronicle.note(what);
    ways.forEach(way -> network.cut(way.get(0), way.get(1), true));
    LockSupport.parkNanos(length.toNanos());
    ways.forEach(way -> network.cut(way.get(0), way.get(1), false));
    long whole = chronicle.note("whole");
    isOver(Occurrence.Kind.CUT_LINE, what, Optional.empty(), began, whole);
  }

  private void isOver(
      Occurrence.Kind kind, String what, Optional<Region> missing, long began, long promoted) {
    Region writer = database.writer();
    awaitWrites(regions.stream().filter(this::isReachable).toList(), writer, promoted);
    if (System.nanoTime() - promoted > GOAL.toNanos()) {
      System.out.printf("%s took long:%n%s%n", what, saidSince(began));
    }
    happened.add(
        new Occurrence(kind, what, missing, began, writer.instance(), promoted, System.nanoTime()));
    awaitReplication();
  }

  /**
   * No event begins while servers connect to each other still after the one before: what would be
   * lost with a region then is what the one before has held up.
   */
  private void awaitReplication() {
    database.regions().stream().filter(this::isReachable).forEach(database::awaitReplication);
    chronicle.note("replicated");
  }

  /** Lines of the nodes' logs. */
  private String saidSince(long moment) {
    String time = Instant.now().minusNanos(System.nanoTime() - moment).toString();
    return sites
        .nodesSaid()
        .lines()
        .filter(line -> line.matches("[0-9]{4}-.*Z .*") && line.compareTo(time) > 0)
        .collect(Collectors.joining("\n"));
  }

  private void awaitWrites(List<Region> from, Region to, long since) {
    for (Region region : from) {
      Await.until(
          "clients of " + region + " write to " + to,
          PATIENCE,
          () -> history.hasWritten(region, to.instance(), since),
          sites::nodesSaid);
    }
  }

  @Override
  public void close() {
    clients.end();
    sites.close();
    events.shutdownNow();
  }
}
