package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.changes.NotifyTriggers;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.race.Fleet.Hearing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Where races are run: a database, a store, and the classes of nodes. */
final class Course implements AutoCloseable {
  /** What comes to pass is another thing each time, what is drawn is told by this. */
  private static final long SEED = Long.getLong("cache.fleet.seed", System.nanoTime());

  /** Tables that one place writes, and such that all do. */
  private static final int TABLES = 2;

  private final PostgresCluster cluster;
  private final List<RedisProcess> stores;
  private final Consumer<TestConfiguration> wishes;
  private final Map<Wiring, List<InstrumentedNodes>> classes = new EnumMap<>(Wiring.class);

  /**
   * @param stores one, or the servers of one cluster
   * @param wishes for nodes
   */
  Course(List<RedisProcess> stores, Consumer<TestConfiguration> wishes) {
    this.stores = List.copyOf(stores);
    this.wishes = wishes;
    cluster = PostgresCluster.builder().ephemeralPorts().setting("wal_level", "logical").start();
    cluster
        .primary()
        .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    past(List.of("CREATE PUBLICATION heimdall FOR ALL TABLES"));
  }

  /**
   * A race.
   *
   * @param judged by which promise; the nodes' own, as a rule
   * @param writes of each writer
   * @param enough ends it earlier
   * @param calm whether all that is told arrives
   */
  record Heat(
      Level level,
      Level judged,
      Hearing hearing,
      Wiring wiring,
      int writes,
      Predicate<Ledger> enough,
      boolean calm) {
    Heat(Level level, Hearing hearing, int writes) {
      this(level, level, hearing, Wiring.SOUND, writes, ledger -> false, true);
    }

    boolean fed() {
      return hearing != Hearing.NOTHING;
    }
  }

  /**
   * How a race went.
   *
   * @param late answers that were older than any write took to be heard
   * @param passed how often each step
   */
  record Outcome(
      Heat heat,
      Ledger ledger,
      List<String> late,
      long hits,
      long hitsOfOthers,
      Map<String, LongAdder> passed) {}

  private void past(List<String> sql) {
    cluster.primary().executeIn(SharedPostgres.DATABASE, sql.toArray(String[]::new));
  }

  private Target database() {
    return new Target(
        cluster.primary().host(),
        cluster.primary().port(),
        SharedPostgres.DATABASE,
        SharedPostgres.USER,
        SharedPostgres.PASSWORD,
        false);
  }

  private static int[] owners(int places) {
    return IntStream.range(0, TABLES * (places + 1))
        .map(table -> table / TABLES < places ? table / TABLES : Ledger.ALL)
        .toArray();
  }

  Outcome run(Heat heat) throws IOException {
    int places = Fleet.NODES + (heat.fed() ? 1 : 0);
    int[] owners = owners(places);
    String prefix = "race_" + heat.level().setting() + "_" + heat.hearing().ordinal() + "_";
    List<String> tables = IntStream.range(0, owners.length).mapToObj(t -> prefix + t).toList();
    Ledger ledger =
        new Ledger(heat.judged(), Fleet.NODES, owners, Race.most(places, heat.writes()));
    List<InstrumentedNodes> loaded =
        classes.computeIfAbsent(
            heat.wiring(),
            w -> IntStream.range(0, Fleet.NODES).mapToObj(i -> new InstrumentedNodes(w)).toList());
    make(tables, heat.hearing());
    Target superuser = database().as(cluster.superuser(), cluster.password());
    try (Fleet fleet =
        new Fleet(
            heat.level(), heat.hearing(), cluster.primary(), superuser, stores, wishes, loaded)) {
      fleet.ready(tables.get(0), heat.hearing());
      Outcome outcome = run(heat, fleet, ledger, tables, loaded);
      Report.print(outcome, SEED);
      return outcome;
    } finally {
      loaded.forEach(each -> each.watchedBy(Steps.NONE));
      drop(tables, heat.hearing());
    }
  }

  private Outcome run(
      Heat heat, Fleet fleet, Ledger ledger, List<String> tables, List<InstrumentedNodes> loaded)
      throws IOException {
    Delays delays = new Delays(SEED);
    Map<String, LongAdder> passed = new ConcurrentHashMap<>();
    for (int i = 0; i < Fleet.NODES; i++) {
      loaded.get(i).watchedBy(new NodeSteps(i, ledger, tables, delays, passed));
    }
    fleet.slow(delays);
    List<Target> places = new ArrayList<>(fleet.targets());
    if (heat.fed()) {
      places.add(database());
    }
    new Race(
            ledger,
            tables,
            fleet.targets(),
            places,
            heat.writes(),
            SEED,
            () -> heat.enough().test(ledger))
        .run();
    fleet.fast();
    if (heat.calm() && heat.wiring() == Wiring.SOUND) {
      int[] last = tables.stream().mapToInt(this::value).toArray();
      Await.until("all is heard", () -> ledger.allHeard(heat.fed(), last));
      assertThat(passed.keySet()).as("steps").hasSize(steps(heat));
    }
    return new Outcome(
        heat,
        ledger,
        ledger.late(heat.fed()),
        fleet.sum("hits"),
        fleet.sum("far_hits"),
        Map.copyOf(passed));
  }

  /** How many of them there are: not all levels tell, and not all ways to hear have each. */
  private static int steps(Heat heat) {
    return 13
        + (heat.level() == Level.SESSION ? 0 : 1)
        + (heat.fed() ? 1 : 0)
        + (heat.hearing() == Hearing.LOG ? 1 : 0);
  }

  private void make(List<String> tables, Hearing hearing) {
    List<String> sql = new ArrayList<>();
    for (String table : tables) {
      sql.add("CREATE TABLE " + table + " (id int PRIMARY KEY, name text UNIQUE, n int)");
      sql.add("INSERT INTO " + table + " VALUES (0, 'zero', 0), (1, 'one', 0), (2, 'two', 0)");
      sql.add("GRANT ALL ON " + table + " TO app");
    }
    if (hearing == Hearing.TRIGGERS) {
      sql.addAll(
          new NotifyTriggers()
              .install(List.of(), tables.stream().map(table -> "public." + table).toList()));
    }
    past(sql);
  }

  private void drop(List<String> tables, Hearing hearing) {
    past(List.of("DROP TABLE " + String.join(", ", tables)));
    if (hearing == Hearing.TRIGGERS) {
      past(new NotifyTriggers().remove(List.of(), List.of()));
    }
  }

  private int value(String table) {
    return Integer.parseInt(
        cluster
            .primary()
            .queryValue(SharedPostgres.DATABASE, "SELECT n FROM " + table + " WHERE id = 0"));
  }

  @Override
  public void close() {
    classes.clear();
    cluster.close();
  }
}
