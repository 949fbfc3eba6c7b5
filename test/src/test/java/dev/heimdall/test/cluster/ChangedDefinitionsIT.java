package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.queryInfo;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What is written and read through one node is judged by the definitions that were changed through
 * another one, or past all nodes. Replicas have replayed the change, and then stand still: a read
 * that is judged by what was defined before does not see what the session wrote after it.
 */
class ChangedDefinitionsIT {
  private static final String CONNECTIONS_TO_SPARE =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = 'spare'";

  private static RedisProcess store;

  private static final Consumer<TestConfiguration> WISHES =
      c ->
          c.node("store.servers", List.of(store.address()))
              .source("cluster.reads", "all")
              .source("cluster.consistency", "session")
              .user("app", "admin", true);

  private static RoutedCluster routed;
  private static TestNode other;
  private Connection here;
  private Connection there;

  @BeforeAll
  static void start() {
    store = RedisProcess.running();
    routed =
        new RoutedCluster(
            WISHES.andThen(c -> c.node("id", 1)),
            primary -> {
              // Else replicas get what nobody has flushed only seconds later.
              primary.execute(
                  "ALTER SYSTEM SET wal_writer_delay = '10ms'", "SELECT pg_reload_conf()");
              asOwner(
                  primary,
                  "CREATE TABLE untouched (i int)",
                  "CREATE TABLE a (i int)",
                  "CREATE TABLE b (i int)",
                  "CREATE TABLE audited (i int)",
                  "CREATE TABLE parted (i int) PARTITION BY LIST (i)",
                  "CREATE TABLE part (i int)",
                  "CREATE SCHEMA first AUTHORIZATION app",
                  "ALTER ROLE app SET search_path = first, public");
            });
    other = routed.another(WISHES.andThen(c -> c.node("id", 2)));
  }

  @AfterAll
  static void stop() {
    other.close();
    routed.close();
    store.close();
  }

  @BeforeEach
  void connect() throws Exception {
    here = routed.connect("preferQueryMode", "simple");
    there = other.target().jdbc("preferQueryMode", "simple");
    asOwner(
        routed.primary(),
        "TRUNCATE a, b, audited",
        "DROP SCHEMA IF EXISTS first CASCADE",
        "CREATE SCHEMA first",
        "DROP TRIGGER IF EXISTS audits ON audited",
        "DROP RULE IF EXISTS audits ON audited",
        "CREATE OR REPLACE VIEW public.v AS SELECT i FROM public.a",
        "CREATE OR REPLACE FUNCTION public.audits() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN INSERT INTO a VALUES (NEW.i); RETURN NEW; END'",
        "CREATE TRIGGER audits AFTER INSERT ON audited FOR EACH ROW EXECUTE FUNCTION"
            + " public.audits()");
    routed.cluster().awaitReplay(Duration.ofSeconds(20));
    for (Connection client : List.of(here, there)) {
      awaitCatalogue(client, "untouched");
      Await.until("what is behind the view is known", () -> behind(client).contains("app.a"));
    }
  }

  private static String behind(Connection client) throws SQLException {
    value(client, "SELECT count(*) FROM v");
    return queryInfo(client).getOrDefault("tables read", "");
  }

  @Test
  void otherNodesLetGoOfADatabaseThatIsDropped() throws SQLException {
    routed.primary().execute("CREATE DATABASE spare OWNER app");
    try (Connection client = other.target().in("spare").jdbc()) {
      assertThat(value(client, "SELECT 7")).isEqualTo("7");
    }
    assertThat(routed.primary().queryValue("postgres", CONNECTIONS_TO_SPARE)).isNotEqualTo("0");

    execute(here, "DROP DATABASE spare");

    assertThat(routed.primary().queryValue("postgres", CONNECTIONS_TO_SPARE)).isEqualTo("0");
  }

  @Test
  void clientsOfOtherNodesBeginWithNewDefaults() throws SQLException {
    try {
      execute(here, "ALTER ROLE app SET lock_timeout = '4321s'");

      Await.until(
          "the other node has heard of it",
          () -> {
            try (Connection client = other.target().jdbc()) {
              return value(client, "SHOW lock_timeout").equals("4321s");
            }
          });
    } finally {
      execute(here, "ALTER ROLE app RESET lock_timeout");
    }
  }

  /** What else a change of definitions is known to write. */
  private static String redefining(Connection client) throws SQLException {
    awaitCatalogue(client, "untouched");
    execute(client, "COMMENT ON TABLE untouched IS NULL");
    return queryInfo(client).getOrDefault("tables written", "");
  }

  @AfterEach
  void goOn() throws Exception {
    routed.pauseReplay(false);
    here.close();
    there.close();
  }

  /** Replicas get what was changed, and nothing that comes after it. */
  private void standStill() {
    routed.cluster().awaitReplay(Duration.ofSeconds(20));
    for (Connection client : List.of(here, there)) {
      routed.awaitReplicas(() -> answeredBy(client).startsWith("replica"));
    }
    routed.pauseReplay(true);
  }

  private static String answeredBy(Connection client) throws SQLException {
    value(client, "SELECT count(*) FROM untouched");
    return queryInfo(client).get("answered by");
  }

  private static void sees(Connection client, String table) throws SQLException {
    assertThat(value(client, "SELECT count(*) FROM " + table)).as(table).isEqualTo("1");
  }

  private static final String OTHER_VIEW = "CREATE OR REPLACE VIEW public.v AS SELECT i FROM b";

  private static final String OTHER_TRIGGER =
      "CREATE OR REPLACE FUNCTION public.audits() RETURNS trigger LANGUAGE plpgsql AS"
          + " 'BEGIN INSERT INTO b VALUES (NEW.i); RETURN NEW; END'";

  /** Runs a file of the product's as its administrator does, with transactions of its own. */
  private static void asAdministrator(String file) throws Exception {
    try (Connection administrator =
        DriverManager.getConnection(
            routed.primary().jdbcUrl("app") + "?preferQueryMode=simple",
            routed.cluster().superuser(),
            routed.cluster().password())) {
      execute(
          administrator, Files.readString(Path.of("..", "templates", "postgresql").resolve(file)));
    }
  }

  @Test
  @Tag("long")
  void viewsThatAreReplacedWhereAnEventTriggerCounts() throws Exception {
    asAdministrator("definition-changes.sql");
    try {
      Await.until("the event trigger is known", () -> redefining(here).contains("app.heimdall."));
      // Here also for this: sessions go on with replicas, so none is tied by what counts.
      execute(here, OTHER_VIEW);
      thenTheViewShowsTheOtherTable();
      routed.pauseReplay(false);
      asOwner(routed.primary(), OTHER_VIEW.replace("FROM b", "FROM a"));
      Await.until("it was found here", () -> behind(here).contains("app.a"));
      Await.until("it was found there", () -> behind(there).contains("app.a"));
      standStill();
      execute(there, "INSERT INTO a VALUES (1)");
      sees(there, "v");
    } finally {
      routed.pauseReplay(false);
      asAdministrator("definition-changes-uninstall.sql");
    }
  }

  @Test
  @Tag("long")
  void aNodeThatStartsAfterTheChangeKnowsIt() throws Exception {
    standStill();
    execute(here, OTHER_VIEW);
    there.close();
    other.close();
    other = routed.another(WISHES.andThen(c -> c.node("id", 2)));
    there = other.target().jdbc("preferQueryMode", "simple");
    execute(there, "INSERT INTO b VALUES (1)");
    sees(there, "v");
    sees(here, "v");
  }

  @Test
  @Tag("long")
  void aChangeWhileTheStoreIsLostIsFoundByTheOtherNode() throws Exception {
    store.stop();
    try {
      execute(here, OTHER_VIEW);
      execute(here, OTHER_TRIGGER);
      Await.until("it was found there", () -> behind(there).contains("app.b"));
      execute(there, "INSERT INTO audited VALUES (1)");
      sees(there, "b");
      sees(there, "v");
    } finally {
      store.start();
    }
    execute(here, "TRUNCATE b, audited");
    // Back again, it tells of changes as before.
    thenTheOtherTableIsWritten();
    execute(here, "TRUNCATE b");
  }

  private void thenTheViewShowsTheOtherTable() throws SQLException {
    standStill();
    execute(there, "INSERT INTO b VALUES (1)");
    sees(there, "v");
    execute(here, "INSERT INTO b VALUES (2)");
    assertThat(value(here, "SELECT count(*) FROM v WHERE i = 2")).isEqualTo("1");
  }

  private void thenTheOtherTableIsWritten() throws SQLException {
    standStill();
    execute(there, "INSERT INTO audited VALUES (1)");
    sees(there, "b");
    execute(here, "INSERT INTO audited VALUES (2)");
    assertThat(value(here, "SELECT count(*) FROM b WHERE i = 2")).isEqualTo("1");
  }

  /** What nobody knows the end of ties its session to its connection: it is not used any more. */
  private static void inSessionOfItsOwn(String sql) throws SQLException {
    try (Connection another = routed.connect()) {
      execute(another, sql);
    }
  }

  @Test
  void aViewThatIsReplaced() throws Exception {
    execute(here, OTHER_VIEW);
    thenTheViewShowsTheOtherTable();
  }

  @Test
  @Tag("long")
  void aViewThatIsReplacedInATransaction() throws Exception {
    execute(here, "BEGIN");
    execute(here, OTHER_VIEW);
    execute(here, "COMMIT");
    thenTheViewShowsTheOtherTable();
  }

  @Test
  @Tag("long")
  void aViewThatIsReplacedAmongOtherStatements() throws Exception {
    execute(here, "INSERT INTO untouched SELECT 1 WHERE false; " + OTHER_VIEW);
    thenTheViewShowsTheOtherTable();
  }

  @Test
  void aViewThatIsReplacedPastTheNodes() throws Exception {
    asOwner(routed.primary(), OTHER_VIEW);
    Await.until("it was found here", () -> behind(here).contains("app.b"));
    Await.until("it was found there", () -> behind(there).contains("app.b"));
    thenTheViewShowsTheOtherTable();
  }

  @Test
  void aTriggersFunctionThatIsReplaced() throws Exception {
    execute(here, OTHER_TRIGGER);
    thenTheOtherTableIsWritten();
  }

  @Test
  void aTriggersFunctionThatIsReplacedByABlock() throws Exception {
    inSessionOfItsOwn("DO $do$ BEGIN EXECUTE $$" + OTHER_TRIGGER + "$$; END $do$");
    thenTheOtherTableIsWritten();
  }

  @Test
  @Tag("long")
  void aTriggersFunctionThatIsReplacedByAFunction() throws Exception {
    asOwner(
        routed.primary(),
        "CREATE OR REPLACE FUNCTION public.redefines() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN"
            + " EXECUTE $$"
            + OTHER_TRIGGER
            + "$$; END $f$");
    inSessionOfItsOwn("SELECT redefines()");
    thenTheOtherTableIsWritten();
  }

  @Test
  @Tag("long")
  void aRuleThatTakesTheTriggersPlace() throws Exception {
    execute(
        here, "CREATE RULE audits AS ON INSERT TO audited DO ALSO INSERT INTO b VALUES (NEW.i)");
    thenTheOtherTableIsWritten();
  }

  @Test
  @Tag("long")
  void aTriggerThatIsSwitchedOn() throws Exception {
    asOwner(routed.primary(), OTHER_TRIGGER, "ALTER TABLE audited DISABLE TRIGGER audits");
    execute(here, "ALTER TABLE audited ENABLE TRIGGER audits");
    thenTheOtherTableIsWritten();
  }

  @Test
  @Tag("long")
  void aTableThatShadowsAnother() throws Exception {
    execute(here, "CREATE TABLE first.a (i int)");
    execute(here, OTHER_VIEW.replace("SELECT i FROM b", "SELECT i FROM first.a"));
    standStill();
    execute(there, "INSERT INTO a VALUES (1)");
    sees(there, "v");
  }

  @Test
  @Tag("long")
  void aSchemaThatIsRenamed() throws Exception {
    asOwner(routed.primary(), "CREATE SCHEMA second", "CREATE VIEW second.v AS SELECT i FROM b");
    execute(here, "DROP SCHEMA first");
    execute(here, "ALTER SCHEMA second RENAME TO first");
    thenTheViewShowsTheOtherTable();
  }

  @Test
  @Tag("long")
  void aPartitionThatIsAttached() throws Exception {
    execute(here, "ALTER TABLE parted ATTACH PARTITION part FOR VALUES IN (1)");
    try {
      standStill();
      execute(there, "INSERT INTO part VALUES (1)");
      sees(there, "parted");
    } finally {
      routed.pauseReplay(false);
      execute(here, "ALTER TABLE parted DETACH PARTITION part");
      execute(here, "TRUNCATE part");
    }
  }

  @Test
  void definitionsOfThisNodeAreKnownToItsOtherSessions() throws Exception {
    inSessionOfItsOwn("DO $do$ BEGIN EXECUTE $$" + OTHER_VIEW + "$$; END $do$");
    try (Connection another = routed.connect("preferQueryMode", "simple")) {
      standStill();
      execute(another, "INSERT INTO b VALUES (1)");
      sees(another, "v");
    }
  }
}
