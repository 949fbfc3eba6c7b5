package dev.heimdall.engine.foreign;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Map;
import java.util.regex.Pattern;

/** Errors of a data source of another engine, with PostgreSQL's SQLSTATE. */
final class ForeignErrors {
  /** Prefix with which PostgreSQL's driver begins the server's message. */
  private static final Pattern SEVERITY = Pattern.compile("^(ERROR|FATAL|PANIC): +");

  private final String source;
  private final Map<Integer, String> states;

  /**
   * @param source the data source's name
   * @param states PostgreSQL's SQLSTATE for error numbers whose own SQLSTATE says less
   */
  ForeignErrors(String source, Map<Integer, String> states) {
    this.source = source;
    this.states = states;
  }

  ServerError of(SQLException e) {
    return ServerError.error(state(e), message(e))
        .withDetail(detail(e))
        .withNumber(e.getErrorCode());
  }

  /** Returns the error for a missing connection, before any query was sent. */
  ServerError cannotConnect(SQLException e) {
    return ServerError.error(
            Sqlstate.UNABLE_TO_CONNECT,
            "cannot connect to the data source \"" + source + "\": " + message(e))
        .withDetail(detail(e));
  }

  ServerError warning(SQLWarning e) {
    return new ServerError("WARNING", Sqlstate.WARNING, message(e), detail(e), null);
  }

  private String state(SQLException e) {
    String known = states.get(e.getErrorCode());
    if (known != null) {
      return known;
    }
    String state = e.getSQLState();
    boolean usable =
        state != null
            && state.matches("[0-9A-Z]{5}")
            && !state.startsWith("00")
            && !state.startsWith("HY")
            && !state.startsWith("S1");
    return !usable
        ? Sqlstate.FOREIGN_DATA_ERROR
        : state.equals(Sqlstate.LINK_FAILURE) ? Sqlstate.CONNECTION_FAILURE : state;
  }

  private static String message(SQLException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage().strip();
    return SEVERITY.matcher(message.lines().findFirst().orElse("")).replaceFirst("").strip();
  }

  private String detail(SQLException e) {
    return e.getErrorCode() == 0
        ? "The statement was forwarded to the data source \"" + source + "\"."
        : "The data source \""
            + source
            + "\" says error "
            + e.getErrorCode()
            + ", SQLSTATE "
            + e.getSQLState()
            + ".";
  }
}
