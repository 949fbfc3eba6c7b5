package dev.heimdall.engine.session;

import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.wire.postgres.PgError;
import java.net.SocketAddress;

/** What happens to clients, for logs and counters. Called on event loops: must not block. */
public interface SessionEvents {
  void loggedIn(Client client);

  void refused(String vdb, SocketAddress client, String user, String database, PgError why);

  /** A client could not begin TLS. */
  void tlsFailed(String vdb, SocketAddress client, String why);

  /** A client sent what the protocol does not allow; its connection is closed. */
  void protocolError();

  /** A cancel request came whose key no client holds. */
  void cancelUnknown();

  /**
   * @param why a phrase for the log, such as "client closed the connection"
   */
  void closed(Client client, String why);

  /** A bug: the session is closed. */
  void failed(ClientSession session, Throwable cause);

  void pinned(ClientSession session, String reason);

  /** A rule matched whose matches are to be told. */
  void ruleMatched(ClientSession session, MatchedRule rule);

  /**
   * A statement that was judged has come to its end.
   *
   * @param error what the server answered; null when it was carried out
   */
  void statementDone(ClientSession session, StatementSummary statement, long micros, PgError error);
}
