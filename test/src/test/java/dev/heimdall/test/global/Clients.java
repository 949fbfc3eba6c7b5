package dev.heimdall.test.global;

import dev.heimdall.test.fixture.Await;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Who works in the regions, and who is connected and does nothing. */
final class Clients {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** For how long an answer of Route 53 for an alias of a balancer may be kept. */
  private static final Duration KEPT = Duration.ofSeconds(60);

  /** Numbers of those that do nothing; of those at work there are fewer. */
  private static final int DOING_NOTHING = 900;

  private final Sites sites;
  private final History history;
  private final long seed;
  private final List<WorkingClient> working = new ArrayList<>();
  private final List<IdleClient> idle = new ArrayList<>();
  private final int atWork;
  private final int doingNothing;
  private final Map<Integer, Habit> habits = new ConcurrentHashMap<>();
  private final Map<Region, KeptNames> kept = new ConcurrentHashMap<>();
  private final ScheduledExecutorService resolvers = Executors.newSingleThreadScheduledExecutor();
  private int idleNumber = DOING_NOTHING;

  /**
   * @param atWork how many of each region
   */
  Clients(Sites sites, History history, int atWork, int doingNothing, long seed) {
    this.atWork = atWork;
    this.doingNothing = doingNothing;
    this.sites = sites;
    this.history = history;
    this.seed = seed;
  }

  /** Clients of each region begin to work, or to do nothing. */
  void begin() {
    for (Region region : sites.regions()) {
      begin(region);
    }
    for (Region region : sites.regions()) {
      Await.until(
          "clients of " + region + " write",
          PATIENCE,
          () -> history.written(region) > 3L * atWork,
          sites::nodesSaid);
    }
  }

  private void begin(Region region) {
    for (int i = 0; i < doingNothing; i++) {
      idle.add(
          connected(
              region.number() * 1000 + idleNumber++, region, new Names(sites, Habit.PATIENT)));
    }
    for (int i = 0; i < atWork; i++) {
      int client = region.number() * 1000 + (int) of(region);
      Habit habit = Habit.of(i);
      habits.put(client, habit);
      WorkingClient.Doors doors =
          habit == Habit.KEEPS_NAMES
              ? kept.computeIfAbsent(region, this::kept)
              : new Names(sites, habit);
      working.add(new WorkingClient(client, region, doors, history, this::another, seed + client));
    }
  }

  /** The answer that some keep is renewed whenever its time is over, at any time of an event. */
  private KeptNames kept(Region region) {
    KeptNames names = new KeptNames(new Names(sites, Habit.KEEPS_NAMES), region);
    long first = new SplittableRandom(seed + region.number()).nextLong(KEPT.toMillis());
    resolvers.scheduleAtFixedRate(names::renew, first, KEPT.toMillis(), TimeUnit.MILLISECONDS);
    return names;
  }

  /** As clients do, it tries again when it is not let in in time. */
  private IdleClient connected(int number, Region region, Names names) {
    AtomicReference<IdleClient> client = new AtomicReference<>();
    AtomicReference<SQLException> last = new AtomicReference<>();
    Await.until(
        "a client of " + region + " is connected",
        PATIENCE,
        () -> {
          try {
            client.set(new IdleClient(number, region, names));
            return true;
          } catch (SQLException e) {
            last.set(e);
            return false;
          }
        },
        () -> last + " " + sites.nodesSaid());
    return client.get();
  }

  /** One of those that were ever at work, in any region. */
  private int another(int any) {
    Region of = sites.regions().get(any % sites.regions().size());
    return of.number() * 1000 + any / 7 % (int) Math.max(1, of(of));
  }

  private long of(Region region) {
    return history.clients().values().stream().filter(region::equals).count();
  }

  /** Sessions of those that do nothing ended with a node of their region. */
  void lostIdle(Region region) {
    List<IdleClient> ended = idle.stream().filter(one -> one.region().equals(region)).toList();
    ended.forEach(IdleClient::end);
    idle.removeAll(ended);
  }

  /**
   * As many of a region as there were begin anew.
   *
   * @return those at work of before, who have gone elsewhere, and stay there until they are ended
   */
  List<WorkingClient> again(Region region) {
    List<WorkingClient> before =
        working.stream().filter(one -> one.home().equals(region) && !one.isEnding()).toList();
    begin(region);
    return before;
  }

  /** What each of those that were ever at work does without an answer. */
  Map<Integer, Habit> habits() {
    return habits;
  }

  /** All who do nothing are asked for once. */
  void askIdle() {
    idle.forEach(client -> history.add(client.ask()));
  }

  /** Those at work come to an end, with the answers that they wait for. */
  void finish() {
    end();
    working.forEach(WorkingClient::close);
  }

  /** Asks those at work to come to an end. */
  void end() {
    resolvers.shutdownNow();
    working.forEach(WorkingClient::end);
  }
}
