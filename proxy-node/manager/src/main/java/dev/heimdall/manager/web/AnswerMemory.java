package dev.heimdall.manager.web;

import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The memory that answers take until their clients have taken them, of all connections together.
 * One address gets half of it at most. Where it is used up, an answer goes that its client does not
 * take, or one of an address that has more than the one which asks.
 */
final class AnswerMemory {
  /** Answers that are no larger count for nothing: there are as many as connections. */
  static final int SMALL = 16 << 10;

  private final int most;
  private final long patienceNanos;
  private final LongSupplier nanoClock;

  /** The one that is being sent for longest first. */
  private final Map<Holder, Held> holders = new LinkedHashMap<>();

  private final Map<InetAddress, Integer> ofAddresses = new HashMap<>();
  private int taken;

  /** A connection to which an answer is being sent. */
  interface Holder {
    InetAddress from();

    /** Closes the connection to make room. */
    void evict();
  }

  private record Held(int bytes, long since) {}

  /**
   * @param most bytes of all together
   * @param patienceNanos how long an answer may be on its way before it makes room for one of its
   *     own address
   */
  AnswerMemory(int most, long patienceNanos, LongSupplier nanoClock) {
    this.most = most;
    this.patienceNanos = patienceNanos;
    this.nanoClock = nanoClock;
  }

  /** Maximum size of a single answer. */
  int largest() {
    return most / 2;
  }

  /** True if the holder gets so many bytes; if so, until it gives them {@link #back}. */
  synchronized boolean take(Holder holder, int bytes) {
    if (bytes <= SMALL) {
      return true;
    }
    while (of(holder.from()) + bytes > largest() || taken + bytes > most) {
      Optional<Holder> other =
          of(holder.from()) + bytes > largest()
              ? slowest(holder.from())
              : ofTheLargest(of(holder.from()));
      if (other.isEmpty()) {
        return false;
      }
      back(other.get());
      other.get().evict();
    }
    holders.put(holder, new Held(bytes, nanoClock.getAsLong()));
    ofAddresses.merge(holder.from(), bytes, Integer::sum);
    taken += bytes;
    return true;
  }

  synchronized void back(Holder holder) {
    Held had = holders.remove(holder);
    if (had != null) {
      taken -= had.bytes();
      ofAddresses.computeIfPresent(
          holder.from(), (from, bytes) -> bytes == had.bytes() ? null : bytes - had.bytes());
    }
  }

  private int of(InetAddress address) {
    return ofAddresses.getOrDefault(address, 0);
  }

  /** Of this address the one that its client has not taken for longest, if that is long. */
  private Optional<Holder> slowest(InetAddress from) {
    long before = nanoClock.getAsLong() - patienceNanos;
    return holders.entrySet().stream()
        .filter(one -> one.getKey().from().equals(from) && one.getValue().since() - before < 0)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The oldest of the address that has most, unless none has more than this. */
  private Optional<Holder> ofTheLargest(int own) {
    return ofAddresses.entrySet().stream()
        .max(Comparator.comparingInt(Map.Entry::getValue))
        .filter(largest -> largest.getValue() > own)
        .flatMap(
            largest ->
                holders.keySet().stream()
                    .filter(one -> one.from().equals(largest.getKey()))
                    .findFirst());
  }
}
