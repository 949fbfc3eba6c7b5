package dev.heimdall.manager.web;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The slots of connections. A new one gets a slot although all are taken: of the address that has
 * most, the connection that has kept the manager waiting for longest is closed. So connections that
 * send nothing, or slowly, or read slowly, keep no health check and no operator out.
 */
final class CallerSlots {
  private final int most;
  private final int mostOfOneAddress;
  private final Map<InetAddress, Set<Caller>> callers = new HashMap<>();
  private int taken;

  /** A connection. */
  interface Caller {
    /** Whether the manager waits for its client, rather than the client for the manager. */
    boolean awaited();

    /** Closes it to make room. */
    void evict();
  }

  CallerSlots(int most, int mostOfOneAddress) {
    this.most = most;
    this.mostOfOneAddress = mostOfOneAddress;
  }

  /** Whether the caller gets a slot; if so, until {@link #leave}. */
  synchronized boolean take(InetAddress from, Caller caller) {
    boolean room =
        callers.getOrDefault(from, Set.of()).size() < mostOfOneAddress
            ? taken < most || evictOf(busiest())
            : evictOf(from);
    if (room) {
      callers.computeIfAbsent(from, address -> new LinkedHashSet<>()).add(caller);
      taken++;
    }
    return room;
  }

  /** The caller has taken a reply: others have kept the manager waiting for longer now. */
  synchronized void answered(InetAddress from, Caller caller) {
    Set<Caller> same = callers.get(from);
    if (same != null && same.remove(caller)) {
      same.add(caller);
    }
  }

  synchronized void leave(InetAddress from, Caller caller) {
    Set<Caller> same = callers.get(from);
    if (same != null && same.remove(caller)) {
      taken--;
      if (same.isEmpty()) {
        callers.remove(from);
      }
    }
  }

  /** The address of most callers that the manager waits for. */
  private InetAddress busiest() {
    InetAddress busiest = null;
    long most = 0;
    for (Map.Entry<InetAddress, Set<Caller>> same : callers.entrySet()) {
      long awaited = same.getValue().stream().filter(Caller::awaited).count();
      if (awaited > most) {
        busiest = same.getKey();
        most = awaited;
      }
    }
    return busiest;
  }

  private boolean evictOf(InetAddress from) {
    for (Caller caller : callers.getOrDefault(from, Set.of())) {
      if (caller.awaited()) {
        leave(from, caller);
        caller.evict();
        return true;
      }
    }
    return false;
  }
}
