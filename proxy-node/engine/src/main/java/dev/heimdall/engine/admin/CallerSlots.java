package dev.heimdall.engine.admin;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The slots of the HTTP endpoint. A new caller gets one although all are taken: the one that has
 * kept the listener waiting for longest, of the address that has most, loses its connection. So
 * connections that send nothing, or send slowly, keep no health check out. Belongs to the
 * listener's thread.
 */
final class CallerSlots {
  private final int most;
  private final int mostOfOneAddress;
  private final Map<InetAddress, Set<Caller>> callers = new HashMap<>();
  private int taken;

  /** A connection. */
  interface Caller {
    /** Whether the listener waits for it, rather than it for the listener. */
    boolean awaited();

    /** Closes the connection to make room. */
    void evict();
  }

  CallerSlots(int most, int mostOfOneAddress) {
    this.most = most;
    this.mostOfOneAddress = mostOfOneAddress;
  }

  /** Whether the caller gets a slot; if so, until {@link #leave}. */
  boolean take(InetAddress from, Caller caller) {
    if (callers.getOrDefault(from, Set.of()).size() >= mostOfOneAddress) {
      if (!evict(from)) {
        return false;
      }
    } else if (taken >= most && !evict(busiest())) {
      return false;
    }
    callers.computeIfAbsent(from, address -> new LinkedHashSet<>()).add(caller);
    taken++;
    return true;
  }

  /** The caller's request was answered: others have kept the listener waiting for longer now. */
  void answered(InetAddress from, Caller caller) {
    Set<Caller> same = callers.get(from);
    if (same != null && same.remove(caller)) {
      same.add(caller);
    }
  }

  void leave(InetAddress from, Caller caller) {
    Set<Caller> same = callers.get(from);
    if (same != null && same.remove(caller)) {
      taken--;
      if (same.isEmpty()) {
        callers.remove(from);
      }
    }
  }

  /** The address with the most callers that the listener waits for. */
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

  private boolean evict(InetAddress from) {
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
