package dev.heimdall.engine.journal;

import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.sql.StatementFacts;

/**
 * Notes on a client's transaction, made by the sender of its messages, so that it can be run again.
 */
public interface TransactionNotes {
  /** True if a transaction is being run again: nothing else goes to the client or comes from it. */
  boolean active();

  /** True if what is sent is kept, as that of a transaction that may have to be run again. */
  boolean keeps();

  /** A statement is about to be sent; null where that is unknown. */
  void statement(StatementFacts facts);

  /** Notes that a bound statement is about to be sent. */
  void bound(StatementFacts facts, boolean unnamed);

  /** The transaction, if one is open, is undone by what is no statement. */
  void over();

  /** The open transaction cannot be run again. */
  void giveUp(Unreplayed why);

  /**
   * Rules have made this of a statement, which is about to be sent or answered.
   *
   * @return whether it may be; not when it is run again and they have made something else of it
   */
  boolean ruled(int outcome);

  /**
   * True if what would be answered without a server must not be, because it is being run again: it
   * was sent the first time.
   */
  boolean wasSent();

  /**
   * Describes what is kept of the open transaction, and the outcome of one; null when that is off.
   */
  String note();
}
