package dev.heimdall.engine.memory;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/**
 * Divides the bytes that a node's large caches may have: between the caches, and where each event
 * loop has a cache of its own, between the loops. Thread-safe.
 */
public final class MemoryBudget {
  /** Without a setting: one byte of so many of the heap. */
  private static final int OF_HEAP = 4;

  /** Maximum weight of a statement as a multiple of its text. */
  private static final int OF_PREPARED = 6;

  private static final int OF_UNNAMED = 3;

  private final long bytes;
  private final int loops;
  private final List<CacheShare> shares = new CopyOnWriteArrayList<>();
  private final List<ClientShare> ofClients = new CopyOnWriteArrayList<>();
  private final LargeInput largeInput;

  /**
   * @param bytes for all caches together
   * @param loops how many event loops there are, at least 1
   */
  public MemoryBudget(long bytes, int loops) {
    this.bytes = bytes;
    this.loops = loops;
    this.largeInput = new LargeInput(this, ofNode(BudgetedCache.LARGE_INPUT));
  }

  /** Room for large statements, which the clients of all event loops divide. */
  public LargeInput largeInput() {
    return largeInput;
  }

  /** Bytes of the longest text that one client can have in a simple query. */
  public long longestQuery() {
    return largeInput.most();
  }

  /**
   * About as many bytes as the longest text may have that one client prepares: besides the text,
   * what it was read to be is kept, and a named one once more by its key.
   */
  public long longestParse() {
    return Math.min(
        BudgetedCache.NAMED.of(bytes) / OF_PREPARED,
        BudgetedCache.UNNAMED.of(bytes) / 4 * 3 / OF_UNNAMED);
  }

  /** Returns the budget of the caches where no setting defines it. */
  public static long ofHeap(long mostHeap) {
    return mostHeap / OF_HEAP;
  }

  /** For all caches together. */
  public long bytes() {
    return bytes;
  }

  /** Returns the share of a cache that each event loop has one of. */
  public CacheShare ofLoop(BudgetedCache cache) {
    return share(cache, cache.of(bytes) / loops);
  }

  /** Returns the share of a cache that the node has one of. */
  public CacheShare ofNode(BudgetedCache cache) {
    return share(cache, cache.of(bytes));
  }

  /**
   * Returns the memory that the clients of an event loop may hold and that cannot be evicted.
   *
   * @param loop runs tasks on it
   */
  public ClientShare ofClients(BudgetedCache held, Executor loop) {
    ClientShare share = new ClientShare(this, ofLoop(held), loop);
    ofClients.add(share);
    return share;
  }

  /** Has who holds much of it on any event loop let go of what is not used. */
  void askToGiveWay(BudgetedCache held) {
    for (ClientShare share : ofClients) {
      if (share.isOf(held)) {
        share.giveWaySoon();
      }
    }
  }

  private CacheShare share(BudgetedCache cache, long limit) {
    CacheShare share = new CacheShare(cache, limit);
    shares.add(share);
    return share;
  }

  /** True if a cache has all that it may, on all event loops together. */
  public boolean full(BudgetedCache cache) {
    return used(cache) >= limit(cache);
  }

  /** Bytes that a cache may have on all event loops together. */
  long limit(BudgetedCache cache) {
    return cache.of(bytes);
  }

  /** Bytes that it has. */
  long used(BudgetedCache cache) {
    long used = 0;
    for (CacheShare share : shares) {
      if (share.cache() == cache) {
        used += share.bytes();
      }
    }
    return used;
  }

  /** Use of the budget by each cache, in the order of {@link BudgetedCache}. */
  public List<CacheUse> uses() {
    return Arrays.stream(BudgetedCache.values()).map(this::use).toList();
  }

  /** Use of the budget by one cache. */
  public CacheUse use(BudgetedCache cache) {
    CacheUse sum = new CacheUse(cache, 0, 0, 0, 0);
    for (CacheShare share : shares) {
      if (share.cache() == cache) {
        CacheUse one = share.use();
        sum =
            new CacheUse(
                cache,
                sum.bytes() + one.bytes(),
                sum.limit() + one.limit(),
                sum.entries() + one.entries(),
                sum.evictions() + one.evictions());
      }
    }
    return sum;
  }
}
