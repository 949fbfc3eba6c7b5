package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Many clients at once against one target. */
final class IsolationRun {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private IsolationRun() {}

  /** The database objects that clients use. */
  static void prepareDatabase() {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "CREATE SEQUENCE IF NOT EXISTS iso_sequence",
            "CREATE SEQUENCE IF NOT EXISTS iso_other",
            "CREATE TABLE IF NOT EXISTS iso_serial (id bigserial)",
            "GRANT ALL ON iso_serial TO PUBLIC",
            "GRANT ALL ON SEQUENCE iso_sequence, iso_other, iso_serial_id_seq TO PUBLIC",
            "ALTER ROLE app RESET ALL");
    Renderings.prepareDatabase();
    for (int i = 0; i < 3; i++) {
      String role = "iso_" + i;
      SharedPostgres.primary()
          .executeIn(
              SharedPostgres.DATABASE,
              "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN CREATE ROLE %1$s; END IF; END $$"
                  .formatted(role),
              "GRANT " + role + " TO app");
    }
  }

  /**
   * @param ignored kinds of violations that end a client's session and are not written down
   */
  static Journal run(Target target, int clients, Duration time, long seed, Set<String> ignored)
      throws Exception {
    return run(target, clients, false, time, seed, ignored);
  }

  /**
   * The same.
   *
   * @param alike whether many clients have the same settings, and mostly read what follows from
   *     those
   */
  static Journal run(
      Target target, int clients, boolean alike, Duration time, long seed, Set<String> ignored)
      throws Exception {
    System.out.printf(
        "session isolation: seed %d, %d clients%s, %s%n",
        seed, clients, alike ? " that are alike" : "", time);
    Map<String, String> defaults = defaults();
    Renderings renderings = alike ? new Renderings() : null;
    Journal journal = new Journal(ignored);
    long end = System.nanoTime() + time.toNanos();
    // On a machine that is busy with something else, until there was a step for each client.
    long latest = end + PATIENCE.toNanos();
    BooleanSupplier goesOn =
        () -> System.nanoTime() < end || (journal.steps() <= clients && System.nanoTime() < latest);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Thread thread =
          new Thread(
              null,
              new IsolationClient(i, target, defaults, renderings, journal, seed, goesOn),
              "isolation-" + i,
              256 * 1024);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    long deadline = latest + PATIENCE.toNanos();
    for (Thread thread : threads) {
      thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      if (thread.isAlive()) {
        AssertionError stuck = new AssertionError(thread.getName() + " hangs; seed " + seed);
        stuck.setStackTrace(thread.getStackTrace());
        throw stuck;
      }
    }
    journal.violations().stream()
        .collect(Collectors.groupingBy(Violation::kind, Collectors.counting()))
        .forEach((kind, count) -> System.out.printf("session isolation: %s %d%n", kind, count));
    journal.violations().forEach(violation -> System.out.println(violation.what()));
    System.out.printf(
        "session isolation: %d sessions, %d steps, %d server connections, %d violations%n",
        journal.sessions(), journal.steps(), journal.servers(), journal.violations().size());
    return journal;
  }

  private static Map<String, String> defaults() throws Exception {
    Map<String, String> defaults = new HashMap<>();
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      for (String setting : List.of("work_mem", "statement_timeout")) {
        defaults.put(setting, direct.value("SHOW " + setting));
      }
      for (String setting : Renderings.SETTINGS.keySet()) {
        defaults.put(setting, direct.value("SHOW " + setting));
      }
    }
    defaults.put("iso.value", "");
    defaults.put("role", "none");
    defaults.put("application_name", "");
    return defaults;
  }
}
