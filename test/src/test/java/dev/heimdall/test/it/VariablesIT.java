package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Comparison;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings of a session that goes from one server connection to another after each transaction. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.heimdall.test.fixture.NodeKind#chosen")
@Tag("ci")
class VariablesIT {
  private static TestNode node;

  @Parameter NodeKind kind;

  @BeforeParameterizedClassInvocation
  static void start(NodeKind kind) {
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS guest_role", "CREATE ROLE guest_role", "GRANT guest_role TO app");
    node =
        TestNode.start(
            c -> {
              kind.into(c);
              c.vdb("pool.size", kind.multiplexes() ? 2 : 3);
            });
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    node.close();
  }

  /**
   * The script on a connection of its own to the server and through the node, where between any two
   * statements other clients with other settings use the same two server connections.
   */
  private void carried(String... script) throws IOException {
    List<String> expected = new ArrayList<>();
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      for (String sql : script) {
        expected.add(answer(direct, sql));
      }
    }
    List<String> actual = new ArrayList<>();
    try (RawClient client = RawClient.logIn(node.target());
        RawClient tokyo =
            RawClient.logIn(node.target(), "TimeZone", "Asia/Tokyo", "options", "-c work_mem=1MB");
        RawClient german =
            RawClient.logIn(node.target(), "DateStyle", "German", "search_path", "pg_temp")) {
      for (String sql : script) {
        actual.add(answer(client, sql));
        disturb(tokyo, "SHOW work_mem", "1MB");
        disturb(german, "SHOW search_path", "pg_temp");
      }
    }
    assertThat(actual).isEqualTo(expected);
  }

  private static String answer(RawClient client, String sql) throws IOException {
    List<Message> messages = new ArrayList<>(client.query(sql));
    messages.removeIf(message -> message.type() == 'S');
    return sql + " -> " + messages;
  }

  private static void disturb(RawClient other, String sql, String expected) throws IOException {
    assertThat(other.value(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "work_mem | '9MB'",
        "application_name | 'my ''quoted'' name'",
        "search_path | public, \"Strange, Name\", pg_catalog",
        "TimeZone | 'Europe/Rome'",
        "TIME ZONE | 'Europe/Rome'",
        "DateStyle | German",
        "intervalstyle | iso_8601",
        "statement_timeout | '31s'",
        "lock_timeout | 250",
        "my.custom | 'a value; with, everything'",
        "extra_float_digits | 1",
        "bytea_output | escape",
        "standard_conforming_strings | off",
        "SESSION CHARACTERISTICS AS TRANSACTION | ISOLATION LEVEL SERIALIZABLE",
        "default_transaction_read_only | on",
        "ROLE | guest_role",
        "client_encoding | LATIN1",
        "row_security | off"
      })
  void aSettingStaysTheSessionsOwn(String name, String value) throws IOException {
    String shown =
        switch (name) {
          case "TIME ZONE" -> "TimeZone";
          case "ROLE" -> "role";
          case "SESSION CHARACTERISTICS AS TRANSACTION" -> "default_transaction_isolation";
          default -> name;
        };
    String equals =
        name.equals("TIME ZONE") || name.equals("ROLE") || name.startsWith("SESSION") ? " " : " = ";
    carried(
        "SET " + name + equals + value,
        "SELECT current_setting('" + shown + "')",
        "SELECT current_user, now() > '2000-01-01', interval '1 day 2 hours', '\\x41'::bytea",
        "SELECT current_setting('" + shown + "')",
        "RESET " + shown,
        "SELECT coalesce(current_setting('" + shown + "', true), '')");
  }

  @Test
  void setLocalEndsWithItsTransaction() throws IOException {
    carried(
        "SET work_mem = '6MB'",
        "BEGIN",
        "SET LOCAL work_mem = '7MB'",
        "SHOW work_mem",
        "COMMIT",
        "SHOW work_mem",
        "SET LOCAL work_mem = '8MB'",
        "SHOW work_mem");
  }

  @Test
  void aRollbackTakesASettingBack() throws IOException {
    carried(
        "SET work_mem = '6MB'",
        "BEGIN",
        "SET work_mem = '7MB'",
        "SHOW work_mem",
        "ROLLBACK",
        "SHOW work_mem",
        "BEGIN",
        "SET work_mem = '8MB'",
        "SELECT 1/0",
        "COMMIT",
        "SHOW work_mem",
        "BEGIN; SET work_mem = '9MB'; COMMIT",
        "SHOW work_mem");
  }

  @Test
  void aSavepointTakesASettingBack() throws IOException {
    carried(
        "BEGIN",
        "SET work_mem = '6MB'",
        "SAVEPOINT s",
        "SET work_mem = '7MB'",
        "SET TimeZone = 'Asia/Tokyo'",
        "ROLLBACK TO s",
        "SHOW work_mem",
        "RELEASE s",
        "COMMIT",
        "SHOW work_mem",
        "SHOW TimeZone");
  }

  @Test
  void setConfigCounts() throws IOException {
    carried(
        "SELECT set_config('work_mem', '5MB', false)",
        "SHOW work_mem",
        "SELECT set_config('work_mem', '6MB', true)",
        "SHOW work_mem",
        "BEGIN",
        "SELECT set_config('my.tenant', 'blue', true), set_config('my.user', 'ann', false)",
        "SELECT current_setting('my.tenant'), current_setting('my.user')",
        "COMMIT",
        // Once named in a server process, a setting is empty there, not unknown, for ever.
        "SELECT coalesce(current_setting('my.tenant', true), ''), current_setting('my.user', true)");
  }

  @Test
  void severalStatementsInOneQueryCount() throws IOException {
    carried(
        "SET work_mem = '5MB'; SET my.one = '1'; SELECT 'x'; RESET work_mem",
        "SELECT current_setting('work_mem'), current_setting('my.one')",
        "SET work_mem = '6MB'; SELECT 1/0",
        "SHOW work_mem",
        "SET my.two = '2'; BEGIN; SET my.three = '3'",
        "ROLLBACK",
        "SELECT current_setting('my.two', true), current_setting('my.three', true)");
  }

  @Test
  void aWrongSettingChangesNothing() throws IOException {
    carried(
        "SET work_mem = '5MB'",
        "SET work_mem = 'plenty'",
        "SHOW work_mem",
        "SET no_such_setting = 1",
        "SET work_mem TO DEFAULT",
        "SHOW work_mem");
  }

  @Test
  void resetAllAndDiscardAllRestoreEverything() throws IOException {
    carried(
        "SET work_mem = '5MB'",
        "SET my.own = 'x'",
        "SET TimeZone = 'Asia/Tokyo'",
        "RESET ALL",
        "SELECT current_setting('work_mem'), coalesce(current_setting('my.own', true), ''), current_setting('TimeZone')",
        "SET work_mem = '6MB'",
        "SET ROLE guest_role",
        "SELECT current_user",
        "DISCARD ALL",
        "SELECT current_user, current_setting('work_mem')",
        "BEGIN",
        "DISCARD ALL",
        "ROLLBACK");
  }

  @Test
  void aFunctionsOwnSettingsStayInside() throws IOException {
    carried(
        "CREATE OR REPLACE FUNCTION with_setting() RETURNS text LANGUAGE sql SET work_mem = '3MB' AS $$ SELECT current_setting('work_mem') $$",
        "SELECT with_setting()",
        "SHOW work_mem");
  }

  @Test
  void aSettingBySetInTheExtendedProtocolIsCarried() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.send(statement("SET work_mem = '5MB'"), sync());
          client.untilReady();
          client.send(statement("SELECT set_config($1, $2, false)", "my.own", "bound"), sync());
          client.untilReady();
          client.query("SELECT current_setting('work_mem'), current_setting('my.own')");
          client.send(
              statement("BEGIN"), statement("SET work_mem = '6MB'"), statement("ROLLBACK"), sync());
          client.untilReady();
          client.query("SHOW work_mem");
        });
  }

  @Test
  void startupParametersAreWhatResetGoesBackTo() throws IOException {
    String[] parameters = {
      "application_name", "from the start", "options", "-c work_mem=5MB -c my.own=first"
    };
    List<List<String>> answers = new ArrayList<>();
    for (var target : List.of(SharedPostgres.target(), node.target())) {
      try (RawClient client = RawClient.logIn(target, parameters);
          RawClient other = RawClient.logIn(node.target(), "options", "-c work_mem=1MB")) {
        List<String> seen = new ArrayList<>();
        for (String sql :
            List.of(
                "SHOW work_mem",
                "SHOW application_name",
                "SET work_mem = '6MB'",
                "SET application_name = 'other'",
                "SHOW work_mem",
                "RESET work_mem",
                "SHOW work_mem",
                "RESET ALL",
                "SELECT current_setting('application_name'), current_setting('my.own')",
                "SET my.own = 'second'",
                "DISCARD ALL",
                "SELECT current_setting('work_mem'), current_setting('my.own')")) {
          seen.add(answer(client, sql));
          assertThat(other.value("SHOW work_mem")).isEqualTo("1MB");
        }
        answers.add(seen);
      }
    }
    assertThat(answers.get(1)).isEqualTo(answers.get(0));
  }

  @Test
  void theServerShowsTheApplicationNameOfWhoeverRuns() throws IOException {
    try (RawClient one = RawClient.logIn(node.target(), "application_name", "one");
        RawClient two = RawClient.logIn(node.target(), "application_name", "two")) {
      String sql = "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()";
      for (int i = 0; i < 3; i++) {
        assertThat(one.value(sql)).isEqualTo("one");
        assertThat(two.value(sql)).isEqualTo("two");
      }
      one.query("SET application_name = 'renamed'");
      assertThat(one.value(sql)).isEqualTo("renamed");
      assertThat(two.value(sql)).isEqualTo("two");
    }
  }

  /** What goes back to the pool must be told to a client again, even when another changed it. */
  @ParameterizedTest
  @ValueSource(strings = {"Europe/Rome", "Asia/Tokyo"})
  void reportedParametersAreToldOnlyToWhomTheyConcern(String zone) throws IOException {
    try (RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      List<Message> told = one.query("SET TimeZone = '" + zone + "'");
      assertThat(told).extracting(Message::type).contains('S');
      for (int i = 0; i < 4; i++) {
        assertThat(two.query("SHOW TimeZone")).extracting(Message::type).doesNotContain('S');
        assertThat(one.query("SHOW TimeZone")).extracting(Message::type).doesNotContain('S');
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RESET TimeZone", "RESET ALL", "SET TimeZone TO DEFAULT", "DISCARD ALL"})
  void whatIsSentBehindAResetFindsTheStartupParameters(String reset) throws IOException {
    try (TestNode unjudged =
            TestNode.start(
                c -> {
                  kind.into(c);
                  c.source("catalog.enabled", false);
                });
        RawClient client = RawClient.logIn(unjudged.target(), "TimeZone", "Asia/Tokyo")) {
      client.query("SET TimeZone = 'Europe/Rome'");
      client.send(query(reset), query("SHOW TimeZone"), statement("SHOW TimeZone"), sync());
      client.untilReady();
      assertThat(client.untilReady().toString()).contains("[Asia/Tokyo]");
      assertThat(client.untilReady().toString()).contains("[Asia/Tokyo]");
    }
  }
}
