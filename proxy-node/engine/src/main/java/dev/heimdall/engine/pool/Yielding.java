package dev.heimdall.engine.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which idle connection is closed for one that a pool needs: the one that was idle for longest, of
 * all pools under the limit that is reached. Reads what the loops have published; thread-safe.
 */
final class Yielding {
  private static final String FOR_POOL = "another pool needs its place";
  private static final String FOR_LOG_IN = "the check of a log-in needs its place";

  private final VdbPools pools;
  private final Neighbours neighbours;

  Yielding(VdbPools pools, Neighbours neighbours) {
    this.pools = pools;
    this.neighbours = neighbours;
  }

  /** Whether the server that connections go to takes hardly any more. */
  boolean serverNearlyFull() {
    return neighbours.nearlyFull(pools.address());
  }

  /** The server takes no more, or hardly any: one of any other pool to it goes. */
  void makeRoomFor(LoopPool asking) {
    SharedPool own = pools.known(asking.key());
    neighbours.crowded(pools.address(), asking.context().now());
    close(asking, longestIdle(toSameServer(), shared -> shared != own));
  }

  /** A limit of the virtual database is reached: one of another pool under it goes. */
  void makeRoomUnder(Limit full, LoopPool asking) {
    close(
        asking,
        longestIdle(
            pools.shared(), shared -> shared.isUnder(full) && !shared.key().equals(asking.key())));
  }

  /**
   * One goes for the check of a log-in, of this pool if it has any.
   *
   * @return whether there was one
   */
  boolean makeRoomForLogIn(PoolKey key) {
    neighbours.crowded(pools.address(), System.nanoTime());
    SharedPool own = pools.known(key);
    LoopPool longest = own == null ? null : longestIdle(List.of(own), shared -> true);
    if (longest == null) {
      longest = longestIdle(toSameServer(), shared -> true);
    }
    if (longest == null) {
      return false;
    }
    LoopPool from = longest;
    from.onLoop(() -> from.yieldIdle(FOR_LOG_IN));
    return true;
  }

  /** The pools whose connections lead to the same server, those of other databases too. */
  List<SharedPool> toSameServer() {
    List<SharedPool> all = new ArrayList<>(pools.shared());
    neighbours.of(pools).forEach(other -> all.addAll(other.shared()));
    return all;
  }

  private static LoopPool longestIdle(Iterable<SharedPool> among, Predicate<SharedPool> from) {
    LoopPool longest = null;
    long since = 0;
    for (SharedPool shared : among) {
      if (!from.test(shared)) {
        continue;
      }
      for (LoopPool pool : shared.all()) {
        long its = pool.counts().idleSince();
        if (pool.counts().idle() > 0 && (longest == null || its - since < 0)) {
          longest = pool;
          since = its;
        }
      }
    }
    return longest;
  }

  private static void close(LoopPool asking, LoopPool longest) {
    if (longest == null) {
      return;
    }
    if (longest.context() == asking.context()) {
      longest.yieldIdle(FOR_POOL);
    } else {
      longest.onLoop(() -> longest.yieldIdle(FOR_POOL));
    }
  }
}
