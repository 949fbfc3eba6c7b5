package dev.heimdall.engine.boot;

import dev.heimdall.engine.cache.far.FarTier;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.feed.StoredDocuments;
import dev.heimdall.engine.feed.Subject;
import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.WriterGuard;
import dev.heimdall.engine.jdbc.WriterGuards;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.rds.RdsWatch;
import dev.heimdall.engine.session.statement.Running;
import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.Exchange;
import dev.heimdall.engine.share.LeaderLeases;
import dev.heimdall.engine.share.Overlap;
import dev.heimdall.engine.share.SharedStore;
import dev.heimdall.engine.share.SingleNode;
import dev.heimdall.engine.share.StoreNews;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.NodeSettings;
import dev.heimdall.model.StoreReach;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.model.TopologySettings;
import dev.heimdall.routing.GlobalSaid;
import dev.heimdall.routing.MisplacedCluster;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.WriteForwarding;
import java.time.Clock;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The clusters that data sources are, each watched anew when it changes. Thread-safe. */
final class SourceClusters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.topology");

  private final SourceLogins logins;
  private final SourceCatalogues catalogues;
  private final Dialects dialects;
  private final EventSinks sinks;
  private final Executor offLoop;
  private final Map<String, Running> running = new TreeMap<>();
  private final Map<VdbPools, RunningCluster> followed = new IdentityHashMap<>();
  private final RdsWatch rds;
  private final WriterGuards guards;
  private final TopologyFeed feed;
  private final Overlap overlap;
  private volatile SharedStore store;
  private FarTier far;

  /**
   * A cluster that is watched.
   *
   * @param hearing what AWS says of it
   * @param asking AWS, where no other part does
   */
  private record Running(
      RunningCluster.Watched watched,
      RunningCluster cluster,
      TopologyFeed.Watching hearing,
      Optional<RdsWatch.Watching> asking) {
    Running asking(Optional<RdsWatch.Watching> next) {
      return new Running(watched, cluster, hearing, next);
    }

    DataSource source() {
      return watched.source();
    }

    void close() {
      hearing.close();
      asking.ifPresent(RdsWatch.Watching::close);
      cluster.close();
    }
  }

  /** Of what AWS says of clusters, as this node is to hear it. */
  static TopologyFeed feed(TopologySettings topology) throws StartupException {
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
   * @param offLoop where trackers are told what sessions find
   * @param guards hear which writers take what the node writes itself
   * @param feed what AWS reports, by any request; closed with this
   * @param overlap whether another process takes this one's place
   */
  SourceClusters(
      SourceLogins logins,
      SourceCatalogues catalogues,
      Dialects dialects,
      EventSinks sinks,
      Executor offLoop,
      WriterGuards guards,
      TopologyFeed feed,
      Overlap overlap) {
    this.logins = logins;
    this.catalogues = catalogues;
    this.dialects = dialects;
    this.guards = guards;
    this.feed = feed;
    this.overlap = overlap;
    rds = new RdsWatch(feed);
    this.sinks = sinks;
    this.offLoop = offLoop;
  }

  /** Watches the clusters of this configuration and no others. */
  synchronized void update(Configuration next) {
    running
        .entrySet()
        .removeIf(
            entry -> {
              DataSource source = next.sources().get(entry.getKey());
              Running known = entry.getValue();
              boolean stays =
                  source != null
                      && source.equals(known.source())
                      && cached(source, next) == known.watched().cached()
                      && next.driverOf(source).equals(known.watched().driver());
              if (!stays) {
                guards.unwatched(known.source(), known.cluster().followers());
                known.close();
              }
              return !stays;
            });
    for (DataSource source : next.sources().values()) {
      if (source.cluster().watched() && !running.containsKey(source.name())) {
        boolean cached = cached(source, next);
        RunningCluster.Watched watched =
            new RunningCluster.Watched(
                source,
                next.driverOf(source),
                logins.ofProbes(source).orElseThrow(),
                dialects.part(source, Dialect::clusters),
                cached,
                cached ? ways(source) : List.of());
        RunningCluster cluster =
            new RunningCluster(
                watched,
                catalogues.of(source),
                (positions, definitions) -> exchange(source, positions, definitions, next.node()),
                sinks,
                offLoop);
        guards.watched(source, cluster.followers());
        TopologyFeed.Watching hearing = feed.watch(Subject.of(source), news(source, cluster));
        running.put(
            source.name(), new Running(watched, cluster, hearing, asking(source, next.node())));
      }
    }
  }

  private TopologyFeed.Listener news(DataSource source, RunningCluster cluster) {
    return new TopologyFeed.Listener() {
      /** Used by the feed's thread only. */
      private String misplaced = "";

      @Override
      public void misplaced(Optional<MisplacedCluster> reported) {
        String now = reported.map(MisplacedCluster::toString).orElse("");
        if (!now.isEmpty() && !now.equals(misplaced)) {
          LOG.warn("data source {}: {}", source.name(), now);
        }
        misplaced = now; // each document reports it again
      }

      @Override
      public void servers(List<RdsServer> servers) {
        cluster.tracker().described(servers);
      }

      @Override
      public void global(GlobalSaid said) {
        said.writerRegion().ifPresent(region -> logins.writes(source, region));
        cluster.tracker().said(said);
      }

      @Override
      public void forwarding(List<WriteForwarding.Of> said) {
        cluster.forwarding(said);
      }
    };
  }

  private List<ChangeProtocol.Way> ways(DataSource source) {
    return source.changes().any()
        ? dialects
            .of(source)
            .changes()
            .ways(source, logins.ofChanges(source).orElseThrow(), catalogues.of(source)::current)
        : List.of();
  }

  private static boolean cached(DataSource source, Configuration in) {
    return in.vdbs().values().stream()
        .anyMatch(vdb -> vdb.cache().enabled() && vdb.source().equals(source.name()));
  }

  private Optional<RdsWatch.Watching> asking(DataSource source, NodeSettings node) {
    return hears(source)
        ? Optional.empty()
        : Optional.of(rds.watch(source, () -> leaderLeases(node)));
  }

  /** True if others ask AWS about it, and tell the node. */
  private boolean hears(DataSource source) {
    return source.cluster().arn().isPresent() && feed.enabled();
  }

  /**
   * Topology documents may be signed with these keys from now on; with the first one they can come
   * in, and the API is left alone, and without the last one it is asked again.
   */
  synchronized void keys(NodeSettings node) {
    feed.keys(node.topology().key());
    running.replaceAll(
        (name, known) -> {
          if (known.asking().isEmpty() == hears(known.source())) {
            return known;
          }
          known.asking().ifPresent(RdsWatch.Watching::close);
          return known.asking(asking(known.source(), node));
        });
  }

  /**
   * Has the RDS API asked what a cluster is of which nothing is known but its ARN, also where
   * documents may come: it is unknown whether they tell of it.
   */
  RdsWatch.Watching lookUp(DataSource source, NodeSettings node) {
    return rds.lookUp(source, () -> leaderLeases(node));
  }

  /** Says which writer takes what the node writes itself, where it has to be confirmed. */
  Optional<WriterGuard> guard(DataSource source) {
    return guards.of(source);
  }

  /** Feed of the topology that AWS reports, shared by all requesters. */
  TopologyFeed feed() {
    return feed;
  }

  private Exchange exchange(
      DataSource source, WritePositions positions, Definitions definitions, NodeSettings node) {
    return store(node)
        .<Exchange>map(s -> s.join(source, positions, definitions))
        .orElseGet(
            () ->
                new SingleNode(
                    node.store().reach(source) == StoreReach.REGION,
                    overlap,
                    positions,
                    definitions));
  }

  /** State of the shared store of these settings, if they name one. */
  synchronized Optional<StoreState> store(StoreSettings settings) {
    if (store != null) {
      return Optional.of(store.state());
    }
    return settings.servers().isEmpty()
        ? Optional.empty()
        : Optional.of(StoreState.unused(settings));
  }

  /** Number of other nodes that this one hears through the shared store. Never waits. */
  int otherNodes() {
    SharedStore known = store;
    return known == null ? 0 : known.others();
  }

  private synchronized Optional<LeaderLeases> leaderLeases(NodeSettings node) {
    return store(node).map(SharedStore::leaderLeases);
  }

  private Optional<SharedStore> store(NodeSettings node) {
    if (store == null && !node.store().servers().isEmpty()) {
      store = new SharedStore(node.store(), node.id(), storeNews());
    }
    return Optional.ofNullable(store);
  }

  private StoreNews storeNews() {
    return new StoreNews() {
      @Override
      public void lost(String why) {
        sinks
            .told()
            .happened(
                EventKind.STORE_AWAY,
                "",
                "",
                "The shared store is not reached: %s.".formatted(why));
      }

      @Override
      public void found() {
        sinks.told().happened(EventKind.STORE_BACK, "", "", "The shared store is reached again.");
      }

      @Override
      public void slow(String at, Duration after) {
        sinks
            .told()
            .happened(
                EventKind.STORE_SLOW,
                "",
                at,
                "The shared store at %s answers after %d ms.".formatted(at, after.toMillis()));
      }

      @Override
      public void fast(String at) {
        sinks
            .told()
            .happened(
                EventKind.STORE_FAST, "", at, "The shared store at %s answers fast.".formatted(at));
      }
    };
  }

  /** Results that the nodes keep for each other; empty for a node that takes no part in that. */
  synchronized Optional<FarTier> far(NodeSettings node) {
    if (far == null && node.farCache().enabled()) {
      far = store(node).map(s -> FarTier.over(s, node.farCache())).orElse(null);
    }
    return Optional.ofNullable(far);
  }

  /** Has these pools follow the writer of their source, where that is a cluster. */
  synchronized void lead(VdbPools pools) {
    Running now = running.get(pools.plan().source().name());
    RunningCluster cluster = now == null ? null : now.cluster();
    if (followed.get(pools) == cluster) {
      return;
    }
    leave(pools);
    if (cluster != null) {
      followed.put(pools, cluster);
      cluster.followers().attach(pools);
    }
  }

  /** These pools need no writer any more. */
  synchronized void leave(VdbPools pools) {
    RunningCluster cluster = followed.remove(pools);
    if (cluster != null) {
      cluster.followers().detach(pools);
      pools.follow(null);
    }
  }

  /** All that are watched. */
  synchronized List<RunningCluster> all() {
    return running.values().stream().map(Running::cluster).toList();
  }

  @Override
  public synchronized void close() {
    rds.close();
    feed.close();
    running.values().forEach(Running::close);
    running.clear();
    followed.clear();
    if (far != null) {
      far.close();
    }
    if (store != null) {
      store.close();
    }
  }
}
