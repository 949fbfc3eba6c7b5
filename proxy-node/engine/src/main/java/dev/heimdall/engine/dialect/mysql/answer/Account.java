package dev.heimdall.engine.dialect.mysql.answer;

import dev.heimdall.engine.wire.ServerError;

/** As whom a client logs in, as MySQL writes that in its refusals. */
public final class Account {
  private String user = "";
  private String host = "";
  private String database = "";
  private boolean password;

  public void is(String name, String from, String wanted) {
    user = name;
    host = from;
    database = wanted;
  }

  /** Whether the client has sent a password, or a proof of one. */
  public void withPassword(boolean sent) {
    password = sent;
  }

  /** The database that the client begins in; empty for none. */
  String database() {
    return database;
  }

  /** Why the client does not get in, in MySQL's words where it has such. */
  ServerError refusal(ServerError error) {
    if (error.number() != 0) {
      return error;
    }
    return switch (error.sqlState()) {
      case "28P01" -> said(1045, "28000", denied());
      case "28000" -> said(1045, "28000", denied() + ": " + error.message());
      case "42501" ->
          said(
              1044,
              "42000",
              "Access denied for user " + name() + " to database '" + database + "'");
      case "3D000" ->
          database.isEmpty()
              ? said(1046, "3D000", "No database selected")
              : said(1049, "42000", "Unknown database '" + database + "'");
      case "53300" -> said(1040, "08004", "Too many connections: " + error.message());
      case "08P01" -> said(1043, "08S01", "Bad handshake: " + error.message());
      case "57014" -> said(1159, "08S01", "Got timeout reading communication packets");
      default -> ErrorNumbers.numbered(error);
    };
  }

  private static ServerError said(int number, String sqlState, String message) {
    return ServerError.error(sqlState, message).withNumber(number);
  }

  private String name() {
    return "'" + user + "'@'" + host + "'";
  }

  private String denied() {
    return "Access denied for user "
        + name()
        + " (using password: "
        + (password ? "YES" : "NO")
        + ")";
  }
}
