package dev.heimdall.engine.boot;

import dev.heimdall.engine.auth.AuthTable;
import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.auth.UserSalts;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.engine.pipeline.Surroundings;
import dev.heimdall.engine.pool.Connector;
import dev.heimdall.engine.pool.PoolEvents;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.rules.RuleBook;
import dev.heimdall.engine.session.VdbContext;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.User;
import dev.heimdall.model.VirtualDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The virtual databases of a node: built from its configuration, and brought up to a new one. */
final class RunningVdbs {
  private final Function<VdbContext, VdbListener> listening;
  private final Connector connector;
  private final PoolEvents poolEvents;
  private final SourceCatalogues catalogues;
  private final UserSalts salts;
  private final ScramKeyCache keyCache;
  private final Consumer<VdbContext> removed;

  /** Changed under its own lock; read without it, because binding a port waits for the loops. */
  private final Map<String, RunningVdb> vdbs = new ConcurrentSkipListMap<>();

  private record RunningVdb(VdbContext context, List<VdbListener> listeners) {}

  /**
   * @param listening makes a listener that is not open yet
   * @param removed told of a virtual database that no configuration has any more, between the close
   *     of its listeners and that of its pools
   */
  RunningVdbs(
      Function<VdbContext, VdbListener> listening,
      Connector connector,
      PoolEvents poolEvents,
      SourceCatalogues catalogues,
      UserSalts salts,
      ScramKeyCache keyCache,
      Consumer<VdbContext> removed) {
    this.listening = listening;
    this.connector = connector;
    this.poolEvents = poolEvents;
    this.catalogues = catalogues;
    this.salts = salts;
    this.keyCache = keyCache;
    this.removed = removed;
  }

  /**
   * Starts every virtual database; what is open when one fails is left to {@link #closeListeners}.
   */
  void start(Configuration configuration) throws StartupException, IOException {
    for (VirtualDatabase vdb : configuration.vdbs().values()) {
      start(vdb, configuration);
    }
  }

  private void start(VirtualDatabase vdb, Configuration from) throws StartupException, IOException {
    VdbPools pools = new VdbPools(vdb.name(), connector, poolEvents, plan(vdb, from));
    VdbContext vdbContext = new VdbContext(vdb.name(), pools, settings(vdb, from));
    List<VdbListener> listeners = new ArrayList<>();
    vdbs.put(vdb.name(), new RunningVdb(vdbContext, listeners));
    listen(vdb, vdbContext, listeners);
  }

  private void listen(VirtualDatabase vdb, VdbContext vdbContext, List<VdbListener> listeners)
      throws StartupException {
    for (int port : vdb.ports()) {
      VdbListener listener = listening.apply(vdbContext);
      listener.open(vdb.address(), port);
      listeners.add(listener);
    }
  }

  private VdbPools.Plan plan(VirtualDatabase vdb, Configuration from) throws IOException {
    return plan(vdb, from.sources().get(vdb.source()), from);
  }

  private VdbPools.Plan plan(VirtualDatabase vdb, DataSource source, Configuration from)
      throws IOException {
    Map<String, Integer> limits = new HashMap<>();
    for (User user : from.users().values()) {
      limits.put(user.serverUser().orElse(user.name()), user.maxServerConnections());
    }
    return new VdbPools.Plan(
        source,
        TlsContexts.forServer(source.tls()),
        vdb.pool(),
        vdb.prepared().perServer(),
        limits);
  }

  private VdbContext.Settings settings(VirtualDatabase vdb, Configuration from) throws IOException {
    UserDirectory users = new UserDirectory(from.users().values(), salts, keyCache);
    users.prepare();
    return new VdbContext.Settings(
        vdb,
        new Authenticator(
            vdb.name(),
            new AuthTable(vdb.auth()),
            users,
            vdb.credentials() == Credentials.PASSTHROUGH),
        users,
        TlsContexts.forClients(vdb.tls()),
        TlsContexts.serverEndPoint(vdb.tls()),
        new Surroundings(rules(vdb, from), catalogues.of(from.sources().get(vdb.source()))),
        forwards(vdb, from));
  }

  /** Pools for the sources that rules may send statements to; those that are there go on. */
  private Map<String, VdbPools> forwards(VirtualDatabase vdb, Configuration from)
      throws IOException {
    RunningVdb running = vdbs.get(vdb.name());
    Map<String, VdbPools> before =
        running == null ? Map.of() : running.context().settings().forwards();
    Map<String, VdbPools> forwards = new HashMap<>();
    for (String source : vdb.ruleSources()) {
      VdbPools.Plan plan = plan(vdb, from.sources().get(source), from);
      VdbPools pools = before.get(source);
      if (pools == null) {
        pools = new VdbPools(vdb.name(), connector, poolEvents, plan);
      } else {
        pools.update(plan);
      }
      forwards.put(source, pools);
    }
    return Map.copyOf(forwards);
  }

  private RuleBook rules(VirtualDatabase vdb, Configuration from) {
    RunningVdb running = vdbs.get(vdb.name());
    return RuleBook.compile(
        from, vdb, running == null ? null : running.context().settings().surroundings().rules());
  }

  /** Takes over a configuration: prepares everything that can fail before anything is changed. */
  void update(Configuration next) throws IOException, StartupException {
    Map<String, VdbPools.Plan> plans = new HashMap<>();
    Map<String, VdbContext.Settings> settings = new HashMap<>();
    for (VirtualDatabase vdb : next.vdbs().values()) {
      plans.put(vdb.name(), plan(vdb, next));
      settings.put(vdb.name(), settings(vdb, next));
    }
    synchronized (vdbs) {
      for (String name : List.copyOf(vdbs.keySet())) {
        if (!next.vdbs().containsKey(name)) {
          stop(vdbs.remove(name));
        }
      }
      for (VirtualDatabase vdb : next.vdbs().values()) {
        RunningVdb running = vdbs.get(vdb.name());
        if (running == null) {
          start(vdb, next);
          continue;
        }
        VirtualDatabase before = running.context().settings().vdb();
        Map<String, VdbPools> forwards = running.context().settings().forwards();
        running.context().update(settings.get(vdb.name()));
        forwards.forEach(
            (source, pools) -> {
              if (!vdb.ruleSources().contains(source)) {
                pools.close();
              }
            });
        running.context().pools().update(plans.get(vdb.name()));
        if (!before.ports().equals(vdb.ports()) || !before.address().equals(vdb.address())) {
          running.listeners().forEach(VdbListener::close);
          running.listeners().clear();
          listen(vdb, running.context(), running.listeners());
        }
      }
    }
  }

  private void stop(RunningVdb vdb) {
    vdb.listeners().forEach(VdbListener::close);
    removed.accept(vdb.context());
    vdb.context().allPools().forEach(VdbPools::close);
  }

  void closeListeners() {
    for (RunningVdb vdb : vdbs.values()) {
      vdb.listeners().forEach(VdbListener::close);
    }
  }

  void closePools() {
    for (RunningVdb vdb : vdbs.values()) {
      vdb.context().allPools().forEach(VdbPools::close);
    }
  }

  /** The port on which the virtual database listens; the first one where it has several. */
  int port(String vdb) {
    synchronized (vdbs) {
      return vdbs.get(vdb).listeners().get(0).port();
    }
  }

  /** Names and ports, for a log. */
  String describePorts() {
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

  /** By their names, in order. */
  Map<String, VdbContext> contexts() {
    Map<String, VdbContext> contexts = new TreeMap<>();
    for (RunningVdb vdb : vdbs.values()) {
      contexts.put(vdb.context().name(), vdb.context());
    }
    return contexts;
  }
}
