package dev.heimdall.engine.backend;

import dev.heimdall.engine.sql.PinReason;
import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.function.Predicate;

/**
 * Requests that the node itself sends on one server connection, besides those that it passes on for
 * clients, in the form of the protocol. Belongs to the thread of the connection's event loop.
 */
public interface ServerRequests {
  /** Sends a statement, or several in one text, of the node's own. */
  void query(String sql, ReplyOwner owner);

  /**
   * Sends a statement or a multi-statement query of the node's own outside a transaction, for work
   * that is not to run as the transactions of its session do.
   */
  default void queryApart(String sql, ReplyOwner owner) {
    query(sql, owner);
  }

  /** Sends a statement that does nothing. */
  void probe(ReplyOwner owner);

  /**
   * Asks whether the role may still use the database that it has logged in to, where the connection
   * outlives that: the answer is an error if not. Else the database is the session's again.
   *
   * @return false where the connection itself says so, and the owner is not called
   */
  default boolean checkDatabase(ReplyOwner owner) {
    return false;
  }

  /**
   * Finds out who the role is that the connection was logged in as, and what its sessions start
   * with: the rows of the answer are equal as long as both are the same.
   *
   * @return false where all that is known is that the log-in has succeeded, and the owner is not
   *     called
   */
  default boolean describeRole(ReplyOwner owner) {
    return false;
  }

  /**
   * Reads session variables: the answer is one row with a value, or null for none, for each name.
   *
   * @param set of which a value counts only if the session itself has set it
   */
  void readVariables(Collection<String> names, Predicate<String> set, ReplyOwner owner);

  /**
   * True if the server can be asked for these reasons of a pin by {@link #readPins}.
   *
   * @param named whether the names of all is known for which the session is pinned
   */
  default boolean readsPins(Collection<PinReason> reasons, boolean named) {
    return false;
  }

  /**
   * Reads which of these still pin the session: one row, with {@code t} or {@code f} for each.
   *
   * @param names of what it is pinned for, where that has names
   */
  default void readPins(Collection<PinReason> reasons, Collection<String> names, ReplyOwner owner) {
    throw new UnsupportedOperationException("no server tells of " + reasons);
  }

  /** Changes session variables. */
  void change(StateChange change, ReplyOwner owner);

  /**
   * Takes back those of the variables that {@link Variables#exceed} the wanted ones, and sets
   * nothing.
   */
  default void restore(Variables from, Variables wanted, ReplyOwner owner) {
    change(new StateChange(from, from.restoredTo(wanted)), owner);
  }

  /** True if there is a way to {@link #restore}: some of what a session sets may stay for good. */
  default boolean restores(Variables from, Variables wanted) {
    return true;
  }

  /** Those of the variables that may stay on an idle connection; the same for all. */
  default Variables restful(Variables applied) {
    return applied;
  }

  /** Makes the connection as good as new, but for random numbers. */
  void reset(ReplyOwner owner);

  /** The command that does so, as logs name it. */
  String resetCommand();

  /**
   * Sets the seed of random numbers.
   *
   * @param value from -1 to 1
   * @return false where no session can set or learn it, and the owner is not called
   */
  default boolean seed(double value, ReplyOwner owner) {
    return false;
  }

  /** Ends the transaction; nothing of it stays. */
  void rollBack(ReplyOwner owner);

  /** Begins a transaction that has failed, where servers keep such: else there is none. */
  default void failTransaction(ReplyOwner owner) {
    rollBack(owner);
  }

  /** Ends the batch that was begun, so that the server comes to rest, where there are batches. */
  default void endBatch(ReplyOwner owner) {}

  /**
   * Ends a copy whose data will not come, where servers wait for data.
   *
   * @param reason what the server's error is to say
   */
  default void failCopy(String reason) {}

  /**
   * Has the server end what runs on the connection.
   *
   * @param separate for a request that takes a connection of its own
   * @param done runs once, when the server has taken the request, or cannot
   */
  void cancel(CancelConnections separate, Runnable done);

  /** Appends what is said before a connection is closed. */
  void terminate(ByteBuf out);

  /**
   * Has the server forget the prepared statements that it has under the node's names, where it
   * bounds how many there are: they are prepared again when they are needed.
   */
  default void closePrepared() {}

  /**
   * Has the server forget the prepared statements that were unused for longest, as long as the
   * node's connections hold nearly as many on the server as they may.
   *
   * @param held whether those go as well that clients hold
   */
  default void yieldPrepared(boolean held) {}

  /**
   * Queries what the server takes of all its clients: a row of the prepared statements, null where
   * they have no limit, the connections of ordinary users, and the connections that there are now.
   *
   * @return false where servers have no such limits, and the owner is not called
   */
  default boolean readLimits(ReplyOwner owner) {
    return false;
  }

  /**
   * Queries how many prepared statements the server takes of all its clients: a row of one number.
   *
   * @return false where servers have no such limit, and the owner is not called
   */
  default boolean readStatementLimit(ReplyOwner owner) {
    return false;
  }
}
