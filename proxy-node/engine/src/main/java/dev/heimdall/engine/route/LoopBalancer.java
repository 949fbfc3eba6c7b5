package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.BalanceSettings;
import dev.heimdall.model.ServerAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * Chooses one of the servers that may answer a read, by what one event loop has seen of them.
 * Belongs to that loop. Of servers that may answer, one is always chosen: what makes one look bad
 * never leaves none.
 */
public final class LoopBalancer {
  /** Result of {@link #choose} if no server may answer. */
  public static final int NOBODY = -1;

  private static final Set<ServerAddress> NONE = Set.of();

  private final BalanceRules rules;
  private final DoubleSupplier random;
  private final Map<ServerAddress, NodeLoad> known = new HashMap<>();
  private final double[] shares = new double[Freshness.MOST_NODES];
  private Set<ServerAddress> up = NONE;
  private NodeLoad[] loads = new NodeLoad[0];
  private ReadPlan plan = new ReadPlan(0, List.of());

  /**
   * @param random from 0 to 1, 1 excluded
   */
  public LoopBalancer(BalanceSettings settings, DoubleSupplier random) {
    this.rules = BalanceRules.of(settings);
    this.random = random;
  }

  /** Takes another version of the cluster; servers that are there again begin slowly. */
  public void follow(Topology topology, ReadPlan next, long now) {
    Set<ServerAddress> usable = new HashSet<>();
    Set<ServerAddress> all = new HashSet<>();
    loads = new NodeLoad[Math.min(topology.nodes().size(), Freshness.MOST_NODES)];
    for (int i = 0; i < loads.length; i++) {
      TopologyNode node = topology.nodes().get(i);
      all.add(node.address());
      loads[i] = known.computeIfAbsent(node.address(), address -> new NodeLoad());
      boolean isUp =
          node.state() == NodeState.UP
              || (node.state() == NodeState.SUSPECT && up.contains(node.address()));
      if (isUp) {
        usable.add(node.address());
        if (!up.isEmpty() && !up.contains(node.address())) {
          loads[i].returned(now);
        }
      }
    }
    known.keySet().retainAll(all);
    up = usable;
    plan = next;
  }

  /** The version of the cluster that it follows. */
  public long version() {
    return plan.version();
  }

  /**
   * Chooses a server.
   *
   * @param eligible those that may answer, as bits
   * @param near those that come before others that may answer, unless all of them are put aside
   * @param now by {@link System#nanoTime}
   * @return the node's place in the topology, or {@link #NOBODY}
   */
  public int choose(long eligible, long near, long now) {
    long candidates = candidates(eligible, near, now);
    if (candidates == 0) {
      return NOBODY;
    }
    double total = 0;
    for (int i = 0; i < plan.entries().size(); i++) {
      total += weigh(rank(plan.entries().get(i), candidates), candidates, now);
    }
    if (rules.byOutstanding()) {
      int one = draw(candidates, total);
      int other = draw(candidates, total);
      return busier(one, other) ? other : one;
    }
    return draw(candidates, total);
  }

  private boolean busier(int one, int other) {
    return (loads[one].outstanding() + 1) * shares[other]
        > (loads[other].outstanding() + 1) * shares[one];
  }

  /** Draws by weight among the candidates; {@link #weigh} was called for each entry. */
  private int draw(long candidates, double total) {
    double left = random.getAsDouble() * total;
    int last = NOBODY;
    for (int i = 0; i < plan.entries().size(); i++) {
      ReadPlan.Rank rank = rank(plan.entries().get(i), candidates);
      for (int j = 0; rank != null && j < rank.nodes().length; j++) {
        int node = rank.nodes()[j];
        if ((candidates & 1L << node) != 0) {
          last = node;
          left -= shares[node];
          if (left < 0 || !rank.spread()) {
            break;
          }
        }
      }
      if (left < 0) {
        break;
      }
    }
    return last;
  }

  /** The sum of the shares of an entry; those of its nodes are noted. */
  private double weigh(ReadPlan.Rank rank, long candidates, long now) {
    double sum = 0;
    for (int j = 0; rank != null && j < rank.nodes().length; j++) {
      int node = rank.nodes()[j];
      if ((candidates & 1L << node) != 0) {
        shares[node] = rank.weights()[j] * loads[node].share(now, rules);
        sum += shares[node];
        if (!rank.spread()) {
          break;
        }
      }
    }
    return sum;
  }

  private static ReadPlan.Rank rank(ReadPlan.Entry entry, long candidates) {
    for (int i = 0; i < entry.ranks().size(); i++) {
      ReadPlan.Rank rank = entry.ranks().get(i);
      if ((rank.mask() & candidates) != 0) {
        return rank;
      }
    }
    return null;
  }

  /** Those whose turn it is, neither put aside nor slow; of servers that may answer never none. */
  private long candidates(long eligible, long near, long now) {
    long possible = inTurn(eligible);
    long kept = 0;
    for (long left = eligible; left != 0; left &= left - 1) {
      int node = Long.numberOfTrailingZeros(left);
      if (node < loads.length && !loads[node].ejected(now)) {
        kept |= 1L << node;
      }
    }
    long turn = inTurn(kept & near);
    turn = turn == 0 ? inTurn(kept) : turn;
    return fastEnough(turn == 0 ? possible : turn, now);
  }

  private long inTurn(long nodes) {
    long turn = 0;
    for (int i = 0; i < plan.entries().size(); i++) {
      ReadPlan.Rank rank = rank(plan.entries().get(i), nodes);
      if (rank != null) {
        turn |= rank.mask() & nodes;
      }
    }
    return turn;
  }

  private long fastEnough(long candidates, long now) {
    if (rules.multiplier() == 0) {
      return candidates;
    }
    double fastest = Double.MAX_VALUE;
    for (long left = candidates; left != 0; left &= left - 1) {
      double average = loads[Long.numberOfTrailingZeros(left)].averageNanos(now);
      if (average > 0 && average < fastest) {
        fastest = average;
      }
    }
    long kept = 0;
    for (long left = candidates; left != 0; left &= left - 1) {
      int node = Long.numberOfTrailingZeros(left);
      if (loads[node].averageNanos(now) <= fastest * rules.multiplier()) {
        kept |= 1L << node;
      }
    }
    return kept;
  }

  /** A statement goes to a server. */
  public void began(ServerAddress server) {
    NodeLoad load = known.get(server);
    if (load != null) {
      load.began();
    }
  }

  /**
   * It was answered.
   *
   * @param nanos how long that took
   */
  public void ended(ServerAddress server, long nanos, long now) {
    NodeLoad load = known.get(server);
    if (load != null) {
      load.ended(nanos, now);
    }
  }

  /** It was taken back before it was answered, for reasons that are not the server's. */
  public void withdrawn(ServerAddress server) {
    NodeLoad load = known.get(server);
    if (load != null) {
      load.withdrawn();
    }
  }

  /** The server, or the connection to it, failed it. */
  public void failed(ServerAddress server, long now) {
    NodeLoad load = known.get(server);
    if (load != null) {
      load.failed(now, rules);
    }
  }

  /** Number of statements in flight to a server, for people. */
  public int outstanding(ServerAddress server) {
    NodeLoad load = known.get(server);
    return load == null ? 0 : load.outstanding();
  }
}
