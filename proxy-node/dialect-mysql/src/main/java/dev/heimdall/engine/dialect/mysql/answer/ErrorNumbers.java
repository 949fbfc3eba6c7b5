package dev.heimdall.engine.dialect.mysql.answer;

import dev.heimdall.engine.wire.ServerError;
import java.util.Map;

/**
 * MySQL error numbers for errors that no MySQL server has raised, but the node or a data source of
 * another engine: drivers decide by these numbers.
 */
final class ErrorNumbers {
  static final int UNKNOWN = 1105;
  private static final String GENERAL = "HY000";

  /**
   * An error of MySQL's.
   *
   * @param text MySQL's own, where it stands for what the node would say; else null
   */
  private record Known(int number, String sqlState, String text) {}

  private static final Known OTHER = new Known(UNKNOWN, GENERAL, null);
  private static final Known CONNECTION_LOST = new Known(1053, "08S01", null);
  private static final Known DEADLOCK = new Known(1213, "40001", null);

  /** Words by which frameworks know what may be run again. */
  private static final String DEADLOCK_TEXT =
      "Deadlock found when trying to get lock; try restarting transaction";

  private static final Map<String, Known> BY_SQLSTATE =
      Map.ofEntries(
          Map.entry("08001", CONNECTION_LOST),
          Map.entry("08003", CONNECTION_LOST),
          Map.entry("08006", CONNECTION_LOST),
          Map.entry("08007", CONNECTION_LOST),
          Map.entry("08P01", new Known(1835, GENERAL, null)),
          Map.entry("0A000", new Known(1235, "42000", null)),
          Map.entry("22001", new Known(1406, "22001", null)),
          Map.entry("22003", new Known(1264, "22003", null)),
          Map.entry("22007", new Known(1292, "22007", null)),
          Map.entry("22008", new Known(1292, "22007", null)),
          Map.entry("22012", new Known(1365, "22012", null)),
          Map.entry("22P02", new Known(1366, GENERAL, null)),
          Map.entry("22023", new Known(1231, "42000", null)),
          Map.entry("23502", new Known(1048, "23000", null)),
          Map.entry("23503", new Known(1452, "23000", null)),
          Map.entry("23505", new Known(1062, "23000", null)),
          Map.entry("23514", new Known(3819, GENERAL, null)),
          Map.entry("25001", new Known(1568, "25001", null)),
          Map.entry("25006", new Known(1290, GENERAL, null)),
          Map.entry(
              "25P03",
              new Known(
                  4031,
                  GENERAL,
                  "The client was disconnected by the server because of inactivity in a"
                      + " transaction.")),
          Map.entry("26000", new Known(1243, GENERAL, null)),
          Map.entry("28000", new Known(1045, "28000", null)),
          Map.entry("28P01", new Known(1045, "28000", null)),
          Map.entry("3D000", new Known(1049, "42000", null)),
          Map.entry("40001", DEADLOCK),
          Map.entry("40P01", DEADLOCK),
          Map.entry("42501", new Known(1142, "42000", null)),
          Map.entry("42601", new Known(1064, "42000", null)),
          Map.entry("42703", new Known(1054, "42S22", null)),
          Map.entry("42701", new Known(1060, "42S21", null)),
          Map.entry("42803", new Known(1055, "42000", null)),
          Map.entry("42883", new Known(1305, "42000", null)),
          Map.entry("42P07", new Known(1050, "42S01", null)),
          Map.entry("42P01", new Known(1146, "42S02", null)),
          Map.entry("53200", new Known(1041, GENERAL, null)),
          Map.entry("53300", new Known(1040, GENERAL, null)),
          Map.entry("54000", new Known(1153, "08S01", null)),
          Map.entry("55P03", new Known(1205, GENERAL, null)),
          Map.entry("57014", new Known(1317, "70100", null)),
          Map.entry("57P01", new Known(1053, "08S01", null)),
          Map.entry(
              "57P05",
              new Known(
                  4031,
                  GENERAL,
                  "The client was disconnected by the server because of inactivity. See"
                      + " clients.idleTimeout.")));

  private ErrorNumbers() {}

  /** Error that MySQL servers send to a session that was idle for longer than its own limit. */
  static ServerError ofOwnLimit() {
    return ServerError.fatal(
            GENERAL,
            "The client was disconnected by the server because of inactivity. See wait_timeout and"
                + " interactive_timeout for configuring this behavior.")
        .withNumber(4031);
  }

  /**
   * Returns the error with the number that MySQL would use, and with all its details in the
   * message.
   */
  static ServerError numbered(ServerError error) {
    if (error.number() != 0) {
      return error;
    }
    Known known = BY_SQLSTATE.getOrDefault(error.sqlState(), OTHER);
    if (known == DEADLOCK && error.isFatal()) {
      known = CONNECTION_LOST; // a retry needs another connection
    }
    String message = known.text() == null ? text(error) : known.text();
    if (known == DEADLOCK) {
      message += ". Reported as a deadlock: " + DEADLOCK_TEXT;
    }
    return ServerError.error(known.sqlState(), message).withNumber(known.number());
  }

  /** There is one text in an error of MySQL's. */
  private static String text(ServerError error) {
    StringBuilder text = new StringBuilder(error.message());
    if (error.detail() != null) {
      text.append(": ").append(error.detail());
    }
    if (error.hint() != null) {
      text.append(" (").append(error.hint()).append(')');
    }
    return text.toString();
  }
}
