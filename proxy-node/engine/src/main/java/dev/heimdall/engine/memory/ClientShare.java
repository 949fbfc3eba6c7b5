package dev.heimdall.engine.memory;

/**
 * What the clients of one event loop hold of a kind of memory from which nothing can be evicted.
 * Half of the limit is for those that hold little: who holds much cannot shut them out. Belongs to
 * its event loop.
 */
public final class ClientShare {
  /** Who holds no more than so many bytes may have the second half of the limit as well. */
  static final long LITTLE = 64 << 10;

  /** Bytes that any client may hold. */
  static final long ALWAYS = 1 << 10;

  private final MemoryBudget budget;
  private final CacheShare share;
  private long bytes;
  private long holders;
  private long refusals;

  ClientShare(MemoryBudget budget, CacheShare share) {
    this.budget = budget;
    this.share = share;
  }

  /** For one client, which holds nothing yet. */
  public ClientUsage holding() {
    return new ClientUsage(this);
  }

  /**
   * A client holds another amount.
   *
   * @return whether it may
   */
  boolean moved(long had, long has) {
    bytes += has - had;
    holders += (has > 0 ? 1 : 0) - (had > 0 ? 1 : 0);
    report();
    if (has <= had || has <= ALWAYS) {
      return true;
    }
    if (has <= LITTLE ? fits(0) : fits(budget.limit(share.cache()) / 2) || aloneWith(has)) {
      return true;
    }
    refusals++;
    report();
    return false;
  }

  /** Whether the clients of all loops together leave so many bytes of the limit. */
  private boolean fits(long left) {
    return budget.used(share.cache()) <= budget.limit(share.cache()) - left;
  }

  /** Whether the others hold next to nothing, so that one may have most of what there is. */
  private boolean aloneWith(long has) {
    long limit = budget.limit(share.cache());
    return has <= limit / 4 * 3 && budget.used(share.cache()) - has <= limit / 8;
  }

  private void report() {
    share.report(bytes, holders, refusals);
  }
}
