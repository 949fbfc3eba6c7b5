package dev.heimdall.engine.dialect.postgres.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.Variables;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StateStatementsTest {
  private static Variables of(String... namesAndValues) {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return Variables.of(values);
  }

  private static String set(String name, String literal) {
    return "pg_catalog.set_config('" + name + "'," + literal + ",false)";
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        Arguments.of("nothing", of(), of(), ""),
        Arguments.of("the same", of("a", "1"), of("a", "1"), ""),
        Arguments.of("set", of(), of("a", "1"), "SELECT " + set("a", "'1'") + ";"),
        Arguments.of(
            "set two",
            of(),
            of("b", "2", "a", "1"),
            "SELECT " + set("a", "'1'") + "," + set("b", "'2'") + ";"),
        Arguments.of("change", of("a", "1"), of("a", "2"), "SELECT " + set("a", "'2'") + ";"),
        Arguments.of("reset", of("a", "1"), of(), "RESET \"a\";"),
        Arguments.of(
            "reset before set",
            of("z", "1"),
            of("a", "1"),
            "RESET \"z\";SELECT " + set("a", "'1'") + ";"),
        Arguments.of("dotted name", of("my.app.x", "1"), of(), "RESET \"my\".\"app\".\"x\";"),
        Arguments.of("quote in a name", of("a\"b", "1"), of(), "RESET \"a\"\"b\";"),
        Arguments.of(
            "set of a dotted name", of(), of("my.x", "1"), "SELECT " + set("my.x", "'1'") + ";"),
        Arguments.of(
            "quote in a value", of(), of("a", "it's"), "SELECT " + set("a", "'it''s'") + ";"),
        Arguments.of(
            "backslash in a value",
            of(),
            of("a", "c:\\x'"),
            "SELECT " + set("a", " E'c:\\\\x'''") + ";"),
        Arguments.of("empty value", of(), of("a", ""), "SELECT " + set("a", "''") + ";"),
        Arguments.of(
            "role last",
            of(),
            of("role", "ann", "work_mem", "1MB"),
            "SELECT " + set("work_mem", "'1MB'") + ";SELECT " + set("role", "'ann'")),
        Arguments.of(
            "role reset first",
            of("role", "ann", "zone", "1"),
            of("work_mem", "1MB"),
            "RESET ROLE;RESET \"zone\";SELECT " + set("work_mem", "'1MB'") + ";"),
        Arguments.of(
            "role changed: reset first, set last",
            of("role", "ann"),
            of("a", "1", "role", "bob"),
            "RESET ROLE;SELECT " + set("a", "'1'") + ";SELECT " + set("role", "'bob'")),
        Arguments.of(
            "other settings are changed by the session's own user",
            of("role", "ann", "a", "1"),
            of("role", "ann", "a", "2"),
            "RESET ROLE;SELECT " + set("a", "'2'") + ";SELECT " + set("role", "'ann'")),
        Arguments.of("same role stays", of("role", "ann"), of("role", "ann"), ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void changeTo(String name, Variables from, Variables to, String sql) {
    assertThat(StateStatements.of(new StateChange(from, to))).as(name).isEqualTo(sql);
  }

  @Test
  void theFirstPartPutsBackWhatIsTooMany() {
    Variables from = of("role", "ann", "zone", "1", "a", "1");

    assertThat(StateStatements.restore(from, of("a", "2"))).isEqualTo("RESET ROLE;RESET \"zone\";");
    assertThat(StateStatements.restore(of("a", "1"), of("a", "2", "b", "3"))).isEmpty();
  }

  @Test
  void settingsAreReadInTheirOrder() {
    assertThat(StateStatements.read(List.of("a", "B"), "B"::equals))
        .isEqualTo(
            "SELECT pg_catalog.current_setting('a',true),"
                + "(SELECT pg_catalog.current_setting('B',true) FROM pg_catalog.pg_settings"
                + " WHERE source OPERATOR(pg_catalog.=) 'session'"
                + " AND pg_catalog.lower(name) OPERATOR(pg_catalog.=) 'b')");
  }

  @Test
  void whatIsOnlyTriedIsSetInTheSameTransaction() {
    StateChange change = new StateChange(of(), of("a", "1")).trying(of("t", "x"), of("u", "it's"));

    assertThat(StateStatements.of(change))
        .isEqualTo(
            "SET LOCAL \"t\" = 'x';SELECT " + set("a", "'1'") + ";SET LOCAL \"u\" = 'it''s';");
    assertThat(
            StateStatements.of(new StateChange(of(), of("role", "b")).trying(of(), of("u", "c"))))
        .isEqualTo("SELECT " + set("role", "'b'") + ";SET LOCAL \"u\" = 'c';");
  }
}
