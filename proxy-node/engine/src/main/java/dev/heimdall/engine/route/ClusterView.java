package dev.heimdall.engine.route;

import dev.heimdall.engine.changes.OutsideWrites;
import dev.heimdall.engine.share.ChangeInProgress;
import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.Exchange;
import dev.heimdall.engine.share.HeardMessages;
import dev.heimdall.engine.share.Redefinition;
import dev.heimdall.engine.share.SingleNode;
import dev.heimdall.engine.share.SparedTables;
import dev.heimdall.engine.share.WriteMark;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.share.WritesElsewhere;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Driver;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.ServerAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Facts that all event loops must know about one cluster to send statements to its servers. Read on
 * any thread, without waiting; notified of each snapshot by the watcher of the cluster.
 */
public final class ClusterView {
  private final DataSource source;
  private final Driver driver;
  private final WritePositions positions;
  private final Definitions definitions;
  private final Exchange exchange;
  private final OutsideWrites outside;
  private final Freshness freshness;
  private final ReadRequirements needs;
  private final WriterSamples samples;
  private final StaleReads stale;
  private final NearServers near;
  private final boolean locatesWrites;
  private final boolean tracksWrites;
  private final boolean cached;
  private volatile Snapshot snapshot;

  /** Stands for all that was written before the writer became what it is; null before the first. */
  private volatile WriteMark taken;

  /** Only of interest to the thread that tells of snapshots. */
  private Optional<TopologyNode> lastWriter = Optional.empty();

  /**
   * Facts that are known at one moment.
   *
   * @param plan for the version of the topology
   * @param writer where writes go; empty while there is no writer
   * @param near the servers that answer reads before others, as bits; 0 for all alike
   * @param silent the writer, as a bit, if it has not answered of late and may still work; else 0
   */
  record Snapshot(
      Topology topology, ReadPlan plan, Optional<ServerAddress> writer, long near, long silent) {
    static long silent(Topology topology) {
      for (int i = 0; i < topology.nodes().size() && i < Freshness.MOST_NODES; i++) {
        TopologyNode node = topology.nodes().get(i);
        if (node.role() == NodeRole.WRITER && node.state() == NodeState.SUSPECT) {
          return 1L << i;
        }
      }
      return 0;
    }
  }

  /**
   * @param positions what was written through this node, and what others told of
   * @param definitions what this node knows of them
   * @param exchange tells the others, and knows whether they are heard
   * @param cached whether results of it are kept
   * @param ownRegion of this node, as far as it is known; never waits
   */
  public ClusterView(
      DataSource source,
      Driver driver,
      WritePositions positions,
      Definitions definitions,
      Exchange exchange,
      boolean cached,
      Supplier<Optional<String>> ownRegion) {
    ClusterSettings settings = source.cluster();
    this.source = source;
    this.driver = driver;
    this.positions = positions;
    this.definitions = definitions;
    this.exchange = exchange;
    outside = new OutsideWrites(positions, definitions);
    freshness = new Freshness(settings.lag());
    needs = new ReadRequirements(settings.consistency());
    samples = new WriterSamples(settings.lag().maxStaleness());
    stale = new StaleReads(settings);
    near = new NearServers(settings.balance().region(), ownRegion);
    this.cached = cached;
    locatesWrites = settings.reads() != ReadSplit.NONE || !(exchange instanceof SingleNode);
    tracksWrites = cached || locatesWrites;
    snapshot = of(Topology.unasked(source.hosts()));
  }

  private Snapshot of(Topology topology) {
    return new Snapshot(
        topology,
        ReadPlan.of(driver, source, topology),
        ReadPlan.writer(driver, source, topology),
        near.of(topology),
        Snapshot.silent(topology));
  }

  /**
   * There is a new snapshot; one thread at a time.
   *
   * @param now by {@link System#nanoTime}
   */
  public void changed(Topology topology, long now) {
    Snapshot before = snapshot;
    boolean same = before.plan().version() == topology.version();
    Optional<TopologyNode> writer = topology.writer();
    boolean other =
        writer.isPresent() && (lastWriter.isEmpty() || another(lastWriter.get(), writer.get()));
    if (other) {
      // The log goes on from where the new writer took over: positions of before may lie beyond, of
      // writes that did not survive. All that did are within what it has written by now. Before
      // anybody is sent to its replicas: in a log of its own, positions of before say nothing.
      if (lastWriter.isPresent()) {
        definitions.otherServer();
      }
      lastWriter = writer;
      taken = positions.otherWriter();
      stale.otherWriter();
    }
    snapshot =
        same
            ? new Snapshot(
                topology, before.plan(), before.writer(), near.of(topology), before.silent())
            : of(topology);
    samples.take(topology, now);
    stale.take(topology, now);
    if (writer.isPresent() && !other) {
      positions.resolve();
    }
  }

  /** Also a server of the same name: it may have a log of its own. */
  private static boolean another(TopologyNode before, TopologyNode now) {
    return !now.address().equals(before.address()) || now.replaces(before);
  }

  Snapshot snapshot() {
    return snapshot;
  }

  /** Router that decides where the reads of one event loop go; to be used on that loop only. */
  public LoopRouter router() {
    return new LoopRouter(
        this, source.cluster().balance(), () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * True if anybody wants to know what is written: replicas that are read from, kept results, or
   * other nodes.
   */
  public boolean tracksWrites() {
    return tracksWrites;
  }

  /**
   * True if anybody wants to know where in the log writes are: replicas that are read from, or
   * other nodes. What this node keeps for itself does without.
   */
  public boolean locatesWrites() {
    return locatesWrites;
  }

  /** The servers as they are. */
  public Topology topology() {
    return snapshot.topology();
  }

  /** Server to which writes go; empty while there is no writer. */
  public Optional<ServerAddress> writer() {
    return snapshot.writer();
  }

  /**
   * A replica that takes reads and has all that the last writer was known to keep: while there is
   * no writer, log-ins are decided there. Empty while there is a writer, and where no replica has
   * all, it is unknown what that is, or no reads go to replicas.
   */
  public Optional<ServerAddress> completeReplica() {
    Snapshot now = snapshot;
    Topology topology = now.topology();
    if (now.writer().isPresent() || source.cluster().reads() == ReadSplit.NONE) {
      return Optional.empty();
    }
    Position last = topology.lastWriter().map(TopologyNode::position).orElse(Position.NONE);
    if (last == Position.NONE) {
      return Optional.empty();
    }
    long readers = now.plan().nodes();
    for (int i = 0; i < topology.nodes().size() && i < Freshness.MOST_NODES; i++) {
      TopologyNode node = topology.nodes().get(i);
      if ((readers & 1L << i) != 0
          && node.role() == NodeRole.REPLICA
          && node.state() == NodeState.UP
          && node.position() != Position.NONE
          && node.position().covers(last)) {
        return Optional.of(node.address());
      }
    }
    return Optional.empty();
  }

  /**
   * A transaction has committed that wrote something. To be called when the server has said so and
   * before the client is told.
   *
   * @param tables what it wrote, in full as the catalogue spells them
   * @param others whether tables that cannot be named may have been written too
   */
  public Committed committed(Collection<String> tables, boolean others) {
    return committed(tables, others, null);
  }

  /**
   * Notes the commit of a transaction that may have written definitions.
   *
   * @param redefinition what it may have written of the definitions of a database, by which all
   *     nodes judge what is written and read; null for nothing
   */
  public Committed committed(Collection<String> tables, boolean others, Redefinition redefinition) {
    return committed(tables, others, redefinition, Position.NONE);
  }

  /**
   * Notes the commit of a transaction whose position the server has reported.
   *
   * @param own {@link Position#NONE} where it has not
   */
  public Committed committed(
      Collection<String> tables, boolean others, Redefinition redefinition, Position own) {
    return committed(tables, others, redefinition, own, SparedTables.NONE);
  }

  /**
   * Notes a commit where rules leave results of these tables in the cache.
   *
   * @param spared which ones
   */
  public Committed committed(
      Collection<String> tables,
      boolean others,
      Redefinition redefinition,
      Position own,
      SparedTables spared) {
    if (redefinition != null) {
      definitions.written(redefinition);
    }
    WriteMark mark = positions.committed(tables, others || redefinition != null, own, spared);
    return new Committed(mark, exchange.announce(spared.marked(tables), others, redefinition));
  }

  /** True if {@link #committedBy} is to be called: the database says which process has written. */
  public boolean knowsCommitsByProcess() {
    return cached && source.changes().notified();
  }

  /**
   * Notes that a server process of this node has {@link #committed} these writes, so that a later
   * report from the database is recognised.
   *
   * @param process by the server's number of it
   */
  public void committedBy(ServerAddress server, int process, Collection<String> tables) {
    outside.ownCommit(server, process, tables);
  }

  /**
   * Announces that something is about to be sent that changes definitions of a database, or may. To
   * be called before that; from then on until it is over no node trusts what it knows of them.
   */
  public ChangeInProgress changing(String database) {
    Runnable overHere = definitions.changing(database);
    return exchange.changing(database).alsoOver(overHere);
  }

  /** A statement is about to be sent for which no node may keep connections to a database. */
  public void free(String database) {
    exchange.free(database);
  }

  /** Sessions that begin from now on, through whatever node, may begin with other settings. */
  public void sessionDefaultsChanged() {
    exchange.sessionDefaultsChanged();
  }

  /** Definitions were found changed past all nodes: what they showed counts as written now. */
  public void redefinedUntold() {
    positions.missed();
  }

  /**
   * Announces that definitions were found changed past all nodes, as it seems by this node alone:
   * nodes that look more seldom, or later, look at once.
   */
  public void tellRedefined(String database) {
    CompletableFuture<Void> unused =
        exchange.announce(List.of(), true, new Redefinition(database, Redefinition.How.POSSIBLE));
  }

  /**
   * A commit that is noted.
   *
   * @param mark for the session's later reads; takes the place of its earlier ones
   * @param told done when the client may be told; never fails
   */
  public record Committed(WriteMark mark, CompletableFuture<Void> told) {}

  /**
   * True if what is known of a server is of the same run of it as a connection, so that the
   * connection may be used for reads that {@link LoopRouter#replica} sends there. A replica that
   * was started anew may be less far than it was before, for a while; connections do not outlive
   * that.
   *
   * @param connectedAt when the connection had been made, by {@link System#nanoTime}
   */
  public boolean knows(ServerAddress server, long connectedAt) {
    Optional<TopologyNode> node = snapshot.topology().node(server);
    return node.isPresent() && node.get().at() - connectedAt > 0;
  }

  /** The servers of which something is true, as bits for {@link ReadRequest#among}. */
  public long matching(Predicate<TopologyNode> condition) {
    long mask = 0;
    Topology topology = snapshot.topology();
    for (int i = 0; i < topology.nodes().size() && i < Freshness.MOST_NODES; i++) {
      if (condition.test(topology.nodes().get(i))) {
        mask |= 1L << i;
      }
    }
    return mask;
  }

  /**
   * Position that a server must have to answer the next read of a session that has seen so much.
   */
  public Position position(MonotonicReads seen, long now) {
    return seen.position(snapshot.topology(), samples, now);
  }

  /**
   * A statement is about to be sent that may commit what was written to these tables.
   *
   * @param rows by the table, those that are written of it, where that is known
   * @return to be run when it is answered, or its connection lost
   */
  public Runnable committing(Collection<String> tables, boolean others, Map<String, RowKeys> rows) {
    return positions.committing(tables, others, rows);
  }

  /** True if {@link #committing} is to be called: results are kept. */
  public boolean mindsCommits() {
    return cached;
  }

  /**
   * A server connection was lost before what was written over it was answered; to be called beside
   * {@link #committed}.
   */
  public void doubted(Collection<String> tables, boolean others) {
    positions.doubted(tables, others);
    exchange.doubted(tables, others);
  }

  /**
   * Number of writes that were noted: what is read from now on has them. Taken before a statement
   * is sent whose result is to be kept.
   */
  public long noted() {
    return positions.noted();
  }

  /** Counts of other nodes' writes, by table. */
  public WritesElsewhere writesElsewhere() {
    return positions.elsewhere();
  }

  /**
   * True if what was read of these tables when so many writes were noted is what a read finds.
   *
   * @param rows those on which it rests, by the table; all of a table that is not there
   */
  public boolean holds(long noted, Collection<String> tables, Map<String, RowKeys> rows) {
    return holds(noted, System.nanoTime(), tables, rows);
  }

  /**
   * True if what was read of these tables and kept some time ago is what a read finds.
   *
   * @param at when it was, by {@link System#nanoTime}
   */
  public boolean holds(long noted, long at, Collection<String> tables, Map<String, RowKeys> rows) {
    return positions.unwrittenSince(noted, at, tables, rows);
  }

  /** A result is kept that rests on these rows, by the table. */
  public void keptBy(Map<String, RowKeys> rows) {
    positions.keptBy(rows);
  }

  /**
   * Position of the writer before now, so that what is read from it from now on has all that was
   * acknowledged by then; {@link Position#NONE} where it is not known.
   */
  public Position written() {
    return snapshot.topology().writer().map(TopologyNode::position).orElse(Position.NONE);
  }

  /** Identity of the writer, in words that are the same at all nodes; empty for none. */
  public Optional<String> writerRun() {
    return snapshot
        .topology()
        .writer()
        .filter(writer -> !writer.run().isEmpty())
        .map(writer -> writer.run() + "/" + writer.timeline());
  }

  /** Last messages that this node has heard from the others; taken like {@link #written}. */
  public HeardMessages heardSoFar() {
    return exchange.heardSoFar();
  }

  /**
   * True if what another node has read of these tables is what a read finds now, as far as this
   * node has heard of writes. It is in either of two cases:
   *
   * <ul>
   *   <li>The other had heard a message of this node before it read, and this node has noted no
   *       write of the tables since it sent that message. What it had noted by then was committed
   *       by then, so the other has read it.
   *   <li>The other had found the writer beyond where this node has found it after the last write
   *       of the tables that it has noted. So the other has found it there later, when that write
   *       was acknowledged and to be seen, and has read it still later. At the very same place it
   *       may have been read before: a server logs a commit a moment before it shows it, and where
   *       nothing is written the log stands still. Nor is it enough that the write itself is there:
   *       the server may not show it yet, or may not log it at all.
   * </ul>
   *
   * @param position what was {@link #written} there before it was read, as it is spelled
   * @param heard what was {@link #heardSoFar} there before it was read
   */
  public boolean holdsAt(String position, HeardMessages heard, Collection<String> tables) {
    OptionalLong noted = exchange.notedBefore(heard);
    if (noted.isPresent() && positions.unwrittenSinceAnyTime(noted.getAsLong(), tables)) {
      return true;
    }
    return foundAfter(positions.last(tables)).isPassedBy(position)
        && positions.unwrittenSince(positions.noted(), tables);
  }

  /** Position of the writer when it was probed after a write: the earlier, the better. */
  private Position foundAfter(WriteMark write) {
    if (write.found() != Position.NONE) {
      return write.found();
    }
    Position sampled = samples.foundAfter(write.at());
    return sampled != Position.NONE
        ? sampled
        : snapshot
            .topology()
            .writer()
            .filter(writer -> writer.at() - write.at() > 0)
            .map(TopologyNode::position)
            .orElse(Position.NONE);
  }

  /**
   * True if results may be kept and served at all: this node hears of what others write, and of
   * what is written past all nodes, or is not expected to.
   */
  public boolean keepsResults() {
    return !strictInParts()
        && outside.heard()
        && (source.cluster().consistency() == Consistency.SESSION || exchange.connectedToPeers());
  }

  /**
   * True if reads must miss nothing that any node has written, and there are nodes that are not
   * heard: only the writer knows.
   */
  boolean strictInParts() {
    return source.cluster().consistency() == Consistency.STRICT && exchange.leavesNodesOut();
  }

  /** Writes past all nodes, for components that hear of them. */
  public OutsideWrites outside() {
    return outside;
  }

  /** Requirement of a read of these tables whose answer others may be given, too. */
  ReadRequirement needOfAll(Collection<String> tables) {
    WriteMark last = positions.last(tables);
    return new ReadRequirement(last.position(), last.at(), false, false);
  }

  /** Number of noted writes that a server at this position has; negative where unknown. */
  long notedAt(Position there) {
    return positions.notedAt(there);
  }

  /** True if there is a writer that answers, as far as is known. */
  public boolean writerAnswers() {
    Snapshot now = snapshot;
    return now.writer().isPresent() && now.silent() == 0;
  }

  /** True if {@link #letsReadsBeStale} may be true at some time. */
  public boolean mayLetReadsBeStale() {
    return stale.allowed();
  }

  /** True if reads that would wait for a writer may miss the end of what the last one wrote. */
  public boolean letsReadsBeStale() {
    Snapshot now = snapshot;
    return stale.allowed()
        && (now.silent() != 0 || now.writer().isEmpty() && now.topology().writer().isEmpty());
  }

  Freshness freshness() {
    return freshness;
  }

  /** Writes that a read must not miss now. */
  ReadRequirement need(ReadRequest request) {
    if (request.lagIgnored()) {
      return ReadRequirement.NOTHING;
    }
    if (request.stale() && letsReadsBeStale()) {
      return stale.need(snapshot.topology());
    }
    boolean alone = source.cluster().consistency() == Consistency.SESSION;
    return needs
        .of(
            positions,
            request.tables(),
            sinceTaken(request.own()),
            alone || (exchange.connectedToPeers() && !strictInParts()),
            samples.floor().position())
        .atLeast(request.seen());
  }

  /** Replaces a session's earlier write whose position in the writer's log is no longer known. */
  private WriteMark sinceTaken(WriteMark own) {
    WriteMark since = taken;
    return own != null && since != null && own.isBefore(since) ? since : own;
  }
}
