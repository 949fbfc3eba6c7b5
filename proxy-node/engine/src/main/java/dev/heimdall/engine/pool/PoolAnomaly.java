package dev.heimdall.engine.pool;

import java.util.concurrent.TimeUnit;

/** Finding of a pool audit that no client's behaviour explains: a fault of the node's. */
public enum PoolAnomaly {
  NOT_HELD("it is neither idle nor used by a session, and is closed", 2),
  NO_HOLDER("it is lent, but no session has it, and is closed", 5),
  LEASE_IDLE("its session is outside a transaction and waits for nothing, and it is closed", 2),
  CLIENT_GONE("the client of its session has disconnected, and it is closed", 20),
  COUNT("the connections that are counted against pool.size are not those that there are", 5),
  WAITING("sessions wait although another event loop has an idle connection", 3),
  READING("the input of a client was paused and nothing is in the way, and is read on", 2);

  private final String words;
  private final long tolerated;

  PoolAnomaly(String words, int seconds) {
    this.words = words;
    this.tolerated = TimeUnit.SECONDS.toNanos(seconds);
  }

  /** In words, with what is done about it. */
  public String words() {
    return words;
  }

  /** So long it may be an intermediate state, in nanoseconds. */
  public long tolerated() {
    return tolerated;
  }
}
