package dev.heimdall.engine.boot;

import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.admin.NodeView;
import dev.heimdall.engine.auth.FailedLogIns;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.auth.UserSalts;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.Directory;
import dev.heimdall.engine.client.NodeAccess;
import dev.heimdall.engine.client.UserLimits;
import dev.heimdall.engine.cloudwatch.CloudWatch;
import dev.heimdall.engine.config.CommitGate;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.WriterGuards;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.net.Transport;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Figures;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.observe.LoopWatch;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.pool.Connector;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.session.NodeContext;
import dev.heimdall.engine.session.statement.SessionEvents;
import dev.heimdall.engine.tracing.Tracing;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Engine;
import dev.heimdall.model.RegionFacts;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One proxy node in this process: everything between the listening sockets and the databases. */
public final class Node implements AutoCloseable {
  private static final int KEY_CACHE = 10_000;
  private static final long GOODBYE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int ACTION_THREADS = 4;

  private final Path directory;
  private final NodeObserver observer;
  private final CloudWatch cloudWatch;
  private final EventLog log;
  private final WarmUp warmUp;
  private final NodeEvents told = new NodeEvents(Clock.systemUTC(), System::nanoTime);
  private final SecureRandom random = new SecureRandom();
  private final ScramKeyCache keyCache = new ScramKeyCache(KEY_CACHE);
  private final ExecutorService offLoop =
      Executors.newFixedThreadPool(
          Math.max(2, Runtime.getRuntime().availableProcessors()),
          new DefaultThreadFactory("heimdall-off-loop", true));

  private final Dialects dialects;
  private final NodeLoops nodeLoops;
  private final Transport transport;
  private final EventLoopGroup loops;
  private final ServerConnector connector;
  private final SourceLogins logins = new SourceLogins();
  private final WriterGuards guards = new WriterGuards();
  private final MemoryBudget budget;
  private final SourceCatalogues catalogues;
  private final SourceClusters clusters;
  private final ArnSources arns;
  private final RuleActions actions;
  private final Metrics metrics;
  private final LoggedPoolEvents poolEvents;
  private final Directory ldap;
  private final LoopWatch watch;
  private final Optional<Tracing> tracing;
  private final Figures figures;
  private final CancelRegistry cancels;
  private final NodeContext context;
  private final FleetNumbers numbers;
  private final NodeView view;
  private final OperatorListeners listeners;
  private final NodeReports reports;
  private final RunningVdbs vdbs;
  private final OpenFiles files;
  private final Limit maxClients;
  private final NodeHandover handover;
  private final NodeClients clients;
  private final Drain drain;
  private final UserLimits clientsOfUser = new UserLimits();
  private final ConfigurationChanges changes;
  private boolean closed;

  /**
   * @param others dialects besides those that the node has, or in their places
   * @param practices of a node that reports nothing: empty for all others
   */
  private Node(
      Path directory,
      Configuration configuration,
      RegionFacts facts,
      NodeObserver observer,
      Map<Engine, Dialect> others,
      Map<Engine, Practice> practices)
      throws StartupException {
    this.directory = directory;
    this.observer = observer;
    numbers = OwnNumber.of(configuration);
    byte[] secret = UserSalts.secretOf(configuration.node().topology().key(), random);
    try {
      transport = Transport.of(configuration.node().transport());
    } catch (IllegalStateException e) {
      throw new StartupException(e.getMessage() + ". Set \"transport\": \"auto\" in node.json", e);
    }
    handover = NodeHandover.of(observer.handover(), numbers.node(), transport);
    int loopCount = configuration.node().loopsOn(Runtime.getRuntime().availableProcessors());
    loops = transport.open(loopCount);
    NodeServices services = new NodeServices(keyCache, NonceSource.random(random), offLoop);
    dialects = Dialects.found(services, others);
    budget = NodeMemory.of(configuration, loopCount);
    catalogues = new SourceCatalogues(logins, dialects, practices, budget);
    metrics = new Metrics(Version.current(), loopCount, Metrics.DEFAULT_LABEL_SETS);
    metrics.observe(budget);
    cloudWatch = new CloudWatch(configuration.node().cloudWatch(), numbers.node(), metrics);
    log = practices.isEmpty() ? new KeyValueLog(cloudWatch) : KeyValueLog.silent();
    warmUp = WarmUp.of(configuration, observer, dialects, log);
    ldap = new Directory(new LoggedDirectory(log));
    EventSinks sinks = new EventSinks(log, told, metrics);
    poolEvents = new LoggedPoolEvents(sinks);
    clusters =
        new SourceClusters(
            logins,
            catalogues,
            dialects,
            sinks,
            offLoop,
            guards,
            SourceClusters.feed(configuration.node().topology()),
            handover.overlap());
    arns = new ArnSources(clusters, this::reload, offLoop);
    nodeLoops = NodeLoops.of(loops, dialects, metrics, budget, random, offLoop);
    watch = new LoopWatch(loops, metrics, LoopWatch.DEFAULT_INTERVAL);
    connector = new ServerConnector(transport, source -> dialects.of(source).servers(), offLoop);
    files = OpenFiles.now(configuration);
    maxClients = new Limit(files.clients(configuration.node().maxClients()));
    clients = new NodeClients(nodeLoops.all(), maxClients, () -> configuration().node());
    clientsOfUser.update(configuration.users());
    actions =
        new RuleActions(
            directory,
            configuration,
            logins,
            source -> dialects.part(source, Dialect::actions),
            new LoggedActions(log, metrics),
            guards,
            ACTION_THREADS);
    tracing = NodeTracing.of(configuration.node(), observer, numbers, metrics);
    cancels = new CancelRegistry(numbers, random, handover.cancels());
    UserSalts salts = new UserSalts(secret);
    vdbs =
        new RunningVdbs(
            this::listener,
            dialects,
            Connector.of(connector),
            poolEvents,
            logins,
            catalogues,
            clusters,
            users -> new UserDirectory(users, salts, keyCache),
            this::killClientsOf);
    drain = new Drain(vdbs, clients, log, told, observer::draining, offLoop);
    figures = new Figures(metrics, () -> vdbs.contexts().keySet(), cloudWatch::figures);
    changes =
        new ConfigurationChanges(
            directory, configuration, facts, arns, observer, this::update, this::takeOver, sinks);
    view =
        new LiveNodeView(
            new LiveRows(nodeLoops, vdbs),
            new LiveClusters(clusters, arns, changes),
            new OperatorOrders(vdbs, cancels, offLoop),
            new Readiness(drain, handover, warmUp::isOver),
            vdbs,
            changes,
            actions,
            budget,
            numbers.node());
    listeners = new OperatorListeners(view, metrics, watch, log, offLoop);
    reports =
        new NodeReports(
            view,
            told,
            metrics,
            numbers.node(),
            observer.name(),
            observer.manager(),
            new NodeCommands(view, drain, actions, offLoop, observer::restart));
    SessionEvents events = new LoggedEvents(log, told, metrics);
    context =
        new NodeContext(
            new NodeAccess(
                () -> configuration().node(),
                cancels,
                connector,
                maxClients,
                clientsOfUser,
                NonceSource.random(random),
                new FailedLogIns(System::nanoTime),
                ldap,
                offLoop,
                events),
            events,
            listeners.consoles(),
            actions,
            tracing);
  }

  private VdbListener listener(VdbContext vdb, Engine engine, ListeningPlace place) {
    return new VdbListener(
        context,
        log,
        vdb,
        dialects.of(engine),
        place,
        transport,
        loops,
        nodeLoops.sessions(engine),
        handover.inheritance());
  }

  /** Budget of heap memory for the node's large caches, and its current use. */
  MemoryBudget budget() {
    return budget;
  }

  /**
   * Starts a node from a configuration directory; it accepts clients when this returns.
   *
   * @throws StartupException when the configuration is wrong or something it asks for is not to be
   *     had; nothing is left running then
   */
  public static Node start(Path configDirectory) throws StartupException {
    return start(configDirectory, RegionFacts.none(), new NodeObserver() {});
  }

  /**
   * Starts a node from a configuration directory, with an observer to notify.
   *
   * @param facts what is different in the region that it runs in
   */
  public static Node start(Path configDirectory, RegionFacts facts, NodeObserver observer)
      throws StartupException {
    // What cannot be completed is said; a node that does not start would serve no client.
    new CommitGate(configDirectory).incomplete();
    Configuration configuration;
    try {
      configuration = ConfigurationReader.read(configDirectory, facts);
    } catch (ConfigurationException e) {
      throw new StartupException(
          e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")), e);
    }
    return start(configDirectory, configuration, facts, observer, Map.of());
  }

  /** Starts one that speaks these dialects besides PostgreSQL's. */
  static Node start(
      Path directory,
      Configuration configuration,
      RegionFacts facts,
      NodeObserver observer,
      Map<Engine, Dialect> others)
      throws StartupException {
    Node node = new Node(directory, configuration, facts, observer, others, Map.of());
    try {
      node.open();
      node.changes.start();
    } catch (StartupException | RuntimeException e) {
      node.close();
      throw e;
    }
    return node;
  }

  /**
   * Starts one with clients and servers of its own, and without reports.
   *
   * @param directory where its configuration was
   */
  static Node practising(
      Path directory, Configuration configuration, Map<Engine, Practice> practices)
      throws StartupException {
    RegionFacts facts = RegionFacts.none();
    NodeObserver nobody = new NodeObserver() {};
    Node node = new Node(directory, configuration, facts, nobody, Map.of(), practices);
    try {
      node.open();
    } catch (StartupException | RuntimeException e) {
      node.close();
      throw e;
    }
    return node;
  }

  private void open() throws StartupException {
    Configuration configuration = configuration();
    log.node(
        "starting",
        "version=%s directory=%s transport=%s loops=%d"
            .formatted(
                Version.current(),
                directory,
                transport.name().toLowerCase(Locale.ROOT),
                nodeLoops.all().size()));
    try {
      ldap.update(configuration.node().ldap());
      if (handover.succeeds() && !configuration.byArn().waiting().isEmpty()) {
        // Their sockets would have no owner until the clusters are found.
        throw new StartupException(
            "--take-over: nothing is known yet of the clusters of the data sources %s: write a \"url\" into them, or restart"
                .formatted(configuration.byArn().pending().keySet()));
      }
      if (handover.succeeds()) {
        // Clients would wait behind the compilers here; the process before serves them meanwhile.
        warmUp.finish();
      }
      handover.begin();
      vdbs.update(configuration);
      arns.keep(configuration);
      cloudWatch.update(configuration);
      handover.releaseHttp();
      listeners.open(configuration.node().http());
    } catch (IOException | IllegalArgumentException e) {
      throw new StartupException(e.getMessage(), e);
    }
    nodeLoops.all().forEach(loop -> new LoopTicker(loop, () -> vdbs.contexts().values()).start());
    figures.start(configuration.node().cloudWatch().interval());
    tracing.ifPresent(Tracing::start);
    reports.update(configuration.node());
    warnOfOpenFiles(configuration);
    NodeMemory.sayLongestStatements(configuration, budget, log);
    told.happened(EventKind.NODE_STARTED, "", "", "Heimdall " + Version.current() + " started.");
    handover.ready(
        vdbs,
        new NodeServing(
            vdbs, clients, drain, listeners, () -> configuration().node().http(), handover),
        cancels,
        log,
        offLoop,
        this::beginDrain);
    log.node("listening", vdbs.describePorts());
    warmUp.start();
  }

  private void warnOfOpenFiles(Configuration of) {
    files.with(of).warning(of.node().maxClients()).ifPresent(log::fewFiles);
  }

  // ---- reload

  /** Reads the configuration directory at once; the outcome is logged. */
  public void reload() {
    changes.reloadNow();
  }

  /** Takes over what may fail, or changes nothing. */
  private void update(Configuration next) throws IOException, StartupException {
    arns.begin(next, configuration());
    arns.check(next);
    vdbs.update(next); // which has looked whether the directory can be used
    ldap.update(next.node().ldap());
  }

  /** Another configuration is in force for virtual databases, and is for all else from now on. */
  private void takeOver(Configuration next) {
    actions.update(next);
    cloudWatch.update(next);
    clusters.keys(next.node());
    arns.keep(next);
    catalogues.keep(next.sources().values());
    logins.keep(next.sources().values());
    maxClients.max(files.with(next).clients(next.node().maxClients()));
    warnOfOpenFiles(next);
    clientsOfUser.update(next.users());
    reports.update(next.node());
    metrics.count(NodeCounter.CONFIG_RELOADS);
    observer.reloaded(next);
  }

  // ---- the end

  /**
   * Stops accepting, lets transactions finish, and waits until the last client is gone or the time
   * is over.
   */
  public void drain() {
    beginDrain().join();
  }

  /** Begins the drain, or joins the one that has begun. */
  CompletableFuture<Void> beginDrain() {
    return beginDrain(Duration.ZERO);
  }

  /**
   * Begins the drain of a node with an end that is not urgent: until the wait limit, only clients
   * leave that have sent no request for a second, which is when their pools check if a connection
   * is still good. Who is never idle for so long may go by itself meanwhile.
   */
  public CompletableFuture<Void> beginDrain(Duration patience) {
    return drain.end(patience);
  }

  /** Drains, and goes on without clients until operators take it back or the end. */
  public CompletableFuture<Void> takeOut() {
    return drain.takeOut();
  }

  private void killClientsOf(VdbContext vdb) {
    clients.each(
        client -> {
          if (client.vdbName().equals(vdb.name())) {
            client.killFromAnyThread();
          }
        });
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    warmUp.close();
    changes.close();
    reports.close();
    listeners.close();
    vdbs.closeListeners();
    clients.endLogIns();
    clients.each(Client::killFromAnyThread);
    awaitGoodbyes();
    arns.close();
    handover.close();
    clusters.close();
    vdbs.closePools();
    actions.close();
    catalogues.close();
    logins.close();
    watch.close();
    figures.close();
    loops.shutdownGracefully(100, 3000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5000);
    offLoop.shutdownNow();
    tracing.ifPresent(Tracing::close);
    cloudWatch.close();
    metrics.close();
    log.node("stopped", "");
  }

  /**
   * Loops that shut down close what they have: clients, and those that log in, are to get their
   * last message first, and servers are to hear that what runs for them is not wanted any more.
   */
  private void awaitGoodbyes() {
    long deadline = System.nanoTime() + GOODBYE_NANOS;
    try {
      while ((clients.number() + vdbs.connections() > 0 || connector.cancelling())
          && System.nanoTime() - deadline < 0) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- what operators see

  NodeView view() {
    return view;
  }

  /**
   * Tells scrapers what the machine's firewall does with the ports of virtual databases.
   *
   * @param open by port, whether clients get in
   * @param openToAll by port, whether everybody does
   */
  public void portsSeen(Map<Integer, Boolean> open, Map<Integer, Boolean> openToAll) {
    metrics.portsSeen(open, openToAll);
  }

  /** The port on which the virtual database listens; the first one where it has several. */
  public int port(String vdb) {
    return vdbs.port(vdb);
  }

  /** The port of the HTTP endpoint, or -1 when it is off. */
  public int httpPort() {
    return listeners.port();
  }

  /** Warm-up of the node, before it is ready. */
  WarmUp warmUp() {
    return warmUp;
  }

  private Configuration configuration() {
    return changes.current();
  }

  List<NodeLoop> nodeLoops() {
    return nodeLoops.all();
  }
}
