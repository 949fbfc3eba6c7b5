package dev.heimdall.engine.admin;

import java.time.Duration;
import java.util.List;

/**
 * True if the node takes clients.
 *
 * @param ready whether it accepts clients and none of the reasons against it holds
 * @param draining whether a drain has begun
 * @param reasons why it is not ready, one sentence each, such as "starting: 2 of 3 listeners are
 *     open"; a database that cannot be reached is none, nor is one that waits beside others
 * @param vdbs the virtual databases, in order of their names
 */
public record NodeHealth(
    boolean ready, boolean draining, List<String> reasons, List<VdbHealth> vdbs) {
  /** The reason of one that was told to take no clients, and has none any more. */
  public static final String OUT_OF_SERVICE = "the node is out of service until it is undrained";

  public NodeHealth {
    reasons = List.copyOf(reasons);
    vdbs = List.copyOf(vdbs);
  }

  /**
   * A virtual database.
   *
   * @param reachable whether a server of it could be reached when that was last tried; not while it
   *     waits for what is known of its cluster
   * @param detail why not, or null
   * @param queueTimeout for how long a client waits for a server connection; 0 for no limit
   */
  public record VdbHealth(String name, boolean reachable, String detail, Duration queueTimeout) {}
}
