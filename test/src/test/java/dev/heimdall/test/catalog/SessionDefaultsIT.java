package dev.heimdall.test.catalog;

import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.catalog.ReadingTerms;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresCatalogue;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What sessions begin with is changed while the catalogue is read. */
class SessionDefaultsIT {
  private static final String DATABASE = "catalogue_of_defaults";
  private static final Runnable NOTHING = () -> {};

  /** Runs something once between the first look of a reading and what it reads then. */
  private record Interrupted(CatalogueProtocol base, AtomicReference<Runnable> meanwhile)
      implements CatalogueProtocol {
    @Override
    public BuiltInObjects own() {
      return base.own();
    }

    @Override
    public Reading read(Connection connection, ReadingTerms terms, Mark last, Progress progress)
        throws SQLException {
      return base.read(
          connection,
          terms,
          last,
          new Progress() {
            @Override
            public void changed() {
              progress.changed();
              meanwhile.getAndSet(NOTHING).run();
            }

            @Override
            public void beginning(boolean replica, String defaults) {
              progress.beginning(replica, defaults);
            }

            @Override
            public boolean overtaken() {
              return progress.overtaken();
            }
          });
    }

    @Override
    public boolean isGone(SQLException failure) {
      return base.isGone(failure);
    }
  }

  /** Connections that were made meanwhile have it, and would serve others to their end. */
  @Test
  void aSettingThatIsMadeAndTakenBackBeforeAReadingEndsIsNotMissed() throws Exception {
    SharedPostgres.createDatabase(DATABASE);
    SharedPostgres.primary().execute("ALTER ROLE other RESET bytea_output");
    AtomicReference<Runnable> meanwhile = new AtomicReference<>(NOTHING);
    AtomicInteger changes = new AtomicInteger();
    Catalogues catalogues =
        Asked.catalogues(
            Asked.source("app", "app", Duration.ofHours(1), Map.of()),
            64L << 20,
            new Interrupted(new PostgresCatalogue(), meanwhile));
    try (catalogues) {
      catalogues.beginning(changes::incrementAndGet);
      Await.until("the catalogue was read", () -> catalogues.current(DATABASE).confirmed());

      AtomicInteger interruptions = new AtomicInteger();
      meanwhile.set(
          () -> {
            SharedPostgres.primary().execute("ALTER ROLE other RESET bytea_output");
            interruptions.incrementAndGet();
          });
      SharedPostgres.primary().execute("ALTER ROLE other SET bytea_output = 'escape'");
      catalogues.suspected(DATABASE);

      Await.until("the reading was interrupted", () -> interruptions.get() == 1);
      Await.until(
          "it was noticed twice",
          Duration.ofSeconds(10),
          () -> changes.get() == 2,
          () -> changes.get() + " times");
    } finally {
      SharedPostgres.primary().execute("ALTER ROLE other RESET bytea_output");
    }
  }
}
