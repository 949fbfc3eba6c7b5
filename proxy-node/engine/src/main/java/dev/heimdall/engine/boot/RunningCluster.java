package dev.heimdall.engine.boot;

import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.changes.FeedStatus;
import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.ClusterTracker;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.Exchange;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.engine.topology.WriterFence;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Driver;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.WriteForwarding;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/** One cluster in use: watched, told of between nodes, and seen by event loops. */
final class RunningCluster implements AutoCloseable {
  private final DataSource source;
  private final EventLog log;
  private final ClusterNews news;
  private final LagNews lags;
  private final Metrics metrics;
  private final ClusterTracker tracker;
  private final Exchange exchange;
  private final ClusterView view;
  private final WriterFollowers followers;
  private final ClusterChanges changes;

  /** Only shown: who the writer is, servers report themselves. */
  private volatile List<WriteForwarding.Of> forwarding = List.of();

  /**
   * Cluster to watch, and the way of watching it.
   *
   * @param asker as whom servers are asked
   * @param protocol how
   * @param cached whether results of it are kept
   * @param ways in which it is heard what is written past the nodes
   */
  record Watched(
      DataSource source,
      Driver driver,
      DatabaseCredentials asker,
      ClusterProtocol protocol,
      boolean cached,
      List<ChangeProtocol.Way> ways) {}

  /**
   * Begins to watch.
   *
   * @param catalogues what this node knows of its databases
   * @param sharing how writes are told to other nodes
   * @param offLoop where the tracker is told what sessions find
   */
  RunningCluster(
      Watched watched,
      Catalogues catalogues,
      BiFunction<WritePositions, Definitions, Exchange> sharing,
      EventSinks sinks,
      Executor offLoop) {
    this.source = watched.source();
    this.log = sinks.log();
    news = new ClusterNews(sinks.told(), source.name());
    lags = new LagNews(sinks.told(), source.name(), source.cluster().lag());
    this.metrics = sinks.metrics();
    for (TopologyEvent.Kind kind : TopologyEvent.Kind.values()) {
      metrics.clusterEvents(source.name(), kind.spelling(), 0); // a rate needs a beginning
    }
    tracker = new ClusterTracker(source, watched.asker(), watched.protocol(), hears());
    WritePositions positions = new WritePositions(this::writtenByNow);
    Definitions definitions = new CatalogueDefinitions(catalogues);
    exchange = sharing.apply(positions, definitions);
    view =
        new ClusterView(
            source,
            watched.driver(),
            positions,
            definitions,
            exchange,
            watched.cached(),
            new OwnRegion(AwsAccess::ownRegion));
    if (view.tracksWrites()) {
      catalogues.watchClosely(
          source.cluster().probe().positionInterval(), view::redefinedUntold, view::tellRedefined);
    }
    followers =
        new WriterFollowers(
            source.name(), source.cluster().failover().queueTimeout(), tracker, view, offLoop);
    changes = new ClusterChanges(source, watched.ways(), view.outside(), log);
    tracker.start();
    changes.start();
  }

  /**
   * Returns the position written by now; where no session compares log positions, each write would
   * cost a query for nothing.
   */
  private CompletableFuture<Position> writtenByNow() {
    boolean wanted = view == null || view.locatesWrites();
    return wanted ? tracker.writtenByNow() : CompletableFuture.completedFuture(Position.NONE);
  }

  private ClusterTracker.Listener hears() {
    return new ClusterTracker.Listener() {
      @Override
      public void changed(Topology topology, List<TopologyEvent> events) {
        RunningCluster.this.changed(topology, events);
      }

      @Override
      public CompletableFuture<Long> quiet(ServerAddress server, Duration late) {
        return followers.quiet(server, late);
      }
    };
  }

  private void changed(Topology topology, List<TopologyEvent> events) {
    view.changed(topology, System.nanoTime());
    lags.changed(topology, System.nanoTime());
    followers.changed(topology);
    changes.changed(topology);
    WriterFence fence = topology.global().fence();
    metrics.clusterFence(
        source.name(),
        Optional.of(fence.state())
            .filter(state -> state != WriterFence.State.OFF)
            .map(state -> state == WriterFence.State.FENCED));
    for (TopologyEvent event : events) {
      metrics.clusterEvents(source.name(), event.kind().spelling(), 1);
      log.clusterChanged(
          source.name(),
          event.kind().spelling(),
          event.server().toString(),
          event.cause(),
          event.lasted(),
          event.kind().alarming());
      news.heard(event);
    }
  }

  DataSource source() {
    return source;
  }

  /** True if this node has certainly heard of what was written through others. */
  boolean connectedToPeers() {
    return exchange.connectedToPeers();
  }

  ClusterView view() {
    return view;
  }

  /** The pools that follow its writer. */
  WriterFollowers followers() {
    return followers;
  }

  /** Status of the listeners to writes that bypass the nodes. */
  List<FeedStatus> changes() {
    return changes.status();
  }

  /** Write forwarding by the cluster's readers to the writer, as AWS reports it. */
  List<WriteForwarding.Of> forwarding() {
    return forwarding;
  }

  void forwarding(List<WriteForwarding.Of> said) {
    forwarding = List.copyOf(said);
  }

  ClusterTracker tracker() {
    return tracker;
  }

  @Override
  public void close() {
    changes.close();
    tracker.close();
    followers.end();
    exchange.close();
    metrics.clusterFence(source.name(), Optional.empty());
  }
}
