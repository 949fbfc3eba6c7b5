package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.GlobalFailover;
import dev.heimdall.engine.topology.GlobalTopology;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.RegionLag;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ClusterNode;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.RdsHost;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a topology of what servers say. Only a server that says of itself that it is the writer is
 * believed; of two that do, the one whose history is newer.
 */
final class TopologyJudge {
  private static final String STANDS =
      "is a replica, but has applied nothing for more than %d s, though the writer has gone on"
          .formatted(Standstills.LONG.toSeconds());

  private final Prober prober;
  private final Fencing fencing;
  private final boolean timelines;
  private final Map<ServerAddress, ClusterNode> described = new HashMap<>();

  /** The last writer, and which cluster it was the writer of. */
  private Optional<ServerAddress> lastWriter = Optional.empty();

  private String lastSystem = "";

  /** Servers that have to be probed again before it counts that they claim to be the writer. */
  private List<ProbeHistory> awaited = List.of();

  private final Standstills standstills = new Standstills();

  /** By which replicas are judged while there is no writer. */
  private Optional<LastWriter> led = Optional.empty();

  /**
   * @param prober of this kind of cluster: where its servers follow numbered histories, one that
   *     follows another than the writer's is of no use
   */
  TopologyJudge(Prober prober, List<ClusterNode> described) {
    this(prober, described, new Fencing(Duration.ZERO));
  }

  /**
   * @param fencing says whether its writer takes writes
   */
  TopologyJudge(Prober prober, List<ClusterNode> described, Fencing fencing) {
    this.prober = prober;
    this.fencing = fencing;
    timelines = prober.timelines();
    described.forEach(node -> this.described.put(node.server(), node));
  }

  /**
   * @param descriptions what the RDS API adds; it decides nothing
   */
  Topology judge(Topology before, List<ProbeHistory> heard, RdsDescriptions descriptions) {
    return judge(before, heard, descriptions, Beside.NOTHING);
  }

  /**
   * Knowledge besides the servers' reports on themselves.
   *
   * @param unplaced servers that cannot be asked
   * @param said by documents, of the global cluster
   * @param handover that they report
   */
  record Beside(
      List<GlobalTopology.Unplaced> unplaced,
      GlobalSaid said,
      Optional<GlobalFailover> handover,
      Fencing.Now now) {
    static final Beside NOTHING = of(GlobalSaid.NOTHING, new Fencing.Now(0, Instant.EPOCH));

    static Beside of(GlobalSaid said, Fencing.Now now) {
      return new Beside(List.of(), said, Optional.empty(), now);
    }
  }

  Topology judge(
      Topology before, List<ProbeHistory> heard, RdsDescriptions descriptions, Beside beside) {
    List<ProbeHistory> probeHistories = withoutAliases(before, heard);
    String system = system(before, probeHistories);
    Lineage lineage = new Lineage(probeHistories);
    List<ProbeHistory> claimants =
        probeHistories.stream().filter(h -> h.claims() && !foreign(h, system)).toList();
    Optional<ServerAddress> former = before.writer().map(TopologyNode::address);
    WriterClaims.Verdict verdict =
        new WriterClaims(prober, probeHistories, descriptions, beside.said(), former)
            .verdict(claimants);
    Optional<ProbeHistory> writer = verdict.believed();
    awaited = verdict.awaited();
    Map<String, NodeReport.Member> seen = seen(probeHistories);
    led =
        writer.isPresent()
            ? LastWriter.after(led, writer.get())
            : led.filter(last -> last.report().system().equals(system));
    standstills.retain(writer, probeHistories);
    WriterFence fence = fencing.judge(writer, heard, descriptions, beside.said(), beside.now());
    List<TopologyNode> nodes = new ArrayList<>();
    for (ProbeHistory probed : probeHistories) {
      TopologyNode node = node(probed, writer, system, seen, lineage);
      if (writer.filter(one -> !one.suspect()).isPresent()) {
        node = following(node, probed, beside.now().nanos());
      }
      boolean fenced = fence.closed() && node.role() == NodeRole.WRITER;
      nodes.add(
          descriptions.completed(
              fenced ? fenced(node, Fencing.region(probed, descriptions), fence) : node));
    }
    return before.with(
        nodes,
        lastWriter(before, nodes),
        new GlobalTopology(regions(writer, heard), beside.unplaced(), fence, beside.handover()));
  }

  /**
   * The servers that have to be asked again: they reported that they are the writer, and another
   * one began to report so since then.
   */
  List<ProbeHistory> awaited() {
    return awaited;
  }

  /** A server as what is seen of it besides: whether it is a replica that stays where it is. */
  private TopologyNode following(TopologyNode node, ProbeHistory probed, long now) {
    boolean replica = node.role() == NodeRole.REPLICA && node.state() == NodeState.UP;
    boolean halts = probed.last().filter(report -> !report.halt().isEmpty()).isPresent();
    if (!replica || halts) {
      standstills.forget(probed.address());
      return replica ? node.stoppedBy(node.why()) : node;
    }
    Position written = led.map(LastWriter::kept).orElse(Position.NONE);
    // Where all have one storage, what a replica shows need never be all that is durable there.
    return !prober.oneStorage()
            && standstills.stands(probed.address(), node.position(), written, now)
        ? node.stoppedBy(STANDS)
        : node;
  }

  private TopologyNode fenced(TopologyNode writer, Optional<String> region, WriterFence fence) {
    boolean late = fence.state() == WriterFence.State.FENCED;
    return with(
        writer,
        Optional.ofNullable(described.get(writer.address())),
        NodeRole.UNKNOWN,
        late ? NodeState.FENCED : NodeState.UNKNOWN,
        "reports that it is the writer, but " + fencing.why(region, fence));
  }

  /** Lag of regions: by the report of the writer, else of the server that has answered last. */
  private static List<RegionLag> regions(Optional<ProbeHistory> writer, List<ProbeHistory> heard) {
    Optional<GlobalView> view =
        writer
            .filter(one -> one.failures() == 0)
            .flatMap(ProbeHistory::view)
            .or(
                () ->
                    heard.stream()
                        .filter(one -> !one.down() && one.view().isPresent())
                        .max((a, b) -> Long.signum(a.at() - b.at()))
                        .flatMap(ProbeHistory::view));
    return view.map(
            one ->
                one.regions().stream()
                    .sorted(Comparator.comparing(RegionLag::region))
                    .map(lag -> lag.as(one.primary().equals(Optional.of(lag.region()))))
                    .toList())
        .orElse(List.of());
  }

  private Optional<TopologyNode> lastWriter(Topology before, List<TopologyNode> nodes) {
    Optional<TopologyNode> writer =
        nodes.stream().filter(node -> node.role() == NodeRole.WRITER).findFirst();
    return led.flatMap(last -> writer.or(before::lastWriter).flatMap(last::node));
  }

  /**
   * Of two addresses that lead to one server, the later one is left out; but not the one by which
   * the writer is known: a name of the cluster's that comes to lead to it later is no other server.
   * An address that leads nowhere any more gives way to one that still does.
   */
  private static List<ProbeHistory> withoutAliases(Topology before, List<ProbeHistory> heard) {
    Optional<ServerAddress> writer = before.writer().map(TopologyNode::address);
    Map<String, ProbeHistory> chosen = new HashMap<>();
    for (ProbeHistory probed : heard) {
      boolean writes = writer.isPresent() && writer.get().equals(probed.address());
      chosen.merge(
          identity(probed),
          probed,
          (first, other) ->
              first.down() == other.down() ? writes ? other : first : up(first, other));
    }
    return heard.stream()
        .filter(probed -> identity(probed).isEmpty() || chosen.get(identity(probed)) == probed)
        .toList();
  }

  private static ProbeHistory up(ProbeHistory first, ProbeHistory other) {
    return first.down() ? other : first;
  }

  private static String identity(ProbeHistory probed) {
    return probed.last().map(NodeReport::identity).orElse("");
  }

  /**
   * Identity of this cluster: that of the writer so far; while there is none, that of the last one
   * if it reports again that it is the writer, or if any server of it answers; else that of the
   * first server that has answered.
   */
  private String system(Topology before, List<ProbeHistory> probeHistories) {
    Optional<ServerAddress> writer = before.writer().map(TopologyNode::address);
    lastWriter = writer.or(() -> lastWriter);
    Optional<String> its =
        probeHistories.stream()
            .filter(h -> lastWriter.isPresent() && h.address().equals(lastWriter.get()))
            .filter(h -> writer.isPresent() || h.claims())
            .flatMap(h -> h.last().stream())
            .map(NodeReport::system)
            .findFirst();
    boolean answers =
        probeHistories.stream()
            .filter(h -> lastWriter.isPresent() && !h.down())
            .flatMap(h -> h.last().stream())
            .anyMatch(report -> report.system().equals(lastSystem));
    if (its.isPresent() || answers) {
      lastSystem = its.orElse(lastSystem);
      return lastSystem;
    }
    return probeHistories.stream()
        .flatMap(h -> h.last().stream())
        .map(NodeReport::system)
        .findFirst()
        .orElse("");
  }

  private static boolean foreign(ProbeHistory probed, String system) {
    return probed.last().map(report -> !report.system().equals(system)).orElse(false);
  }

  /**
   * Reports of servers on others, by region and name, the furthest position of each: positions only
   * grow.
   */
  private static Map<String, NodeReport.Member> seen(List<ProbeHistory> probeHistories) {
    Map<String, NodeReport.Member> seen = new HashMap<>();
    for (ProbeHistory probed : probeHistories) {
      if (!probed.down()) {
        probed.last().stream()
            .flatMap(report -> report.members().stream())
            .filter(member -> !member.name().isEmpty())
            .forEach(member -> seen.merge(key(member), member, TopologyJudge::further));
        probed.view().stream().forEach(view -> see(view, seen));
      }
    }
    return seen;
  }

  private static void see(GlobalView view, Map<String, NodeReport.Member> seen) {
    for (GlobalView.Instance one : view.instances()) {
      NodeReport.Member member =
          NodeReport.Member.named(
              one.name(), Optional.of(one.region()), one.position(), view.lagMillis(one));
      seen.merge(key(member), member, TopologyJudge::further);
    }
  }

  private static NodeReport.Member further(NodeReport.Member a, NodeReport.Member b) {
    return a.position().covers(b.position()) ? a : b;
  }

  private static String key(NodeReport.Member member) {
    return key(member.region(), member.name());
  }

  /** Servers of two regions may have one name. */
  private static String key(Optional<String> region, String name) {
    return region.orElse("") + '/' + name;
  }

  private TopologyNode node(
      ProbeHistory probed,
      Optional<ProbeHistory> writer,
      String system,
      Map<String, NodeReport.Member> seen,
      Lineage lineage) {
    Optional<ClusterNode> mine = Optional.ofNullable(described.get(probed.address()));
    TopologyNode unasked =
        TopologyNode.unasked(probed.address()).in(RdsHost.region(probed.address().host()));
    if (probed.last().isEmpty()) {
      boolean down = probed.down();
      return with(
          unasked,
          mine,
          NodeRole.UNKNOWN,
          down ? NodeState.DOWN : NodeState.UNKNOWN,
          down ? probed.failure() : unasked.why());
    }
    NodeReport report = probed.last().get();
    boolean isWriter = writer.isPresent() && writer.get() == probed;
    Position position = report.position();
    long lagMillis = report.lagMillis();
    NodeReport.Member other = seen.get(key(report.region(), report.name()));
    if (other != null && !isWriter) {
      position = Position.further(position, other.position());
      lagMillis = lagMillis >= 0 ? lagMillis : other.lagMillis();
    }
    Optional<NodeReport> leading = led.map(LastWriter::report);
    Optional<Position> goal =
        writer.isPresent() ? leading.map(NodeReport::position) : led.map(LastWriter::kept);
    boolean comparable =
        !probed.down()
            && !foreign(probed, system)
            && leading.isPresent()
            && (!timelines || leading.get().timeline() == report.timeline());
    long lagBytes = comparable ? position.behind(goal.orElseThrow()) : TopologyNode.UNKNOWN;
    TopologyNode node =
        new TopologyNode(
            probed.address(),
            report.name(),
            report.run(),
            NodeRole.UNKNOWN,
            NodeState.UNKNOWN,
            report.region().or(unasked::region),
            Optional.empty(),
            Optional.empty(),
            report.timeline(),
            position,
            lagBytes,
            isWriter ? 0 : lagMillis,
            false,
            probed.at(),
            "");
    boolean follows = leading.isEmpty() || lineage.leads(leading.get(), report);
    return judged(node, mine, probed, report, writer, foreign(probed, system), follows);
  }

  private TopologyNode judged(
      TopologyNode node,
      Optional<ClusterNode> mine,
      ProbeHistory probed,
      NodeReport report,
      Optional<ProbeHistory> writer,
      boolean foreign,
      boolean follows) {
    NodeRole said = report.writer() ? NodeRole.UNKNOWN : NodeRole.REPLICA;
    if (probed.down()) {
      return with(node, mine, said, NodeState.DOWN, probed.failure());
    }
    if (foreign) {
      return with(node, mine, NodeRole.UNKNOWN, NodeState.DETACHED, "belongs to another cluster");
    }
    if (writer.isPresent() && writer.get() == probed) {
      return writer(node, mine, probed, report);
    }
    boolean undecided = writer.map(awaited::contains).orElse(!awaited.isEmpty());
    boolean doubtful = awaited.contains(probed) || undecided;
    if (report.writer() && doubtful) {
      return with(node, mine, NodeRole.UNKNOWN, NodeState.UNKNOWN, doubted(probed, report));
    }
    if (report.writer()) {
      return with(
          node,
          mine,
          NodeRole.UNKNOWN,
          NodeState.REFUTED,
          "reports that it is the writer"
              + on(report)
              + writer
                  .map(other -> ", but so does " + other.address() + on(other.last().orElseThrow()))
                  .orElse(", but so does another one, and nothing tells which of them is"));
    }
    if (probed.suspect()) {
      return with(node, mine, said, NodeState.SUSPECT, probed.failure());
    }
    return follows
        ? replica(node, mine, report, writer.isPresent())
        : with(
            node,
            mine,
            NodeRole.REPLICA,
            NodeState.DETACHED,
            "replicates from "
                + String.join(", ", report.follows())
                + (writer.isPresent() ? ", not from the writer" : ", not from the last writer"));
  }

  private String doubted(ProbeHistory probed, NodeReport report) {
    return awaited.contains(probed)
        ? "reported that it is the writer before another server began to, and is probed again"
        : "reports that it is the writer"
            + on(report)
            + ", but "
            + awaited.get(0).address()
            + ", which reported it before, is probed again";
  }

  private TopologyNode writer(
      TopologyNode node, Optional<ClusterNode> mine, ProbeHistory probed, NodeReport report) {
    String claim = "reports that it is the writer" + on(report);
    if (probed.suspect()) {
      return with(node, mine, NodeRole.WRITER, NodeState.SUSPECT, probed.failure());
    }
    return report.readOnly()
        ? with(
            node,
            mine,
            NodeRole.WRITER,
            NodeState.READ_ONLY,
            claim + ", but allows no writes (" + prober.readOnlyBy() + ")")
        : with(node, mine, NodeRole.WRITER, NodeState.UP, claim);
  }

  private TopologyNode replica(
      TopologyNode node, Optional<ClusterNode> mine, NodeReport report, boolean present) {
    Optional<NodeReport> writer = led.map(LastWriter::report);
    if (timelines && report.timeline() == 0) {
      return with(
          node,
          mine,
          NodeRole.REPLICA,
          NodeState.DETACHED,
          "does not say which timeline it follows: " + prober.timelineUntold());
    }
    if (timelines && writer.isPresent() && writer.get().timeline() != report.timeline()) {
      return with(
          node,
          mine,
          NodeRole.REPLICA,
          NodeState.DETACHED,
          "follows timeline "
              + report.timeline()
              + (present ? ", but the writer is" : ", but the last writer was")
              + on(writer.get()));
    }
    return with(
        node,
        mine,
        NodeRole.REPLICA,
        NodeState.UP,
        report.halt().isEmpty()
            ? "reports that it is a replica"
            : "is a replica, but " + report.halt());
  }

  private String on(NodeReport report) {
    return timelines ? " on timeline " + report.timeline() : "";
  }

  private static TopologyNode with(
      TopologyNode node, Optional<ClusterNode> mine, NodeRole role, NodeState state, String why) {
    return new TopologyNode(
        node.address(),
        node.name(),
        node.run(),
        role,
        state,
        node.region(),
        mine.flatMap(ClusterNode::zone),
        mine.flatMap(ClusterNode::weight),
        node.timeline(),
        node.position(),
        node.lagBytes(),
        node.lagMillis(),
        node.stopped(),
        node.at(),
        why);
  }
}
