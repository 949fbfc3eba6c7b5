package dev.heimdall.engine.dialect.mysql.answer;

import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.wire.ServerError;
import java.util.Map;

/** As whom a client logs in, as MySQL writes that in its refusals. */
public final class AccountName {
  /** The states that servers send with refusals of log-ins; within the node they have others. */
  private static final Map<Integer, String> OF_SERVERS =
      Map.ofEntries(
          Map.entry(1040, "08004"),
          Map.entry(1049, "42000"),
          Map.entry(1053, "08S01"),
          Map.entry(1129, "HY000"),
          Map.entry(1130, "HY000"),
          Map.entry(1135, "HY000"),
          Map.entry(1203, "42000"),
          Map.entry(1226, "42000"),
          Map.entry(1251, "08004"),
          Map.entry(1524, "HY000"),
          Map.entry(1862, "HY000"),
          Map.entry(3118, "HY000"),
          Map.entry(3159, "HY000"),
          Map.entry(3169, "HY000"),
          Map.entry(4151, "HY000"));

  private String user = "";
  private String host = "";
  private String database = "";
  private boolean password;

  public void is(String name, String from, String wanted) {
    user = name;
    host = from;
    database = wanted;
  }

  /** True if the client has sent a password, or a proof of one. */
  public void withPassword(boolean sent) {
    password = sent;
  }

  void write(StateWriter out) {
    out.text(user).text(host).text(database).flag(password);
  }

  /** The database that the client begins in; empty for none. */
  String database() {
    return database;
  }

  /** Returns the error that rejects the client's log-in, in MySQL's words where it has such. */
  ServerError refusal(ServerError error) {
    if (error.number() != 0) {
      String state = OF_SERVERS.get(error.number());
      return state == null ? error : said(error.number(), state, error.message());
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
      case "57P03" -> said(1053, "08S01", "Server shutdown in progress: " + error.message());
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
