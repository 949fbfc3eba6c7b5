package dev.heimdall.model;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Addresses of a cluster's servers that are known by name and region. Servers of two regions may
 * have one name, and each region has names of its own: a pattern never makes one of another region.
 *
 * @param chosen by region: what the settings say
 * @param learnt by region: what names of RDS tell, where the settings say nothing
 * @param unbound a pattern that names no region, and so is one of all
 * @param single of a cluster of one region: where no region is known, this one is meant
 * @param port where a pattern has none
 */
public record HostPatterns(
    Map<String, String> chosen,
    Map<String, String> learnt,
    Optional<String> unbound,
    Optional<String> single,
    int port) {
  /** More regions than a global cluster may have. */
  private static final int MOST_REGIONS = 32;

  public HostPatterns {
    chosen = Collections.unmodifiableMap(new TreeMap<>(chosen));
    learnt = Collections.unmodifiableMap(new TreeMap<>(learnt));
  }

  /** Reads the patterns from the settings of a data source, and from the names in its URL. */
  static HostPatterns of(DataSource source) {
    ClusterSettings cluster = source.cluster();
    Map<String, String> chosen = new TreeMap<>(cluster.hostPatterns());
    Optional<String> unbound = Optional.empty();
    if (cluster.hostPattern().isPresent()) {
      String pattern = cluster.hostPattern().get();
      Optional<String> region = RdsHost.region(RdsHost.withoutPort(pattern));
      region.ifPresent(its -> chosen.putIfAbsent(its, pattern));
      unbound = region.isPresent() ? Optional.empty() : cluster.hostPattern();
    }
    Optional<String> single = cluster.ofGlobalCluster() ? Optional.empty() : source.hostPattern();
    return new HostPatterns(chosen, Map.of(), unbound, single, source.port())
        .learning(source.hosts().stream().map(ServerAddress::host).toList());
  }

  /** With what further names tell; those of other kinds than RDS's tell nothing. */
  public HostPatterns learning(Collection<String> hosts) {
    Map<String, String> more = new TreeMap<>(learnt);
    for (String host : hosts) {
      if (more.size() < MOST_REGIONS) {
        RdsHost.of(host).ifPresent(name -> more.putIfAbsent(name.region(), name.pattern()));
      }
    }
    return new HostPatterns(chosen, more, unbound, single, port);
  }

  /**
   * Returns the address of a server; empty where no pattern for its region is known, or the pattern
   * makes no address with its name.
   *
   * @param region empty where not reported
   */
  public Optional<ServerAddress> address(Optional<String> region, String name) {
    Optional<String> pattern =
        region
            .flatMap(its -> Optional.ofNullable(chosen.get(its)))
            .or(() -> unbound)
            .or(() -> region.flatMap(its -> Optional.ofNullable(learnt.get(its))))
            .or(() -> region.isEmpty() ? single : Optional.empty());
    return pattern
        .map(one -> one.replace("?", name))
        .filter(Format.SERVER::accepts)
        .map(address -> ServerAddress.parse(address, port));
  }
}
