package dev.heimdall.engine.pool;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Maximum numbers of server connections that the pools of a virtual database may have together: all
 * of them, those of one user, those to one database. Thread-safe.
 */
final class PoolLimits {
  /** The part of a server's connections that all nodes may have for one virtual database. */
  private static final int TENTHS = 9;

  private final Limit total = new Limit(0);
  private final Map<String, SharedLimit> perUser = new ConcurrentHashMap<>();
  private final Map<String, SharedLimit> perDatabase = new ConcurrentHashMap<>();
  private final Map<String, Integer> byRule = new ConcurrentHashMap<>();
  private final Map<String, Integer> idleByRule = new ConcurrentHashMap<>();
  private volatile PoolPlan plan;

  /** This node's part of what the server takes; 0 where that is not known. */
  private volatile int ofServer;

  /**
   * @param pools how many pools count under it
   */
  private record SharedLimit(Limit limit, int pools) {}

  PoolLimits(PoolPlan plan) {
    this.plan = plan;
    total.max(most());
  }

  /**
   * The server has reported how many connections ordinary users may have. That limits all pools
   * where the configuration does not.
   *
   * @param nodes how many nodes share the server
   */
  void ofServer(int connections, int nodes) {
    ofServer = (int) Math.max(1, (long) connections * TENTHS / 10 / nodes);
    total.max(most());
  }

  private int most() {
    return plan.settings().maxConnections().orElse(ofServer);
  }

  /** Takes a new plan; what rules have said is forgotten. */
  void update(PoolPlan next) {
    plan = next;
    byRule.clear();
    idleByRule.clear();
    total.max(most());
    perUser.forEach((user, shared) -> shared.limit().max(most(user)));
    perDatabase.forEach((database, shared) -> shared.limit().max(next.settings().maxPerDatabase()));
  }

  /** That of all pools. */
  Limit total() {
    return total;
  }

  /** That of a pool's user; the pool counts under it until {@link #left}. */
  Limit ofUser(PoolKey key) {
    String user = key.credential().user();
    return joined(perUser, user, most(user));
  }

  /** That of a pool's database; the pool counts under it until {@link #left}. */
  Limit ofDatabase(PoolKey key) {
    return joined(perDatabase, key.database(), plan.settings().maxPerDatabase());
  }

  /** A pool is gone. */
  void left(PoolKey key) {
    left(perUser, key.credential().user());
    left(perDatabase, key.database());
  }

  /**
   * Limits one user from now on, whatever the configuration says, until it is read anew.
   *
   * @return how many connections the user has above a limit that is another now; empty where it is
   *     what it was, or the user has none
   */
  OptionalInt rule(String user, Optional<Integer> connections, Optional<Integer> idle) {
    idle.ifPresent(most -> idleByRule.put(user, most));
    if (connections.isEmpty() || connections.get().equals(byRule.put(user, connections.get()))) {
      return OptionalInt.empty();
    }
    SharedLimit shared = perUser.get(user);
    if (shared == null) {
      return OptionalInt.empty();
    }
    shared.limit().max(most(user));
    return OptionalInt.of(excess(shared.limit()));
  }

  /** True if a user has more connections than a rule wants. */
  boolean aboveRule(String user) {
    SharedLimit shared = byRule.containsKey(user) ? perUser.get(user) : null;
    return shared != null && excess(shared.limit()) > 0;
  }

  /** Maximum number of idle connections of a user that may stay; null for any number. */
  Integer mostIdle(String user) {
    return idleByRule.isEmpty() ? null : idleByRule.get(user);
  }

  private static int excess(Limit limit) {
    return limit.max() == 0 ? 0 : limit.used() - limit.max();
  }

  private int most(String user) {
    Integer ruled = byRule.get(user);
    if (ruled != null) {
      return ruled;
    }
    Integer own = plan.userLimits().get(user);
    return own != null && own > 0 ? own : plan.settings().maxPerUser();
  }

  private static Limit joined(Map<String, SharedLimit> limits, String name, int max) {
    return limits
        .compute(
            name,
            (n, known) ->
                known == null
                    ? new SharedLimit(new Limit(max), 1)
                    : new SharedLimit(known.limit(), known.pools() + 1))
        .limit();
  }

  private static void left(Map<String, SharedLimit> limits, String name) {
    limits.computeIfPresent(
        name,
        (n, known) ->
            known.pools() == 1 ? null : new SharedLimit(known.limit(), known.pools() - 1));
  }
}
