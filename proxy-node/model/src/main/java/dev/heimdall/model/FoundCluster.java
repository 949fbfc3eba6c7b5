package dev.heimdall.model;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Facts known about a cluster that a data source names by its ARN and nothing else.
 *
 * @param kind what it is, unless the source says so
 * @param servers whom to ask first; not empty
 * @param database of which the cluster was made, where that is known
 */
public record FoundCluster(
    Engine engine, ClusterKind kind, List<ServerAddress> servers, Optional<String> database) {
  public FoundCluster {
    servers = List.copyOf(servers);
    if (JdbcUrl.problem(url(engine, servers, database.orElse(""))).isPresent()) {
      database = Optional.empty();
    }
  }

  /**
   * Returns the facts that apply once these are known, where others were known before. Addresses
   * stay as long as they lead there: that others come first now, as after a failover, is no reason
   * to begin anew.
   *
   * @param reported every address that leads to the cluster now
   */
  public FoundCluster after(FoundCluster before, Set<ServerAddress> reported) {
    boolean stays =
        kind == before.kind
            && before.servers.stream().anyMatch(reported::contains)
            && before.servers.stream().noneMatch(server -> hasOtherPort(server, reported));
    return new FoundCluster(
        engine, kind, stays ? before.servers : servers, database.or(before::database));
  }

  private static boolean hasOtherPort(ServerAddress server, Set<ServerAddress> reported) {
    return !reported.contains(server)
        && reported.stream().anyMatch(one -> one.host().equals(server.host()));
  }

  /** Returns the URL that the source would have if it had one of its own. */
  String url() {
    return url(engine, servers, database.orElse(""));
  }

  private static String url(Engine engine, List<ServerAddress> servers, String database) {
    return engine.plainUrl(
        servers.stream().map(ServerAddress::toString).collect(Collectors.joining(",")), database);
  }

  @Override
  public String toString() {
    return engine.spelling()
        + database.map(name -> ", database " + name).orElse("")
        + ", at "
        + servers.stream().map(ServerAddress::toString).collect(Collectors.joining(", "));
  }
}
