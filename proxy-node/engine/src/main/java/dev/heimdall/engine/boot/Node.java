package dev.heimdall.engine.boot;

import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.admin.AdminException;
import dev.heimdall.engine.auth.FailedLogIns;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.UserSalts;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.client.NodeAccess;
import dev.heimdall.engine.client.UserLimits;
import dev.heimdall.engine.cloudwatch.CloudWatch;
import dev.heimdall.engine.config.ConfigurationDiff;
import dev.heimdall.engine.config.ConfigurationState;
import dev.heimdall.engine.config.ConfigurationWatcher;
import dev.heimdall.engine.config.Origin;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.mysql.MysqlDialect;
import dev.heimdall.engine.dialect.postgres.PostgresDialect;
import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.feed.StoredDocuments;
import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.Transport;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Figures;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.observe.LoopWatch;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.parse.StatementParser;
import dev.heimdall.engine.pipeline.StatementTimes;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.report.Commands;
import dev.heimdall.engine.report.Managers;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.NodeContext;
import dev.heimdall.engine.statement.SessionEvents;
import dev.heimdall.engine.tracing.Tracing;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Engine;
import dev.heimdall.model.NodeSettings;
import dev.heimdall.model.OpenSecrets;
import dev.heimdall.model.Problem;
import dev.heimdall.model.TopologySettings;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** One proxy node in this process: everything between the listening sockets and the databases. */
public final class Node implements AutoCloseable {
  private static final int KEY_CACHE = 10_000;
  private static final long TICK_MILLIS = 100;
  private static final long GOODBYE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int SESSION_TICKS = 5;
  private static final int ACTION_THREADS = 4;

  private final Path directory;
  private final Observer observer;
  private final CloudWatch cloudWatch;
  private final EventLog log;
  private final NodeEvents told = new NodeEvents(Clock.systemUTC(), System::nanoTime);
  private final SecureRandom random = new SecureRandom();
  private final ScramKeyCache keyCache = new ScramKeyCache(KEY_CACHE);
  private final ExecutorService offLoop =
      Executors.newFixedThreadPool(
          Math.max(2, Runtime.getRuntime().availableProcessors()),
          new DefaultThreadFactory("heimdall-off-loop", true));

  private final List<NodeLoop> nodeLoops = new ArrayList<>();
  private final Transport transport;
  private final EventLoopGroup loops;
  private final ServerConnector connector;
  private final SourceLogins logins = new SourceLogins();
  private final MemoryBudget budget;
  private final SourceCatalogues catalogues;
  private final SourceClusters clusters;
  private final RuleActions actions;
  private final Metrics metrics;
  private final LoggedPoolEvents poolEvents;
  private final LoopWatch watch;
  private final Optional<Tracing> tracing;
  private final Figures figures;
  private final NodeContext context;
  private final FleetNumbers numbers;
  private final OperatorListeners listeners;
  private final NodeReports reports;
  private final RunningVdbs vdbs;
  private final Limit maxClients;
  private final NodeClients clients;
  private final Drain drain;
  private final UserLimits clientsOfUser = new UserLimits();
  private final ConfigurationWatcher watcher;
  private final Queue<CompletableFuture<Integer>> reloadOutcomes = new ConcurrentLinkedQueue<>();

  /** Those of them that what is being read now answers; belongs to the watcher's thread. */
  private final List<CompletableFuture<Integer>> answeredNow = new ArrayList<>();

  private volatile Configuration configuration;
  private boolean closed;

  /**
   * @param others dialects besides those that the node has, or in their places
   */
  private Node(
      Path directory, Configuration configuration, Observer observer, Map<Engine, Dialect> others)
      throws StartupException {
    this.directory = directory;
    this.observer = observer;
    this.configuration = configuration;
    numbers = OwnNumber.of(configuration);
    byte[] secret = UserSalts.secretOf(configuration.node().topology().key(), random);
    try {
      transport = Transport.of(configuration.node().transport());
    } catch (IllegalStateException e) {
      throw new StartupException(e.getMessage() + ". Set \"transport\": \"auto\" in node.json", e);
    }
    int loopCount = configuration.node().loopsOn(Runtime.getRuntime().availableProcessors());
    loops = transport.open(loopCount);
    Map<Engine, Dialect> spoken = new EnumMap<>(Engine.class);
    spoken.put(
        Engine.POSTGRESQL, PostgresDialect.create(keyCache, NonceSource.random(random), offLoop));
    spoken.put(Engine.MYSQL, MysqlDialect.create(offLoop));
    spoken.putAll(others);
    Dialects dialects = new Dialects(spoken);
    budget = budget(configuration.node(), loopCount * engines(configuration));
    catalogues = new SourceCatalogues(logins, dialects, budget.ofNode(BudgetedCache.CATALOGUES));
    metrics = new Metrics(Version.current(), loopCount, Metrics.DEFAULT_LABEL_SETS);
    metrics.observe(budget);
    cloudWatch = new CloudWatch(configuration.node().cloudWatch(), numbers.node(), metrics);
    log = new KeyValueLog(cloudWatch);
    poolEvents = new LoggedPoolEvents(log, told, metrics);
    clusters =
        new SourceClusters(
            logins,
            catalogues,
            dialects,
            log,
            told,
            metrics,
            offLoop,
            feed(configuration.node().topology()));
    nodeLoops(dialects);
    watch = new LoopWatch(loops, metrics, LoopWatch.DEFAULT_INTERVAL);
    connector = new ServerConnector(transport, source -> dialects.of(source).servers(), offLoop);
    maxClients = new Limit(configuration.node().maxClients());
    clients =
        new NodeClients(nodeLoops, maxClients, () -> this.configuration.node().drainTimeout());
    clientsOfUser.update(configuration.users());
    actions =
        new RuleActions(
            directory,
            configuration,
            logins,
            source -> dialects.of(source).actions(),
            new LoggedActions(log, metrics),
            ACTION_THREADS);
    listeners = new OperatorListeners(this, metrics, watch, log);
    tracing = tracing(configuration.node());
    reports =
        new NodeReports(
            listeners.view(),
            told,
            metrics,
            numbers.node(),
            observer.name(),
            observer.manager(),
            new NodeCommands(this, listeners.view(), observer::restart));
    SessionEvents events = new LoggedEvents(log, told, metrics);
    context =
        new NodeContext(
            new NodeAccess(
                () -> this.configuration.node(),
                new CancelRegistry(numbers, random),
                connector,
                maxClients,
                clientsOfUser,
                NonceSource.random(random),
                new FailedLogIns(System::nanoTime),
                offLoop,
                events),
            events,
            listeners.console(),
            actions,
            tracing);
    vdbs =
        new RunningVdbs(
            (vdb, engine, place) ->
                new VdbListener(
                    context, vdb, dialects.of(engine), place, transport, loops, sessions(engine)),
            dialects,
            connector::connect,
            poolEvents,
            logins,
            catalogues,
            clusters,
            new UserSalts(secret),
            keyCache,
            this::killClientsOf);
    drain = new Drain(vdbs, clients, log, told, observer::draining, offLoop);
    figures = new Figures(metrics, () -> vdbs.contexts().keySet(), cloudWatch::figures);
    watcher =
        new ConfigurationWatcher(
            directory, () -> reloading(observer), this::applied, this::refused);
  }

  /** The event loops, each with what the clients of each engine need there. */
  private void nodeLoops(Dialects dialects) {
    StatementParser parser = new StatementParser();
    StatementTimes times = new StatementTimes();
    long key0 = random.nextLong();
    long key1 = random.nextLong();
    int index = 0;
    for (EventExecutor loop : loops) {
      LoopContext at = new LoopContext(index, (EventLoop) loop);
      LoopClients clientsOfLoop = new LoopClients();
      Map<Engine, LoopSessions> sessions = new EnumMap<>(Engine.class);
      for (Engine engine : dialects.engines()) {
        Dialect dialect = dialects.of(engine);
        sessions.put(
            engine,
            new LoopSessions(
                at,
                metrics.loop(index),
                clientsOfLoop,
                new LoopSessions.Judging(dialect.statements(), parser, times, key0, key1, offLoop),
                dialect.naming().apply(index),
                budget));
      }
      nodeLoops.add(new NodeLoop(at, clientsOfLoop, sessions));
      index++;
    }
  }

  private List<LoopSessions> sessions(Engine engine) {
    return nodeLoops.stream().map(loop -> loop.sessions().get(engine)).toList();
  }

  /** How many protocols are spoken: each of them has caches of its own on each event loop. */
  private static int engines(Configuration configuration) {
    return (int)
        Math.max(
            1,
            configuration.vdbs().values().stream()
                .map(vdb -> configuration.sources().get(vdb.source()).engine())
                .distinct()
                .count());
  }

  private static MemoryBudget budget(NodeSettings settings, int loops) {
    long heap = Runtime.getRuntime().maxMemory();
    long bytes = settings.memoryBudget();
    return new MemoryBudget(bytes == 0 ? MemoryBudget.ofHeap(heap) : bytes, loops);
  }

  /** What its large caches may have of the heap, and have. */
  MemoryBudget budget() {
    return budget;
  }

  private Optional<Tracing> tracing(NodeSettings settings) {
    if (!settings.tracing().enabled()) {
      return Optional.empty();
    }
    String name = observer.name().orElse(settings.tracing().serviceName() + "-" + numbers.node());
    return Optional.of(
        new Tracing(
            settings.tracing(),
            new Tracing.Node(name, Version.current()),
            spans -> metrics.count(NodeCounter.SPANS_SENT, spans),
            spans -> metrics.count(NodeCounter.SPANS_DROPPED, spans)));
  }

  private static TopologyFeed feed(TopologySettings topology) throws StartupException {
    try {
      return new TopologyFeed(
          topology.key(),
          topology.store().map(StoredDocuments::new),
          topology.interval(),
          Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new StartupException("\"topology.store\" in node.json: " + e.getMessage(), e);
    }
  }

  /**
   * Starts a node from a configuration directory; it accepts clients when this returns.
   *
   * @throws StartupException when the configuration is wrong or something it asks for is not to be
   *     had; nothing is left running then
   */
  public static Node start(Path configDirectory) throws StartupException {
    return start(configDirectory, new Observer() {});
  }

  /** Whoever runs the node is told of these; on any thread, and must not block but in one. */
  public interface Observer {
    /** The configuration directory is about to be read on demand; this may bring it up to date. */
    default void reloading() {}

    /** A changed configuration was taken over. */
    default void reloaded(Configuration configuration) {}

    /** Where the configuration directory has its documents from, if it has them from elsewhere. */
    default Optional<Origin> origin() {
      return Optional.empty();
    }

    /** A drain has begun, whoever asked for it. */
    default void draining() {}

    /** What managers know the node by; empty: its machine's name and its number. */
    default Optional<String> name() {
      return Optional.empty();
    }

    /**
     * A manager wants the node to begin anew.
     *
     * @return why that cannot be; empty: it is being done
     */
    default Optional<String> restart() {
      return Optional.of("nobody would start this node again");
    }

    /** The manager that runs beside the node, for a configuration that names none. */
    default Optional<Managers> manager() {
      return Optional.empty();
    }
  }

  /** The same, with somebody to tell. */
  public static Node start(Path configDirectory, Observer observer) throws StartupException {
    Configuration configuration;
    try {
      configuration = ConfigurationReader.read(configDirectory);
    } catch (ConfigurationException e) {
      throw new StartupException(
          e.problems().stream().map(Object::toString).collect(Collectors.joining("\n")), e);
    }
    return start(configDirectory, configuration, observer, Map.of());
  }

  /** Starts one that speaks these dialects besides PostgreSQL's. */
  static Node start(
      Path directory, Configuration configuration, Observer observer, Map<Engine, Dialect> others)
      throws StartupException {
    Node node = new Node(directory, configuration, observer, others);
    try {
      node.open();
    } catch (StartupException | RuntimeException e) {
      node.close();
      throw e;
    }
    return node;
  }

  private void open() throws StartupException {
    log.node(
        "starting",
        "version="
            + Version.current()
            + " directory="
            + directory
            + " transport="
            + transport.name().toLowerCase(Locale.ROOT)
            + " loops="
            + nodeLoops.size());
    try {
      vdbs.update(configuration);
      cloudWatch.update(configuration);
      listeners.open(configuration.node().http());
    } catch (IOException | IllegalArgumentException e) {
      throw new StartupException(e.getMessage(), e);
    }
    for (NodeLoop loop : nodeLoops) {
      Ticker ticker = new Ticker(loop);
      loop.context()
          .loop()
          .scheduleWithFixedDelay(ticker, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
    figures.start(configuration.node().cloudWatch().interval());
    tracing.ifPresent(Tracing::start);
    watcher.start(configuration);
    reports.update(configuration.node());
    warnOfOpenSecrets(configuration);
    told.happened(EventKind.NODE_STARTED, "", "", "Heimdall " + Version.current() + " started.");
    log.node("listening", vdbs.describePorts());
  }

  /** The periodic work of one loop. */
  private final class Ticker implements Runnable {
    private final NodeLoop loop;
    private int ticks;

    Ticker(NodeLoop loop) {
      this.loop = loop;
    }

    private void failed(Throwable cause) {
      LoggerFactory.getLogger("heimdall.node")
          .error("the periodic work of a loop met an error in the node", cause);
    }

    @Override
    public void run() {
      loop.context().inEvent(this::tick, this::failed);
    }

    private void tick() {
      loop.context().tick();
      for (VdbContext vdb : vdbs.contexts().values()) {
        for (VdbPools pools : vdb.allPools()) {
          pools.withReaders().forEach(this::tick);
        }
      }
      if (++ticks % SESSION_TICKS == 0) {
        loop.tick();
      }
    }

    private void tick(VdbPools pools) {
      for (LoopPool pool : pools.loopPools()) {
        if (pool.context() == loop.context()) {
          LoopContext.guarded(pool::tick, this::failed);
        }
      }
    }
  }

  // ---- reload

  /** Reads the configuration directory at once; the outcome is logged. */
  public void reload() {
    watcher.reloadNow();
  }

  /** As {@link #reload}, telling how many objects differ; a wrong configuration fails the stage. */
  CompletionStage<Integer> reloadAndTell() {
    CompletableFuture<Integer> outcome = new CompletableFuture<>();
    reloadOutcomes.add(outcome);
    watcher.reloadNow();
    return outcome;
  }

  /**
   * The directory is about to be read on demand. Only who has asked before is answered by what is
   * found: what a look of the watcher's own has read may be older than the demand.
   */
  private void reloading(Observer observer) {
    for (CompletableFuture<Integer> waiting = reloadOutcomes.poll();
        waiting != null;
        waiting = reloadOutcomes.poll()) {
      answeredNow.add(waiting);
    }
    try {
      observer.reloading();
    } catch (RuntimeException | Error e) {
      tell(null, "the configuration could not be fetched: " + e);
      throw e;
    }
  }

  private void tell(Integer changed, String problem) {
    List<CompletableFuture<Integer>> asked = List.copyOf(answeredNow);
    answeredNow.clear();
    for (CompletableFuture<Integer> waiting : asked) {
      if (problem == null) {
        waiting.complete(changed);
      } else {
        waiting.completeExceptionally(new AdminException("F0000", problem));
      }
    }
  }

  private void warnOfOpenSecrets(Configuration of) {
    OpenSecrets.of(directory, of).forEach(line -> log.secretOpen(line));
  }

  private void applied(Configuration next) {
    ConfigurationDiff diff = ConfigurationDiff.between(configuration, next);
    try {
      vdbs.update(next);
      configuration = next;
      actions.update(next);
      cloudWatch.update(next);
      clusters.keys(next.node());
      catalogues.keep(next.sources().values());
      logins.keep(next.sources().values());
      maxClients.max(next.node().maxClients());
      clientsOfUser.update(next.users());
      reports.update(next.node());
      metrics.count(NodeCounter.CONFIG_RELOADS);
      observer.reloaded(next);
      int changed =
          changed(diff.sources())
              + changed(diff.drivers())
              + changed(diff.vdbs())
              + changed(diff.users())
              + changed(diff.rules());
      log.configReloaded(changed, diff.toString());
      told.happened(
          EventKind.CONFIGURATION_TAKEN_OVER, "", "", "%d objects differ.".formatted(changed));
      warnOfOpenSecrets(next);
      for (ConfigurationDiff.Changed setting : diff.needRestart()) {
        log.node("restart needed", setting.toString());
      }
      tell(changed, null);
    } catch (IOException | StartupException | IllegalArgumentException e) {
      metrics.count(NodeCounter.CONFIG_RELOAD_FAILURES);
      log.configRejected(List.of(String.valueOf(e.getMessage())));
      told.happened(EventKind.CONFIGURATION_REFUSED, "", "", String.valueOf(e.getMessage()));
      watcher.notApplied(e.getMessage());
      tell(null, e.getMessage());
    }
  }

  private static int changed(ConfigurationDiff.Names names) {
    return names.added().size() + names.removed().size() + names.changed().size();
  }

  private void refused(ConfigurationException problems) {
    metrics.count(NodeCounter.CONFIG_RELOAD_FAILURES);
    log.configRejected(problems.problems().stream().map(Problem::toString).toList());
    told.happened(
        EventKind.CONFIGURATION_REFUSED,
        "",
        "",
        "%d problems; the first: %s"
            .formatted(problems.problems().size(), problems.problems().get(0)));
    tell(null, problems.problems().get(0).toString());
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
   * The same for a node whose end is not urgent: as long as the patience lasts, only clients go
   * that have not asked anything for a second, which is when their pools look whether a connection
   * is still good. Who is never idle for so long may go by itself meanwhile.
   */
  public CompletableFuture<Void> beginDrain(Duration patience) {
    return drain.end(patience);
  }

  /** Drains, and goes on without clients until {@link #takeBack} or the end. */
  public CompletableFuture<Void> takeOut() {
    return drain.takeOut();
  }

  /**
   * Lets clients in again that {@link #takeOut} has kept out; what that came to.
   *
   * @throws Commands.Refused if it cannot
   */
  String takeBack() {
    return drain.takeBack();
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
    watcher.close();
    reports.close();
    listeners.close();
    vdbs.closeListeners();
    clients.each(Client::killFromAnyThread);
    awaitGoodbyes();
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
   * Loops that shut down close what they have: clients are to get their last message first, and
   * servers are to hear that what runs for them is not wanted any more.
   */
  private void awaitGoodbyes() {
    long deadline = System.nanoTime() + GOODBYE_NANOS;
    try {
      while ((clients.number() > 0 || connector.cancelling()) && System.nanoTime() - deadline < 0) {
        Thread.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- what operators see

  ConfigurationState configurationState() {
    return watcher.state(observer.origin());
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

  /** The client with this id, or null. */
  Client client(int processId) {
    return context.access().cancels().byId(processId);
  }

  boolean isDraining() {
    return drain.hasBegun();
  }

  /** Whether it was told to take no clients, and has none any more. */
  boolean isOut() {
    return drain.isOut();
  }

  Configuration configuration() {
    return configuration;
  }

  /** Its own in the fleet. */
  int number() {
    return numbers.node();
  }

  List<NodeLoop> nodeLoops() {
    return nodeLoops;
  }

  Map<String, VdbContext> vdbContexts() {
    return vdbs.contexts();
  }

  SourceClusters clusters() {
    return clusters;
  }

  RuleActions actions() {
    return actions;
  }

  ExecutorService offLoop() {
    return offLoop;
  }
}
