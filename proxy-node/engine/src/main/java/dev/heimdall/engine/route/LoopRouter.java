package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.BalanceSettings;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.util.Collection;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/** Says where each read of one event loop goes. Belongs to that loop. */
public final class LoopRouter {
  private final ClusterView view;
  private final LoopBalancer balancer;

  /**
   * @param random from 0 to 1, 1 excluded
   */
  public LoopRouter(ClusterView view, BalanceSettings settings, DoubleSupplier random) {
    this.view = view;
    this.balancer = new LoopBalancer(settings, random);
  }

  /**
   * The replica that answers a read; empty when it goes to the writer. The read may go there only
   * over a connection of which {@link ClusterView#knows} says, before this is asked, that it may.
   *
   * @param now by {@link System#nanoTime}
   */
  public Optional<ServerAddress> replica(ReadRequest request, long now) {
    ClusterView.Snapshot snapshot = view.snapshot();
    if (balancer.version() != snapshot.plan().version()) {
      balancer.follow(snapshot.topology(), snapshot.plan(), now);
    }
    long eligible =
        request.among()
            & view.freshness().eligible(snapshot.topology(), view.need(request))
            & ~snapshot.silent(); // which takes no reads that others may answer
    int chosen =
        eligible == 0 ? LoopBalancer.NOBODY : balancer.choose(eligible, snapshot.near(), now);
    if (chosen == LoopBalancer.NOBODY) {
      return Optional.empty();
    }
    TopologyNode node = snapshot.topology().nodes().get(chosen);
    return node.role() == NodeRole.WRITER ? Optional.empty() : Optional.of(node.address());
  }

  /**
   * True if a server may answer a read now, over a connection of which {@link ClusterView#knows}
   * has said before that it may.
   */
  public boolean mayAnswer(ServerAddress server, ReadRequest request) {
    Topology topology = view.snapshot().topology();
    Optional<TopologyNode> node = topology.node(server);
    return node.isPresent()
        && view.freshness().verdict(node.get(), view.need(request)) == Freshness.Verdict.FRESH;
  }

  /**
   * True if a server has every write of these tables that was noted by now, of all sessions; over a
   * connection as {@link #mayAnswer} has it.
   */
  public boolean hasAll(ServerAddress server, Collection<String> tables) {
    Optional<TopologyNode> node = view.snapshot().topology().node(server);
    return node.isPresent()
        && view.freshness().verdict(node.get(), view.needOfAll(tables)) == Freshness.Verdict.FRESH;
  }

  /**
   * Number of noted writes that a server has, as far as its position tells; negative where it does
   * not. What it answers has these and perhaps more.
   */
  public long noted(ServerAddress server) {
    return view.snapshot()
        .topology()
        .node(server)
        .filter(node -> node.state() == NodeState.UP && node.position() != Position.NONE)
        .map(node -> view.notedAt(node.position()))
        .orElse(-1L);
  }

  /** Reason that no replica may answer a read for which {@link #replica} has just named none. */
  public Unanswered whyNone(ReadRequest request) {
    Topology topology = view.snapshot().topology();
    ReadRequirement need = view.need(request);
    Unanswered why = Unanswered.NO_REPLICA;
    for (int i = 0; i < topology.nodes().size() && i < Freshness.MOST_NODES; i++) {
      TopologyNode node = topology.nodes().get(i);
      boolean asked = (request.among() & 1L << i) != 0;
      if (asked && node.role() == NodeRole.REPLICA) {
        Unanswered its =
            switch (view.freshness().verdict(node, need)) {
              case UNUSABLE -> Unanswered.NO_REPLICA;
              case UNKNOWN ->
                  view.strictInParts() ? Unanswered.OTHER_STORES : Unanswered.OUT_OF_TOUCH;
              case LAGGING -> Unanswered.LAGGING;
              case BEHIND -> Unanswered.BEHIND;
              case FRESH -> Unanswered.WRITER_CHOSEN;
            };
        why = its.compareTo(why) > 0 ? its : why;
      }
    }
    return why;
  }

  /** Reason that no replica answers a read, in the order of how near one came to it. */
  public enum Unanswered {
    /** None is up that may take reads. */
    NO_REPLICA,
    /** This node has not heard from the others of late. */
    OUT_OF_TOUCH,
    /** It never hears of some others, and must miss nothing. */
    OTHER_STORES,
    /** All are further behind than replicas may be. */
    LAGGING,
    /** None has all yet that the read must not miss. */
    BEHIND,
    /** It was the writer's turn. */
    WRITER_CHOSEN
  }

  /** View of the cluster to which these reads belong. */
  public ClusterView view() {
    return view;
  }

  /** True if a replica will soon be fresh enough for a read that now goes to the writer. */
  public boolean soon(ReadRequest request) {
    return view.freshness().soon(view.topology(), view.need(request));
  }

  /** A statement goes to a server. */
  public void began(ServerAddress server) {
    balancer.began(server);
  }

  /**
   * A server has answered a statement.
   *
   * @param nanos how long that took
   */
  public void ended(ServerAddress server, long nanos, long now) {
    balancer.ended(server, nanos, now);
  }

  /** A statement is taken from a server again, which says nothing of the server. */
  public void withdrawn(ServerAddress server) {
    balancer.withdrawn(server);
  }

  /** A server, or the connection to it, has failed a statement, or could not be reached. */
  public void failed(ServerAddress server, long now) {
    balancer.failed(server, now);
  }

  /** Number of this loop's statements in flight to a server. */
  public int outstanding(ServerAddress server) {
    return balancer.outstanding(server);
  }
}
