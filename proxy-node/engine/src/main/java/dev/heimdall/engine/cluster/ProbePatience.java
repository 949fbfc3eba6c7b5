package dev.heimdall.engine.cluster;

import dev.heimdall.routing.threads.StandStill;
import java.time.Duration;

/**
 * Timeouts for connecting to a server, and for an answer. A node that hardly gets any processor
 * time needs longer than usual for the first connection, which runs code that never ran before: cut
 * short each time, it would find no server at all. So an attempt that ran out is followed by longer
 * ones, up to a bound, until one has answered; and later only where connecting was as slow. A
 * server that was quick is given no longer when it falls silent. Belongs to one thread at a time.
 */
final class ProbePatience {
  private final Duration usual;
  private Duration now;

  /** True if the server is not known to be connected to in the usual time. */
  private boolean slow = true;

  ProbePatience(Duration usual) {
    this.usual = usual;
    now = usual;
  }

  /** Timeout of the next connection. */
  Duration now() {
    return now;
  }

  /** An attempt has failed after so long. */
  void failed(Duration took) {
    if (slow && took.compareTo(usual) >= 0) {
      Duration doubled = now.multipliedBy(2);
      Duration most = usual.multipliedBy(StandStill.LONGEST);
      now = doubled.compareTo(most) < 0 ? doubled : most;
    }
  }

  /**
   * The server has answered.
   *
   * @param connected whether it was connected to for that
   */
  void answered(Duration took, boolean connected) {
    if (connected) {
      slow = took.compareTo(usual) >= 0;
      now = slow ? now : usual;
    }
  }
}
