package dev.heimdall.engine.pool;

import dev.heimdall.engine.net.LoopContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Chooses the idle connection that is closed for one that a pool needs: the longest idle one of all
 * pools under the limit that is reached. Reads what the loops have published; thread-safe.
 */
final class Yielding implements PoolScope.Room {
  private static final String FOR_POOL = "another pool needs its place";
  private static final String FOR_LOG_IN = "the check of a log-in needs its place";

  private final VdbPools pools;
  private final Neighbours neighbours;

  Yielding(VdbPools pools, Neighbours neighbours) {
    this.pools = pools;
    this.neighbours = neighbours;
  }

  @Override
  public boolean serverNearlyFull() {
    return neighbours.nearlyFull(pools.address());
  }

  @Override
  public void makeRoomFor(LoopPool asking) {
    SharedPool own = pools.keyed().known(asking.key());
    neighbours.crowded(pools.address(), asking.context().now());
    close(asking, longestIdle(toSameServer(), shared -> shared != own));
  }

  /** A limit of the virtual database is reached: one of another pool under it goes. */
  void makeRoomUnder(Limit full, LoopPool asking) {
    close(
        asking,
        longestIdle(
            pools.keyed().all(),
            shared -> shared.isUnder(full) && !shared.key().equals(asking.key())));
  }

  /**
   * One goes for the check of a log-in, of this pool if it has any.
   *
   * @return whether there was one
   */
  boolean makeRoomForLogIn(PoolKey key) {
    neighbours.crowded(pools.address(), System.nanoTime());
    SharedPool own = pools.keyed().known(key);
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

  @Override
  public void closePrepared() {
    toSameServer().forEach(SharedPool::closePrepared);
  }

  @Override
  public void yieldPrepared(LoopContext here, boolean heldToo, boolean elsewhere) {
    toSameServer().forEach(pool -> pool.yieldPrepared(here, heldToo, elsewhere));
  }

  /** The pools whose connections lead to the same server, those of other databases too. */
  private List<SharedPool> toSameServer() {
    List<SharedPool> all = new ArrayList<>(pools.keyed().all());
    neighbours.of(pools).forEach(other -> all.addAll(other.keyed().all()));
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
