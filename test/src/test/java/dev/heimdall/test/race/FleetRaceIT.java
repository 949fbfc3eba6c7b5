package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.ChangeTriggers;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.race.Fleet.Hearing;
import dev.heimdall.test.race.Ledger.Breach;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two nodes with caches and a store between them, and perhaps writers past them, each level of
 * consistency by its own definition. The nodes rest now and then at each step of the protocol, and
 * what they say to their server and to the store, and hear, comes late.
 */
class FleetRaceIT {
  private static final int WRITES = Integer.getInteger("cache.fleet.writes", 60);
  private static final int MANY_WRITES = Integer.getInteger("cache.fleet.writes", 5000);
  private static final long SEED = Long.getLong("cache.fleet.seed", System.nanoTime());

  /** Tables that one place writes, and such that all do. */
  private static final int TABLES = 2;

  private static RedisProcess store;
  private static PostgresCluster cluster;
  private static final Map<Wiring, List<InstrumentedNodes>> CLASSES = new EnumMap<>(Wiring.class);

  @BeforeAll
  static void start() {
    store = RedisProcess.running("notify-keyspace-events AE");
    cluster = PostgresCluster.builder().ephemeralPorts().setting("wal_level", "logical").start();
    cluster
        .primary()
        .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    past(List.of("CREATE PUBLICATION heimdall FOR ALL TABLES"));
  }

  @AfterAll
  static void stop() throws IOException {
    CLASSES.clear();
    store.close();
    cluster.close();
  }

  private static void past(List<String> sql) {
    cluster.primary().executeIn(SharedPostgres.DATABASE, sql.toArray(String[]::new));
  }

  private static Target database() {
    return new Target(
        cluster.primary().host(),
        cluster.primary().port(),
        SharedPostgres.DATABASE,
        SharedPostgres.USER,
        SharedPostgres.PASSWORD,
        false);
  }

  /** How a race went. */
  private record Outcome(Ledger ledger, List<String> late, long hits, long hitsOfOthers) {}

  /**
   * @param judged by which promise, if it is another one than the nodes'
   * @param looked ends it when all of these were found
   */
  private static Outcome race(
      Level level, Level judged, Hearing hearing, Wiring wiring, int writes, Set<Breach> looked)
      throws IOException {
    int places = Fleet.NODES + (hearing == Hearing.NOTHING ? 0 : 1);
    int[] owners =
        IntStream.range(0, TABLES * (places + 1))
            .map(t -> t / TABLES < places ? t / TABLES : Ledger.ALL)
            .toArray();
    String prefix = "race_" + level.setting() + "_" + hearing.ordinal() + "_";
    List<String> tables = IntStream.range(0, owners.length).mapToObj(t -> prefix + t).toList();
    Ledger ledger = new Ledger(judged, Fleet.NODES, owners, Race.most(places, writes));
    Delays delays = new Delays(SEED);
    Map<String, LongAdder> passed = new ConcurrentHashMap<>();
    make(tables, hearing);
    List<InstrumentedNodes> classes =
        CLASSES.computeIfAbsent(
            wiring,
            w -> IntStream.range(0, Fleet.NODES).mapToObj(i -> new InstrumentedNodes(w)).toList());
    try (Fleet fleet =
        new Fleet(
            level,
            hearing,
            cluster.primary(),
            database().as(cluster.superuser(), cluster.password()),
            store,
            classes)) {
      fleet.ready(tables.get(0), hearing);
      for (int i = 0; i < Fleet.NODES; i++) {
        classes.get(i).watchedBy(new NodeSteps(i, ledger, tables, delays, passed));
      }
      fleet.slow(delays);
      List<Target> at = new ArrayList<>(fleet.targets());
      if (hearing != Hearing.NOTHING) {
        at.add(database());
      }
      new Race(
              ledger,
              tables,
              fleet.targets(),
              at,
              writes,
              SEED,
              () -> !looked.isEmpty() && ledger.kinds().containsAll(looked))
          .run();
      fleet.fast();
      boolean fed = hearing != Hearing.NOTHING;
      int[] last = tables.stream().mapToInt(FleetRaceIT::value).toArray();
      if (wiring == Wiring.SOUND) {
        Await.until("all is heard", () -> ledger.allHeard(fed, last));
        assertThat(passed.keySet()).as("steps").hasSize(steps(level, hearing));
      }
      Outcome outcome =
          new Outcome(ledger, ledger.late(fed), fleet.sum("hits"), fleet.sum("far_hits"));
      tell(level, hearing, wiring, outcome, passed);
      return outcome;
    } finally {
      classes.forEach(each -> each.watchedBy(Steps.NONE));
      drop(tables, hearing);
    }
  }

  /** How many of them there are: not all levels tell, and not all ways to hear have each. */
  private static int steps(Level level, Hearing hearing) {
    return 13
        + (level == Level.SESSION ? 0 : 1)
        + (hearing == Hearing.NOTHING ? 0 : 1)
        + (hearing == Hearing.LOG ? 1 : 0);
  }

  private static void make(List<String> tables, Hearing hearing) {
    List<String> sql = new ArrayList<>();
    for (String table : tables) {
      sql.add("CREATE TABLE " + table + " (id int PRIMARY KEY, n int)");
      sql.add("INSERT INTO " + table + " VALUES (0, 0)");
      sql.add("GRANT ALL ON " + table + " TO app");
    }
    if (hearing == Hearing.TRIGGERS) {
      sql.addAll(
          ChangeTriggers.install(
              List.of(), tables.stream().map(table -> "public." + table).toList()));
    }
    past(sql);
  }

  private static void drop(List<String> tables, Hearing hearing) {
    past(List.of("DROP TABLE " + String.join(", ", tables)));
    if (hearing == Hearing.TRIGGERS) {
      past(ChangeTriggers.remove(List.of(), List.of()));
    }
  }

  private static int value(String table) {
    return Integer.parseInt(
        cluster.primary().queryValue(SharedPostgres.DATABASE, "SELECT n FROM " + table));
  }

  private static void tell(
      Level level, Hearing hearing, Wiring wiring, Outcome outcome, Map<String, LongAdder> passed) {
    Ledger ledger = outcome.ledger();
    boolean fed = hearing != Hearing.NOTHING;
    System.out.printf(
        "%s, %s, %s, seed %d: %d reads, %d of them while their table was written, %d hits, %d of"
            + " other nodes, %d behind others' writes; %d rests could be taken at %d steps%n",
        level,
        hearing,
        wiring,
        SEED,
        ledger.reads(),
        ledger.interleaved(),
        outcome.hits(),
        outcome.hitsOfOthers(),
        ledger.behind(),
        passed.values().stream().mapToLong(LongAdder::sum).sum(),
        passed.size());
    delays("  through other nodes", ledger, owner -> owner >= 0 && owner < Fleet.NODES, fed);
    delays("  past the nodes", ledger, owner -> owner >= Fleet.NODES, fed);
  }

  private static void delays(String what, Ledger ledger, IntPredicate owner, boolean fed) {
    long[] delays = ledger.delays(owner, fed);
    if (delays.length > 0) {
      System.out.printf(
          "%s: %d writes heard after %.1f ms (median), %.1f ms (99 %%), %.1f ms (all); oldest"
              + " answer %.1f ms behind%n",
          what,
          delays.length,
          millis(delays[delays.length / 2]),
          millis(delays[delays.length * 99 / 100]),
          millis(delays[delays.length - 1]),
          millis(ledger.oldest(owner)));
    }
  }

  private static double millis(long nanos) {
    return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  private static void nothingOldIsServed(Level level, Hearing hearing, int writes)
      throws IOException {
    Outcome outcome = race(level, level, hearing, Wiring.SOUND, writes, Set.of());
    assertThat(outcome.ledger().breaches()).isEmpty();
    assertThat(outcome.late()).isEmpty();
    assertThat(outcome.hits()).as("of %s reads", outcome.ledger().reads()).isGreaterThan(writes);
    assertThat(outcome.ledger().interleaved()).isGreaterThan(writes);
  }

  @ParameterizedTest
  @CsvSource({"SESSION, LOG", "FLEET, TRIGGERS", "STRICT, NOTHING"})
  void nothingOldIsServed(Level level, Hearing hearing) throws IOException {
    nothingOldIsServed(level, hearing, WRITES);
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({
    "SESSION, NOTHING", "SESSION, TRIGGERS", "SESSION, LOG",
    "FLEET, NOTHING", "FLEET, TRIGGERS", "FLEET, LOG",
    "STRICT, NOTHING", "STRICT, TRIGGERS", "STRICT, LOG",
  })
  void nothingOldIsServedForLong(Level level, Hearing hearing) throws IOException {
    nothingOldIsServed(level, hearing, MANY_WRITES);
  }

  /** The same race where nobody asks whether the tables of a result were written since. */
  @ParameterizedTest
  @CsvSource({
    "SESSION, LOG, OWN HEARD_OF_DATABASE",
    "FLEET, TRIGGERS, OWN HEARD_OF_PEER HEARD_OF_DATABASE",
    "STRICT, NOTHING, OWN HEARD_OF_PEER ANY",
  })
  void withoutTheCheckSomethingOldIsServed(Level level, Hearing hearing, String breaches)
      throws IOException {
    missing(Wiring.WITHOUT_CHECK, level, hearing, breaches);
  }

  /** The same with other parts of the protocol taken away. */
  @Tag("long")
  @ParameterizedTest
  @CsvSource({
    "NUMBERED_LATE, SESSION, NOTHING, OWN",
    "NUMBERED_LATE, FLEET, LOG, OWN HEARD_OF_PEER HEARD_OF_DATABASE",
    "NUMBERED_LATE, STRICT, NOTHING, OWN HEARD_OF_PEER ANY",
    "COMMITS_UNMINDED, SESSION, NOTHING, BACKWARD",
    "COMMITS_UNMINDED, FLEET, NOTHING, BACKWARD",
    "COMMITS_UNMINDED, STRICT, NOTHING, BACKWARD",
    "UNTOLD, STRICT, NOTHING, ANY",
  })
  void withAnotherPartTakenAwaySomethingOldIsServed(
      Wiring wiring, Level level, Hearing hearing, String breaches) throws IOException {
    missing(wiring, level, hearing, breaches);
  }

  private static void missing(Wiring wiring, Level level, Hearing hearing, String breaches)
      throws IOException {
    Set<Breach> looked =
        Set.copyOf(Arrays.stream(breaches.split(" ")).map(Breach::valueOf).toList());
    Outcome outcome = race(level, level, hearing, wiring, 2000, looked);
    assertThat(outcome.ledger().kinds()).containsAll(looked);
  }

  /** A level less than what is looked for shows in the checker. */
  @Test
  void lessThanWhatIsPromisedIsNoticed() throws IOException {
    Outcome outcome =
        race(Level.FLEET, Level.STRICT, Hearing.NOTHING, Wiring.SOUND, 5000, Set.of(Breach.ANY));
    assertThat(outcome.ledger().kinds()).containsExactly(Breach.ANY);
  }
}
