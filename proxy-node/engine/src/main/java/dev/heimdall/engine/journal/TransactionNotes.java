package dev.heimdall.engine.journal;

import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.sql.StatementFacts;

/** What is noted of a client's transaction, so that it can be run again, by who sends it. */
public interface TransactionNotes {
  /** Whether a transaction is being run again: nothing else goes to the client or comes from it. */
  boolean active();

  /** Whether what is sent is kept, as that of a transaction that may have to be run again. */
  boolean keeps();

  /** A statement is about to be sent; null where that is unknown. */
  void statement(StatementFacts facts);

  /** The same for one that is bound. */
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
   * Whether what would be answered without a server must not be, because it is being run again: it
   * was sent the first time.
   */
  boolean wasSent();

  /** What is kept of the open transaction, and what became of one; null when that is off. */
  String note();
}
