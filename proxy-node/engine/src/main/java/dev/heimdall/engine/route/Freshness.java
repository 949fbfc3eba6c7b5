package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.LagSettings;
import dev.heimdall.model.NodeRole;
import java.util.List;

/**
 * Decides which servers of a cluster are fresh enough for a read. Positions are compared where the
 * servers tell them; else the time since the last write is compared with the measured lag. What is
 * not known speaks against a replica, never for it.
 */
public final class Freshness {
  /** Of more servers than this, the rest is never chosen: the answer has a bit for each. */
  public static final int MOST_NODES = Long.SIZE;

  private static final long MILLI = 1_000_000;

  private final long maxBytes;
  private final long maxMillis;
  private final long margin;

  public Freshness(LagSettings settings) {
    maxBytes = settings.maxBytes();
    maxMillis = settings.maxTime().toMillis();
    margin = settings.margin().toNanos();
  }

  /**
   * The servers that may answer a read, the writer among them while there is one.
   *
   * @param need what the read must not miss
   * @return bit i stands for node i of the topology
   */
  public long eligible(Topology topology, ReadRequirement need) {
    long eligible = 0;
    List<TopologyNode> nodes = topology.nodes();
    for (int i = 0; i < nodes.size() && i < MOST_NODES; i++) {
      if (verdict(nodes.get(i), need) == Verdict.FRESH) {
        eligible |= 1L << i;
      }
    }
    return eligible;
  }

  /**
   * True if a replica will soon be fresh enough that is not now, so that waiting for it makes
   * sense.
   */
  public boolean soon(Topology topology, ReadRequirement need) {
    for (TopologyNode node : topology.nodes()) {
      Verdict verdict = verdict(node, need);
      if (node.role() == NodeRole.REPLICA && verdict == Verdict.BEHIND) {
        return true;
      }
    }
    return false;
  }

  /** Reason that a server may answer a read or not. */
  public Verdict verdict(TopologyNode node, ReadRequirement need) {
    if (!node.state().usable()) {
      return Verdict.UNUSABLE;
    }
    if (node.role() == NodeRole.WRITER) {
      return Verdict.FRESH;
    }
    if (node.role() != NodeRole.REPLICA || node.state() != NodeState.UP) {
      return Verdict.UNUSABLE;
    }
    if (need.lagIgnored()) {
      return Verdict.FRESH;
    }
    if (need.unknowable()) {
      return Verdict.UNKNOWN;
    }
    if (need.limited() && tooFarBehind(node)) {
      return Verdict.LAGGING;
    }
    return node.position() != Position.NONE ? byPosition(node, need) : byTime(node, need);
  }

  /** True if a replica is known to be further behind than replicas may be; false where unknown. */
  public boolean knownToLag(TopologyNode node) {
    return node.role() == NodeRole.REPLICA
        && node.state() == NodeState.UP
        && node.lagBytes() != 0
        && (maxBytes > 0 && node.position().bytesOfLog().isPresent() && node.lagBytes() > maxBytes
            || maxMillis > 0 && node.lagMillis() > maxMillis);
  }

  private boolean tooFarBehind(TopologyNode node) {
    if (node.lagBytes() == 0) {
      return false;
    }
    boolean byBytes =
        maxBytes > 0
            && node.position().bytesOfLog().isPresent() // else there is nothing that counts so
            && (node.lagBytes() < 0 || node.lagBytes() > maxBytes);
    boolean byTime = maxMillis > 0 && (node.lagMillis() < 0 || node.lagMillis() > maxMillis);
    return byBytes || byTime;
  }

  private static Verdict byPosition(TopologyNode node, ReadRequirement need) {
    return node.position().covers(need.position()) ? Verdict.FRESH : Verdict.BEHIND;
  }

  /**
   * Verdict by time: the replica has what was written before it answered, less its lag; it may have
   * what came later.
   */
  private Verdict byTime(TopologyNode node, ReadRequirement need) {
    if (node.lagMillis() < 0) {
      return Verdict.UNKNOWN;
    }
    long shownUpTo = node.at() - node.lagMillis() * MILLI - margin;
    boolean fresh = need.position() == Position.NONE || shownUpTo - need.writtenAt() > 0;
    return fresh ? Verdict.FRESH : Verdict.BEHIND;
  }

  /** Verdict on a server and a read. */
  public enum Verdict {
    /** It has all that the read must not miss. */
    FRESH,
    /** It lacks something, or that is not known yet; that will change. */
    BEHIND,
    /** It is further behind than replicas may be. */
    LAGGING,
    /** It cannot be known whether the server is fresh enough. */
    UNKNOWN,
    /** It cannot be used at all. */
    UNUSABLE
  }
}
