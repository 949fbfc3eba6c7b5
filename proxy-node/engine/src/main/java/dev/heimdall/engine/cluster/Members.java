package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Servers that belong to a cluster beyond those of the configuration. One that a server names is
 * asked from then on. One that is not named any more is forgotten once it does not answer either.
 */
final class Members {
  private final Set<ServerAddress> configured;
  private final long patience;
  private final int most;
  private final Map<ServerAddress, Long> namedAt = new LinkedHashMap<>();

  /**
   * @param patience how long a server may be neither named nor answering
   * @param most servers together; further ones are not taken in
   */
  Members(List<ServerAddress> configured, Duration patience, int most) {
    this.configured = new HashSet<>(configured);
    this.patience = patience.toNanos();
    this.most = most;
  }

  void named(ServerAddress by, Collection<ServerAddress> named, long now) {
    named.stream().filter(address -> !address.equals(by)).forEach(address -> named(address, now));
  }

  void named(ServerAddress address, long now) {
    boolean room = configured.size() + namedAt.size() < most;
    if (!configured.contains(address) && (room || namedAt.containsKey(address))) {
      namedAt.put(address, now);
    }
  }

  /** Those that were named and are not asked. */
  List<ServerAddress> missing(Set<ServerAddress> asked) {
    return namedAt.keySet().stream().filter(address -> !asked.contains(address)).toList();
  }

  /**
   * Those that are to be forgotten. None is while there is no writer, which would name them: the
   * one that was may be one of them, and has to be found when it is back.
   */
  List<ServerAddress> superfluous(
      Map<ServerAddress, ProbeHistory> probeHistories, Topology topology, long now) {
    List<ServerAddress> gone = new ArrayList<>();
    if (topology.writer().isEmpty()) {
      return gone;
    }
    namedAt.forEach(
        (address, at) -> {
          ProbeHistory probed = probeHistories.get(address);
          if (probed != null && probed.down() && now - at > patience) {
            gone.add(address);
          }
        });
    gone.forEach(namedAt::remove);
    return gone;
  }
}
