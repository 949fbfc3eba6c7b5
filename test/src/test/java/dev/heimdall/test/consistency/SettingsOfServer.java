package dev.heimdall.test.consistency;

import dev.heimdall.test.fixture.SharedPostgres;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Every setting that the real server has, with a value that differs from the one in force. */
final class SettingsOfServer {
  /** Those that pg_settings does not show, with a custom one. */
  private static final List<Setting> HIDDEN =
      List.of(
          new Setting("seed", "0.5", "user", true),
          new Setting("seed", "7", "user", true),
          new Setting("role", "state_guest", "user", true),
          new Setting("session_authorization", "state_guest", "user", true),
          new Setting("is_superuser", "off", "internal", true),
          new Setting("my.custom", "a value", "user", true),
          new Setting("no_such_setting", "1", "user", true),
          new Setting("work_mem", "nonsense", "user", true),
          new Setting("transaction_isolation", "nonsense", "user", true),
          new Setting("transaction_read_only", "maybe", "user", true),
          new Setting("transaction_read_only", "off", "user", true),
          new Setting("sort_mem", "2MB", "user", true));

  /** Values of texts that the server checks, or that show in what it reports. */
  private static final Map<String, String> TEXTS =
      Map.ofEntries(
          Map.entry("DateStyle", "German"),
          Map.entry("TimeZone", "Asia/Tokyo"),
          Map.entry("client_encoding", "LATIN1"),
          Map.entry("default_text_search_config", "pg_catalog.german"),
          Map.entry("search_path", "pg_catalog"),
          Map.entry("createrole_self_grant", "set"),
          Map.entry("default_table_access_method", "heap"),
          Map.entry("default_tablespace", "pg_default"),
          Map.entry("temp_tablespaces", "pg_default"),
          Map.entry("timezone_abbreviations", "India"),
          Map.entry("restrict_nonsystem_relation_kind", "view"),
          Map.entry("lc_messages", "C"),
          Map.entry("lc_monetary", "C"),
          Map.entry("lc_numeric", "C"),
          Map.entry("lc_time", "C"),
          Map.entry("application_name", "state test"));

  private static final Set<String> FLAGGED =
      Set.of("NO_RESET", "NO_RESET_ALL", "EXPLAIN", "RUNTIME_COMPUTED");

  private SettingsOfServer() {}

  /**
   * @param context from which on it can be set, as pg_settings has it
   * @param peculiar whether it is of a kind that RESET or RESET ALL treats in a way of its own, or
   *     that the server reports
   */
  record Setting(String name, String value, String context, boolean peculiar) {
    /** Whether PostgreSQL takes it at the start of a connection only. */
    boolean ofConnection() {
      return context.endsWith("backend");
    }

    @Override
    public String toString() {
      return name + " = " + value;
    }
  }

  static List<Setting> all() {
    List<Setting> settings = new ArrayList<>(HIDDEN);
    String rows =
        SharedPostgres.value(
            "SELECT string_agg(concat_ws(E'\\x1f', name, setting, coalesce(unit, ''), context,"
                + " vartype, coalesce(min_val, ''), coalesce(max_val, ''),"
                + " coalesce(array_to_string(enumvals, ','), ''),"
                + " coalesce(array_to_string(pg_settings_get_flags(name), ','), '')), E'\\x1e'"
                + " ORDER BY name) FROM pg_settings");
    for (String row : rows.split("\u001e")) {
      String[] f = row.split("\u001f", -1);
      boolean flagged = Arrays.stream(f[8].split(",")).anyMatch(FLAGGED::contains);
      settings.add(
          new Setting(
              f[0],
              another(f),
              f[3],
              (flagged && !f[8].equals("EXPLAIN")) || TEXTS.containsKey(f[0])));
    }
    return settings;
  }

  private static String another(String[] f) {
    return switch (f[4]) {
      case "bool" -> f[1].equals("on") ? "off" : "on";
      case "enum" ->
          Arrays.stream(f[7].split(",")).filter(v -> !v.equals(f[1])).findFirst().orElse(f[1]);
      case "integer" -> number(f);
      case "real" -> {
        double now = Double.parseDouble(f[1]);
        double most = Double.parseDouble(f[6]);
        yield String.format(Locale.ROOT, "%.2f", now + 0.25 <= most ? now + 0.25 : now - 0.25);
      }
      default -> TEXTS.getOrDefault(f[0], "");
    };
  }

  /** One that cannot end a statement or a connection of the test before its time. */
  private static String number(String[] f) {
    long now = Long.parseLong(f[1]);
    long step = f[0].endsWith("_timeout") || f[0].endsWith("_interval") ? 60_000 : 1;
    return Long.toString(now + step <= Long.parseLong(f[6]) ? now + step : now - 1);
  }
}
