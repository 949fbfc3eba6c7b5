package dev.heimdall.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartupVariablesTest {
  private static Map<String, String> options(String text) throws StartupVariables.Refused {
    return StartupVariables.of(Map.of("options", text));
  }

  @Test
  void namesAreLowerCaseAndValuesAsSent() throws StartupVariables.Refused {
    assertThat(StartupVariables.of(Map.of("DateStyle", "ISO, MDY", "TimeZone", "Europe/Warsaw")))
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
      })
  void optionsInAllTheirSpellings(String text, String name, String value)
      throws StartupVariables.Refused {
    assertThat(options(text)).isEqualTo(Map.of(name, value));
  }

  @Test
  void severalOptionsAndEmptyOnes() throws StartupVariables.Refused {
    assertThat(options("  -c a=1\t--b=2   -cc=3 ")).isEqualTo(Map.of("a", "1", "b", "2", "c", "3"));
    assertThat(options("")).isEmpty();
    assertThat(options("   ")).isEmpty();
  }

  @Test
  void aParameterOfItsOwnCountsMoreThanAnOption() throws StartupVariables.Refused {
    assertThat(StartupVariables.of(Map.of("options", "-c timezone=UTC", "TimeZone", "Asia/Tokyo")))
        .isEqualTo(Map.of("timezone", "Asia/Tokyo"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-B 100", "geqo=off", "-c", "-c geqo", "-c =x", "--geqo", "-d5", "--=x"})
  void whatCannotBeCarriedIsRefused(String text) {
    assertThatThrownBy(() -> options(text))
        .isInstanceOfSatisfying(
            StartupVariables.Refused.class,
            refused -> {
              assertThat(refused.error.sqlState()).isEqualTo("42601");
              assertThat(refused.error.isFatal()).isTrue();
            });
  }

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "zażółć, za\\xc5\\xbc\\xc3\\xb3\\xc5\\x82\\xc4\\x87",
    "'a\tb', a\\x09b"
  })
  void applicationNameIsCleanedAsTheServerDoes(String name, String expected) {
    assertThat(StartupVariables.cleanName(name)).isEqualTo(expected);
  }

  @Test
  void applicationNameEndsAtSixtyThreeBytesAndNotInsideAnEscape() {
    assertThat(StartupVariables.cleanName("x".repeat(100))).hasSize(63);
    assertThat(StartupVariables.cleanName("x".repeat(61) + "é")).isEqualTo("x".repeat(61));
  }
}
