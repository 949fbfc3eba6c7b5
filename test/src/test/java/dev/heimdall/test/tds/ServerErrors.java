package dev.heimdall.test.tds;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The engine's errors with the numbers and texts of SQL Server. */
final class ServerErrors {
  private static final int TABLE_MISSING = 42102;
  private static final int TABLE_MISSING_CANDIDATES = 42103;
  private static final int TABLE_MISSING_EMPTY = 42104;
  static final int LOCK_TIMEOUT = 50200;
  static final int CANCELLED = 57014;
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

  private ServerErrors() {}

  static SqlErrorException of(SQLException e) {
    String message = e.getMessage() == null ? "" : e.getMessage();
    int end = message.indexOf("; SQL statement:");
    String brief = end < 0 ? message : message.substring(0, end);
    String name = name(brief);
    return switch (e.getErrorCode()) {
      case TABLE_MISSING, TABLE_MISSING_CANDIDATES, TABLE_MISSING_EMPTY ->
          error(208, 16, "Invalid object name '" + name + "'.");
      case 42122 -> error(207, 16, "Invalid column name '" + name + "'.");
      case 42101, 42111 ->
          error(2714, 16, "There is already an object named '" + name + "' in the database.");
      case 42000, 42001 -> error(102, 15, "Incorrect syntax near '" + near(brief) + "'.");
      case 23505 ->
          error(
              2627,
              14,
              "Violation of PRIMARY KEY constraint '"
                  + name
                  + "'. Cannot insert duplicate key in object.");
      case 23502 ->
          error(
              515,
              16,
              "Cannot insert the value NULL into column '"
                  + name
                  + "'; column does not allow nulls. INSERT fails.");
      case 23503, 23506 ->
          error(547, 16, "The statement conflicted with the FOREIGN KEY constraint.");
      case 23513 -> error(547, 16, "The statement conflicted with the CHECK constraint.");
      case 22012 -> error(8134, 16, "Divide by zero error encountered.");
      case 22018 -> error(245, 16, "Conversion failed when converting the value to the data type.");
      case 22007 ->
          error(
              241, 16, "Conversion failed when converting date and/or time from character string.");
      case 22003, 22004 -> error(8115, 16, "Arithmetic overflow error converting expression.");
      case 22001 -> error(2628, 16, "String or binary data would be truncated.");
      case 40001 ->
          new SqlErrorException(
              new SqlError(
                  1205,
                  13,
                  51,
                  "Transaction was deadlocked on lock resources with another process and has been"
                      + " chosen as the deadlock victim. Rerun the transaction.",
                  "",
                  1));
      case LOCK_TIMEOUT -> error(1222, 16, "Lock request time out period exceeded.");
      case 90131 ->
          error(3960, 16, "Snapshot isolation transaction aborted due to update conflict.");
      case 90022 -> error(195, 15, "'" + name + "' is not a recognized built-in function name.");
      case 21002 ->
          error(
              213, 16, "Column name or number of supplied values does not match table definition.");
      case 90079 -> error(208, 16, "Invalid object name '" + name + "'.");
      default -> error(50000, 16, "engine error " + e.getErrorCode() + ": " + brief);
    };
  }

  private static SqlErrorException error(int number, int severity, String message) {
    return new SqlErrorException(number, severity, message);
  }

  private static String name(String message) {
    Matcher matcher = QUOTED.matcher(message);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** Word that the engine marks with [*]. */
  private static String near(String message) {
    int mark = message.indexOf("[*]");
    if (mark < 0) {
      return "";
    }
    String rest = message.substring(mark + 3).replace("\"", "");
    int end = rest.indexOf(' ');
    return end < 0 ? rest : rest.substring(0, end);
  }
}
