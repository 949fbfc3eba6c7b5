package dev.heimdall.launcher.top;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * The admin console of a node, for what its HTTP endpoint has not because anybody may read that:
 * the statements that take the most time. Asks over one connection, which is opened again when it
 * is lost.
 */
public final class Console {
  private static final int MOST = 5;

  /** A node may know thousands of patterns: they are not asked for with each look. */
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String place;
  private final Properties properties = new Properties();
  private Connection connection;
  private Grid last = Tables.statements(List.of());
  private long lastAt;
  private boolean asked;

  /**
   * @param host of a port where the node takes clients of PostgreSQL
   * @param database the admin database
   */
  public Console(String host, int port, String database, String user, String password) {
    place = "%s:%d/%s".formatted(host, port, database);
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("ApplicationName", "heimdall top");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("loginTimeout", "10");
    properties.setProperty("socketTimeout", "10");
  }

  /** Returns the statements that took the most server time since the node knows them. */
  Grid statements() throws IOException {
    long now = System.nanoTime();
    if (!asked || now - lastAt >= EVERY_NANOS) {
      try {
        last = Tables.statements(rows(read()));
      } catch (SQLException e) {
        giveUp();
        throw new IOException(reason(e), e);
      }
      asked = true;
      lastAt = now;
    }
    return last;
  }

  private record Pattern(
      String text,
      String vdb,
      long calls,
      long micros,
      long average,
      long p99,
      long server,
      long errors) {}

  private List<Pattern> read() throws SQLException {
    if (connection == null) {
      connection = DriverManager.getConnection("jdbc:postgresql://" + place, properties);
    }
    List<Pattern> patterns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SHOW PATTERNS")) {
      while (rows.next()) {
        patterns.add(
            new Pattern(
                rows.getString("statement"),
                rows.getString("vdb"),
                rows.getLong("calls"),
                rows.getLong("total_us"),
                rows.getLong("response_avg_us"),
                rows.getLong("response_p99_us"),
                rows.getLong("avg_us"),
                rows.getLong("errors")));
      }
    }
    return patterns;
  }

  private static List<List<String>> rows(List<Pattern> patterns) {
    long all = patterns.stream().mapToLong(Pattern::micros).sum();
    return patterns.stream()
        .sorted(Comparator.comparingLong(Pattern::micros).reversed())
        .limit(MOST)
        .map(
            one ->
                List.of(
                    one.text().strip().replaceAll("\\s+", " "),
                    one.vdb(),
                    Numbers.percent(one.micros(), all),
                    Numbers.whole(one.calls()),
                    Numbers.millis(one.average() / 1000.0),
                    Numbers.millis(one.p99() / 1000.0),
                    Numbers.millis(one.server() / 1000.0),
                    Numbers.whole(one.errors())))
        .toList();
  }

  private String reason(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    if (state.startsWith("28")) {
      return "the admin console at %s refuses the user or the password".formatted(place);
    }
    if (state.equals("42501")) {
      return "the admin console at %s does not permit this to the user".formatted(place);
    }
    return "the admin console at %s does not answer: %s".formatted(place, failure.getMessage());
  }

  private void giveUp() {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        // It is given up either way.
      }
      connection = null;
    }
  }
}
