package dev.heimdall.manager.web;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The memory that bodies of requests take, of all connections together. They are read before it is
 * known whose they are, so one address gets half of it at most; and where it is used up, a body
 * that still arrives from the address with most of it makes room.
 */
final class BodyMemory {
  private final int most;
  private final Map<Holder, Integer> holders = new LinkedHashMap<>();
  private final Map<InetAddress, Integer> ofAddresses = new HashMap<>();
  private int taken;

  /** A connection with a body. */
  interface Holder {
    InetAddress from();

    /** True if its body still arrives. */
    boolean arriving();

    /** Closes the connection to make room. */
    void evict();
  }

  BodyMemory(int most) {
    this.most = most;
  }

  /** True if the holder gets so many bytes more; if so, until it gives {@link #back} all it has. */
  synchronized boolean take(Holder holder, int bytes) {
    int ofAddress = ofAddresses.getOrDefault(holder.from(), 0);
    if (ofAddress + bytes > most / 2) {
      return false;
    }
    while (taken + bytes > most) {
      Optional<Holder> other = largestArrivingOfAnotherThan(holder.from(), ofAddress);
      if (other.isEmpty()) {
        return false;
      }
      back(other.get());
      other.get().evict();
    }
    holders.merge(holder, bytes, Integer::sum);
    ofAddresses.merge(holder.from(), bytes, Integer::sum);
    taken += bytes;
    return true;
  }

  synchronized void back(Holder holder) {
    Integer had = holders.remove(holder);
    if (had != null) {
      taken -= had;
      ofAddresses.computeIfPresent(
          holder.from(), (from, bytes) -> bytes.equals(had) ? null : bytes - had);
    }
  }

  private Optional<Holder> largestArrivingOfAnotherThan(InetAddress from, int ofFrom) {
    return holders.keySet().stream()
        .filter(Holder::arriving)
        .filter(holder -> !holder.from().equals(from))
        .filter(holder -> ofAddresses.get(holder.from()) > ofFrom)
        .max(
            Comparator.comparingInt((Holder holder) -> ofAddresses.get(holder.from()))
                .thenComparingInt(holders::get));
  }
}
