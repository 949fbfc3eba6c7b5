package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.wire.ServerError;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Has a server raise what the node itself has answered, so that SHOW ERRORS shows it there. */
final class OwnErrors {
  /** Of a message, as MySQL takes them. */
  private static final int LONGEST = 128;

  private static final int MOST_NUMBERS = 65_535;
  private static final String GENERAL = "HY000";

  /** Those of errors: the classes 00, 01 and 02 are something else. */
  private static final Pattern ERROR = Pattern.compile("(?!0[0-2])[0-9A-Z]{5}");

  private OwnErrors() {}

  /**
   * Raises it ahead of the command at the reader's position; the reader comes again.
   *
   * @param then run when it is there
   */
  static void raise(ServerConnection server, ServerError error, Runnable then) {
    server.query(
        signal(error),
        new InternalQuery() {
          @Override
          protected void done(ServerConnection from, ServerError raised) {
            then.run(); // of a connection that is lost others hear
          }
        });
  }

  /** Its message in hexadecimal digits: it is read alike whatever the session reads texts by. */
  static String signal(ServerError error) {
    String state = ERROR.matcher(error.sqlState()).matches() ? error.sqlState() : GENERAL;
    int length = error.message().codePointCount(0, error.message().length());
    int end = error.message().offsetByCodePoints(0, Math.min(length, LONGEST));
    byte[] message = error.message().substring(0, end).getBytes(StandardCharsets.UTF_8);
    int number = Math.min(Math.max(error.number(), 1), MOST_NUMBERS);
    return "SIGNAL SQLSTATE '"
        + state
        + "' SET MYSQL_ERRNO="
        + number
        + (message.length == 0
            ? ""
            : ",MESSAGE_TEXT=_utf8mb4 x'" + HexFormat.of().formatHex(message) + "'");
  }
}
