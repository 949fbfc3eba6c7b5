package dev.heimdall.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.model.ConsoleRight;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminCommandsTest {
  private static final Operator ADMIN = AtConsole.operator(ConsoleRight.ALL, "heimdall");

  private final FakeNode node = new FakeNode();
  private final Metrics metrics = new Metrics("1.2.3", 1, 10);
  private final AdminCommands commands =
      new AdminCommands(node, metrics, new KeyValueLog(), Runnable::run);

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void poolsAreShownInOrderWithTheirWaits() {
    List<Map<String, String>> pools = rows("show pools;");
    assertThat(pools).extracting(row -> row.get("user")).containsExactly("ann", "zoe");
    assertThat(pools.get(0))
        .containsEntry("vdb", "shop")
        .containsEntry("cl_active", "3")
        .containsEntry("cl_idle", "40")
        .containsEntry("cl_waiting", "2")
        .containsEntry("cl_pinned", "1")
        .containsEntry("sv_active", "3")
        .containsEntry("sv_used", "1")
        .containsEntry("sv_login", "1")
        .containsEntry("maxwait", "2")
        .containsEntry("maxwait_us", "250000")
        .containsEntry("pool_mode", "transaction")
        .containsEntry("paused", "f")
        .containsEntry("wait_notices", "5")
        .containsEntry("server", "10.0.0.2:5432");
    assertThat(pools.get(1))
        .containsEntry("server", null)
        .containsEntry("paused", "t")
        .containsEntry("pool_mode", "session");
  }

  @Test
  void clientsAreShownWithPinReasonAndUnknownsAsNull() {
    List<Map<String, String>> clients = rows("SHOW CLIENTS");
    assertThat(clients).extracting(row -> row.get("id")).containsExactly("9", "12");
    assertThat(clients.get(0))
        .containsEntry("vdb", null)
        .containsEntry("state", "login")
        .containsEntry("wait", "1")
        .containsEntry("wait_us", "1")
        .containsEntry("request_time", null);
    assertThat(clients.get(1))
        .containsEntry("state", "idle_in_transaction")
        .containsEntry("pin_reason", "temporary table")
        .containsEntry("link", "3")
        .containsEntry("remote_pid", "4711")
        .containsEntry("connect_time", "2026-01-02 03:04:05.678 UTC");
  }

  @Test
  void serversConfigVersionAndHelpAreShown() {
    assertThat(rows("SHOW SERVERS").get(0))
        .containsEntry("state", "pinned")
        .containsEntry("link", "12")
        .containsEntry("idle_seconds", "0.0")
        .containsEntry("lifetime_left_seconds", null);
    assertThat(rows("SHOW CONFIG"))
        .extracting(row -> row.get("key") + "=" + row.get("value") + " " + row.get("changeable"))
        .containsExactly("node.loops=2 no", "vdbs.shop.pool.size=20 yes");
    assertThat(rows("SHOW CONFIG STATE"))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("place", "s3://conf/fleet")
                    .containsEntry("version", "v7")
                    .containsEntry("hash", "0123456789abcdef")
                    .containsEntry("looked_seconds", "90.5")
                    .containsEntry("copy_of", "1969-12-31 23:59:00.000 UTC")
                    .containsEntry("trouble", "AWS does not answer")
                    .containsEntry("refused", "users/a.json $.pasword: not known"));
    assertThat(rows("SHOW TOPOLOGY")).isEmpty();
    assertThat(rows("SHOW STORE"))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("state", "connected")
                    .containsEntry("at", "cache:6379")
                    .containsEntry("other_nodes", "1")
                    .containsEntry("key_events", "off")
                    .containsEntry("detail", "said so"));
    assertThat(rows("SHOW TAKE OVER"))
        .extracting(row -> row.get("clients") + " " + row.get("reason"))
        .containsExactly("2 pinned: temporary table", "1 TLS", "1 log-in");
    assertThat(rows("SHOW MEMORY"))
        .extracting(row -> row.get("memory") + " " + row.get("used_bytes"))
        .containsExactly("cache rules 300", "heap 5000");
    assertThat(rows("SHOW MEMORY").get(0))
        .containsEntry("limit_bytes", "2000")
        .containsEntry("entries", "12")
        .containsEntry("evictions", "34");
    assertThat(rows("SHOW CACHE").get(0))
        .containsEntry("vdb", "shop")
        .containsEntry("results", "12")
        .containsEntry("hit_percent", "75")
        .containsEntry("outdated", "2")
        .containsEntry("far", "off");
    assertThat(rows("SHOW CHANGES").get(0))
        .containsEntry("source", "main")
        .containsEntry("way", "stream")
        .containsEntry("phase", "away")
        .containsEntry("server", "db:5432")
        .containsEntry("changes", "7")
        .containsEntry("known", "3")
        .containsEntry("behind_bytes", null)
        .containsEntry("last", "1970-01-01T00:00:01Z")
        .containsEntry("detail", "cannot be reached");
    assertThat(rows("SHOW CACHE PATTERNS"))
        .extracting(row -> row.get("statement"))
        .containsExactly("select a from b", "select ?");
    assertThat(rows("SHOW CACHE PATTERNS").get(0))
        .containsEntry("statements", "40")
        .containsEntry("hits", "30")
        .containsEntry("hit_percent", "75")
        .containsEntry("reason", "not_there")
        .containsEntry("reason_count", "8");
    assertThat(rows("SHOW VERSION")).containsExactly(Map.of("version", "Heimdall 1.2.3"));
    assertThat(rows("SHOW HELP"))
        .extracting(row -> row.get("command"))
        .contains("SHOW POOLS", "PAUSE [vdb]", "KILL <client id>", "RELOAD");
  }

  @Test
  void statsAreThoseOfTheCounters() {
    PoolMetrics pool = metrics.loop(0).pool("shop", "shop", "ann");
    for (int i = 0; i < 99; i++) {
      pool.queryFinished(10, 10);
    }
    pool.queryFinished(5_000, 5_000);
    pool.preparedHit();
    assertThat(rows("SHOW STATS").get(0))
        .containsEntry("total_query_count", "100")
        .containsEntry("total_query_time", "5990")
        .containsEntry("query_p50_us", "10")
        .containsEntry("query_p99_us", "10")
        .containsEntry("prepared_hits", "1");
  }

  @Test
  void changesReachTheNodeWithTheNameAsTyped() {
    assertThat(run("PAUSE")).isEqualTo(new Answer.Done("PAUSE 3"));
    assertThat(run("pause shop;")).isEqualTo(new Answer.Done("PAUSE 1"));
    assertThat(run("RESUME \"My shop\"")).isEqualTo(new Answer.Done("RESUME 1"));
    assertThat(run("RECONNECT /* all */ shop -- now")).isEqualTo(new Answer.Done("RECONNECT 1"));
    assertThat(run("FLUSH CACHE shop.public.orders")).isEqualTo(new Answer.Done("FLUSH CACHE 1"));
    assertThat(run("KILL 12")).isEqualTo(new Answer.Done("KILL 1"));
    assertThat(run("RELOAD")).isEqualTo(new Answer.Done("RELOAD 2"));
    run("PAUSE shop-eu.west_1");
    assertThat(node.orders)
        .containsExactly(
            "pause null",
            "pause shop",
            "resume My shop",
            "reconnect shop",
            "flush shop.public.orders",
            "kill 12",
            "reload",
            "pause shop-eu.west_1");
  }

  @Test
  void whatTheNodeRefusesIsAnErrorInItsWords() {
    assertThat(run("PAUSE nowhere"))
        .isEqualTo(Answer.failed("3D000", "no virtual database nowhere", null));
    assertThat(run("KILL 13")).isEqualTo(Answer.failed("42704", "no client has the id 13", "look"));
  }

  @Test
  void aFailureInsideTheNodeIsAnInternalError() {
    node.pools = CompletableFuture.failedFuture(new IllegalStateException("broken"));
    assertThat(failure("SHOW POOLS").error().sqlState()).isEqualTo("XX000");
  }

  @ParameterizedTest
  @CsvSource({
    "SHWO POOLS,SHOW POOLS",
    "SHOW POLS,SHOW POOLS",
    "SHOW CLEINTS,SHOW CLIENTS",
    "PUASE,PAUSE [vdb]",
    "RESUM shop,RESUME [vdb]",
    "KIL 4,KILL <client id>"
  })
  void anUnknownCommandNamesTheNearestOneAndAll(String typed, String nearest) {
    Answer.Failed failure = failure(typed);
    assertThat(failure.error().sqlState()).isEqualTo("42601");
    assertThat(failure.error().message()).isEqualTo("unknown command \"" + typed + "\"");
    assertThat(failure.error().hint())
        .startsWith("Did you mean " + nearest + "?")
        .contains("SHOW STATS");
  }

  @Test
  void wordsThatBeginTwoCommandsShowHowBothAreWritten() {
    assertThat(failure("SHOW CONFIG STATES").error().hint())
        .isEqualTo("It is written SHOW CONFIG or SHOW CONFIG STATE.");
    assertThat(failure("SHOW CONFIG STATE now").error().hint())
        .isEqualTo("It is written SHOW CONFIG STATE.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHOW QUERYINFO", "EXPLAIN RULES SELECT 1"})
  void whatSessionsAnswerIsSentThere(String typed) {
    Answer.Failed failure = failure(typed);
    assertThat(failure.error().message()).endsWith("is no command of the admin console");
    assertThat(failure.error().hint()).contains("on a connection to a database of a VDB");
  }

  @Test
  void somethingElseAltogetherHasNoNearestCommand() {
    Answer.Failed failure = failure("INSERT INTO orders VALUES ('secret')");
    assertThat(failure.error().hint()).startsWith("The commands are: SHOW POOLS");
    assertThat(failure.error().message()).doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "KILL x", "KILL 1 2", "PAUSE a b", "SHOW POOLS now", "PAUSE 'a'"})
  void aKnownCommandWithWrongArgumentsShowsItsUsage(String typed) {
    Answer.Failed failure = failure(typed);
    assertThat(failure.error().sqlState()).isEqualTo("42601");
    assertThat(failure.error().hint()).startsWith("It is written ");
    assertThat(node.orders).isEmpty();
  }

  @Test
  void aNumberBeyondAllIdsIsOutOfRange() {
    assertThat(failure("KILL 99999999999999999999").error().sqlState()).isEqualTo("22003");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHOW POOLS", "PAUSE", "KILL 12", "SELECT 1", "", "nonsense"})
  void whoIsNoAdministratorGetsNothing(String sql) {
    Answer result =
        commands
            .command(
                sql,
                new Operator("eve", ConsoleRight.NONE, null, "shop", "heimdall", false),
                DriverStatements.NONE)
            .run()
            .toCompletableFuture()
            .join();
    assertThat(result).isInstanceOf(Answer.Failed.class);
    assertThat(((Answer.Failed) result).error().sqlState()).isEqualTo("42501");
    assertThat(node.orders).isEmpty();
  }

  @Test
  void whatDriversSendByHabitIsAnsweredAsTheirDialectDoes() {
    DriverStatements drivers =
        statement ->
            statement.get(0).is("SELECT")
                ? Optional.of(new KnownCommand(new Answer.Done("SELECT 1")))
                : Optional.empty();
    List<ConsoleCommand> plans =
        commands.commands("SELECT 1; SHOW VERSION; INSERT 1", ADMIN, drivers);
    assertThat(plans.get(0).run().toCompletableFuture().join())
        .isEqualTo(new Answer.Done("SELECT 1"));
    assertThat(AtConsole.rows(plans.get(1))).containsExactly(Map.of("version", "Heimdall 1.2.3"));
    assertThat(plans.get(2).failure().error().sqlState()).isEqualTo("42601");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SELECT", "SELECT 1 FROM t", "'text'", "42", "SHOW nothing_of_this", "SHOW"})
  void anyOtherSqlIsRefused(String sql) {
    assertThat(failure(sql).error().sqlState()).isEqualTo("42601");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHOW 'x", "PAUSE \"x", "SHOW /* x"})
  void anOpenQuoteOrCommentIsASyntaxError(String sql) {
    assertThat(failure(sql).error().message()).startsWith("unterminated");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ";", " ; ;", "-- only this", "/* nothing */"})
  void nothingIsAnEmptyStatement(String sql) {
    assertThat(run(sql)).isEqualTo(new Answer.Empty());
  }

  @Test
  void aSimpleQueryMayHoldSeveralStatementsAPreparedOneNot() {
    assertThat(commands.commands("PAUSE; SHOW POOLS; RESUME", ADMIN, DriverStatements.NONE))
        .hasSize(3);
    assertThat(plan("PAUSE; RESUME").failure().error().sqlState()).isEqualTo("42601");
  }

  @Test
  void columnsAreKnownBeforeTheStatementRuns() {
    assertThat(plan("SHOW POOLS").columns())
        .contains(
            new Column("vdb", Column.Type.TEXT),
            new Column("cl_waiting", Column.Type.INT8),
            new Column("paused", Column.Type.BOOL));
    assertThat(plan("PAUSE shop").columns()).isEmpty();
    assertThat(node.orders).as("planning does nothing").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SHOW POOLS",
        "show clients;",
        "\n\t Show  Servers ; ",
        "SHOW STATS",
        "SHOW CONFIG",
        "SHOW VERSION",
        "SHOW HELP",
        "PAUSE",
        "pause shop",
        "RESUME \"My shop\";",
        "RECONNECT shop",
        "FLUSH CACHE",
        "KILL 17",
        "RELOAD"
      })
  void commandsAreRecognisedInBand(String sql) {
    assertThat(recognises(sql)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ";",
        "s",
        "SELECT 1",
        "SHOW search_path",
        "SHOW server_version",
        "SHOW ALL",
        "SHOW POOLS; SELECT 1",
        "SHOW POOLS FROM x",
        "SET x = 1",
        "ROLLBACK",
        "RESET ALL",
        "REINDEX TABLE pools",
        "PREPARE p AS SELECT 1",
        "KILL",
        "KILL x",
        "PAUSE a b",
        "PAUSE 'a",
        "BEGIN",
        "shön"
      })
  void everythingElseGoesToTheServer(String sql) {
    assertThat(recognises(sql)).isFalse();
  }

  @Test
  void recognitionKeepsToItsPartOfTheBytes() {
    byte[] bytes = "xxSHOW POOLSyy".getBytes(StandardCharsets.UTF_8);
    assertThat(commands.recognises(bytes, 2, 10)).isTrue();
    assertThat(commands.recognises(bytes, 2, 11)).isFalse();
    assertThat(recognises("PAUSE " + "a".repeat(1000))).isFalse();
  }

  private boolean recognises(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    return commands.recognises(bytes, 0, bytes.length);
  }

  private ConsoleCommand plan(String sql) {
    return commands.command(sql, ADMIN, DriverStatements.NONE);
  }

  private Answer run(String sql) {
    return plan(sql).run().toCompletableFuture().join();
  }

  private Answer.Failed failure(String sql) {
    assertThat(run(sql)).isInstanceOf(Answer.Failed.class);
    return (Answer.Failed) run(sql);
  }

  private List<Map<String, String>> rows(String sql) {
    return AtConsole.rows(plan(sql));
  }
}
