package dev.heimdall.manager.web;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Limit of the requests carried out at a time, each by a thread that may wait for the
 * configuration's place or the password's: those of one address never take all.
 */
final class Turns {
  private final int most;
  private final int mostOfOneAddress;
  private final Map<InetAddress, Integer> ofAddresses = new HashMap<>();
  private int taken;

  Turns(int most, int mostOfOneAddress) {
    this.most = most;
    this.mostOfOneAddress = mostOfOneAddress;
  }

  /** True if there is one; if so, until it is given {@link #back}. */
  synchronized boolean take(InetAddress from) {
    if (taken >= most || ofAddresses.getOrDefault(from, 0) >= mostOfOneAddress) {
      return false;
    }
    taken++;
    ofAddresses.merge(from, 1, Integer::sum);
    return true;
  }

  synchronized void back(InetAddress from) {
    taken--;
    ofAddresses.computeIfPresent(from, (address, count) -> count == 1 ? null : count - 1);
  }
}
