package dev.heimdall.engine.share;

import java.util.Collection;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Tells the other nodes of a fleet what was written to one data source, and hears of theirs. */
public interface Exchange extends AutoCloseable {
  /**
   * Tells that a transaction has committed, as {@link WritePositions#committed}; to be called after
   * that and before the client is told. Never waits, and never fails.
   *
   * @return done when the client may be told: at once, or, where others must see the write from
   *     then on, when they have said that they know of it or can no longer answer reads without it
   */
  default CompletableFuture<Void> announce(Collection<String> tables, boolean others) {
    return announce(tables, others, null);
  }

  /**
   * Announces a transaction that may have written definitions. Unless that is no more than
   * possible, the client may be told when all others know, whatever the consistency: what they
   * write and read is judged by these definitions.
   *
   * @param redefinition null where no definition can have changed
   */
  CompletableFuture<Void> announce(
      Collection<String> tables, boolean others, Redefinition redefinition);

  /**
   * Tells of writes whose connection was lost before they were answered, as {@link
   * WritePositions#doubted}; to be called after that. Never waits, and never fails.
   */
  default void doubted(Collection<String> tables, boolean others) {}

  /**
   * Last messages that this node has heard from all others; to be taken before what it is to vouch
   * for begins.
   */
  default HeardMessages heardSoFar() {
    return HeardMessages.NONE;
  }

  /**
   * Minimum number of writes that this node had noted when it sent what another node had heard of
   * it by then; empty where it is not known. What that node has read since is as new as what this
   * one would have read with that number.
   */
  default OptionalLong notedBefore(HeardMessages heard) {
    return OptionalLong.empty();
  }

  /**
   * Tells that something is about to be sent that changes definitions of a database, or may; to be
   * called before that. Never waits, and never fails.
   */
  ChangeInProgress changing(String database);

  /**
   * Tells that a statement is about to be sent for which a database must have no users. Never
   * waits, and never fails.
   */
  default void free(String database) {}

  /** Tells that sessions of the servers may begin with other settings from now on; the same. */
  default void sessionDefaultsChanged() {}

  /** True if there are nodes whose writes are never published here. */
  default boolean leavesNodesOut() {
    return false;
  }

  /** True if this node has certainly heard, but for moments, of what the others have written. */
  boolean connectedToPeers();

  @Override
  void close();
}
