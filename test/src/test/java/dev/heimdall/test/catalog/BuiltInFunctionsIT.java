package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.catalog.PostgresCatalogue;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The list of the server's functions against the server. */
class BuiltInFunctionsIT {
  /** Effects of functions that change nothing, but may give another answer each time. */
  private static final List<String> READING = List.of("MOMENT", "VARYING", "SERVER");

  /** By the effect's name. */
  private static final Map<String, Set<String>> LISTED = new HashMap<>();

  /** Names by the most careful volatility of their overloads. */
  private static final Map<String, Set<String>> AT_SERVER = new HashMap<>();

  @BeforeAll
  static void read() throws Exception {
    try (InputStream in = PostgresCatalogue.class.getResourceAsStream("functions.txt")) {
      Set<String> current = null;
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (line.startsWith("[")) {
          current = new TreeSet<>();
          LISTED.put(line.substring(1, line.length() - 1), current);
        } else if (!line.isBlank() && !line.startsWith("#")) {
          current.addAll(List.of(line.split(" ")));
        }
      }
    }
    try (Connection connection = SharedPostgres.primary().connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT proname, max(translate(provolatile::text, 'isv', '123'))"
                    + " FROM pg_proc WHERE oid < 16384 GROUP BY 1")) {
      while (rows.next()) {
        String volatility = List.of("immutable", "stable", "volatile").get(rows.getInt(2) - 1);
        AT_SERVER.computeIfAbsent(volatility, v -> new TreeSet<>()).add(rows.getString(1));
      }
    }
  }

  private static Set<String> listed() {
    Set<String> all = new TreeSet<>();
    LISTED.values().forEach(all::addAll);
    return all;
  }

  @Test
  void everyFunctionOfTheServerIsListed() {
    AT_SERVER.forEach(
        (volatility, names) -> assertThat(listed()).as(volatility).containsAll(names));
  }

  @Test
  void everyVolatileFunctionThatCountsAsHarmlessIsOneOfThese() {
    Set<String> harmless = new TreeSet<>(AT_SERVER.get("volatile"));
    harmless.retainAll(LISTED.get("REPEATABLE"));

    // Support of the server: triggers, access methods, dictionaries. None does anything by itself.
    assertThat(harmless)
        .allMatch(
            name ->
                name.startsWith("RI_FKey_")
                    || name.endsWith("handler")
                    || name.startsWith("tsvector_update_trigger")
                    || Set.of(
                            "amvalidate",
                            "dsnowball_init",
                            "dsnowball_lexize",
                            "plpgsql_validator",
                            "suppress_redundant_updates_trigger",
                            "unique_key_recheck")
                        .contains(name));
  }

  @Test
  void noFunctionIsSaidToBeMoreThanTheServerSaysUnlessItRunsText() {
    List<String> immutable = new ArrayList<>(AT_SERVER.get("immutable"));
    immutable.removeAll(LISTED.get("REPEATABLE"));
    assertThat(immutable).isEmpty();

    List<String> stable = new ArrayList<>(AT_SERVER.get("stable"));
    stable.removeAll(LISTED.get("REPEATABLE"));
    READING.forEach(effect -> stable.removeAll(LISTED.get(effect)));
    assertThat(stable)
        .containsExactlyInAnyOrder(
            "database_to_xml",
            "database_to_xml_and_xmlschema",
            "database_to_xmlschema",
            "pg_current_xact_id",
            "schema_to_xml",
            "schema_to_xml_and_xmlschema",
            "schema_to_xmlschema",
            "table_to_xml",
            "table_to_xml_and_xmlschema",
            "table_to_xmlschema",
            "txid_current");
  }

  /** On a standby, whatever changes something is refused; what counts as a read must not be. */
  @Test
  void whatAStandbyRefusesCountsAsAWrite() throws Exception {
    List<String> refused = new ArrayList<>();
    try (Connection standby = SharedPostgres.cluster().replicas().get(0).connect("postgres");
        Statement statement = standby.createStatement()) {
      for (String name : AT_SERVER.get("volatile")) {
        boolean read = READING.stream().anyMatch(effect -> LISTED.get(effect).contains(name));
        if (read && !name.startsWith("pg_sleep")) {
          try {
            statement.execute("SELECT pg_catalog." + name + "()");
          } catch (java.sql.SQLException e) {
            // No such overload without arguments is no answer; read-only transactions are.
            if (e.getSQLState().equals("25006")) {
              refused.add(name);
            }
          }
        }
      }
    }
    assertThat(refused).isEmpty();
  }

  @Test
  void everyOperatorOfTheServerIsListed() throws Exception {
    Set<String> listed;
    try (InputStream in = PostgresCatalogue.class.getResourceAsStream("operators.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      listed = new TreeSet<>(List.of(text.strip().split("\\s+")));
    }
    Set<String> atServer = new TreeSet<>();
    try (Connection connection = SharedPostgres.primary().connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT DISTINCT oprname, bool_or(provolatile = 'v') FROM pg_operator"
                    + " JOIN pg_proc p ON p.oid = oprcode WHERE pg_operator.oid < 16384"
                    + " GROUP BY 1")) {
      while (rows.next()) {
        atServer.add(rows.getString(1));
        assertThat(rows.getBoolean(2)).as(rows.getString(1)).isFalse();
      }
    }
    assertThat(listed).containsAll(atServer);
    listed.removeAll(atServer);
    assertThat(listed).as("of older servers").isSubsetOf("!", "!!", "<^", ">^", "@#@");
  }
}
