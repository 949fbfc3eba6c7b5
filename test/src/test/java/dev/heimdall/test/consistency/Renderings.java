package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Rows of a table whose text follows from settings, as the server itself writes them: each column
 * is another under each value of its settings, and each schema has a table of that name.
 */
final class Renderings {
  /** The settings that matter, and values of theirs that are not the default. */
  static final Map<String, List<String>> SETTINGS =
      Map.of(
          "TimeZone", List.of("Asia/Tokyo", "America/New_York"),
          "DateStyle", List.of("German, DMY", "SQL, MDY"),
          "IntervalStyle", List.of("iso_8601", "sql_standard"),
          "bytea_output", List.of("escape"),
          "extra_float_digits", List.of("0", "-5"),
          "search_path", List.of("iso_one", "iso_two"));

  static final int ROWS = 5;

  static final List<String> COLUMNS = List.of("who", "at", "day", "i", "bytes", "f");

  private final Map<List<String>, List<List<String>>> known = new ConcurrentHashMap<>();

  /** The tables; needs a superuser. */
  static void prepareDatabase() {
    for (String schema : List.of("public", "iso_one", "iso_two")) {
      String table = schema + ".iso_kinds";
      SharedPostgres.primary()
          .executeIn(
              SharedPostgres.DATABASE,
              "CREATE SCHEMA IF NOT EXISTS " + schema,
              "GRANT USAGE ON SCHEMA " + schema + " TO PUBLIC",
              "DROP TABLE IF EXISTS " + table,
              "CREATE TABLE "
                  + table
                  + " AS SELECT id, '"
                  + schema
                  + "' AS who, '2026-01-31 12:00+00'::timestamptz + id * interval '7 hours' AS at,"
                  + " '2026-01-13'::date + id AS day, id * interval '1 day 90 seconds' AS i,"
                  + " decode(md5(id::text), 'hex') AS bytes, id / 7.0::float8 AS f"
                  + " FROM generate_series(1, "
                  + ROWS
                  + ") id",
              "GRANT SELECT ON " + table + " TO PUBLIC");
    }
  }

  /** Asks for one row, by the parameter or number given. */
  static String question(String id) {
    return "SELECT %s FROM iso_kinds WHERE id = %s /* shared */"
        .formatted(String.join(", ", COLUMNS), id);
  }

  /**
   * @param id from 1 to {@link #ROWS}
   * @param model whose settings count
   */
  List<String> row(int id, SessionModel model) {
    List<String> statements = new ArrayList<>();
    for (String setting : SETTINGS.keySet()) {
      String value = model.value(setting);
      statements.add("SELECT set_config('%s', '%s', false)".formatted(setting, value));
    }
    return known.computeIfAbsent(statements, Renderings::ask).get(id - 1);
  }

  private static List<List<String>> ask(List<String> statements) {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target())) {
      for (String statement : statements) {
        direct.value(statement);
      }
      List<List<String>> rows = new ArrayList<>();
      for (int id = 1; id <= ROWS; id++) {
        rows.add(
            direct.query(question(String.valueOf(id))).stream()
                .filter(message -> message.type() == 'D')
                .findFirst()
                .orElseThrow()
                .columns());
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
