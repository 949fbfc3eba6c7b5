package dev.heimdall.test.catalog;

import static dev.heimdall.test.catalog.Said.reads;
import static dev.heimdall.test.catalog.Said.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The event trigger of {@code templates/postgresql}: what it counts, that it harms nobody, and that
 * nodes notice what it does not count.
 */
@Tag("ci")
class CountedChangesIT {
  private static final String DATABASE = "catalog_counted";
  private static final Path FILES = Path.of("..", "templates", "postgresql");
  private static final Duration CLOSE = Duration.ofMillis(20);

  private Connection superuser;

  @BeforeAll
  static void create() throws Exception {
    SharedPostgres.createDatabase(DATABASE);
  }

  @AfterAll
  static void drop() throws Exception {
    SharedPostgres.primary().executeIn("postgres", "DROP DATABASE " + DATABASE + " WITH (FORCE)");
  }

  @BeforeEach
  void install() throws Exception {
    superuser = SharedPostgres.primary().connect(DATABASE);
    script("definition-changes.sql");
    run(
        "DROP SCHEMA IF EXISTS kinds CASCADE",
        "CREATE SCHEMA kinds AUTHORIZATION app",
        "GRANT ALL ON SCHEMA public TO PUBLIC");
  }

  @AfterEach
  void uninstall() throws Exception {
    script("definition-changes-uninstall.sql");
    superuser.close();
  }

  /** A file as psql runs it. */
  private void script(String name) throws Exception {
    // As a simple query: its BEGIN and COMMIT are its own.
    try (Connection simple =
            DriverManager.getConnection(
                SharedPostgres.primary().jdbcUrl(DATABASE) + "?preferQueryMode=simple",
                SharedPostgres.cluster().superuser(),
                SharedPostgres.cluster().password());
        Statement statement = simple.createStatement()) {
      statement.execute(Files.readString(FILES.resolve(name)));
    }
  }

  private void run(String... statements) throws SQLException {
    run(superuser, statements);
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String several : statements) {
        for (String sql : DefinitionKinds.statements(several)) {
          statement.execute(sql);
        }
      }
    }
  }

  private static Connection asApp() throws SQLException {
    return DriverManager.getConnection(SharedPostgres.primary().jdbcUrl(DATABASE), "app", "app");
  }

  private String version() throws SQLException {
    try (Statement statement = superuser.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT array_agg(id ORDER BY id)::text FROM heimdall.definition_changes")) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  static List<DefinitionKinds.Kind> kinds() {
    return DefinitionKinds.ALL;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void eachKindOfChangeIsCounted(DefinitionKinds.Kind kind) throws Exception {
    run(kind.before());
    String before = version();
    run(kind.change());
    if (kind.hasEventTrigger()) {
      assertThat(version()).isNotEqualTo(before);
    } else {
      assertThat(version()).isEqualTo(before);
    }
    run(kind.after());
  }

  @Test
  void aChangeCountsWhenItIsCommittedAndNobodyWaitsForIt() throws Exception {
    String before = version();
    try (Connection one = asApp();
        Connection other = asApp()) {
      one.setAutoCommit(false);
      run(one, "CREATE VIEW kinds.v1 AS SELECT 1 AS i");
      other.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      run(other, "SET lock_timeout = '5s'", "CREATE VIEW kinds.v2 AS SELECT 1 AS i");
      String ofOther = version();
      assertThat(ofOther).isNotEqualTo(before);
      run(one, "SAVEPOINT s", "CREATE VIEW kinds.v3 AS SELECT 1 AS i", "ROLLBACK TO s");
      one.rollback();
      assertThat(version()).isEqualTo(ofOther);
      run(one, "CREATE VIEW kinds.v1 AS SELECT 1 AS i");
      one.commit();
      assertThat(version()).isNotEqualTo(ofOther);
      one.setAutoCommit(true);
      for (int i = 0; i < 20; i++) {
        run(one, "COMMENT ON VIEW kinds.v1 IS '" + i + "'");
      }
      // Each has taken the place of those before.
      assertThat(version()).doesNotContain(",");
    }
  }

  @Test
  void temporaryTablesDoNotCount() throws Exception {
    try (Connection app = asApp()) {
      String before = version();
      run(
          app,
          "CREATE TEMP TABLE t (i serial PRIMARY KEY, CHECK (i > 0))",
          "CREATE INDEX ON t (i)",
          "ALTER TABLE t ADD COLUMN j int DEFAULT 1",
          "DROP TABLE t");
      assertThat(version()).isEqualTo(before);
      run(app, "CREATE TABLE kinds.t (i serial PRIMARY KEY)", "DROP TABLE kinds.t");
      assertThat(version()).isNotEqualTo(before);
    }
  }

  @Test
  void nobodyElseCanCountOrBeHarmed() throws Exception {
    try (Connection app = asApp()) {
      for (String harm :
          List.of(
              "INSERT INTO heimdall.definition_changes VALUES (1)",
              "DELETE FROM heimdall.definition_changes",
              "SELECT * FROM heimdall.definition_changes FOR UPDATE",
              "LOCK TABLE heimdall.definition_changes IN ROW EXCLUSIVE MODE",
              "SELECT nextval('heimdall.definition_change_ids')",
              "SELECT heimdall.note_definition_change()",
              "CREATE TABLE heimdall.t (i int)",
              "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION heimdall.note_definition_change()",
              "ALTER EVENT TRIGGER heimdall_definition_drop DISABLE")) {
        assertThatThrownBy(() -> run(app, harm)).as(harm).isInstanceOf(SQLException.class);
      }
      // Names of the user's own are not what the function means.
      String before = version();
      run(
          app,
          "CREATE FUNCTION kinds.nextval(text) RETURNS bigint LANGUAGE plpgsql AS"
              + " 'BEGIN RAISE EXCEPTION ''harm''; END'",
          "SET search_path = kinds, pg_temp, pg_catalog",
          "CREATE TABLE kinds.definition_changes (id bigint)");
      assertThat(version()).isNotEqualTo(before);

      // However broken it is, definitions can be changed.
      run("DROP SEQUENCE heimdall.definition_change_ids");
      run(app, "CREATE VIEW kinds.v AS SELECT 1 AS i");
      run("DROP TABLE heimdall.definition_changes");
      run(app, "DROP VIEW kinds.v");
    }
  }

  @Test
  void itMayBeInstalledAgainAndTakenAwayTwice() throws Exception {
    script("definition-changes.sql");
    String before = version();
    run("CREATE VIEW kinds.v AS SELECT 1 AS i");
    assertThat(version()).isNotEqualTo(before);
    script("definition-changes-uninstall.sql");
    script("definition-changes-uninstall.sql");
    run("CREATE VIEW kinds.w AS SELECT 1 AS i");
    run("CREATE SCHEMA heimdall AUTHORIZATION app");
    assertThatThrownBy(() -> script("definition-changes.sql"))
        .hasMessageContaining("belongs to another role");
    run("DROP SCHEMA heimdall");
  }

  /** The database as a node sees it that looks often. */
  private static Asked asked(Duration refresh) {
    Asked asked = Asked.of(DATABASE, Asked.source("app", "app", refresh, Map.of()));
    asked.catalogues().watchClosely(CLOSE, () -> {}, database -> {});
    return asked;
  }

  @Test
  void itTiesNoSessionThatChangesDefinitions() throws Exception {
    try (Asked asked = asked(Duration.ofHours(1))) {
      dev.heimdall.engine.sql.Statement change =
          asked.resolve(said(StatementClass.DDL, List.of(), List.of("kinds.v"), List.of()));
      assertThat(change.tablesWritten().toString()).contains("heimdall.definition_changes");
      assertThat(change.changesSession()).isNull();
    }
  }

  private static boolean known(Asked asked, String view) {
    return !asked.resolve(reads(view)).tablesRead().isEmpty()
        && asked.resolve(reads(view)).readOnly();
  }

  private static boolean showsTable(Asked asked, String view) {
    return asked.resolve(reads(view)).tablesRead().size() == 2;
  }

  private static void awaitShown(Asked asked, String view) {
    Await.until(view + " is known", () -> showsTable(asked, view));
  }

  /** Whether the node has looked so often since. */
  private static void awaitLooks(int looks) throws Exception {
    for (int i = 0; i < looks; i++) {
      String looked =
          "SELECT query_start::text FROM pg_stat_activity WHERE datname = '"
              + DATABASE
              + "' AND application_name = 'heimdall catalogue'";
      String before = SharedPostgres.value(looked);
      // Something is committed, or there is nothing to look at.
      SharedPostgres.value("SELECT txid_current()::text");
      Await.until("it looks", () -> !SharedPostgres.value(looked).equals(before));
    }
  }

  @Test
  void aNodeAsksForTheCountAndLooksCloserNowAndThen() throws Exception {
    run("CREATE TABLE kinds.t (i int)");
    String view = "CREATE OR REPLACE VIEW kinds.%s AS SELECT i FROM kinds.t";
    try (Asked seldom = asked(Duration.ofHours(1))) {
      run(view.formatted("counted"));
      awaitShown(seldom, "kinds.counted");
      awaitLooks(3);

      run("SET event_triggers = off", view.formatted("uncounted"), "RESET event_triggers");
      awaitLooks(5);
      assertThat(showsTable(seldom, "kinds.uncounted")).isFalse();

      // What is counted by the other mode of sessions, and what no event trigger is called for.
      run("SET session_replication_role = replica", view.formatted("replicated"));
      run("RESET session_replication_role");
      awaitShown(seldom, "kinds.replicated");
      assertThat(showsTable(seldom, "kinds.uncounted")).isTrue();
      assertThat(known(seldom, "kinds.counted")).isTrue();
    }
    try (Asked often = asked(Duration.ofSeconds(1))) {
      run("SET event_triggers = off", view.formatted("later"), "RESET event_triggers");
      awaitShown(often, "kinds.later");
    }
  }

  @Test
  void aRolesPathIsFoundAlthoughNoEventTriggerIsCalledForIt() throws Exception {
    run("CREATE SCHEMA kinds_path", "CREATE TABLE kinds_path.only_there (i int)");
    run("GRANT USAGE ON SCHEMA kinds_path TO PUBLIC");
    try (Asked asked = asked(Duration.ofHours(1))) {
      awaitLooks(3);
      run("ALTER ROLE app IN DATABASE " + DATABASE + " SET search_path = kinds_path");
      Await.until(
          "it is found",
          () ->
              asked
                  .resolve(reads("only_there"))
                  .tablesRead()
                  .contains(DATABASE + ".kinds_path.only_there"));
    } finally {
      run("ALTER ROLE app IN DATABASE " + DATABASE + " RESET search_path");
      run("DROP SCHEMA kinds_path CASCADE");
    }
  }

  @Test
  void whereItIsSwitchedOffOrTakenAwayTheDigestTellsAtOnce() throws Exception {
    run("CREATE TABLE kinds.t (i int)");
    String view = "CREATE VIEW kinds.%s AS SELECT i FROM kinds.t";
    try (Asked asked = asked(Duration.ofHours(1))) {
      awaitLooks(3);
      run("ALTER EVENT TRIGGER heimdall_definition_change DISABLE", view.formatted("off"));
      run("ALTER EVENT TRIGGER heimdall_definition_change ENABLE ALWAYS");
      awaitShown(asked, "kinds.off");
      run("ALTER EVENT TRIGGER heimdall_definition_change ENABLE", view.formatted("plain"));
      awaitShown(asked, "kinds.plain");
      script("definition-changes.sql");
      awaitLooks(3);

      // One that began before the counter did was not counted.
      try (Connection early = asApp()) {
        script("definition-changes-uninstall.sql");
        early.setAutoCommit(false);
        run(early, view.formatted("early"));
        script("definition-changes.sql");
        awaitLooks(5);
        early.commit();
      }
      awaitShown(asked, "kinds.early");
      awaitLooks(3);
      run("DROP TABLE heimdall.definition_changes", view.formatted("without"));
      awaitShown(asked, "kinds.without");
      script("definition-changes-uninstall.sql");
      run(view.formatted("gone"));
      awaitShown(asked, "kinds.gone");
    }
  }
}
