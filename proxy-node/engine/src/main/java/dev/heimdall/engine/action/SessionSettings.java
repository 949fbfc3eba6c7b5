package dev.heimdall.engine.action;

import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.model.DataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The variables with which a session's statements mean the same on a connection of the node's. */
final class SessionSettings {
  private static final String ENCODING = "client_encoding";
  private static final String STRINGS = "standard_conforming_strings";

  /** What the driver keeps for itself, and what a session cannot change. */
  private static final Set<String> LEFT_OUT =
      Set.of(
          ENCODING,
          "options",
          "is_superuser",
          "session_authorization",
          "in_hot_standby",
          "integer_datetimes",
          "server_encoding",
          "server_version");

  private SessionSettings() {}

  /** Why the driver cannot have a session's variables; null when it can. */
  static String refusal(Origin origin, DataSource source) {
    String encoding = origin.settings().get(ENCODING);
    if (encoding != null && !encoding.replace("-", "").equalsIgnoreCase("utf8")) {
      return "the session's client_encoding is not UTF8";
    }
    String dates = of(origin, source, LexerMode.STANDARD).get("DateStyle");
    if (dates != null && !dates.toUpperCase(Locale.ROOT).startsWith("ISO")) {
      return "the session's DateStyle is not ISO";
    }
    return null;
  }

  /** All variables of a session at a data source, by name. */
  static Map<String, String> of(Origin origin, DataSource source, LexerMode lexerMode) {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(source.parameters());
    all.putAll(origin.settings());
    all.keySet().removeIf(name -> LEFT_OUT.contains(name.toLowerCase(Locale.ROOT)));
    all.put(STRINGS, lexerMode.backslashEscapes() ? "off" : "on");
    return Collections.unmodifiableMap(all);
  }

  /**
   * Sets them on a connection.
   *
   * @param local only until the transaction ends
   */
  static void apply(Connection connection, Map<String, String> settings, boolean local)
      throws SQLException {
    List<String> names = new ArrayList<>(settings.keySet());
    // Another role may not be allowed to set the others.
    if (names.removeIf(name -> name.equalsIgnoreCase("role"))) {
      names.add("role");
    }
    String one = "pg_catalog.set_config(?, ?, " + local + ")";
    String sql = "SELECT " + String.join(", ", Collections.nCopies(names.size(), one));
    try (PreparedStatement set = connection.prepareStatement(sql)) {
      int index = 1;
      for (String name : names) {
        set.setString(index++, name);
        set.setString(index++, settings.get(name));
      }
      set.executeQuery().close();
    }
  }
}
