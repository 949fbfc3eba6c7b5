package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.ClusterEventRow;
import dev.heimdall.engine.admin.ClusterNodeRow;
import dev.heimdall.engine.admin.ClusterRow;
import dev.heimdall.engine.changes.FeedStatus;
import dev.heimdall.engine.feed.FeedState;
import dev.heimdall.engine.feed.Push;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.VirtualDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Operators' view of the clusters behind the node, including those that are not found yet. */
final class LiveClusters {
  private final SourceClusters clusters;
  private final ArnSources arns;
  private final ConfigurationChanges configuration;

  LiveClusters(SourceClusters clusters, ArnSources arns, ConfigurationChanges configuration) {
    this.clusters = clusters;
    this.arns = arns;
    this.configuration = configuration;
  }

  List<ClusterRow> all() {
    Configuration current = configuration.current();
    List<ClusterRow> rows = new ArrayList<>();
    for (RunningCluster cluster : clusters.all()) {
      rows.add(
          new ClusterRow(
              cluster.source().name(),
              cluster.view().topology(),
              cluster.source().cluster().consistency(),
              current.node().store().reach(cluster.source()),
              cluster.connectedToPeers(),
              cluster.forwarding(),
              cluster.source().cluster().failover().queueTimeout()));
    }
    for (DataSource source : current.byArn().pending().values()) {
      rows.add(
          new ClusterRow(
              source.name(),
              Topology.unasked(List.of()),
              source.cluster().consistency(),
              current.node().store().reach(source),
              false,
              List.of(),
              source.cluster().failover().queueTimeout(),
              why(source.name(), current)));
    }
    return rows;
  }

  /** Returns the reason that nothing is known of a source yet. */
  private String why(String source, Configuration current) {
    return arns.why(source, current.byArn().arns().get(source));
  }

  /** Returns the reason that a virtual database does not listen yet. */
  String why(VirtualDatabase waiting) {
    Configuration current = configuration.current();
    return Stream.concat(Stream.of(waiting.source()), waiting.ruleSources().stream())
        .distinct()
        .filter(current.byArn().pending()::containsKey)
        .map(source -> "data source " + source + ": " + why(source, current))
        .collect(Collectors.joining("; "));
  }

  List<ClusterNodeRow> nodes() {
    return clusters.all().stream()
        .flatMap(
            cluster ->
                cluster.view().topology().nodes().stream()
                    .map(server -> new ClusterNodeRow(cluster.source().name(), server)))
        .toList();
  }

  List<ClusterEventRow> events() {
    return clusters.all().stream()
        .flatMap(
            cluster ->
                cluster.tracker().events().stream()
                    .map(event -> new ClusterEventRow(cluster.source().name(), event)))
        .toList();
  }

  /** Status of the feeds of writes that bypass the nodes. */
  List<FeedStatus> changes() {
    return clusters.all().stream().flatMap(cluster -> cluster.changes().stream()).toList();
  }

  FeedState documents() {
    return clusters.feed().state();
  }

  Push.Outcome take(Push push) {
    return clusters.feed().take(push);
  }

  Optional<StoreState> store() {
    return clusters.store(configuration.current().node().store());
  }
}
