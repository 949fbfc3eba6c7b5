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

  /** Settings decide, which tell results apart; what converts text to times is seen by its name. */
  @Test
  void everyStableFunctionThatCountsAsRepeatableIsOneOfThese() {
    Set<String> repeatable = new TreeSet<>(AT_SERVER.get("stable"));
    repeatable.retainAll(LISTED.get("REPEATABLE"));
    repeatable.removeIf(
        name -> name.matches("(date|timestamp|timestamptz)_(cmp|eq|ge|gt|le|lt|ne)_.*"));
    assertThat(
            """
              anytextcat array_to_json array_to_string concat concat_ws convert convert_from
              convert_to date date_add date_part date_subtract date_trunc enum_first enum_last
              enum_range extract format generate_series in_range interval_pl_timestamptz
              json_agg json_agg_strict json_build_array json_build_object json_object_agg
              json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict
              json_to_tsvector jsonb_agg jsonb_agg_strict jsonb_build_array jsonb_build_object
              jsonb_object_agg_finalfn jsonb_object_agg_strict_transfn
              jsonb_object_agg_transfn jsonb_object_agg_unique_strict_transfn
              jsonb_object_agg_unique_transfn jsonb_to_tsvector length make_timestamptz money
              numeric overlaps pg_basetype pg_column_size pg_typeof phraseto_tsquery
              plainto_tsquery quote_literal quote_nullable row_to_json textanycat time
              timestamp timestamptz timestamptz_mi_interval timestamptz_pl_interval timetz
              timezone to_char to_date to_json to_jsonb to_number to_timestamp to_tsquery
              to_tsvector ts_debug ts_headline ts_match_tq ts_match_tt ts_parse ts_token_type
              websearch_to_tsquery xml xml_is_well_formed
            """
                .split("\\s+"))
        .containsAll(repeatable);
  }

  /** Workers lack what only the session has: its temporary tables, settings that change, locks. */
  @Test
  void everyFunctionKeptFromParallelWorkersThatCountsAsRepeatableIsOneOfThese() throws Exception {
    Set<String> repeatable = new TreeSet<>();
    try (Connection connection = SharedPostgres.primary().connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT DISTINCT proname FROM pg_proc WHERE oid < 16384 AND proparallel <> 's'")) {
      while (rows.next()) {
        repeatable.add(rows.getString(1));
      }
    }
    repeatable.retainAll(LISTED.get("REPEATABLE"));
    // Support of dictionaries and of a language, which checks what is being defined.
    assertThat(repeatable).isSubsetOf("dsnowball_init", "dsnowball_lexize", "plpgsql_validator");
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
