package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a database is to the node whose definitions are larger than it has memory for. */
class CatalogueSizeIT {
  private static final String DATABASE = "catalog_size";
  private static final long BUDGET = 8 << 20;

  @Test
  void whatIsTooLargeIsNotReadToItsEnd() throws Exception {
    SharedPostgres.createDatabase(DATABASE);
    Asked.run(
        DATABASE,
        "DO $do$ BEGIN EXECUTE 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ SELECT 1 /*'"
            + " || repeat('x', 5000000) || '*/ $f$'; END $do$");
    try (Catalogues catalogues =
        Asked.catalogues(Asked.source("app", "app", Duration.ofHours(1), Map.of()), BUDGET)) {
      catalogues.current(DATABASE);
      Await.until("reading ended", () -> !catalogues.beingReadFirst(DATABASE));
      assertThat(catalogues.current(DATABASE).known()).isFalse();

      Asked.run(DATABASE, "DROP FUNCTION f()");

      Await.until("the catalogue was read", () -> catalogues.current(DATABASE).known());
    }
  }
}
