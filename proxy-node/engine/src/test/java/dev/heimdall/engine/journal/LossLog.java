package dev.heimdall.engine.journal;

import dev.heimdall.engine.wire.ServerError;
import java.util.List;
import java.util.Set;

/** Writes down what becomes of a client whose server connection is lost. */
final class LossLog implements LostClient {
  private final List<String> log;
  boolean mayGoOn = true;
  boolean leavesServer = true;

  /** What is to be done once what was run again is undone; null when nothing is. */
  Runnable rolledBack;

  /**
   * @param log what happens to the client, in its order
   */
  LossLog(List<String> log) {
    this.log = log;
  }

  @Override
  public boolean mayGoOn() {
    return mayGoOn;
  }

  @Override
  public void unanswered(Set<Long> again, boolean onward) {}

  @Override
  public void ready() {}

  @Override
  public void fail(ServerError error, int units, boolean open) {
    if (units > 0 || open) {
      log.add("fail " + units + (open ? " open" : ""));
    }
  }

  @Override
  public void failTransaction() {
    log.add("transaction failed");
  }

  @Override
  public boolean leavesServer() {
    return leavesServer;
  }

  @Override
  public void rewind(byte[] held, boolean forReplica) {
    log.add("rewind");
  }

  @Override
  public void rollBack(Runnable then) {
    log.add("undo");
    rolledBack = then;
  }

  @Override
  public void transactionFailed(ServerError error, int pending, boolean open, boolean cut) {
    log.add(
        "lost "
            + error.sqlState()
            + " for "
            + pending
            + (open ? " open" : "")
            + (cut ? " cut" : "")
            + ": "
            + error.detail());
  }
}
