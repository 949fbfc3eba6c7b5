package dev.heimdall.engine.boot;

import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.route.Freshness;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.LagSettings;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * Tells of one cluster which replicas are further behind than they may be, and when that is over: a
 * replica that goes to and fro about the bound is behind until it keeps within it for a while.
 */
final class LagNews {
  static final Duration SETTLED = Duration.ofSeconds(30);

  private record Behind(long since, long last) {}

  private final NodeEvents events;
  private final String source;
  private final LagSettings settings;
  private final Freshness freshness;
  private final Map<ServerAddress, Behind> behind = new HashMap<>();

  LagNews(NodeEvents events, String source, LagSettings settings) {
    this.events = events;
    this.source = source;
    this.settings = settings;
    freshness = new Freshness(settings);
  }

  /**
   * There is a new snapshot.
   *
   * @param now by {@link System#nanoTime}
   */
  synchronized void changed(Topology topology, long now) {
    for (TopologyNode node : topology.nodes()) {
      if (freshness.knownToLag(node)) {
        Behind before = behind.get(node.address());
        if (before == null) {
          tell(EventKind.REPLICA_BEHIND, node.address(), words(node));
        }
        behind.put(node.address(), new Behind(before == null ? now : before.since(), now));
      }
    }
    Iterator<Map.Entry<ServerAddress, Behind>> all = behind.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<ServerAddress, Behind> one = all.next();
      Behind was = one.getValue();
      if (now - was.last() >= SETTLED.toNanos()) {
        all.remove();
        // Of one that is gone, or writes by now, other events tell.
        if (isThere(topology.node(one.getKey()))) {
          Duration lasted = Duration.ofNanos(was.last() - was.since());
          tell(
              EventKind.REPLICA_CAUGHT_UP,
              one.getKey(),
              "It is within its bounds again; it was behind for %d s."
                  .formatted(lasted.toSeconds()));
        }
      }
    }
  }

  private static boolean isThere(Optional<TopologyNode> node) {
    return node.isPresent()
        && node.get().role() == NodeRole.REPLICA
        && node.get().state() == NodeState.UP;
  }

  private void tell(EventKind kind, ServerAddress server, String words) {
    events.happened(kind, source, server.toString(), words);
  }

  private String words(TopologyNode node) {
    long most = settings.maxTime().toMillis();
    return most > 0 && node.lagMillis() > most
        ? "It is %d ms behind the writer; %d ms are allowed (lag.maxTime)."
            .formatted(node.lagMillis(), most)
        : "It has %d bytes to replay; %d are allowed (lag.maxBytes)."
            .formatted(node.lagBytes(), settings.maxBytes());
  }
}
