package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;

/**
 * The request at the reader's position, in the terms of no protocol. A session has one, which its
 * dialect reads in place: no object is made for a statement, and what takes effort is read when a
 * {@link Responder} needs it. An answer takes the request out of the input.
 */
public interface Request {
  /** Kinds of requests. */
  enum Kind {
    /** A text of one statement or several. */
    TEXT,
    /** A prepared statement, run with one set of values. */
    EXECUTION,
    /** A prepared statement, run with many sets of values. */
    BULK,
    PREPARATION,
    /** A routine by its name or number. */
    CALL,
    /** Messages that are answered together, and may run one statement, several or none. */
    BATCH,
    /** No statement, though it may be judged as one. */
    COMMAND
  }

  Kind kind();

  /** Server connection that the client has; null where it has none. */
  ServerConnection server();

  /** True if it is one statement, all of which is here. */
  boolean standsAlone();

  /** A copy of the text of the statement that stands alone, wherever that is kept. */
  byte[] text();

  /**
   * True if an error fails the transaction around it: inside of one a server has to report it, so
   * that its transaction fails as well.
   */
  default boolean errorsFailTransactions() {
    return false;
  }

  /** Error of a judged request that can neither be sent nor answered; null for others. */
  ServerError unfit();

  /**
   * Effects of a statement that may begin or end a transaction without a server's knowledge.
   *
   * @param begun true if such a transaction is to be ended, false if it is to begin
   * @return null where a server has to execute it
   */
  StatementFacts transactionControl(boolean begun);

  // ---- answers

  /** Answers with a rule's rejection. */
  void refuse(ServerError error);

  /**
   * Answers that it was carried out on so many rows.
   *
   * @return false, and nothing is answered, where only a server knows the form of that answer
   */
  boolean carriedOut(long rows);

  /** Answers that a transaction has begun or ended, which the session knows already. */
  void controlled(StatementFacts facts);
}
