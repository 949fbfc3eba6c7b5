package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.engine.wire.mysql.MariadbGtids;
import dev.heimdall.engine.wire.mysql.StateChanges;
import dev.heimdall.model.TlsMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.EachRelease;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.mysql.ServerLink.Connected;
import dev.heimdall.test.mysql.ServerLink.LogInRequest;
import dev.heimdall.test.mysql.ServerLink.Reply;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What the node sets, reads and takes back on connections to MySQL and MariaDB servers. */
class MysqlStateIT {
  private static final String VALUES =
      "SELECT @@sort_buffer_size, @@sql_mode, @@time_zone, @@character_set_client,"
          + " @@character_set_results, @@collation_connection, @@autocommit, DATABASE()";

  private static ServerLink link;

  @BeforeAll
  static void open() {
    link = new ServerLink();
  }

  @AfterAll
  static void close() {
    link.close();
  }

  private static Connected connect(MysqlRelease release, long capabilities) throws Exception {
    return link.connect(
        new LogInRequest(
                release.shared().primary().port(), MysqlRelease.USER, MysqlRelease.PASSWORD, "app")
            .agreed(capabilities));
  }

  private static Reply change(
      Connected connected, Map<String, String> from, Map<String, String> to) {
    return connected.ask(
        (requests, reply) ->
            requests.change(new StateChange(Variables.of(from), Variables.of(to)), reply));
  }

  @EachRelease
  void variablesAreSetAndTakenBack(MysqlRelease release) throws Exception {
    for (long capabilities : List.of(0L, Capability.DEPRECATE_EOF | Capability.MULTI_RESULTS)) {
      Connected connected = connect(release, capabilities);
      List<List<String>> before = connected.query(VALUES).rows;
      Map<String, String> wanted =
          Map.of(
              "sort_buffer_size",
              "200000",
              "sql_mode",
              "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
              "time_zone",
              "+01:00",
              "character_set_client",
              "latin1",
              "character_set_connection",
              "latin1",
              "character_set_results",
              "",
              "collation_connection",
              "latin1_german1_ci",
              "autocommit",
              "OFF",
              StateChanges.DATABASE,
              "information_schema");

      Reply changed = change(connected, Map.of(), wanted);
      assertThat(changed.error).isNull();
      assertThat(connected.query(VALUES).rows.toString())
          .contains("200000", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "+01:00, latin1, null")
          .contains("latin1_german1_ci, 0, information_schema");
      assertThat(change(connected, wanted, wanted).error).isNull();

      assertThat(change(connected, wanted, Map.of()).error).isNull();
      assertThat(connected.query(VALUES).rows).isEqualTo(before);

      change(connected, Map.of(), wanted);
      Reply reset = connected.ask((requests, reply) -> requests.reset(reply));
      assertThat(reset.error).isNull();
      assertThat(connected.query(VALUES).rows).isEqualTo(before);
      assertThat(connected.query("SET sort_buffer_size = 200000").reported)
          .as("the value that it had before the reset")
          .containsEntry("sort_buffer_size", "200000");
    }
  }

  /** MySQL takes DEFAULT for the opposite of the global value in the first two of them. */
  @EachRelease
  void whatIsOnOrOffGoesBackToWhatItWas(MysqlRelease release) throws Exception {
    Connected connected = connect(release, 0);
    for (String name :
        List.of("foreign_key_checks", "unique_checks", "sql_notes", "sql_safe_updates")) {
      String value = "SELECT @@" + name + ", @@GLOBAL." + name;
      List<List<String>> before = connected.query(value).rows;
      for (String now : List.of("OFF", "ON")) {
        assertThat(change(connected, Map.of(), Map.of(name, now)).error).isNull();
        assertThat(connected.query(value).rows.get(0).get(0))
            .isEqualTo(now.equals("ON") ? "1" : "0");
        assertThat(change(connected, Map.of(name, now), Map.of()).error).isNull();
        assertThat(connected.query(value).rows).as("%s after %s", name, now).isEqualTo(before);
      }
    }
  }

  @EachRelease
  void awkwardValuesAreCarriedWhateverTheSqlMode(MysqlRelease release) throws Exception {
    Connected connected = connect(release, 0);
    for (String mode : List.of("", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES")) {
      Map<String, String> first = Map.of("sql_mode", mode);
      change(connected, Map.of(), first);
      Map<String, String> then =
          Map.of("sql_mode", mode, "ft_boolean_syntax", "x", "init_connect", "x");
      // Global ones are refused, whatever they are called: nothing else of the text is taken.
      assertThat(change(connected, first, then).error).isNotNull();
      Map<String, String> odd = Map.of("sql_mode", mode, "completion_type", "CHAIN");
      assertThat(change(connected, first, odd).error).isNull();
      assertThat(connected.query("SELECT @@completion_type").rows).hasToString("[[CHAIN]]");
      assertThat(
              change(connected, odd, Map.of("sql_mode", mode, "time_zone", "it's \\ not ö"))
                  .error
                  .number())
          .isEqualTo(1298); // an unknown time zone, rather than a syntax error
    }
  }

  @EachRelease
  void whatServersReportIsReadWithoutAskingThem(MysqlRelease release) throws Exception {
    Connected connected = connect(release, Capability.DEPRECATE_EOF);
    Reply set = connected.query("SET sort_buffer_size = 200000, time_zone = '+02:00'");
    assertThat(set.reported)
        .containsEntry("sort_buffer_size", "200000")
        .containsEntry("time_zone", "+02:00");
    long sent = connected.connection.bytesOut();
    assertThat(read(connected, "sort_buffer_size", "time_zone").rows)
        .containsExactly(List.of("200000", "+02:00"));
    assertThat(connected.connection.bytesOut()).isEqualTo(sent);
    // Nobody has reported it since.
    assertThat(
            read(connected, "sort_buffer_size", "collation_connection", StateChanges.DATABASE)
                .rows
                .get(0))
        .startsWith("200000")
        .endsWith("app");
    assertThat(connected.connection.bytesOut()).isGreaterThan(sent);

    Reply names = connected.query("SET NAMES utf8mb4 COLLATE utf8mb4_bin");
    assertThat(names.reported).containsKeys("character_set_connection", "collation_connection");
    assertThat(read(connected, "character_set_connection", "collation_connection").rows)
        .containsExactly(List.of("utf8mb4", "utf8mb4_bin"));
  }

  private static Reply read(Connected connected, String... names) {
    return connected.ask(
        (requests, reply) -> requests.readVariables(List.of(names), name -> true, reply));
  }

  @EachRelease
  void anErrorTellsHowTheTransactionStandsAndWhatWasSet(MysqlRelease release) throws Exception {
    release
        .shared()
        .primary()
        .executeIn(
            "app",
            "CREATE OR REPLACE TABLE failing (n int PRIMARY KEY)"
                .replace("OR REPLACE TABLE", "TABLE IF NOT EXISTS"),
            "DROP PROCEDURE IF EXISTS fails",
            "CREATE PROCEDURE fails() BEGIN START TRANSACTION; SET sort_buffer_size = 250000;"
                + " INSERT INTO failing VALUES (1); INSERT INTO failing VALUES (1); END");
    for (long capabilities : List.of(0L, Capability.DEPRECATE_EOF | Capability.MULTI_STATEMENTS)) {
      Connected connected = connect(release, capabilities | Capability.MULTI_RESULTS);
      Reply failed = connected.query("CALL fails()");
      assertThat(failed.error.number()).isEqualTo(1062);
      assertThat(failed.error.sqlState()).isEqualTo("23000");
      assertThat(failed.status).isEqualTo(TransactionState.OPEN);
      assertThat(failed.reported).containsEntry("sort_buffer_size", "250000");
      Reply warned = connected.query("SHOW ERRORS");
      assertThat(warned.rows.toString()).contains("1062").doesNotContain("1049");
      connected.query("CALL fails()");
      assertThat(connected.query("SELECT ROW_COUNT()").rows).hasToString("[[-1]]");
      assertThat(connected.query("CREATE TABLE failing (n int)").status)
          .as("it commits, and fails then")
          .isEqualTo(TransactionState.IDLE);
      connected.query("DELETE FROM failing");
      assertThat(connected.query("BEGIN").status).isEqualTo(TransactionState.OPEN);
      assertThat(connected.query("no statement").status).isEqualTo(TransactionState.OPEN);
      assertThat(connected.ask((requests, reply) -> requests.rollBack(reply)).status)
          .isEqualTo(TransactionState.IDLE);
    }
  }

  @EachRelease
  void theServerSaysHowFarItIsWithEachCommit(MysqlRelease release) throws Exception {
    release.shared().primary().executeIn("app", "CREATE TABLE IF NOT EXISTS far_written (n int)");
    Connected connected = connect(release, Capability.DEPRECATE_EOF);
    Reply first = connected.query("INSERT INTO far_written VALUES (1)");
    connected.query("BEGIN");
    assertThat(connected.query("INSERT INTO far_written VALUES (2)").wrote).isNull();
    Reply second = connected.query("COMMIT");
    assertThat(connected.query("SELECT 1").wrote).isNull();
    assertThat(first.wrote)
        .isInstanceOf(release == MysqlRelease.MYSQL ? GtidSet.class : MariadbGtids.class);
    String here =
        connected
            .query(
                release == MysqlRelease.MYSQL
                    ? "SELECT @@global.gtid_executed"
                    : "SELECT @@global.gtid_current_pos")
            .rows
            .get(0)
            .get(0);
    assertThat(
            (release == MysqlRelease.MYSQL ? GtidSet.parse(here) : MariadbGtids.parse(here))
                .covers(second.wrote))
        .isTrue();
    assertThat(first.wrote.covers(second.wrote)).isFalse();
  }

  @EachRelease
  void whatRunsIsCancelled(MysqlRelease release) throws Exception {
    Connected connected = connect(release, 0);
    Reply sleeps = connected.begin((requests, reply) -> requests.query("SELECT SLEEP(60)", reply));
    Connected other = connect(release, 0);
    Await.until(
        "the statement runs",
        () ->
            other
                .query(
                    "SELECT info FROM information_schema.processlist WHERE id = "
                        + connected.connection.processId())
                .rows
                .toString()
                .contains("SLEEP"));
    Reply done = new Reply();
    connected.onLoop(made -> link.connector.cancel(made, () -> done.done.complete(done)));
    ServerLink.get(done.done);
    Reply ended = ServerLink.get(sleeps.done);
    // SLEEP itself says so by its value.
    assertThat(ended.error == null ? 1317 : ended.error.number()).isEqualTo(1317);
    assertThat(connected.ask((requests, reply) -> requests.probe(reply)).error).isNull();
    assertThat(connected.query("SELECT 1").rows).hasToString("[[1]]");
  }

  @EachRelease
  void commandsWaitForTheirTurn(MysqlRelease release) throws Exception {
    Connected connected = connect(release, Capability.DEPRECATE_EOF);
    Reply first = new Reply();
    Reply second = new Reply();
    Reply third = new Reply();
    connected.onLoop(
        made -> {
          made.requests().seed(0.5, first);
          made.requests().reset(second);
          made.requests().query("SELECT @@session_track_schema, @@character_set_client", third);
        });
    ServerLink.get(third.done);
    assertThat(List.of(first.done.isDone(), second.done.isDone())).containsOnly(true);
    assertThat(first.error).isNull();
    assertThat(second.error).isNull();
    assertThat(third.rows).hasToString("[[1, utf8mb4]]");
    assertThat(Set.copyOf(third.reported.keySet())).isEmpty();
    Reply role = connected.ask((requests, reply) -> requests.describeRole(reply));
    assertThat(role.rows.get(0)).startsWith(MysqlRelease.USER + "@%");
  }

  /** By another log-in, whatever the method: no command takes a default database away. */
  @EachRelease
  void aDefaultDatabaseIsTakenBack(MysqlRelease release) throws Exception {
    List<String> users =
        switch (release) {
          case MARIADB -> List.of(MysqlRelease.USER);
          case MARIADB_NEW ->
              List.of(
                  MysqlRelease.NATIVE,
                  MysqlRelease.ED25519,
                  MysqlRelease.PARSEC,
                  MysqlRelease.SHA2);
          case MYSQL -> List.of(MysqlRelease.SHA2, MysqlRelease.SHA256, MysqlRelease.EMPTY);
        };
    Path authority = TestCertificate.localhost().inFiles().certificate();
    for (String user : users) {
      String password = user.equals(MysqlRelease.EMPTY) ? "" : MysqlRelease.PASSWORD;
      for (TlsMode tls : List.of(TlsMode.DISABLE, TlsMode.REQUIRE)) {
        Connected connected =
            link.connect(
                new LogInRequest(release.shared().primary().port(), user, password, "")
                    .tls(tls, authority));
        takesItBack(connected);
        connected.onLoop(made -> made.close("the test is over"));
      }
    }
  }

  private void takesItBack(Connected connected) throws Exception {
    String asked = "SELECT IFNULL(DATABASE(), ''), @@div_precision_increment, @@autocommit";
    Map<String, String> chosen =
        Map.of(StateChanges.DATABASE, "information_schema", "div_precision_increment", "9");
    for (int i = 0; i < 2; i++) {
      assertThat(change(connected, Map.of(), chosen).error).isNull();
      assertThat(connected.query(asked).rows.get(0))
          .containsExactly("information_schema", "9", "1");
      assertThat(change(connected, chosen, Map.of("autocommit", "OFF")).error).isNull();
      assertThat(connected.query(asked).rows.get(0)).containsExactly("", "4", "0");
      assertThat(change(connected, Map.of("autocommit", "OFF"), chosen).error).isNull();
      assertThat(connected.ask((requests, reply) -> requests.reset(reply)).error).isNull();
      assertThat(connected.query(asked).rows.get(0)).containsExactly("", "4", "1");
    }
  }
}
