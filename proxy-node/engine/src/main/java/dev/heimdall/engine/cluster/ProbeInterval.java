package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.ProbeSettings;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Interval of probing servers: long in normal operation, short while one is unavailable or no
 * writer is known.
 */
final class ProbeInterval {
  /**
   * Time limit for probing as often as in a failover; after that, a writer is not expected soon.
   */
  private static final Duration SEEKING = Duration.ofMinutes(5);

  private final ProbeSettings settings;
  private final Map<ServerAddress, Long> membersAt = new HashMap<>();
  private long suspectedAt;
  private long withoutWriterSince;
  private boolean withWriter;

  /**
   * @param now by {@link System#nanoTime}, as everywhere here
   */
  ProbeInterval(ProbeSettings settings, long now) {
    this.settings = settings;
    suspectedAt = now;
    withoutWriterSince = now;
  }

  /**
   * Notes a doubt about the current state: until a writer has answered after this, it is looked
   * for.
   */
  void suspect(long now) {
    suspectedAt = now;
  }

  /** True if a writer that answered after the last suspicion is still to be found. */
  private boolean seeking(Topology topology, long now) {
    Optional<TopologyNode> writer = topology.writer();
    if (writer.isPresent() && writer.get().state().usable()) {
      withWriter = true;
      return writer.get().at() - suspectedAt <= 0 || writer.get().state() == NodeState.SUSPECT;
    }
    if (withWriter) {
      withWriter = false;
      withoutWriterSince = now;
    }
    return now - withoutWriterSince < SEEKING.toNanos();
  }

  /** Returns the wait before a server is probed again. */
  Duration next(ProbeHistory probed, Topology topology, long now) {
    if (seeking(topology, now)) {
      return settings.failoverInterval();
    }
    if (probed.failures() == 1) {
      // Down or just disturbed? The next answer tells.
      return settings.failoverInterval();
    }
    return probed.failures() > 0 ? settings.failedInterval() : settings.positionInterval();
  }

  /** True if it is time for a server to name the others. */
  boolean wantsMembers(ServerAddress server, Collection<ProbeHistory> probeHistories, long now) {
    Long at = membersAt.get(server);
    boolean failed = probeHistories.stream().anyMatch(probed -> probed.failures() > 0);
    Duration interval = failed ? settings.failedInterval() : settings.interval();
    return at == null || now - at >= interval.toNanos();
  }

  void membersHeard(ServerAddress server, long now) {
    membersAt.put(server, now);
  }

  /** A server is not asked any more. */
  void forget(ServerAddress server) {
    membersAt.remove(server);
  }
}
