package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.race.Course.Heat;
import dev.heimdall.test.race.Course.Outcome;
import dev.heimdall.test.race.Fleet.Hearing;
import dev.heimdall.test.race.Ledger.Breach;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
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
@Tag("long")
class FleetRaceIT {
  private static final int WRITES = Integer.getInteger("cache.fleet.writes", 30);
  private static final int MANY_WRITES = Integer.getInteger("cache.fleet.writes", 1500);

  private static RedisProcess store;
  private static Course course;

  @BeforeAll
  static void start() {
    store = RedisProcess.running("notify-keyspace-events AE");
    course = new Course(List.of(store), c -> c.node("farCache.timeout", "5s")); // machines are busy
  }

  @AfterAll
  static void stop() {
    course.close();
    store.close();
  }

  private static void nothingOldIsServed(Level level, Hearing hearing, int writes)
      throws IOException {
    Outcome outcome = course.run(new Heat(level, hearing, writes));
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
  @Test
  void withoutTheCheckSomethingOldIsServed() throws IOException {
    missing(
        Wiring.WITHOUT_CHECK, Level.FLEET, Hearing.TRIGGERS, "OWN HEARD_OF_PEER HEARD_OF_DATABASE");
  }

  /** The same at other levels, and with other parts of the protocol taken away. */
  @ParameterizedTest
  @CsvSource({
    "WITHOUT_CHECK, SESSION, LOG, OWN HEARD_OF_DATABASE",
    "WITHOUT_CHECK, STRICT, NOTHING, OWN HEARD_OF_PEER ANY",
    "NUMBERED_LATE, SESSION, NOTHING, OWN",
    "NUMBERED_LATE, FLEET, LOG, OWN HEARD_OF_PEER HEARD_OF_DATABASE",
    "NUMBERED_LATE, STRICT, NOTHING, OWN HEARD_OF_PEER ANY",
    "COMMITS_UNMINDED, SESSION, NOTHING, BACKWARD",
    "COMMITS_UNMINDED, FLEET, NOTHING, BACKWARD",
    "COMMITS_UNMINDED, STRICT, NOTHING, BACKWARD",
    "UNTOLD, STRICT, NOTHING, ANY",
    "ROWS_UNMINDED, SESSION, NOTHING, BACKWARD",
    "ROWS_UNMINDED, FLEET, NOTHING, BACKWARD",
    "ROWS_UNMINDED, STRICT, NOTHING, BACKWARD",
    "ROWS_UNCHECKED, SESSION, NOTHING, OWN",
    "ROWS_UNCHECKED, FLEET, NOTHING, OWN HEARD_OF_PEER",
    "ROWS_UNCHECKED, STRICT, NOTHING, OWN HEARD_OF_PEER ANY",
    "LAST_ROWS, SESSION, NOTHING, OWN",
    "LAST_ROWS, FLEET, NOTHING, OWN HEARD_OF_PEER",
    "COLUMNS_UNMINDED, SESSION, NOTHING, OWN",
    "COLUMNS_UNMINDED, FLEET, NOTHING, OWN HEARD_OF_PEER",
  })
  void withAPartTakenAwaySomethingOldIsServed(
      Wiring wiring, Level level, Hearing hearing, String breaches) throws IOException {
    missing(wiring, level, hearing, breaches);
  }

  private static void missing(Wiring wiring, Level level, Hearing hearing, String breaches)
      throws IOException {
    Set<Breach> looked =
        Set.copyOf(Arrays.stream(breaches.split(" ")).map(Breach::valueOf).toList());
    Outcome outcome =
        course.run(
            new Heat(
                level,
                level,
                hearing,
                wiring,
                5000,
                ledger -> ledger.kinds().containsAll(looked),
                true));
    assertThat(outcome.ledger().kinds()).containsAll(looked);
  }

  /** A level less than what is looked for shows in the checker. */
  @Test
  void lessThanWhatIsPromisedIsNoticed() throws IOException {
    Outcome outcome =
        course.run(
            new Heat(
                Level.FLEET,
                Level.STRICT,
                Hearing.NOTHING,
                Wiring.SOUND,
                5000,
                ledger -> ledger.kinds().contains(Breach.ANY),
                true));
    assertThat(outcome.ledger().kinds()).containsExactly(Breach.ANY);
  }
}
