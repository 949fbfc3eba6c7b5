package dev.heimdall.engine.memory;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Memory that the clients of one event loop hold of a kind from which nothing can be evicted. Half
 * of the limit is for those that hold little: who holds much cannot shut them out. Belongs to its
 * event loop.
 */
public final class ClientShare {
  /** Limit in bytes up to which a client may use the second half of the limit as well. */
  static final long LITTLE = 64 << 10;

  /** Bytes that any client may hold. */
  static final long ALWAYS = 1 << 10;

  /** Holder of much of it for a client that may do without. */
  public interface Holder {
    /** Others wait for room: lets go of what its client is not using. */
    void giveWay();
  }

  private final MemoryBudget budget;
  private final CacheShare share;
  private final Executor loop;

  /** Holders of more than {@link #LITTLE}; the one that used it last comes last. */
  private final Set<Holder> large = new LinkedHashSet<>(0);

  private long bytes;
  private long holders;
  private long refusals;

  ClientShare(MemoryBudget budget, CacheShare share, Executor loop) {
    this.budget = budget;
    this.share = share;
    this.loop = loop;
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
    if (hasRoom(0, has)) {
      return true;
    }
    refusals++;
    report();
    return false;
  }

  /**
   * True if a client may hold so many bytes.
   *
   * @param more how many of them do not count yet
   */
  boolean hasRoom(long more, long has) {
    long limit = budget.limit(share.cache());
    return has <= LITTLE ? fits(more, 0) : fits(more, limit / 2) || aloneWith(more, has);
  }

  /** True if one client may ever hold so many bytes. */
  boolean mayEverHold(long has) {
    return has <= budget.limit(share.cache()) / 4 * 3;
  }

  boolean isOf(BudgetedCache held) {
    return share.cache() == held;
  }

  /** Has all holders of all loops give way; they do so in a moment. */
  void ask() {
    budget.askToGiveWay(share.cache());
  }

  void giveWaySoon() {
    loop.execute(() -> List.copyOf(large).forEach(Holder::giveWay));
  }

  /** It holds another amount, or has used it. */
  void uses(Holder holder, long has) {
    large.remove(holder);
    if (has > LITTLE) {
      large.add(holder);
    }
  }

  /** True if the clients of all loops together leave so many bytes of the limit. */
  private boolean fits(long more, long left) {
    return budget.used(share.cache()) + more <= budget.limit(share.cache()) - left;
  }

  /** True if the others hold next to nothing, so that one may have most of what there is. */
  private boolean aloneWith(long more, long has) {
    return mayEverHold(has)
        && budget.used(share.cache()) + more - has <= budget.limit(share.cache()) / 8;
  }

  private void report() {
    share.report(bytes, holders, refusals);
  }
}
