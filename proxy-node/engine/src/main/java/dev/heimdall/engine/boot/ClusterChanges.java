package dev.heimdall.engine.boot;

import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.changes.FeedStatus;
import dev.heimdall.engine.changes.OutsideWrites;
import dev.heimdall.engine.changes.WriterFeed;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All feeds that hear what is written to one cluster past the nodes. */
final class ClusterChanges implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.cluster");

  private final EventLog log;
  private final List<WriterFeed> feeds;

  ClusterChanges(
      DataSource source, List<ChangeProtocol.Way> ways, OutsideWrites outside, EventLog log) {
    this.log = log;
    feeds =
        ways.stream()
            .<WriterFeed>map(way -> new WriterFeed(source, way, outside.sink(), new Logged()))
            .toList();
  }

  void start() {
    feeds.forEach(WriterFeed::start);
  }

  /** There is a new snapshot of the cluster. */
  void changed(Topology topology) {
    if (!feeds.isEmpty()) {
      Optional<TopologyNode> writer = topology.writer();
      String run = writer.map(TopologyNode::run).orElse("");
      feeds.forEach(feed -> feed.follow(writer.map(TopologyNode::address), run));
    }
  }

  List<FeedStatus> status() {
    return feeds.stream().map(WriterFeed::status).toList();
  }

  @Override
  public void close() {
    feeds.forEach(WriterFeed::close);
  }

  private final class Logged implements WriterFeed.Listener {
    @Override
    public void following(FeedStatus now) {
      told(now);
    }

    @Override
    public void gap(FeedStatus now) {
      told(now);
    }

    private void told(FeedStatus now) {
      String server = now.server().map(ServerAddress::toString).orElse("");
      log.changesHeard(now.source(), now.way(), now.database(), server, now.detail());
    }

    @Override
    public void failed(Throwable cause) {
      LOG.error("an error in the node has interrupted its hearing of changes", cause);
    }
  }
}
