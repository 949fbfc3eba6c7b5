package dev.heimdall.engine.journal;

import dev.heimdall.engine.wire.ServerError;
import java.util.Set;

/** A client whose server connection is lost, as those see it that send again what was lost. */
public interface LostClient {
  /** True if what was lost may be tried again over another connection. */
  boolean mayGoOn();

  /**
   * No server answers any more what the client has sent.
   *
   * @param again the units that are going to be read again
   * @param onward whether what was on its way is read again behind them
   */
  void unanswered(Set<Long> again, boolean onward);

  /** It goes on as if nothing had been sent, over whatever connection there is. */
  void ready();

  /**
   * It gets this error for so many units.
   *
   * @param open whether also for a part of another one, whose rest is void
   */
  void fail(ServerError error, int units, boolean open);

  /** It is in a transaction of which no server knows: that has failed. */
  void failTransaction();

  /**
   * It is in a transaction that no server knows of: what it sends next is not to go over the
   * connection that it has.
   *
   * @return whether that is so; not as long as that connection is being made ready for something
   */
  boolean leavesServer();

  // ---- whole transactions

  /**
   * It is where it was when its transaction began.
   *
   * @param held the BEGIN that was answered without a server; null when it was not
   */
  void rewind(byte[] held, boolean forReplica);

  /** Undoes what was run again, and goes on with this. */
  void rollBack(Runnable then);

  /**
   * Its transaction was not run again.
   *
   * @param pending how many units it waits for the answer to
   * @param open whether it has sent part of another
   * @param cut whether it has had the beginning of a message whose rest does not come
   */
  void transactionFailed(ServerError error, int pending, boolean open, boolean cut);
}
