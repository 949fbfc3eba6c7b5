package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.sqlserver.server.SqlServerRequests;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerEffect;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.answer.KeptConnection;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import java.time.Duration;

/**
 * Identities and row counts that a session's statements leave on its connection, where a later
 * batch may read them. Nearly no session does: one that has done so once keeps its connection for a
 * while behind each statement. What another session's use of the connection has taken away is an
 * error, as the server would give another value without one.
 */
final class KeptResults {
  private static final String WHY = "result of the last statement";
  private static final Duration LEAST = Duration.ofMillis(500);

  private static final ServerError IDENTITY_LOST =
      lost("identity", "SELECT SCOPE_IDENTITY() behind the INSERT, or OUTPUT");

  private static final ServerError RESULT_LOST = lost("result", "SELECT @@ROWCOUNT behind it");

  private static final ServerError RESULT_CACHED =
      unknown(
          "result",
          "it was answered from the cache",
          "put both into one batch, or leave the statement out of the cache");

  private final HandledClient client;
  private final SessionState carried;
  private final KeptConnection kept;

  /** True if the session has read something of an earlier batch. */
  private boolean reads;

  /** True if a statement of the session's may have generated an identity. */
  private boolean hasIdentity;

  /** True if a statement of the session's was carried out. */
  private boolean hasResult;

  private boolean generates;

  /** True if the session's last statement was answered without a server. */
  private boolean served;

  KeptResults(HandledClient client, SessionState carried, LoopContext loop) {
    this.client = client;
    this.carried = carried;
    this.kept = new KeptConnection(client, carried, loop, LEAST, this::letGo);
  }

  private static ServerError lost(String what, String instead) {
    return unknown(
        what,
        "another session has used its server connection since",
        "read it in the batch that it belongs to: " + instead);
  }

  private static ServerError unknown(String what, String why, String hint) {
    return ServerError.error(
            Sqlstate.FEATURE_NOT_SUPPORTED,
            "the " + what + " of the session's last statement is not known any more: " + why)
        .withHint(hint);
  }

  /**
   * The next statement is to be sent there.
   *
   * @return an error in its place where it reads what is not there any more; else null
   */
  ServerError refusal(StatementFacts facts, ServerConnection server) {
    boolean identity = facts.has(SqlServerEffect.READS_IDENTITY);
    boolean result = facts.has(SqlServerEffect.READS_LAST_RESULT);
    if (!identity && !result) {
      return null;
    }
    reads = true;
    SqlServerRequests requests = (SqlServerRequests) server.requests();
    if (identity && hasIdentity && !requests.isStateOf(client.owner())) {
      return IDENTITY_LOST;
    }
    if (result && served) {
      return RESULT_CACHED;
    }
    return result && hasResult && !requests.isLast(client.owner()) ? RESULT_LOST : null;
  }

  /** True if a statement that is sent reads the result of one before, and there was none. */
  boolean readsNone(StatementFacts facts) {
    return !hasResult && facts.has(SqlServerEffect.READS_LAST_RESULT);
  }

  /** True if the session has read something of an earlier batch, and may do so again. */
  boolean areRead() {
    return reads;
  }

  /** A statement was answered without a server: none has its row count. */
  void served() {
    served = true;
  }

  /**
   * A statement is sent.
   *
   * @param resets whether the session is as new before it
   */
  void sent(StatementFacts facts, boolean resets) {
    if (resets) {
      forget();
    }
    served = false;
    generates =
        facts.has(SqlServerEffect.GENERATES_IDENTITY)
            || facts.kind() == StatementKind.CALL
            || facts.has(SqlServerEffect.CALLS_UNSEEN);
  }

  /** It was answered. */
  void answered() {
    hasIdentity |= generates;
    generates = false;
    hasResult = true;
    if (reads) {
      kept.keep(WHY);
    }
  }

  /** The connection is kept no longer. */
  void letGo() {
    if (carried.held()) {
      carried.hold(null);
      client.settle();
    }
  }

  /** The session is as new. */
  void forget() {
    hasIdentity = false;
    hasResult = false;
    generates = false;
    served = false;
  }
}
