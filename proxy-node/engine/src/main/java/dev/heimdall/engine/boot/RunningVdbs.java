package dev.heimdall.engine.boot;

import dev.heimdall.engine.auth.AuthTable;
import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.auth.UserLookup;
import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.VdbAccess;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.net.HandedSockets;
import dev.heimdall.engine.net.OwnCertificate;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.engine.net.TlsFiles;
import dev.heimdall.engine.pipeline.RulesAndCatalogues;
import dev.heimdall.engine.pool.Connector;
import dev.heimdall.engine.pool.Neighbours;
import dev.heimdall.engine.pool.PoolEvents;
import dev.heimdall.engine.pool.PoolPlan;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.prepared.StatementBounds;
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.engine.rules.RulePatterns;
import dev.heimdall.engine.takeover.ArrivingClients;
import dev.heimdall.engine.users.AuthQuery;
import dev.heimdall.engine.vdb.VdbContext;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.User;
import dev.heimdall.model.VirtualDatabase;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The virtual databases of a node: built from its configuration, and brought up to a new one. */
final class RunningVdbs implements Drain.Door, ArrivingClients.Door {
  private final Listening listening;
  private final Dialects dialects;
  private final Connector connector;
  private final PoolEvents poolEvents;
  private final SourceLogins logins;
  private final SourceCatalogues catalogues;
  private final SourceClusters clusters;
  private final Function<Collection<User>, UserDirectory> directories;
  private final Consumer<VdbContext> removed;
  private final RulePatterns patterns = new RulePatterns();

  /** Changed under its own lock; read without it, because binding a port waits for the loops. */
  private final Map<String, RunningVdb> vdbs = new ConcurrentSkipListMap<>();

  private final OwnCertificate ownCertificate = new OwnCertificate();
  private final Neighbours neighbours;

  private volatile boolean letsIn = true;

  /**
   * @param engine of its servers; what its clients speak
   */
  private record RunningVdb(VdbContext context, Engine engine, List<VdbListener> listeners) {}

  /**
   * Prepared new state of a virtual database, while the old one is still in force.
   *
   * @param context the one that is there; another one for a new virtual database
   * @param forwardPlans for pools that are there already
   */
  private record Prepared(
      VdbContext context,
      Engine engine,
      PoolPlan plan,
      VdbContext.Settings settings,
      Map<VdbPools, PoolPlan> forwardPlans,
      List<VdbListener> listeners) {}

  /** Makes a listener that is not open yet. */
  interface Listening {
    VdbListener make(VdbContext vdb, Engine engine, ListeningPlace place);
  }

  /**
   * @param dialects what their servers and clients speak
   * @param removed told of a virtual database that no configuration has any more, between the close
   *     of its listeners and that of its pools
   */
  RunningVdbs(
      Listening listening,
      Dialects dialects,
      Connector connector,
      PoolEvents poolEvents,
      SourceLogins logins,
      SourceCatalogues catalogues,
      SourceClusters clusters,
      Function<Collection<User>, UserDirectory> directories,
      Consumer<VdbContext> removed) {
    this.listening = listening;
    this.dialects = dialects;
    this.connector = connector;
    this.poolEvents = poolEvents;
    this.logins = logins;
    this.catalogues = catalogues;
    this.clusters = clusters;
    this.directories = directories;
    this.removed = removed;
    this.neighbours =
        new Neighbours(
            () ->
                vdbs.values().stream()
                    .flatMap(vdb -> vdb.context().allPools().stream())
                    .flatMap(pools -> pools.withReaders().stream()),
            clusters::otherNodes,
            catalogues::crowded);
  }

  /**
   * Takes over a configuration, or changes nothing if something that it asks for is not to be had:
   * all that can fail comes first.
   */
  void update(Configuration configuration) throws IOException, StartupException {
    List<TlsFiles.Fault> faults = TlsFiles.faults(configuration);
    if (!faults.isEmpty()) {
      throw new IOException(
          faults.stream().map(TlsFiles.Fault::toString).collect(Collectors.joining("\n")));
    }
    synchronized (vdbs) {
      for (String waiting : configuration.byArn().waiting().keySet()) {
        if (vdbs.containsKey(waiting)) {
          throw new IOException(
              "the virtual database "
                  + waiting
                  + " runs, and would have to stop: nothing is known yet of "
                  + String.join(", ", configuration.byArn().pending().keySet())
                  + ", which the configuration names by ARN. It is looked up; or write its"
                  + " \"url\"");
        }
      }
      List<Prepared> prepared = new ArrayList<>();
      for (VirtualDatabase vdb : configuration.vdbs().values()) {
        prepared.add(prepare(vdb, configuration));
      }
      List<VdbListener> next = prepared.stream().flatMap(p -> p.listeners().stream()).toList();
      if (letsIn) {
        new PortChange(listeners(), next).carryOut();
      }
      for (String name : List.copyOf(vdbs.keySet())) {
        if (!configuration.vdbs().containsKey(name)) {
          stop(vdbs.remove(name));
        }
      }
      clusters.update(configuration);
      prepared.forEach(this::commit);
      for (DataSource source : configuration.sources().values()) {
        catalogues.of(source).freeing(database -> free(source, database));
        catalogues.of(source).beginning(() -> renew(source));
        catalogues
            .of(source)
            .yielding(() -> source.hosts().stream().anyMatch(neighbours::nearlyFull));
      }
      if (!letsIn) {
        listeners().forEach(VdbListener::close); // a drain may have begun meanwhile
      }
    }
  }

  private Prepared prepare(VirtualDatabase vdb, Configuration from) throws IOException {
    RunningVdb running = vdbs.get(vdb.name());
    DataSource source = from.sources().get(vdb.source());
    if (running != null && !running.engine().equals(source.engine())) {
      throw new IOException(
          "the virtual database "
              + vdb.name()
              + " cannot change its engine while the node runs: restart the node");
    }
    PoolPlan plan = plan(vdb, source, from);
    Map<VdbPools, PoolPlan> forwardPlans = new IdentityHashMap<>();
    VdbContext.Settings settings =
        settings(vdb, from, forwards(vdb, from, forwardPlans), foreigners(vdb, from));
    VdbContext context =
        running != null
            ? running.context()
            : new VdbContext(
                vdb.name(),
                new VdbPools(vdb.name(), connector, poolEvents, plan, neighbours),
                dialects.of(source).notifications(),
                settings);
    List<VdbListener> listeners = listeners(vdb, context, source.engine(), running);
    return new Prepared(context, source.engine(), plan, settings, forwardPlans, listeners);
  }

  /** Those that are there already for the places asked for, and new ones. */
  private List<VdbListener> listeners(
      VirtualDatabase vdb, VdbContext context, Engine engine, RunningVdb running) {
    List<VdbListener> there = running == null ? List.of() : new ArrayList<>(running.listeners());
    List<VdbListener> listeners = new ArrayList<>();
    for (ListeningPlace place : ListeningPlace.of(vdb)) {
      VdbListener found =
          there.stream().filter(listener -> listener.isFor(place)).findFirst().orElse(null);
      if (found == null) {
        found = listening.make(context, engine, place);
      } else {
        there.remove(found);
      }
      listeners.add(found);
    }
    return listeners;
  }

  private void commit(Prepared prepared) {
    VdbContext context = prepared.context();
    Map<String, VdbPools> before = context.settings().forwards();
    Map<String, ForeignSource> foreignBefore = context.settings().foreigners();
    UserLookup queryBefore = context.access().query();
    context.update(prepared.settings());
    if (queryBefore instanceof AuthQuery query && query != context.access().query()) {
      query.close();
    }
    before.forEach(
        (source, pools) -> {
          if (!prepared.settings().forwards().containsKey(source)) {
            clusters.leave(pools);
            pools.close();
          }
        });
    foreignBefore.forEach(
        (source, foreign) -> {
          if (prepared.settings().foreigners().get(source) != foreign) {
            foreign.close();
          }
        });
    prepared.forwardPlans().forEach(VdbPools::update);
    if (vdbs.put(context.name(), new RunningVdb(context, prepared.engine(), prepared.listeners()))
        != null) {
      context.pools().update(prepared.plan());
    }
    context.allPools().forEach(clusters::lead);
    prepared.listeners().forEach(VdbListener::accept);
  }

  private PoolPlan plan(VirtualDatabase vdb, DataSource source, Configuration from)
      throws IOException {
    Map<String, Integer> limits = new HashMap<>();
    for (User user : from.users().values()) {
      limits.put(user.serverUser().orElse(user.name()), user.maxServerConnections());
    }
    return new PoolPlan(
        source,
        logins.of(source).map(ServerCredential::of),
        TlsContexts.forServer(source.tls(), source.tlsProtocols()),
        vdb.pool(),
        vdb.pipelining(),
        new StatementBounds(
            vdb.prepared().perServer(),
            vdb.prepared().bytesPerServer(),
            vdb.prepared().serverShare()),
        limits);
  }

  private VdbContext.Settings settings(
      VirtualDatabase vdb,
      Configuration from,
      Map<String, VdbPools> forwards,
      Map<String, ForeignSource> foreigners)
      throws IOException {
    UserDirectory users = directories.apply(from.users().values());
    if (dialects.of(from.sources().get(vdb.source())).clients().provesByScram()) {
      users.prepare();
    }
    return new VdbContext.Settings(
        new VdbAccess.Settings(
            vdb,
            new Authenticator(
                vdb.name(),
                new AuthTable(vdb.auth()),
                users,
                vdb.credentials() == Credentials.PASSTHROUGH,
                from.node().ldap().clearText()),
            users,
            query(vdb, from.sources().get(vdb.source())),
            TlsContexts.forClients(
                vdb.tls(),
                from.sources().get(vdb.source()).engine().tlsProtocols(),
                ownCertificate),
            TlsContexts.serverEndPoint(vdb.tls(), ownCertificate)),
        RulesAndCatalogues.of(
            rules(vdb, from),
            catalogues.of(from.sources().get(vdb.source())),
            from.sources().get(vdb.source()).cluster()),
        forwards,
        foreigners,
        vdb.cache().enabled() ? clusters.far(from.node()) : Optional.empty());
  }

  /**
   * Returns the query for looking up users who have no document; null for none. It goes on
   * unchanged.
   */
  private AuthQuery query(VirtualDatabase vdb, DataSource source) {
    if (!vdb.authQuery().enabled()) {
      return null;
    }
    AuthQuery.Plan plan =
        new AuthQuery.Plan(
            vdb.name(),
            source,
            vdb.authQuery()
                .user()
                .map(user -> SourceLogins.written(user, vdb.authQuery().password()))
                .or(() -> logins.of(source))
                .orElseThrow(),
            vdb.authQuery());
    RunningVdb running = vdbs.get(vdb.name());
    return running != null
            && running.context().access().query() instanceof AuthQuery there
            && there.plan().equals(plan)
        ? there
        : new AuthQuery(plan);
  }

  /**
   * Pools for the sources that rules may send statements to; those that are there go on.
   *
   * @param plans takes the plans that those are to have
   */
  private Map<String, VdbPools> forwards(
      VirtualDatabase vdb, Configuration from, Map<VdbPools, PoolPlan> plans) throws IOException {
    RunningVdb running = vdbs.get(vdb.name());
    Map<String, VdbPools> before =
        running == null ? Map.of() : running.context().settings().forwards();
    Map<String, VdbPools> forwards = new HashMap<>();
    Engine own = from.sources().get(vdb.source()).engine();
    for (String source : vdb.ruleSources()) {
      if (!from.sources().get(source).engine().equals(own)) {
        continue;
      }
      PoolPlan plan = plan(vdb, from.sources().get(source), from);
      VdbPools pools = before.get(source);
      if (pools == null) {
        pools = new VdbPools(vdb.name(), connector, poolEvents, plan, neighbours);
      } else {
        plans.put(pools, plan);
      }
      forwards.put(source, pools);
    }
    return Map.copyOf(forwards);
  }

  /**
   * Returns the sources of other engines that rules may send statements to; existing ones go on as
   * long as nothing of them changes.
   */
  private Map<String, ForeignSource> foreigners(VirtualDatabase vdb, Configuration from) {
    RunningVdb running = vdbs.get(vdb.name());
    Map<String, ForeignSource> before =
        running == null ? Map.of() : running.context().settings().foreigners();
    Map<String, ForeignSource> foreigners = new HashMap<>();
    Engine own = from.sources().get(vdb.source()).engine();
    for (String name : vdb.ruleSources()) {
      DataSource source = from.sources().get(name);
      if (!source.engine().equals(own)) {
        ForeignSource.Plan plan =
            new ForeignSource.Plan(
                source, logins.of(source).orElseThrow(), vdb.pool().size(), vdb.pool().maxQueue());
        ForeignSource there = before.get(name);
        foreigners.put(
            name,
            there != null && there.plan().equals(plan)
                ? there
                : new ForeignSource(
                    plan, dialects.part(source, Dialect::foreign), clusters.guard(source)));
      }
    }
    return Map.copyOf(foreigners);
  }

  private RuleBook rules(VirtualDatabase vdb, Configuration from) {
    RunningVdb running = vdbs.get(vdb.name());
    return RuleBook.compile(
        from,
        vdb,
        dialects.of(from.sources().get(vdb.source())).statements(),
        running == null ? null : running.context().settings().rulesAndCatalogues().rules(),
        patterns);
  }

  private void stop(RunningVdb vdb) {
    removed.accept(vdb.context());
    vdb.context().allPools().forEach(clusters::leave);
    close(vdb);
  }

  private static void close(RunningVdb vdb) {
    vdb.context().close();
    vdb.context().allPools().forEach(VdbPools::close);
    vdb.context().settings().foreigners().values().forEach(ForeignSource::close);
    if (vdb.context().access().query() instanceof AuthQuery query) {
      query.close();
    }
  }

  /** Lets no client in any more, whatever is reloaded, until {@link #openListeners}. */
  @Override
  public void closeListeners() {
    letsIn = false;
    listeners().forEach(VdbListener::close);
  }

  /**
   * Lets clients in again.
   *
   * @throws StartupException when a port is not to be had any more; no client is let in then
   */
  @Override
  public void openListeners() throws StartupException {
    synchronized (vdbs) {
      List<VdbListener> all = listeners();
      new PortChange(all, all).carryOut();
      letsIn = true;
      all.forEach(VdbListener::accept);
    }
  }

  private List<VdbListener> listeners() {
    return vdbs.values().stream().flatMap(vdb -> vdb.listeners().stream()).toList();
  }

  void closePools() {
    vdbs.values().forEach(RunningVdbs::close);
  }

  /** The port on which the virtual database listens; the first one where it has several. */
  int port(String vdb) {
    synchronized (vdbs) {
      return vdbs.get(vdb).listeners().get(0).port();
    }
  }

  /** Clients are accepted here. */
  void accept() {
    listeners().forEach(VdbListener::accept);
  }

  /** Clients are accepted here again, and not by another process that has the sockets, too. */
  void takeBack() {
    listeners().forEach(VdbListener::takeBack);
  }

  /** No other process has the sockets any more. */
  void alone() {
    listeners().forEach(VdbListener::alone);
  }

  /**
   * Clients are accepted by another process that has the sockets, too.
   *
   * @return done when {@link #connections} has all who were accepted here
   */
  CompletableFuture<Void> handOver() {
    return CompletableFuture.allOf(
        listeners().stream().map(VdbListener::handOver).toArray(CompletableFuture[]::new));
  }

  /** Hands all listening sockets to another process. */
  void handTo(SuccessorLink successor) {
    listeners().forEach(listener -> listener.handTo(successor));
  }

  @Override
  public int connections() {
    return listeners().stream().mapToInt(VdbListener::connections).sum();
  }

  @Override
  public void enter(
      FileDescriptor descriptor,
      boolean unix,
      String peer,
      byte[] state,
      ArrivingClients.Entry entry) {
    try {
      StateReader in = new StateReader(state);
      in.version(HandedClient.VERSION, "the state of a client");
      RunningVdb vdb = vdbs.get(String.valueOf(in.text()));
      if (vdb == null) {
        throw new UnreadableStateException("its virtual database is not configured here");
      }
      vdb.listeners().get(0).enter(descriptor, unix, peer, in, entry);
    } catch (UnreadableStateException e) {
      HandedSockets.close(descriptor);
      entry.kept(e.getMessage());
    }
  }

  /** True if any pool is paused by an operator. */
  boolean paused() {
    return vdbs.values().stream()
        .flatMap(vdb -> vdb.context().allPools().stream())
        .anyMatch(VdbPools::paused);
  }

  /** Names and ports, for a log. */
  @Override
  public String describePorts() {
    return vdbs.entrySet().stream()
        .map(
            entry ->
                entry.getKey()
                    + "="
                    + entry.getValue().listeners().stream()
                        .map(listener -> Integer.toString(listener.port()))
                        .collect(Collectors.joining(",")))
        .collect(Collectors.joining(" "));
  }

  /**
   * Server sessions of this source, and of others that lead to one of its servers, that have begun
   * serve those who are logged in, and no others.
   */
  private void renew(DataSource source) {
    for (RunningVdb vdb : vdbs.values()) {
      for (VdbPools pools : vdb.context().allPools()) {
        if (shareServer(pools.plan().source(), source)) {
          pools.renew();
          vdb.context().access().forgetReported();
        }
      }
    }
  }

  /**
   * Frees connections of this source, and of others that lead to one of its servers, to a database
   * that no client is logged in to: no client keeps them.
   */
  private void free(DataSource source, String database) {
    for (RunningVdb vdb : vdbs.values()) {
      for (VdbPools pools : vdb.context().allPools()) {
        if (shareServer(pools.plan().source(), source)) {
          pools.free(database);
        }
      }
    }
  }

  /** True if what is changed through one source is found through the other. */
  private static boolean shareServer(DataSource one, DataSource other) {
    return one.equals(other) || !Collections.disjoint(one.hosts(), other.hosts());
  }

  /** By their names, in order. */
  Map<String, VdbContext> contexts() {
    Map<String, VdbContext> contexts = new TreeMap<>();
    for (RunningVdb vdb : vdbs.values()) {
      contexts.put(vdb.context().name(), vdb.context());
    }
    return contexts;
  }
}
