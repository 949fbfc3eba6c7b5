package dev.heimdall.engine.cluster;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.engine.topology.EventHistory;
import dev.heimdall.engine.topology.EventRecorder;
import dev.heimdall.engine.topology.GlobalFailover;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ProbeSettings;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.threads.DaemonThreads;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Watches the cluster that one data source is. Each server is asked on its own, in parallel with
 * the others, over connections of the tracker's own; what follows is published as an immutable
 * {@link Topology}.
 */
public final class ClusterTracker implements AutoCloseable {
  /** Servers that are watched at most; what a cluster names beyond them is left out. */
  static final int MOST_NODES = 64;

  private static final int EVENTS = 200;

  /**
   * Time for which the last report of the RDS API is still believed, when it reports nothing more.
   */
  private static final Duration TOLD = Duration.ofMinutes(30);

  /** Hears what becomes of the cluster, on a thread of the tracker's: it must not be held up. */
  public interface Listener {
    /**
     * There is a new snapshot. Called for each, one after the other, also when nothing but
     * positions and lags differ.
     *
     * @param events what happened since the one before; mostly nothing
     */
    void changed(Topology topology, List<TopologyEvent> events);

    /**
     * A server is late to answer. For how many nanoseconds has it been silent to others, too? 0
     * where they do not know.
     */
    default CompletableFuture<Long> quiet(ServerAddress server, Duration late) {
      return CompletableFuture.completedFuture(0L);
    }
  }

  private final DataSource source;
  private final DatabaseCredentials asker;
  private final ProbeSettings settings;
  private final Prober prober;
  private final TopologyJudge judge;
  private final Listener listener;
  private final ThreadFactory threads;
  private final ScheduledThreadPoolExecutor executor;
  private final ScheduledThreadPoolExecutor housekeeping;
  private final EventHistory history = new EventHistory(EVENTS);
  private final ProbeInterval cadence;
  private final WriterClock clock;
  private final Members members;
  private final ServerAddresses addresses;
  private final NameWatch names;
  private final GlobalEndpoint endpoint;
  private Optional<ServerAddress> lastResort = Optional.empty();
  private final Map<ServerAddress, NodeProbe> probes = new LinkedHashMap<>();
  private final Map<ServerAddress, ProbeHistory> probeHistories = new LinkedHashMap<>();
  private final EventRecorder chronicle;
  private RdsDescriptions descriptions = RdsDescriptions.nothing();
  private long toldAt;
  private GlobalSaid said = GlobalSaid.NOTHING;
  private long saidAt;
  private Optional<GlobalFailover> handover = Optional.empty();
  private boolean closed;
  private volatile Topology topology;

  /**
   * Sends no query before {@link #start}.
   *
   * @param source a cluster
   * @param asker as whom its servers are asked
   * @param protocol how
   */
  public ClusterTracker(
      DataSource source, DatabaseCredentials asker, ClusterProtocol protocol, Listener listener) {
    this.source = source;
    this.asker = asker;
    this.listener = listener;
    settings = source.cluster().probe();
    prober = protocol.prober(source);
    judge =
        new TopologyJudge(
            prober, source.cluster().nodes(), new Fencing(source.cluster().failover().fence()));
    topology = Topology.unasked(source.hosts());
    long now = System.nanoTime();
    chronicle = new EventRecorder(now);
    cadence = new ProbeInterval(settings, now);
    members = new Members(source.hosts(), settings.interval(), MOST_NODES);
    addresses = new ServerAddresses(source);
    endpoint = new GlobalEndpoint(source);
    threads = DaemonThreads.numbered("cluster-" + source.name());
    housekeeping = new ScheduledThreadPoolExecutor(1, threads);
    executor = new ScheduledThreadPoolExecutor(source.hosts().size() + 2, threads);
    executor.setRemoveOnCancelPolicy(true);
    clock = new WriterClock(executor, this::written);
    names = new NameWatch(this::asked, threads);
  }

  /** Begins to ask all servers that the data source names. */
  public synchronized void start() {
    source.hosts().forEach(this::add);
    names.start();
  }

  private synchronized List<NodeProbe> asked() {
    return List.copyOf(probes.values());
  }

  /** Current topology of the cluster. Never blocks. */
  public Topology topology() {
    return topology;
  }

  /** Events of the cluster, oldest first: the last 200. */
  public List<TopologyEvent> events() {
    return history.all();
  }

  /** Setting that prevents all writes to a read-only writer, in the engine's words. */
  public String readOnlyBy() {
    return prober.readOnlyBy();
  }

  /**
   * Notes that a server was found not to be as the topology reports: it rejects writes, or cannot
   * be reached. All servers are asked at once, and every 100 ms (by default) until one that was
   * asked after this call reports that it is the writer. Never blocks for long.
   */
  public synchronized void suspect(ServerAddress server, String why) {
    cadence.suspect(System.nanoTime());
    chronicle.suspected(server + " " + why);
    refresh();
  }

  /** Asks all servers as soon as possible, as after a change of the configuration. */
  public synchronized void refresh() {
    probes.values().forEach(NodeProbe::hurry);
  }

  /**
   * Accepts the report of the RDS API. New servers are asked from now on; whether one is the
   * writer, or there at all, it has to say itself.
   */
  public synchronized void described(List<RdsServer> servers) {
    if (closed) {
      return;
    }
    long now = System.nanoTime();
    RdsDescriptions before = descriptions;
    addresses.learn(servers);
    descriptions = RdsDescriptions.of(addresses.patterns(), servers);
    toldAt = now;
    discover(now);
    publish(now);
    Optional<ServerAddress> writer =
        descriptions.writer().filter(address -> topology.node(address).isPresent());
    boolean doubtful =
        writer.isPresent() && !writer.equals(topology.writer().map(TopologyNode::address));
    if (doubtful) {
      suspect(writer.get(), "is the writer by the RDS API");
    } else if (!descriptions.equals(before)) {
      refresh();
    }
  }

  /**
   * Accepts the report of topology documents on the global cluster. That another region writes, or
   * that a switchover is in progress, is an event, and a reason to ask all servers.
   */
  public synchronized void said(GlobalSaid next) {
    if (closed) {
      return;
    }
    GlobalSaid before = said;
    said = next;
    saidAt = System.nanoTime();
    handover = GlobalChange.handover(handover, next, Instant.now());
    Optional<String> change = GlobalChange.between(before, next);
    if (change.isPresent()) {
      changed(change.get());
      refresh();
    }
    publish(System.nanoTime());
  }

  private void changed(String what) {
    ServerAddress about =
        descriptions
            .writer()
            .or(() -> topology.writer().map(TopologyNode::address))
            .orElse(source.hosts().get(0));
    TopologyEvent event =
        new TopologyEvent(
            Instant.now(),
            topology.version(),
            TopologyEvent.Kind.GLOBAL_CHANGE,
            about,
            what,
            Optional.empty());
    history.add(event);
    listener.changed(topology, List.of(event));
  }

  private void discover(long now) {
    if (now - toldAt > TOLD.toNanos()) {
      descriptions = RdsDescriptions.nothing();
    }
    if (now - saidAt > TOLD.toNanos()) {
      said = GlobalSaid.NOTHING;
      handover = Optional.empty();
    }
    if (settings.discover()) {
      descriptions.present().forEach(address -> members.named(address, now));
      members.missing(probes.keySet()).forEach(this::add);
    }
  }

  /**
   * Queries the writer's position: all that was committed before this call is within it. Calls
   * share questions to the server; at most one is on its way.
   *
   * @return fails when there is no writer, or it does not answer
   */
  public CompletableFuture<Position> writtenByNow() {
    return clock.next();
  }

  private Position written() throws SQLException {
    NodeProbe probe;
    synchronized (this) {
      probe = topology.writer().map(TopologyNode::address).map(probes::get).orElse(null);
    }
    if (probe == null) {
      throw new SQLException("there is no writer");
    }
    return probe.with(ProbedServer::written);
  }

  private void add(ServerAddress address) {
    if (closed || probes.containsKey(address) || probes.size() >= MOST_NODES) {
      return;
    }
    executor.setCorePoolSize(probes.size() + 3); // one for all looks at the clock
    NodeProbe probe =
        new NodeProbe(
            address, within -> open(address, within), settings.timeout(), executor, hears);
    probes.put(address, probe);
    probeHistories.put(address, ProbeHistory.none(address));
    probe.hurry();
  }

  private ProbedServer open(ServerAddress address, Duration within) throws SQLException {
    DataSource one = source.at(address).connectingWithin(within);
    Use use = new Use("cluster probe", "heimdall cluster", 2, false, true, within);
    return prober.open(
        one,
        settings.database().or(source::database),
        new SourceConnections(one, asker, use, housekeeping, threads));
  }

  private final NodeProbe.Listener hears =
      new NodeProbe.Listener() {
        @Override
        public boolean wantsMembers(NodeProbe probe) {
          synchronized (ClusterTracker.this) {
            return cadence.wantsMembers(
                probe.address(), probeHistories.values(), System.nanoTime());
          }
        }

        @Override
        public Duration answered(NodeProbe probe, NodeReport report, long askedAt) {
          return heard(probe, Optional.of(report), "", askedAt);
        }

        @Override
        public Duration failed(NodeProbe probe, String why, int counted) {
          return counted == 0 ? heard(probe, Optional.empty(), why, 0) : after(probe);
        }

        @Override
        public CompletableFuture<Long> quiet(NodeProbe probe, Duration late) {
          return listener.quiet(probe.address(), late);
        }

        @Override
        public void silent(NodeProbe probe, Duration unanswered, boolean all) {
          unanswered(probe, unanswered, all);
        }

        @Override
        public void overdue(NodeProbe probe, Duration within) {
          String why = "has not answered within " + within.toMillis() + " ms";
          heard(probe, Optional.empty(), why, 0);
        }
      };

  /** A server that is silent may be lost: what others have to say is wanted sooner. */
  private synchronized void unanswered(NodeProbe probe, Duration time, boolean all) {
    ServerAddress address = probe.address();
    ProbeHistory before = probeHistories.get(address);
    if (closed || before == null || before.suspect()) {
      return;
    }
    String why =
        "has not answered for "
            + time.toMillis()
            + (all ? " ms, nor any connection of clients" : " ms, longer than it usually takes");
    probeHistories.put(address, before.silent(why));
    publish(System.nanoTime());
    if (topology.writer().filter(writer -> writer.address().equals(address)).isPresent()) {
      refresh();
    }
  }

  /** Returns the wait until the next probe of a server whose failure already counts. */
  private synchronized Duration after(NodeProbe probe) {
    ProbeHistory probed = probeHistories.get(probe.address());
    return probed == null
        ? settings.interval()
        : jittered(cadence.next(probed, topology, System.nanoTime()));
  }

  private synchronized Duration heard(
      NodeProbe probe, Optional<NodeReport> report, String why, long askedAt) {
    ServerAddress address = probe.address();
    ProbeHistory before = probeHistories.get(address);
    if (closed || before == null) {
      return settings.interval();
    }
    long now = System.nanoTime();
    ProbeHistory probed =
        report.isPresent() ? before.answered(report.get(), askedAt, now) : before.failed(why);
    probeHistories.put(address, probed);
    if (report.isPresent() && report.get().complete()) {
      cadence.membersHeard(address, now);
      if (settings.discover()) {
        members.named(address, addresses.named(address, report.get(), descriptions), now);
      }
    }
    if (probed.down()) {
      addresses.forget(address);
    }
    discover(now);
    publish(now);
    members.superfluous(probeHistories, topology, now).forEach(this::remove);
    askLast();
    return jittered(cadence.next(probed, topology, now));
  }

  /** Asks where the global endpoint leads, as long as there is no other way to the writer. */
  private void askLast() {
    Optional<ServerAddress> wanted =
        endpoint
            .address(said)
            .filter(at -> settings.discover())
            .filter(at -> endpoint.wanted(at, topology, probeHistories.values()));
    if (!wanted.equals(lastResort)) {
      Optional<ServerAddress> before = lastResort;
      lastResort = wanted;
      before.ifPresent(this::remove);
      wanted.ifPresent(this::add);
    }
  }

  private void remove(ServerAddress address) {
    NodeProbe probe = probes.remove(address);
    probeHistories.remove(address);
    addresses.forget(address);
    cadence.forget(address);
    if (probe != null) {
      executor.execute(probe::close);
      publish(System.nanoTime());
    }
  }

  private void publish(long now) {
    Topology before = topology;
    Topology after =
        judge.judge(
            before,
            new ArrayList<>(probeHistories.values()),
            descriptions,
            new TopologyJudge.Beside(
                addresses.unplaced(), said, handover, new Fencing.Now(now, Instant.now())));
    topology = after;
    // Who has just failed to answer is asked again soon, and one disturbance is not to count twice.
    judge.awaited().stream()
        .filter(server -> server.failures() == 0)
        .flatMap(server -> Optional.ofNullable(probes.get(server.address())).stream())
        .forEach(NodeProbe::hurry);
    List<TopologyEvent> events =
        before.version() == after.version()
            ? List.of()
            : chronicle.tell(before, after, Instant.now(), now);
    events.forEach(history::add);
    listener.changed(after, events);
  }

  /** So that many nodes and servers do not ask at the same moment. */
  private static Duration jittered(Duration pause) {
    double factor = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
    return Duration.ofNanos((long) (pause.toNanos() * factor));
  }

  /** Stops asking and closes all connections. The last topology stays readable. */
  @Override
  public void close() {
    List<NodeProbe> open;
    synchronized (this) {
      closed = true;
      open = new ArrayList<>(probes.values());
      probes.clear();
    }
    names.close();
    executor.shutdownNow();
    clock.close();
    open.forEach(NodeProbe::close);
    housekeeping.shutdownNow();
  }
}
