package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.cluster.RoutedCluster.awaitCatalogue;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.queryInfo;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.model.Consistency;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A change of definitions is committed, and the statement that has committed it is not answered, so
 * that no node has heard of the commit. What clients write and read meanwhile is what the new
 * definitions say: no read misses what its consistency promises. Replicas have replayed the change,
 * and then stand still; and nodes cannot look at the system tables.
 */
@Tag("ci")
class DefinitionsInProgressIT {
  private static final Duration REPLAY = Duration.ofSeconds(20);
  private static final String HELD = "SELECT pg_advisory_lock_shared(7)";

  /**
   * A kind of change.
   *
   * @param write what a client writes by the new definition
   * @param read what finds {@code 1} where that is seen
   */
  private record Kind(String name, String change, String write, String read) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Kind TRIGGER =
      new Kind(
          "a trigger's function is replaced",
          "CREATE OR REPLACE FUNCTION public.audits() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN INSERT INTO b VALUES (NEW.i); RETURN NEW; END'",
          "INSERT INTO audited VALUES (1)",
          "SELECT count(*) FROM b");

  private static final Kind VIEW =
      new Kind(
          "a view is replaced",
          "CREATE OR REPLACE VIEW public.v AS SELECT i FROM b",
          "INSERT INTO b VALUES (1)",
          "SELECT count(*) FROM v");

  private static final List<Kind> OTHERS =
      List.of(
          new Kind(
              "a rule",
              "CREATE RULE also AS ON INSERT TO a DO ALSO INSERT INTO b VALUES (NEW.i)",
              "INSERT INTO a VALUES (1)",
              "SELECT count(*) FROM b"),
          new Kind(
              "a foreign key that cascades",
              "ALTER TABLE child ADD FOREIGN KEY (i) REFERENCES parent ON DELETE CASCADE",
              "DELETE FROM parent",
              "SELECT 1 - count(*) FROM child"),
          new Kind(
              "a function that reads begins to write",
              "CREATE OR REPLACE FUNCTION public.f() RETURNS void LANGUAGE sql AS 'INSERT INTO b"
                  + " VALUES (1)'",
              "SELECT f()",
              "SELECT count(*) FROM b"),
          new Kind(
              "a function that reads reads another table",
              "CREATE OR REPLACE FUNCTION public.g() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT"
                  + " count(*) FROM b'",
              "INSERT INTO b VALUES (1)",
              "SELECT g()"),
          new Kind(
              "a partition is attached",
              "ALTER TABLE parted ATTACH PARTITION part FOR VALUES IN (1)",
              "INSERT INTO part VALUES (1)",
              "SELECT count(*) FROM parted"),
          new Kind(
              "a default that writes",
              "ALTER TABLE defaults ALTER j SET DEFAULT h()",
              "INSERT INTO defaults (i) VALUES (1)",
              "SELECT count(*) FROM b"),
          new Kind(
              "a table shadows another",
              "CREATE TABLE first.a (i int)",
              "INSERT INTO a VALUES (1)",
              "SELECT count(*) FROM first.a"));

  private static final Map<Consistency, TestNode[]> NODES = new EnumMap<>(Consistency.class);
  private static RedisProcess store;
  private static RoutedCluster routed;

  private final List<Connection> clients = new ArrayList<>();
  private final List<Long> stopped = new ArrayList<>();
  private Connection holder;

  @BeforeAll
  static void start() {
    store = RedisProcess.running();
    routed =
        new RoutedCluster(
            wishes(Consistency.SESSION, 1),
            primary -> {
              primary.execute(
                  "ALTER SYSTEM SET wal_writer_delay = '10ms'", "SELECT pg_reload_conf()");
              asOwner(
                  primary,
                  "CREATE TABLE untouched (i int)",
                  "ALTER ROLE app SET search_path = first, public");
            });
    for (Consistency consistency : Consistency.values()) {
      TestNode here =
          consistency == Consistency.SESSION
              ? routed.node()
              : routed.another(wishes(consistency, 1));
      NODES.put(consistency, new TestNode[] {here, routed.another(wishes(consistency, 2))});
    }
  }

  private static Consumer<TestConfiguration> wishes(Consistency consistency, int id) {
    String name = consistency.name().toLowerCase(Locale.ROOT);
    return c ->
        c.node("id", id)
            .node("loops", 1)
            .node("store.servers", List.of(store.address()))
            .node("store.prefix", name)
            .source("cluster.reads", "all")
            .source("cluster.consistency", name)
            .source("cluster.lag.maxStaleness", "10s")
            .user("app", "admin", true);
  }

  @AfterAll
  static void stop() {
    NODES.values().stream()
        .flatMap(Stream::of)
        .filter(node -> node != routed.node())
        .forEach(TestNode::close);
    routed.close();
    store.close();
  }

  @BeforeEach
  void define() throws Exception {
    asOwner(
        routed.primary(),
        "DROP SCHEMA IF EXISTS first CASCADE",
        "DROP TABLE IF EXISTS a, b, audited, child, parent, parted, part, defaults CASCADE",
        "CREATE SCHEMA first",
        "CREATE TABLE public.a (i int)",
        "CREATE TABLE public.b (i int)",
        "CREATE TABLE public.audited (i int)",
        "CREATE TABLE public.parent (i int PRIMARY KEY)",
        "CREATE TABLE public.child (i int)",
        "CREATE TABLE public.parted (i int) PARTITION BY LIST (i)",
        "CREATE TABLE public.part (i int)",
        "CREATE TABLE public.defaults (i int, j int)",
        "INSERT INTO parent VALUES (1)",
        "INSERT INTO child VALUES (1)",
        "CREATE VIEW public.v AS SELECT i FROM a",
        "CREATE OR REPLACE FUNCTION public.audits() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN INSERT INTO a VALUES (NEW.i); RETURN NEW; END'",
        "CREATE TRIGGER audits BEFORE INSERT ON audited FOR EACH ROW EXECUTE FUNCTION audits()",
        "CREATE OR REPLACE FUNCTION public.f() RETURNS void LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION public.g() RETURNS bigint LANGUAGE sql STABLE AS"
            + " 'SELECT count(*) FROM a'",
        "CREATE OR REPLACE FUNCTION public.h() RETURNS int LANGUAGE sql AS"
            + " 'INSERT INTO b VALUES (1) RETURNING i'");
    routed.cluster().awaitReplay(REPLAY);
    holder =
        DriverManager.getConnection(
            routed.primary().jdbcUrl("app"),
            routed.cluster().superuser(),
            routed.cluster().password());
  }

  @AfterEach
  void goOn() throws Exception {
    routed.pauseReplay(false);
    for (long pid : stopped) {
      signal("CONT", pid);
    }
    for (Connection client : clients) {
      client.close();
    }
    holder.close();
  }

  private Connection client(TestNode node) throws SQLException {
    Connection client = node.target().jdbc("preferQueryMode", "simple");
    clients.add(client);
    awaitCatalogue(client, "untouched");
    routed.awaitReplicas(() -> answeredByReplica(client));
    return client;
  }

  private static boolean answeredByReplica(Connection client) throws SQLException {
    value(client, "SELECT count(*) FROM v");
    Map<String, String> info = queryInfo(client);
    return info.get("answered by").startsWith("replica")
        && info.get("tables read").contains("app.a")
        && "confirmed".equals(info.get("catalog now"));
  }

  private static void signal(String name, long pid) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  /** Nodes look at the system tables no more. */
  private void blind() throws Exception {
    PostgresServer primary = routed.primary();
    String pids =
        primary.queryValue(
            "app",
            "SELECT string_agg(pid::text, ',') FROM pg_stat_activity"
                + " WHERE application_name = 'heimdall catalogue'");
    for (String pid : pids.split(",")) {
      stopped.add(Long.valueOf(pid));
      signal("STOP", Long.parseLong(pid));
    }
  }

  private void awaitHeld() {
    Await.until(
        "the change is committed, and its statement is not answered",
        () ->
            !"0"
                .equals(
                    routed
                        .primary()
                        .queryValue(
                            "app",
                            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT"
                                + " granted")));
  }

  private void seenWhileInProgress(Consistency consistency, boolean there, Kind kind, String text)
      throws Exception {
    TestNode[] nodes = NODES.get(consistency);
    Connection writing = client(nodes[there ? 1 : 0]);
    List<Connection> reading = new ArrayList<>(List.of(writing));
    if (consistency != Consistency.SESSION) {
      reading.add(client(nodes[there ? 1 : 0]));
    }
    if (consistency == Consistency.STRICT) {
      reading.add(client(nodes[there ? 0 : 1]));
    }
    execute(holder, "SELECT pg_advisory_lock(7)");
    try (RawClient changing = RawClient.logIn(nodes[0].target())) {
      blind();
      changing.send(query(text));
      awaitHeld();
      routed.cluster().awaitReplay(REPLAY);
      routed.pauseReplay(true);
      execute(writing, kind.write());
      for (Connection client : reading) {
        assertThat(value(client, kind.read())).isEqualTo("1");
      }
    } finally {
      execute(holder, "SELECT pg_advisory_unlock(7)");
    }
  }

  private static String inTransaction(Kind kind) {
    return "BEGIN; " + kind.change() + "; COMMIT; " + HELD;
  }

  @Test
  void ofATrigger() throws Exception {
    seenWhileInProgress(Consistency.SESSION, true, TRIGGER, inTransaction(TRIGGER));
  }

  /** It is the same with one that has started and not come to the others yet. */
  @Test
  void aNodeThatHasNotJoinedTheOthersTrustsNothing() throws Exception {
    try (RedisProcess nowhere = RedisProcess.running()) {
      nowhere.stop();
      Consumer<TestConfiguration> apart =
          wishes(Consistency.SESSION, 3)
              .andThen(c -> c.node("store.servers", List.of(nowhere.address())));
      try (TestNode node = routed.another(apart);
          Connection changing = NODES.get(Consistency.SESSION)[0].target().jdbc();
          Connection client = node.target().jdbc("preferQueryMode", "simple")) {
        routed.awaitReplicas(
            () -> {
              value(client, "SELECT count(*) FROM v");
              Map<String, String> info = queryInfo(client);
              return info.get("answered by").startsWith("replica")
                  && info.get("tables read").contains("app.a");
            });
        blind();
        execute(changing, TRIGGER.change());
        routed.cluster().awaitReplay(REPLAY);
        routed.pauseReplay(true);
        execute(client, TRIGGER.write());
        assertThat(value(client, TRIGGER.read())).isEqualTo("1");
      }
    }
  }

  /** How a change comes to be committed. */
  static Stream<List<String>> commits() {
    String change = VIEW.change();
    return Stream.of(
        List.of(change),
        List.of("BEGIN", change, "COMMIT"),
        List.of("BEGIN", change, "INSERT INTO a VALUES (1); COMMIT"),
        List.of("BEGIN; " + change + "; COMMIT"),
        List.of("DO $do$ BEGIN EXECUTE $$" + change + "$$; END $do$"),
        List.of("COMMIT PREPARED 'of another session'"));
  }

  @ParameterizedTest
  @MethodSource("commits")
  void itIsNotCommittedUntilTheOtherNodeKnowsOfIt(List<String> statements) throws Exception {
    TestNode[] nodes = NODES.get(Consistency.SESSION);
    for (String mode : List.of("simple", "extended")) {
      if (statements.get(0).startsWith("COMMIT PREPARED")) {
        asOwner(
            routed.primary(), "BEGIN", VIEW.change(), "PREPARE TRANSACTION 'of another session'");
      }
      try (StubbornNode other = new StubbornNode(store.address(), "session", "main");
          Connection client = nodes[0].target().jdbc("preferQueryMode", mode)) {
        routed.awaitReplicaReads(client);
        other.acknowledges(false);
        CompletableFuture<Void> change =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    for (String sql : statements) {
                      execute(client, sql);
                    }
                  } catch (SQLException e) {
                    throw new IllegalStateException(e);
                  }
                });
        Await.until("the other node is told", other::owes);
        assertThat(behindView()).isEqualTo("a");
        assertThat(change).isNotDone();
        other.acknowledges(true);
        change.get(30, TimeUnit.SECONDS);
        assertThat(behindView()).isEqualTo("b");
        other.leave();
      }
      asOwner(routed.primary(), "CREATE OR REPLACE VIEW public.v AS SELECT i FROM a");
    }
  }

  private static String behindView() {
    return routed
        .primary()
        .queryValue(
            "app",
            "SELECT table_name FROM information_schema.view_table_usage WHERE view_name = 'v'");
  }

  static Stream<Arguments> changes() {
    return Stream.of(Consistency.values())
        .flatMap(
            consistency ->
                Stream.concat(Stream.of(TRIGGER, VIEW), OTHERS.stream())
                    .flatMap(
                        kind ->
                            Stream.of(
                                Arguments.of(consistency, true, kind),
                                Arguments.of(consistency, false, kind))));
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("changes")
  void byATextOfSeveralStatements(Consistency consistency, boolean there, Kind kind)
      throws Exception {
    seenWhileInProgress(consistency, there, kind, inTransaction(kind));
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("changes")
  void byABlock(Consistency consistency, boolean there, Kind kind) throws Exception {
    String text =
        "DO $do$ BEGIN EXECUTE $$%s$$; COMMIT; PERFORM pg_advisory_lock_shared(7); END $do$"
            .formatted(kind.change());
    seenWhileInProgress(consistency, there, kind, text);
  }
}
