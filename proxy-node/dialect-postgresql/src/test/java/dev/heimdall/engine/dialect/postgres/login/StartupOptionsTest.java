package dev.heimdall.engine.dialect.postgres.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.StartupVariables;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartupOptionsTest {
  private static Map<String, String> options(String text) throws StartupVariables.Rejected {
    return all(Map.of("options", text));
  }

  private static Map<String, String> all(Map<String, String> parameters)
      throws StartupVariables.Rejected {
    return StartupOptions.variables(parameters).all().asMap();
  }

  @Test
  void namesAreLowerCaseAndValuesAsSent() throws StartupVariables.Rejected {
    assertThat(all(Map.of("DateStyle", "ISO, MDY", "TimeZone", "Europe/Warsaw")))
        .isEqualTo(Map.of("datestyle", "ISO, MDY", "timezone", "Europe/Warsaw"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-c geqo=off            | geqo      | off",
        "-cgeqo=off             | geqo      | off",
        "--geqo=off             | geqo      | off",
        "--work-mem=1MB         | work_mem  | 1MB",
        "-c Work-Mem=1MB        | work_mem  | 1MB",
        "-c my.x=a=b            | my.x      | a=b",
        "-c my.x=a\\ b          | my.x      | a b",
        "-c my.x=a\\\\b         | my.x      | a\\b",
        "-c my.x=               | my.x      | ''",
        "-c Sort_Mem=2MB        | work_mem  | 2MB",
        "-S 2MB                 | work_mem  | 2MB",
        "-n -S2MB               | work_mem  | 2MB",
        "-e                     | datestyle | euro",
        "-f h                   | enable_hashjoin | false",
        "-f hx                  | enable_hashjoin | false",
        "-c my.x=a\\            | my.x      | a",
        "-c my.x=a\u2003b       | my.x      | a\u2003b",
        "-c geqo=off --         | geqo      | off",
        "-fs                    | enable_seqscan | false",
        "-t pl                  | log_planner_stats | true",
        "-te                    | log_executor_stats | true",
        "-s                     | log_statement_stats | true",
        "-O                     | allow_system_table_mods | true",
        "-B 100                 | shared_buffers | 100",
        "-d 1                   | log_min_messages | debug1",
        "-d9                    | log_min_messages | debug9",
        "-d x                   | log_min_messages | notice",
      })
  void optionsInAllTheirSpellings(String text, String name, String value)
      throws StartupVariables.Rejected {
    assertThat(options(text)).isEqualTo(Map.of(name, value));
  }

  @Test
  void severalOptionsAndEmptyOnes() throws StartupVariables.Rejected {
    assertThat(options("  -c a=1\t--b=2   -cc=3 ")).isEqualTo(Map.of("a", "1", "b", "2", "c", "3"));
    assertThat(options("")).isEmpty();
    assertThat(options("   ")).isEmpty();
  }

  @Test
  void aParameterOfItsOwnCountsMoreThanAnOption() throws StartupVariables.Rejected {
    assertThat(all(Map.of("options", "-c timezone=UTC", "TimeZone", "Asia/Tokyo")))
        .isEqualTo(Map.of("timezone", "Asia/Tokyo"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-B",
        "geqo=off",
        "-c",
        "-c geqo",
        "--geqo",
        "-f x",
        "-t x",
        "-x",
        "-- -c a=1",
        "-",
        "-n x"
      })
  void whatCannotBeCarriedIsRefused(String text) {
    assertThatThrownBy(() -> options(text))
        .isInstanceOfSatisfying(
            StartupVariables.Rejected.class,
            refused -> {
              assertThat(refused.error().sqlState()).isEqualTo("42601");
              assertThat(refused.error().isFatal()).isTrue();
            });
  }

  @ParameterizedTest
  @CsvSource({"-c =x, ''", "--=x, ''"})
  void whatIsNoSettingIsRefused(String text, String name) {
    assertThatThrownBy(() -> options(text))
        .isInstanceOfSatisfying(
            StartupVariables.Rejected.class,
            refused -> {
              assertThat(refused.error().sqlState()).isEqualTo("42704");
              assertThat(refused.error().message())
                  .isEqualTo("unrecognized configuration parameter \"" + name + "\"");
            });
  }

  @Test
  void whatHasNoEffectAtTheStartIsNotCarried() throws StartupVariables.Rejected {
    StartupVariables given =
        StartupOptions.variables(
            Map.of(
                "transaction_read_only",
                "on",
                "seed",
                "0.5",
                "session_authorization",
                "ann",
                "work_mem",
                "1MB"));

    assertThat(given.carried().asMap()).isEqualTo(Map.of("work_mem", "1MB"));
    assertThat(given.checks()).isTrue();
    StateChange change = given.checked(new StateChange(Variables.NONE, given.carried()));
    assertThat(change.to()).isEqualTo(given.carried());
    assertThat(change.triedFirst().asMap()).isEqualTo(Map.of("transaction_read_only", "on"));
    assertThat(change.triedLast().asMap()).isEqualTo(Map.of("session_authorization", "ann"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.5   | 1.5 is outside the valid range for parameter \"seed\" (-1 .. 1)",
        "-7    | -7 is outside the valid range for parameter \"seed\" (-1 .. 1)",
        "maybe | invalid value for parameter \"seed\": \"maybe\""
      })
  void aSeedIsCheckedAsTheServerDoes(String seed, String message) {
    assertThatThrownBy(() -> options("-c seed=" + seed))
        .isInstanceOfSatisfying(
            StartupVariables.Rejected.class,
            refused -> {
              assertThat(refused.error().sqlState()).isEqualTo("22023");
              assertThat(refused.error().message()).isEqualTo(message);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "zażółć, za\\xc5\\xbc\\xc3\\xb3\\xc5\\x82\\xc4\\x87",
    "'a\tb', a\\x09b"
  })
  void applicationNameIsCleanedAsTheServerDoes(String name, String expected) {
    assertThat(StartupOptions.cleanName(name)).isEqualTo(expected);
  }

  @Test
  void applicationNameEndsAtSixtyThreeBytesAndNotInsideACharacter() {
    assertThat(StartupOptions.cleanName("x".repeat(100))).hasSize(63);
    assertThat(StartupOptions.cleanName("x".repeat(61) + "é"))
        .isEqualTo("x".repeat(61) + "\\xc3\\xa9");
    assertThat(StartupOptions.cleanName("x".repeat(62) + "é")).isEqualTo("x".repeat(62));
    assertThat(StartupOptions.cleanName("é".repeat(40))).isEqualTo("\\xc3\\xa9".repeat(31));
  }
}
