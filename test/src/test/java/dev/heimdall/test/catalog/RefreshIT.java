package dev.heimdall.test.catalog;

import static dev.heimdall.test.catalog.Said.calls;
import static dev.heimdall.test.catalog.Said.reads;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.SharedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When catalogues are read, and what holds until then. */
@Tag("ci")
class RefreshIT {
  private static final Duration SELDOM = Duration.ofHours(1);

  @Test
  void nothingIsKnownUntilTheFirstReadingIsDone() throws Exception {
    SharedPostgres.createDatabase("catalog_first");
    try (Catalogues catalogues = Asked.catalogues(Asked.source("app", "app", SELDOM, Map.of()))) {
      Catalogue first = catalogues.current("catalog_first");

      assertThat(first.database()).isEqualTo("catalog_first");
      assertThat(first.known()).isFalse();
      assertThat(first.version()).isZero();
      Await.until("it was read", () -> catalogues.current("catalog_first").fresh());
      assertThat(catalogues.current("catalog_first").version()).isPositive();
    }
  }

  @Test
  void aDatabaseThatIsDroppedIsForgotten() throws Exception {
    SharedPostgres.createDatabase("catalog_dropped");
    try (Catalogues catalogues = Asked.catalogues(Asked.source("app", "app", SELDOM, Map.of()))) {
      Await.until("it was read", () -> catalogues.current("catalog_dropped").fresh());
      assertThat(catalogues.watched()).isOne();

      SharedPostgres.primary().execute("DROP DATABASE catalog_dropped WITH (FORCE)");
      Await.until(
          "it is forgotten",
          () -> {
            catalogues.changed("catalog_dropped");
            return catalogues.watched() == 0;
          });
    }
  }

  @Test
  void whatSessionsBeginWithIsFoundChanged() throws Exception {
    SharedPostgres.createDatabase("catalog_defaults");
    try (Catalogues catalogues = Asked.catalogues(Asked.source("app", "app", SELDOM, Map.of()))) {
      AtomicInteger told = new AtomicInteger();
      catalogues.beginning(told::incrementAndGet);
      Await.until("it was read", () -> catalogues.current("catalog_defaults").fresh());
      Asked.run("catalog_defaults", "CREATE TABLE other (i int)");
      catalogues.changed("catalog_defaults");
      Await.until("it was read again", () -> catalogues.current("catalog_defaults").fresh());
      assertThat(told).hasValue(0);

      SharedPostgres.primary()
          .execute("ALTER DATABASE catalog_defaults SET lock_timeout TO '4321s'");
      catalogues.suspected("catalog_defaults");

      Await.until("it is told", () -> told.get() == 1);
    }
  }

  @Test
  void aChangeThatWasToldOfIsDoubtedAndThenKnown() throws Exception {
    try (Asked db = Asked.of("catalog_change", "CREATE TABLE a (i int)")) {
      Catalogue before = db.current();
      assertThat(db.resolve(reads("a")).repeatable()).isTrue();

      Asked.run("catalog_change", "CREATE VIEW b AS SELECT * FROM a");
      try (Connection holds = SharedPostgres.primary().connect("catalog_change");
          Statement statement = holds.createStatement()) {
        // Nobody can read the catalogue as long as this is locked.
        statement.execute("BEGIN; LOCK TABLE pg_namespace IN ACCESS EXCLUSIVE MODE");
        db.catalogues().changed("catalog_change");

        Catalogue pending = db.current();
        assertThat(pending.fresh()).isFalse();
        assertThat(pending.version()).isGreaterThan(before.version());
        assertThat(db.resolve(reads("a")).writesAnything()).isTrue();
        assertThat(db.resolve(reads("b")).writesAnything()).isTrue();
        statement.execute("COMMIT");
      }
      Await.until("the change was read", () -> db.current().fresh());

      assertThat(db.resolve(reads("b")).tablesRead())
          .containsExactly("catalog_change.a", "catalog_change.b");
      assertThat(db.resolve(reads("b")).repeatable()).isTrue();
      assertThat(before.fresh()).isTrue(); // a snapshot does not change
      assertThat(db.catalogues().changesUntold()).isZero();
    }
  }

  @Test
  void whatMayHaveChangedIsBelievedButNotConfirmedUntilItWasAsked() throws Exception {
    try (Asked db = Asked.of("catalog_suspected", "CREATE TABLE a (i int)")) {
      Await.until("nothing is suspected", () -> db.current().confirmed());
      Catalogue before = db.current();
      try (Connection holds = SharedPostgres.primary().connect("catalog_suspected");
          Statement statement = holds.createStatement()) {
        statement.execute("CREATE VIEW b AS SELECT * FROM a");
        statement.execute("BEGIN; LOCK TABLE pg_namespace IN ACCESS EXCLUSIVE MODE");
        db.catalogues().suspected("catalog_suspected");

        assertThat(db.current().confirmed()).isFalse();
        assertThat(db.current().fresh()).isTrue();
        assertThat(db.current().edition()).isSameAs(before.edition());
        statement.execute("COMMIT");
      }
      Await.until("it was asked", () -> db.current().confirmed());

      assertThat(db.resolve(reads("b")).tablesRead()).hasSize(2);
      assertThat(db.catalogues().changesUntold()).isOne();
    }
  }

  @Test
  void rowsOfTheSystemTablesThatChangeNoDefinitionAreNoChange() throws Exception {
    try (Asked db = Asked.of("catalog_physical", "CREATE TABLE a (i int)")) {
      Await.until("nothing is suspected", () -> db.current().confirmed());
      Catalogue before = db.current();
      try (Connection another = SharedPostgres.primary().connect("catalog_physical");
          Statement statement = another.createStatement()) {
        statement.execute("TRUNCATE a");
        statement.execute("VACUUM FULL a");
        statement.execute("CREATE TEMP TABLE b (i int)");
        db.catalogues().suspected();
        assertThat(db.current().confirmed()).isFalse();
        Await.until("it was asked", () -> db.current().confirmed());
      }

      assertThat(db.current().edition()).isSameAs(before.edition());
    }
  }

  @Test
  void whatIsReadWhileTheNodeIsApartIsNotTrustedUntilItIsReadAfterThat() throws Exception {
    SharedPostgres.createDatabase("catalog_apart");
    try (Catalogues catalogues = Asked.catalogues(Asked.source("app", "app", SELDOM, Map.of()))) {
      Runnable together = catalogues.apart();
      Await.until("it was read", () -> catalogues.current("catalog_apart").fresh());
      assertThat(catalogues.current("catalog_apart").confirmed()).isFalse();
      try (Connection holds = SharedPostgres.primary().connect("catalog_apart");
          Statement statement = holds.createStatement()) {
        // Without a transaction since, nothing would be read but that there was none.
        statement.execute("SELECT txid_current()");
        statement.execute("BEGIN; LOCK TABLE pg_namespace IN ACCESS EXCLUSIVE MODE");
        together.run();
        assertThat(catalogues.current("catalog_apart").confirmed()).isFalse();
      }
      Await.until("it was asked", () -> catalogues.current("catalog_apart").confirmed());

      Runnable again = catalogues.apart();
      assertThat(catalogues.current("catalog_apart").confirmed()).isFalse();
      again.run();
      Await.until("it was asked again", () -> catalogues.current("catalog_apart").confirmed());
    }
  }

  @Test
  void aDatabaseThatIsWatchedCloselyIsNotAskedAsSeldomAsOthers() throws Exception {
    try (Asked db = Asked.of("catalog_close_watch", "CREATE TABLE a (i int)")) {
      AtomicInteger found = new AtomicInteger();
      db.catalogues().watchClosely(Duration.ofMillis(20), found::incrementAndGet, database -> {});
      for (int i = 1; i <= 3; i++) {
        String view = "v" + i;
        Asked.run("catalog_close_watch", "CREATE VIEW " + view + " AS SELECT * FROM a");
        Await.until("it was found", () -> db.resolve(reads(view)).tablesRead().size() == 2);
        assertThat(found.get()).isGreaterThanOrEqualTo(i);
      }
    }
  }

  @Test
  void manyChangesAreReadToTheLast() throws Exception {
    try (Asked db = Asked.of("catalog_many")) {
      for (int i = 0; i < 50; i++) {
        Asked.run("catalog_many", "CREATE TABLE t" + i + " (i int)");
        db.catalogues().changed("catalog_many");
      }
      Await.until("all was read", () -> db.current().fresh());

      for (int i = 0; i < 50; i++) {
        assertThat(db.resolve(reads("t" + i)).readOnly()).isTrue();
      }
    }
  }

  @Test
  void aChangeThatNobodyToldOfIsFoundInTime() throws Exception {
    SharedPostgres.createDatabase("catalog_alone");
    DataSource source = Asked.source("app", "app", Duration.ofSeconds(1), Map.of());
    try (Asked db = Asked.of("catalog_alone", source)) {
      long version = db.current().version();
      assertThat(db.resolve(calls("late")).writesAnything()).isTrue();
      assertThat(db.catalogues().changesUntold()).isZero();

      Asked.run(
          "catalog_alone", "CREATE FUNCTION late() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1'");

      Await.until("it was found", () -> db.resolve(calls("late")).readOnly());
      assertThat(db.current().version()).isGreaterThan(version);
      assertThat(db.catalogues().changesUntold()).isOne();
    }
  }

  @Test
  void aReadingThatFindsNothingNewKeepsTheCatalogue() throws Exception {
    SharedPostgres.createDatabase("catalog_same");
    DataSource source = Asked.source("app", "app", Duration.ofSeconds(1), Map.of());
    try (Asked db = Asked.of("catalog_same", source)) {
      Catalogue first = db.current();
      String transactions =
          "SELECT xact_start::text FROM pg_stat_activity WHERE datname = 'catalog_same'"
              + " AND application_name = 'heimdall catalogue'";
      String queries =
          "SELECT query_start::text FROM pg_stat_activity WHERE datname = 'catalog_same'"
              + " AND application_name = 'heimdall catalogue'";
      String before = SharedPostgres.value(queries);
      assertThat(SharedPostgres.value(transactions)).isNull();

      Await.until("it was read again", () -> !SharedPostgres.value(queries).equals(before));
      Await.until("that is over", () -> SharedPostgres.value(transactions) == null);

      assertThat(db.current()).isSameAs(first);
    }
  }

  @Test
  void searchPathsOfRolesDatabasesAndTheSourceAreKnown() throws Exception {
    SharedPostgres.createDatabase("catalog_paths");
    Asked.run(
        "catalog_paths",
        "CREATE SCHEMA one",
        "CREATE SCHEMA two",
        "CREATE TABLE one.t (i int)",
        "CREATE TABLE two.t (i int)");
    SharedPostgres.primary()
        .executeIn(
            "catalog_paths",
            "GRANT USAGE ON SCHEMA one, two TO PUBLIC",
            "ALTER DATABASE catalog_paths SET search_path = one",
            "ALTER ROLE other IN DATABASE catalog_paths SET search_path = \"$user\", two");
    try (Asked db = Asked.of("catalog_paths", Asked.source("app", "app", SELDOM, Map.of()))) {
      assertThat(db.resolve(reads("t")).tablesRead()).containsExactly("catalog_paths.one.t");
      assertThat(db.resolve(reads("t"), "other", null).tablesRead())
          .containsExactly("catalog_paths.two.t");
      assertThat(db.resolve(reads("t"), "other", List.of("one")).tablesRead())
          .containsExactly("catalog_paths.one.t");
    }
    DataSource source = Asked.source("app", "app", SELDOM, Map.of("search_path", "two, one"));
    try (Asked db = Asked.of("catalog_paths", source)) {
      assertThat(db.resolve(reads("t")).tablesRead()).containsExactly("catalog_paths.two.t");
    }
  }

  @Test
  void aRoleWithoutRightsOnTablesReadsTheCatalogueAllTheSame() throws Exception {
    try (Asked owner =
        Asked.of(
            "catalog_rights",
            "CREATE SCHEMA closed",
            "CREATE TABLE closed.t (i int)",
            "CREATE VIEW closed.v AS SELECT * FROM closed.t",
            "REVOKE ALL ON SCHEMA closed FROM PUBLIC",
            "CREATE FUNCTION closed.f() RETURNS int LANGUAGE plpgsql"
                + " AS 'BEGIN DELETE FROM closed.t; RETURN 1; END'",
            "REVOKE ALL ON FUNCTION closed.f() FROM PUBLIC")) {
      try (Asked other =
          Asked.of("catalog_rights", Asked.source("other", "other", SELDOM, Map.of()))) {
        assertThat(other.resolve(reads("closed.v")).tablesRead())
            .isEqualTo(owner.resolve(reads("closed.v")).tablesRead())
            .hasSize(2);
        assertThat(other.resolve(calls("closed.f")).tablesWritten())
            .containsExactly("catalog_rights.closed.t");
      }
    }
  }

  @Test
  void whoMayNotConnectKnowsNothing() throws Exception {
    SharedPostgres.createDatabase("catalog_denied");
    SharedPostgres.primary()
        .executeIn("catalog_denied", "REVOKE CONNECT ON DATABASE catalog_denied FROM PUBLIC");
    try (Catalogues catalogues =
        Asked.catalogues(Asked.source("other", "other", SELDOM, Map.of()))) {
      catalogues.current("catalog_denied");
      SharedPostgres.primary().executeIn("catalog_denied", "CREATE TABLE t (i int)");
      catalogues.changed("catalog_denied");
      assertThat(catalogues.current("catalog_denied").known()).isFalse();

      SharedPostgres.primary()
          .executeIn("catalog_denied", "GRANT CONNECT ON DATABASE catalog_denied TO other");
      Await.until("it was let in", () -> catalogues.current("catalog_denied").fresh());
    }
  }

  @Test
  void aSourceWithoutAUserIsNotRead() {
    DataSource source =
        new DataSource(
            "primary",
            Engine.POSTGRESQL,
            "jdbc:postgresql://127.0.0.1:1",
            Optional.empty(),
            Optional.empty(),
            SourceCredentials.none(),
            BackendTls.defaults(),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Map.of(),
            CatalogSettings.defaults(),
            Optional.empty(),
            ClusterSettings.defaults(),
            ChangeSettings.defaults());
    try (Catalogues catalogues = Asked.catalogues(source)) {
      assertThat(catalogues.enabled()).isFalse();
      assertThat(catalogues.current("db").known()).isFalse();
      assertThat(catalogues.watched()).isZero();
      catalogues.changed("db");
    }
  }

  @Test
  void whatWasReadHoldsOnForAWhileWhenTheServerIsGone() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().start();
        LoggedLines lines = LoggedLines.of("heimdall.catalogue")) {
      DataSource source =
          Asked.source(
              "jdbc:postgresql://%s:%d"
                  .formatted(cluster.primary().host(), cluster.primary().port()),
              cluster.superuser(),
              cluster.password(),
              Duration.ofSeconds(3),
              Map.of());
      try (Catalogues catalogues = Asked.catalogues(source)) {
        catalogues.current("postgres");
        Await.until("it was read", () -> catalogues.current("postgres").fresh());
        cluster.primary().stop(StopMode.FAST);
        Await.until(
            "it could not be read",
            () -> !lines.beginningWith("WARN cannot read the catalogue of postgres").isEmpty());
        assertThat(catalogues.current("postgres").fresh()).isTrue();
        Await.until("it is too long ago", () -> !catalogues.current("postgres").fresh());
        cluster.primary().start();
        Await.until("it was read again", () -> catalogues.current("postgres").fresh());
      }
    }
  }

  @Test
  void aServerThatComesBackIsReadAnew() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().start()) {
      cluster.primary().executeIn("postgres", "CREATE TABLE t (i int)");
      DataSource source =
          Asked.source(
              "jdbc:postgresql://%s:%d"
                  .formatted(cluster.primary().host(), cluster.primary().port()),
              cluster.superuser(),
              cluster.password(),
              SELDOM,
              Map.of());
      try (Catalogues catalogues = Asked.catalogues(source)) {
        catalogues.current("postgres");
        Await.until("it was read", () -> catalogues.current("postgres").fresh());
        cluster.primary().stop(StopMode.FAST);
        catalogues.changed("postgres");
        assertThat(catalogues.current("postgres").fresh()).isFalse();

        cluster.primary().start();
        cluster.primary().executeIn("postgres", "CREATE VIEW v AS SELECT * FROM t");

        Await.until("it was read again", () -> catalogues.current("postgres").fresh());
        assertThat(
                catalogues
                    .current("postgres")
                    .resolve(reads("v"), new NameScope("postgres", "x", null))
                    .kind())
            .isEqualTo(StatementClass.READ);
      }
    }
  }

  @Test
  void notMoreThanAHundredDatabasesAreWatched() throws Exception {
    SharedPostgres.createDatabase("catalog_used");
    try (Asked used = Asked.of("catalog_used", Asked.source("app", "app", SELDOM, Map.of()))) {
      for (int i = 0; i < 150; i++) {
        assertThat(used.catalogues().current("missing" + i).known()).isFalse();
        assertThat(used.current().fresh()).isTrue();
      }

      assertThat(used.catalogues().watched()).isEqualTo(100);
      assertThat(used.current().fresh()).isTrue();
    }
  }

  @Test
  void closingLeavesNoConnectionAndNoThread() throws Exception {
    Catalogue kept;
    try (Asked db = Asked.of("catalog_close", "CREATE TABLE t (i int)")) {
      kept = db.current();
    }
    Await.until(
        "the connection is gone",
        () ->
            SharedPostgres.value(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = 'catalog_close'")
                .equals("0"));
    Await.until(
        "the threads are gone",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("catalogue-primary-")));
    assertThat(kept.resolve(reads("t"), new NameScope("catalog_close", "app", null)).readOnly())
        .isTrue();
  }
}
