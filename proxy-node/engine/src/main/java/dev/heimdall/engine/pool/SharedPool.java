package dev.heimdall.engine.pool;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.model.PoolSettings;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Common state of the pools of one key over all event loops. */
final class SharedPool implements PooledConnections.Terms {
  /** The other pools of the virtual database. Thread-safe. */
  interface Siblings {
    /** The limit of all of them. */
    Limit total();

    /** Wakes the waiters of all these pools, who may want what became free. */
    void wakeWaiters();

    /**
     * Closes one idle connection of another pool under the same limit. The room is there when it
     * has closed; waiters are woken then.
     */
    void evictIdleExcept(LoopPool asking, Limit full);

    /** A pool may have closed its last connection. */
    void forgetUnused(PoolKey key);
  }

  private final PoolScope scope;
  private final Siblings siblings;
  private final PoolKey key;
  private final Limit limit;
  private final Limit userLimit;
  private final Limit databaseLimit;
  private final Map<Integer, LoopPool> byLoop = new ConcurrentHashMap<>();

  /** Number of times that the existing connections have been retired, beside those of all pools. */
  private final AtomicLong renewals = new AtomicLong();

  /** Changed only while the virtual database's map of pools is held at this key. */
  private int users;

  /**
   * True if the pool's connections are not kept when its last user leaves; changed only while the
   * map of pools is held at this key.
   */
  private boolean freed;

  private final AtomicInteger moving = new AtomicInteger();

  /** Pools of all event loops, for the look at each release. */
  private volatile LoopShares shares = new LoopShares();

  SharedPool(
      PoolScope scope,
      Siblings siblings,
      PoolKey key,
      Limit limit,
      Limit userLimit,
      Limit databaseLimit) {
    this.scope = scope;
    this.siblings = siblings;
    this.key = key;
    this.limit = limit;
    this.userLimit = userLimit;
    this.databaseLimit = databaseLimit;
  }

  PoolScope scope() {
    return scope;
  }

  @Override
  public PoolSettings settings() {
    return scope.plan().settings();
  }

  @Override
  public int used() {
    return limit.used();
  }

  PoolKey key() {
    return key;
  }

  Limit limit() {
    return limit;
  }

  /** Connections that all pools of the virtual database may have to the server; 0: any number. */
  int mostOfAll() {
    return siblings.total().max();
  }

  @Override
  public long generation() {
    return scope.generation() + renewals.get();
  }

  /** Connections made before now are closed as soon as they are idle. */
  void renew() {
    renewals.incrementAndGet();
    byLoop.values().forEach(pool -> pool.onLoop(pool::closeRetired));
  }

  void closePrepared() {
    byLoop.values().forEach(pool -> pool.onLoop(pool::closePrepared));
  }

  /** Idle connections let go of statements, of the other loops only if they are asked. */
  void yieldPrepared(LoopContext here, boolean heldToo, boolean elsewhere) {
    for (LoopPool pool : byLoop.values()) {
      if (pool.context() == here) {
        pool.yieldPrepared(heldToo);
      } else if (elsewhere) {
        pool.onLoop(() -> pool.yieldPrepared(heldToo));
      }
    }
  }

  /**
   * Its database is to have no users: its connections are closed, when the last who has joined it
   * leaves if anyone has.
   */
  void freed() {
    freed = true;
    renewIfFreed();
  }

  /** Renews it if its database was to have no users, unless someone has joined it. */
  void renewIfFreed() {
    if (freed && users == 0) {
      freed = false;
      renew();
    }
  }

  /** True if there are connections, and all of them are in use. */
  boolean allInUse() {
    return limit.used() > 0 && byLoop.values().stream().allMatch(p -> p.counts().idle() == 0);
  }

  void joined() {
    users++;
  }

  /** Says whether the pool is unused. */
  boolean left() {
    users--;
    return unused();
  }

  /** A place under the limit is taken by each connection, from before it is made until its end. */
  boolean unused() {
    return users == 0 && limit.used() == 0 && settings().minIdle() == 0;
  }

  LoopPool on(LoopContext context) {
    LoopPool known = byLoop.get(context.index());
    if (known != null) {
      return known;
    }
    synchronized (byLoop) {
      LoopPool made = byLoop.computeIfAbsent(context.index(), i -> new LoopPool(this, context));
      shares = new LoopShares(byLoop.values().toArray(new LoopPool[0]));
      return made;
    }
  }

  /** True if it is this pool's part to open connections ahead of demand. */
  boolean keepsMinimum(LoopPool pool) {
    return shares.isFirst(pool);
  }

  LoopPool existing(LoopContext context) {
    return byLoop.get(context.index());
  }

  Collection<LoopPool> all() {
    return byLoop.values();
  }

  /** Takes a place under every limit, or none; then others close what they do not use. */
  boolean reserve(LoopPool asking) {
    Limit full = takePlaces();
    if (full != null && full != limit) {
      siblings.evictIdleExcept(asking, full);
    }
    return full == null;
  }

  /** Takes a place under every limit if there is one without taking anything from others. */
  boolean reserveSpare() {
    return takePlaces() == null;
  }

  /** Returns the limit that leaves no room; null when there was some. */
  private Limit takePlaces() {
    if (!limit.tryTake()) {
      return limit;
    }
    Limit full = takeCommon();
    if (full != null) {
      limit.give();
    }
    return full;
  }

  private Limit takeCommon() {
    if (!siblings.total().tryTake()) {
      return siblings.total();
    }
    if (!userLimit.tryTake()) {
      siblings.total().give();
      return userLimit;
    }
    if (!databaseLimit.tryTake()) {
      userLimit.give();
      siblings.total().give();
      return databaseLimit;
    }
    return null;
  }

  /** True if its connections count under this limit. */
  boolean isUnder(Limit common) {
    return common == siblings.total() || common == userLimit || common == databaseLimit;
  }

  /** Gives a reserved place back; a waiter under one of the limits may have it. */
  @Override
  public void free() {
    limit.give();
    userLimit.give();
    databaseLimit.give();
    siblings.total().give();
    siblings.wakeWaiters();
    siblings.forgetUnused(key);
  }

  void wakeWaiters() {
    for (LoopPool pool : byLoop.values()) {
      if (pool.counts().waiting() > 0) {
        pool.onLoop(pool::serve);
      }
    }
  }

  /**
   * So many connections more are counted that no loop has, or fewer: on their way from one to
   * another, or left to their server.
   */
  @Override
  public void moving(int more) {
    moving.addAndGet(more);
  }

  int moving() {
    return moving.get();
  }

  /** Shares of the event loops in the pool's connections. */
  LoopShares shares() {
    return shares;
  }

  /**
   * Asks another loop for an idle connection when this one may open none.
   *
   * @return whether there is one
   */
  boolean askOthers(LoopPool asking) {
    LoopPool richest = shares.richestWithIdle(asking);
    if (richest != null) {
      richest.onLoop(() -> richest.lendTo(asking));
    }
    return richest != null;
  }
}
