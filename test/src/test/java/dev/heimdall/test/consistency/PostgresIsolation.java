package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Clients of PostgreSQL's protocol.
 *
 * @param renderings what rows look like under settings, for clients of which many have the same
 *     ones, and which mostly read what follows from those; null for others
 */
record PostgresIsolation(Target target, Map<String, String> defaults, Renderings renderings)
    implements IsolationRun.Clients {
  static PostgresIsolation of(Target target, boolean alike) throws IOException {
    return new PostgresIsolation(target, defaultValues(), alike ? new Renderings() : null);
  }

  @Override
  public Runnable client(int number, Journal journal, long seed, BooleanSupplier goesOn) {
    return new IsolationClient(number, target, defaults, renderings, journal, seed, goesOn);
  }

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

  private static Map<String, String> defaultValues() throws IOException {
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
