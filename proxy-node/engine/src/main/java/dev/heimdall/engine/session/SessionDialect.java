package dev.heimdall.engine.session;

import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.session.statement.ResultWatch;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.wire.ReplyFraming;

/** Parts that a protocol brings to the sessions of its clients. */
public interface SessionDialect {
  /** Lengths and types of requests. */
  RequestFormat requests();

  /** Lengths of replies, and which of them answer statements. */
  ReplyFraming replies();

  /** Meaning of servers' errors for prepared statements, and for the failure of an answer. */
  ErrorCauses errors();

  /** Meaning of settings. */
  SettingRules settings();

  /** Looks at the results of a session's statements. */
  default ResultWatch results() {
    return ResultWatch.NONE;
  }

  /**
   * True if a transaction may be open that has failed, so that its client gets errors until it
   * rolls it back: what becomes of one whose server is lost. Where there is no such thing, it is
   * over with the error that its client gets for it.
   */
  default boolean keepsFailedTransactions() {
    return true;
  }

  /** Returns the handler of one session's messages. */
  RequestHandler handler(RequestParts parts);
}
