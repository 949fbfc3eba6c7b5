package dev.heimdall.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.kit.SettableClock;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.ConsoleRight;
import dev.heimdall.model.ServerAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns are those of PgBouncer 1.25: src/admin.c and src/stats.c, the page "usage". */
class PgBouncerConsoleTest {
  private static final String STATS =
      "server_assignment_count xact_count query_count received sent xact_time query_time wait_time"
          + " client_parse_count server_parse_count bind_count client_login_count";

  /** A driver's SET. */
  private static final DriverStatements DRIVERS =
      statement ->
          statement.get(0).is("SET")
              ? Optional.of(new KnownCommand(new Answer.Done("SET")))
              : Optional.empty();

  @TempDir private Path directory;
  private final FakeNode node = new FakeNode();
  private final Metrics metrics = new Metrics("1.2.3", 1, 10);
  private final SettableClock clock = new SettableClock(Instant.EPOCH);
  private final PgBouncerConsole console =
      new PgBouncerConsole(node, metrics, clock, new KeyValueLog(), Runnable::run);

  @BeforeEach
  void serve() throws Exception {
    serve("\"databases\": {\"shop\": \"shop\", \"old\": \"legacy\"}");
  }

  private void serve(String vdb) throws Exception {
    write("node.json", "{\"maxClients\": 900}");
    write(
        "sources/main.json",
        "{\"url\": \"jdbc:postgresql://db:5433\", \"user\": \"app\", \"connectTimeout\": \"1500ms\"}");
    write("vdbs/shop.json", "{\"ports\": [6432], \"source\": \"main\", " + vdb + "}");
    write(
        "users/ann.json",
        "{\"password\": \"a\", \"maxClients\": 7, \"serverUser\": \"ann_at_server\"}");
    write("users/zoe.json", "{\"password\": \"a\", \"vdbs\": [\"shop\"]}");
    Configuration read = ConfigurationReader.read(directory);
    node.served =
        new ServedVdb(
            read.vdbs().get("shop"),
            read.sources().get("main"),
            new ServerAddress("db", 5433),
            List.copyOf(read.users().values()),
            read.node(),
            false);
  }

  private void write(String name, String text) throws Exception {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @AfterEach
  void close() {
    metrics.close();
  }

  private static Operator operator(ConsoleRight right) {
    return AtConsole.operator(right, "pgbouncer");
  }

  private Answer run(String sql, ConsoleRight right) {
    return console.command(sql, operator(right), DRIVERS).run().toCompletableFuture().join();
  }

  private List<Map<String, String>> rows(String sql) {
    return AtConsole.rows(console.command(sql, operator(ConsoleRight.SHOW), DRIVERS));
  }

  private String columns(String sql) {
    return String.join(
        " ",
        console.command(sql, operator(ConsoleRight.SHOW), DRIVERS).columns().stream()
            .map(Column::name)
            .toList());
  }

  @ParameterizedTest
  @CsvSource({
    "POOLS,'database user cl_active cl_waiting cl_active_cancel_req cl_waiting_cancel_req sv_active"
        + " sv_active_cancel sv_being_canceled sv_idle sv_used sv_tested sv_login maxwait"
        + " maxwait_us pool_mode load_balance_hosts'",
    "DATABASES,'name host port database force_user pool_size min_pool_size reserve_pool_size"
        + " server_lifetime pool_mode load_balance_hosts max_connections current_connections"
        + " max_client_connections current_client_connections paused disabled'",
    "USERS,'name pool_size reserve_pool_size pool_mode max_user_connections current_connections"
        + " max_user_client_connections current_client_connections'",
    "CLIENTS,'type user database replication state addr port local_addr local_port connect_time"
        + " request_time wait wait_us close_needed ptr link remote_pid tls application_name"
        + " prepared_statements id'",
    "LISTS,list items",
    "MEM,name size used free memtotal",
    "CONFIG,key value default changeable",
    "STATE,key value",
    "TOTALS,name value",
    "VERSION,version",
    "PEERS,peer_id host port pool_size",
    "PEER_POOLS,peer_id cl_active_cancel_req cl_waiting_cancel_req sv_active_cancel sv_login",
    "DNS_HOSTS,hostname ttl addrs",
    "DNS_ZONES,zonename serial count",
  })
  void columnsAreThoseOfPgBouncer(String what, String columns) {
    assertThat(columns("SHOW " + what)).isEqualTo(columns);
    assertThat(columns("show " + what.toLowerCase(java.util.Locale.ROOT) + ";")).isEqualTo(columns);
  }

  @Test
  void columnsOfStatisticsAreThoseOfPgBouncer() {
    assertThat(columns("SHOW STATS"))
        .isEqualTo(
            "database "
                + STATS.replaceAll("(\\w+)", "total_$1")
                + " "
                + STATS.replace("received", "recv").replaceAll("(\\w+)", "avg_$1"));
    String bytes = STATS.replaceAll("(received|sent)", "bytes_$1");
    assertThat(columns("SHOW STATS_TOTALS")).isEqualTo("database " + bytes);
    assertThat(columns("SHOW STATS_AVERAGES"))
        .isEqualTo(
            "database "
                + bytes.replaceAll("(\\w+_parse_count|bind_count|client_login_count)", "avg_$1"));
    assertThat(columns("SHOW SERVERS")).isEqualTo(columns("SHOW CLIENTS"));
    assertThat(columns("SHOW SOCKETS")).isEqualTo(columns("SHOW CLIENTS"));
    assertThat(columns("SHOW ACTIVE_SOCKETS")).isEqualTo(columns("SHOW CLIENTS"));
  }

  @Test
  void poolsCountIdleClientsAsActiveAndAreOverAllServers() {
    assertThat(rows("SHOW POOLS").get(0))
        .containsEntry("database", "shop")
        .containsEntry("user", "ann")
        .containsEntry("cl_active", "43")
        .containsEntry("cl_waiting", "2")
        .containsEntry("sv_active", "3")
        .containsEntry("sv_tested", "1")
        .containsEntry("sv_login", "1")
        .containsEntry("maxwait", "2")
        .containsEntry("maxwait_us", "250000")
        .containsEntry("pool_mode", "transaction");
  }

  @Test
  void databasesAreThoseOfTheConfiguration() {
    List<Map<String, String>> databases = rows("SHOW DATABASES");
    assertThat(databases).extracting(row -> row.get("name")).containsExactly("old", "shop");
    assertThat(databases.get(0))
        .containsEntry("host", "db")
        .containsEntry("port", "5433")
        .containsEntry("database", "legacy")
        .containsEntry("force_user", "app")
        .containsEntry("pool_size", "20")
        .containsEntry("server_lifetime", "3600")
        .containsEntry("current_connections", "0")
        .containsEntry("paused", "0");
    assertThat(databases.get(1))
        .containsEntry("current_connections", "1")
        .containsEntry("current_client_connections", "1");
  }

  @Test
  void whereEveryNameIsLetThroughDatabasesAreThoseInUse() throws Exception {
    serve("\"databases\": {\"*\": \"*\"}");

    assertThat(rows("SHOW DATABASES"))
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("name", "shop"));
    assertThat(((Answer.Done) run("PAUSE", ConsoleRight.ALL)).tag()).isEqualTo("PAUSE");
    assertThat(run("PAUSE shop", ConsoleRight.ALL))
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> assertThat(failed.error().sqlState()).isEqualTo("0A000"));
  }

  @Test
  void clientsAndServersAreLinked() {
    Map<String, String> client = rows("SHOW CLIENTS").get(0);
    Map<String, String> server = rows("SHOW SERVERS").get(0);
    assertThat(client)
        .containsEntry("type", "C")
        .containsEntry("state", "active")
        .containsEntry("local_port", "6432")
        .containsEntry("application_name", "psql")
        .containsEntry("connect_time", "2026-01-02 03:04:05 UTC")
        .containsEntry("link", server.get("ptr"))
        .containsEntry("id", "12");
    assertThat(server)
        .containsEntry("type", "S")
        .containsEntry("remote_pid", "4711")
        .containsEntry("link", client.get("ptr"));
    assertThat(rows("SHOW CLIENTS")).as("none that is still logging in").hasSize(1);
    assertThat(rows("SHOW SOCKETS")).hasSize(2);
  }

  @Test
  void averagesAreOfTheLastPeriod() {
    PoolMetrics shop = metrics.loop(0).pool("shop", "shop", "ann");
    metrics.loop(0).pool("other", "shop", "ann").loggedIn();
    for (int i = 0; i < 1200; i++) {
      shop.queryFinished(2_000, 2_000);
    }
    clock.set(clock.instant().plus(Duration.ofSeconds(60)));
    assertThat(rows("SHOW STATS"))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("database", "shop")
                    .containsEntry("total_query_count", "1200")
                    .containsEntry("total_query_time", "2400000")
                    .containsEntry("avg_query_count", "20")
                    .containsEntry("avg_query_time", "2000"));
    clock.set(clock.instant().plus(Duration.ofSeconds(90)));
    rows("SHOW STATS");
    clock.set(clock.instant().plus(Duration.ofSeconds(10)));
    for (int i = 0; i < 500; i++) {
      shop.queryFinished(1_000, 1_000);
    }
    assertThat(rows("SHOW STATS").get(0))
        .as("since the question of 100 s ago")
        .containsEntry("total_query_count", "1700")
        .containsEntry("avg_query_count", "5")
        .containsEntry("avg_query_time", "1000");
    assertThat(rows("SHOW TOTALS"))
        .anySatisfy(
            row ->
                assertThat(row)
                    .containsEntry("name", "total_query_count")
                    .containsEntry("value", "1700"));
  }

  @Test
  void settingsAreNamedAndMeasuredAsInPgBouncer() {
    assertThat(rows("SHOW CONFIG"))
        .extracting(row -> row.get("key") + "=" + row.get("value"))
        .contains(
            "listen_port=6432",
            "max_client_conn=900",
            "default_pool_size=20",
            "server_lifetime=3600",
            "server_connect_timeout=1.5",
            "query_wait_timeout=120",
            "pool_mode=transaction");
    assertThat(rows("SHOW USERS").get(0))
        .containsEntry("name", "ann")
        .containsEntry("max_user_client_connections", "7")
        .containsEntry("current_client_connections", "1");
    assertThat(rows("SHOW LISTS"))
        .extracting(row -> row.get("list") + "=" + row.get("items"))
        .contains("databases=2", "users=2", "used_clients=1", "used_servers=1");
    assertThat(rows("SHOW STATE"))
        .extracting(row -> row.get("key") + "=" + row.get("value"))
        .containsExactly("active=yes", "paused=no", "suspended=no");
    assertThat(rows("SHOW MEM").get(1)).containsEntry("name", "heap").containsEntry("free", "5000");
  }

  @ParameterizedTest
  @CsvSource({
    "RESUME, RESUME, resume shop",
    "RECONNECT, RECONNECT, reconnect shop",
    "RELOAD, RELOAD, reload",
    "KILL_CLIENT 12, KILL_CLIENT, kill 12",
  })
  void commandsAreTaggedAsPgBouncersAndConcernTheVirtualDatabase(
      String sql, String tag, String order) {
    assertThat(((Answer.Done) run(sql, ConsoleRight.ALL)).tag()).isEqualTo(tag);
    assertThat(node.orders).containsExactly(order);
  }

  @Test
  void theOnlyDatabaseMayBeNamed() throws Exception {
    serve("\"databases\": {\"shop\": \"shop\"}");

    assertThat(((Answer.Done) run("RESUME shop", ConsoleRight.ALL)).tag()).isEqualTo("RESUME");
    assertThat(node.orders).containsExactly("resume shop");
    assertThat(run("RESUME stock", ConsoleRight.ALL))
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> {
              assertThat(failed.error().sqlState()).isEqualTo("3D000");
              assertThat(failed.error().message()).isEqualTo("no such database: stock");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"PAUSE", "RESUME", "RECONNECT", "RELOAD", "KILL_CLIENT 12"})
  void whoMayOnlyLookChangesNothing(String sql) {
    assertThat(run(sql, ConsoleRight.SHOW))
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> assertThat(failed.error().sqlState()).isEqualTo("42501"));
    assertThat(node.orders).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHOW POOLS", "SELECT 1", ""})
  void whoMayNotLookIsToldNothing(String sql) {
    assertThat(run(sql, ConsoleRight.NONE)).isInstanceOf(Answer.Failed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SHUTDOWN",
        "SUSPEND",
        "DISABLE shop",
        "ENABLE shop",
        "KILL shop",
        "WAIT_CLOSE",
        "SET default_pool_size = 50",
        "set pool_mode='session'"
      })
  void whatANodeDoesNotDoIsSaidWithWhatToDoInstead(String sql) {
    assertThat(run(sql, ConsoleRight.ALL))
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> {
              assertThat(failed.error().sqlState()).isEqualTo("0A000");
              assertThat(failed.error().hint()).isNotEmpty();
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"show_stats", "SHOW_STATS x", "'PAUSE'", "\"pause\"", "SHOW 'pools'", "PAUSE 'a'"})
  void whatIsNoCommandIsNeverTakenForOne(String sql) {
    assertThat(run(sql, ConsoleRight.ALL))
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> assertThat(failed.error().sqlState()).isEqualTo("42601"));
    assertThat(node.orders).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"source, -", "passthrough, 1", "user, 0"})
  void connectionsOfAUserAreThoseThatLogInAsIt(String credentials, String expected)
      throws Exception {
    serve("\"databases\": {\"shop\": \"shop\"}, \"credentials\": \"" + credentials + "\"");

    assertThat(rows("SHOW USERS").get(0))
        .containsEntry("name", "ann")
        .containsEntry("current_connections", expected);
  }

  @Test
  void driversMayTalkByHabit() {
    assertThat(run("SET datestyle TO 'ISO'", ConsoleRight.SHOW)).isEqualTo(new Answer.Done("SET"));
    assertThat(run("SELECT * FROM orders", ConsoleRight.ALL))
        .isInstanceOfSatisfying(
            Answer.Failed.class,
            failed -> assertThat(failed.error().sqlState()).isEqualTo("42601"));
    assertThat(console.recognises("SHOW POOLS".getBytes(), 0, 10)).isFalse();
  }
}
