package dev.heimdall.engine.pool;

import dev.heimdall.engine.net.LoopContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The pools of one virtual database by their keys, as long as they are in use. Thread-safe. */
final class KeyedPools implements SharedPool.Siblings {
  /** Time that a server waits for the users of a database to leave, and a little more. */
  private static final Duration FREEING = Duration.ofSeconds(6);

  private final PoolScope scope;
  private final Yielding room;
  private final PoolLimits limits;
  private final Map<PoolKey, SharedPool> pools = new ConcurrentHashMap<>();

  /** Databases that are to have no users, and until when, by {@link System#nanoTime}. */
  private final Map<String, Long> freed = new ConcurrentHashMap<>();

  KeyedPools(PoolScope scope, Yielding room, PoolLimits limits) {
    this.scope = scope;
    this.room = room;
    this.limits = limits;
  }

  /** The pool of this key; null where there is none. */
  SharedPool known(PoolKey key) {
    return pools.get(key);
  }

  Collection<SharedPool> all() {
    return pools.values();
  }

  Collection<LoopPool> onLoops() {
    List<LoopPool> all = new ArrayList<>();
    pools.values().forEach(shared -> all.addAll(shared.all()));
    return all;
  }

  LoopPool join(PoolKey key, LoopContext context) {
    SharedPool shared =
        pools.compute(
            key,
            (k, known) -> {
              SharedPool pool = known == null ? make(k) : known;
              pool.joined();
              return pool;
            });
    return shared.on(context);
  }

  private SharedPool make(PoolKey key) {
    return new SharedPool(
        scope,
        this,
        key,
        new Limit(scope.plan().settings().size()),
        limits.ofUser(key),
        limits.ofDatabase(key));
  }

  void leave(LoopPool pool) {
    pools.computeIfPresent(
        pool.key(),
        (key, shared) -> {
          boolean unused = shared.left();
          if (!unused && toBeFree(key.database())) {
            shared.freed();
          } else if (!unused) {
            shared.renewIfFreed();
          }
          return unused ? gone(key) : shared;
        });
  }

  @Override
  public void forgetUnused(PoolKey key) {
    pools.computeIfPresent(key, (k, shared) -> shared.unused() ? gone(k) : shared);
  }

  private SharedPool gone(PoolKey key) {
    limits.left(key);
    return null;
  }

  @Override
  public Limit total() {
    return limits.total();
  }

  @Override
  public void wakeWaiters() {
    pools.values().forEach(SharedPool::wakeWaiters);
  }

  @Override
  public void evictIdleExcept(LoopPool asking, Limit full) {
    room.makeRoomUnder(full, asking);
  }

  /** True if the pool of this key has connections, and all of them are in use. */
  boolean allInUse(PoolKey key) {
    SharedPool shared = pools.get(key);
    return shared != null && shared.allInUse();
  }

  /** Connections of one role that were made before now serve no other session. */
  void renew(PoolKey key) {
    SharedPool pool = pools.get(key);
    if (pool != null) {
      pool.renew();
    }
  }

  /** Closes so many of a user's connections that are unused, as far as there are any. */
  void closeIdle(String user, int most) {
    int left = most;
    for (LoopPool pool : onLoops()) {
      if (left > 0 && pool.key().credential().user().equals(user)) {
        int here = Math.min(left, pool.counts().idle());
        left -= here;
        pool.onLoop(() -> pool.closeIdle(here, "a rule lets its user have fewer"));
      }
    }
  }

  /** Number of a user's idle connections. */
  int idleOf(String user) {
    return onLoops().stream()
        .filter(pool -> pool.key().credential().user().equals(user))
        .mapToInt(pool -> pool.counts().idle())
        .sum();
  }

  /** Has a database have no users before long. */
  void free(String database) {
    toBeFree(database);
    freed.put(database, System.nanoTime() + FREEING.toNanos());
    pools.forEach(
        (key, shared) -> {
          if (key.database().equals(database)) {
            pools.computeIfPresent(
                key,
                (k, pool) -> {
                  pool.freed();
                  return pool;
                });
          }
        });
  }

  /** True if a database is to have no users now. */
  private boolean toBeFree(String database) {
    if (freed.isEmpty()) {
      return false;
    }
    freed.values().removeIf(until -> until - System.nanoTime() < 0);
    return freed.containsKey(database);
  }
}
