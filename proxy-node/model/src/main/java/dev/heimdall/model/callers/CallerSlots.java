package dev.heimdall.model.callers;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The slots of a listener's connections. A new one gets a slot although all are taken: of the
 * address that has most, the connection that has kept the listener waiting for longest is closed.
 * So connections that send nothing, or slowly, or read slowly, keep no health check and no operator
 * out.
 */
public final class CallerSlots {
  private final int most;
  private final int mostOfOneAddress;
  private final Map<InetAddress, Set<Caller>> callers = new HashMap<>();
  private final Map<Caller, InetAddress> addresses = new HashMap<>();
  private int taken;

  /** A connection. */
  public interface Caller {
    /** True if the listener waits for its client, rather than the client for the listener. */
    boolean awaited();

    /** Closes it to make room. */
    void evict();
  }

  public CallerSlots(int most, int mostOfOneAddress) {
    this.most = most;
    this.mostOfOneAddress = mostOfOneAddress;
  }

  /**
   * True if the caller gets a slot; if so, until {@link #leave}.
   *
   * @param many whether the address is that of many, so that only all slots together limit it
   */
  public synchronized boolean take(InetAddress from, Caller caller, boolean many) {
    boolean room =
        many || of(from).size() < mostOfOneAddress
            ? taken < most || evictOf(busiest())
            : evictOf(from);
    if (room) {
      put(from, caller);
      taken++;
    }
    return room;
  }

  /**
   * Has a caller be one of another address from now on: a proxy's connection serves one client
   * after the other.
   *
   * @return false: that address has no more slots, and the caller is none of its
   */
  public synchronized boolean move(InetAddress to, Caller caller, boolean many) {
    InetAddress before = addresses.get(caller);
    if (before == null || before.equals(to)) {
      return before != null;
    }
    if (!many && of(to).size() >= mostOfOneAddress && !evictOf(to)) {
      return false;
    }
    remove(before, caller);
    put(to, caller);
    return true;
  }

  /** The caller has taken a reply: others have kept the listener waiting for longer now. */
  public synchronized void answered(Caller caller) {
    InetAddress from = addresses.get(caller);
    if (from != null) {
      remove(from, caller);
      put(from, caller);
    }
  }

  public synchronized void leave(Caller caller) {
    InetAddress from = addresses.get(caller);
    if (from != null) {
      remove(from, caller);
      taken--;
    }
  }

  private Set<Caller> of(InetAddress address) {
    return callers.getOrDefault(address, Set.of());
  }

  private void put(InetAddress from, Caller caller) {
    callers.computeIfAbsent(from, address -> new LinkedHashSet<>()).add(caller);
    addresses.put(caller, from);
  }

  private void remove(InetAddress from, Caller caller) {
    addresses.remove(caller);
    Set<Caller> same = callers.get(from);
    same.remove(caller);
    if (same.isEmpty()) {
      callers.remove(from);
    }
  }

  /** The address of most callers that the listener waits for. */
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
    for (Caller caller : of(from)) {
      if (caller.awaited()) {
        leave(caller);
        caller.evict();
        return true;
      }
    }
    return false;
  }
}
