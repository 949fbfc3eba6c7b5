package dev.heimdall.model;

import java.util.List;
import java.util.Optional;

/** The store over which the nodes of a fleet tell each other of writes. */
public record StoreSettings(
    @Setting(
            value =
                "Servers of Redis or Valkey, each with or without a port (6379). None: this node is"
                    + " alone.",
            byDefault = "[]",
            format = Format.SERVER,
            applies = Applies.RESTART)
        List<String> servers,
    @Setting(
            value = "How these servers belong together.",
            byDefault = "standalone",
            applies = Applies.RESTART)
        StoreMode mode,
    @Setting(value = "The user to log in as, where the store has users.", applies = Applies.RESTART)
        Optional<String> user,
    @Setting(value = "The password, where the store wants one.", applies = Applies.RESTART)
        Optional<Secret> password,
    @Setting("TLS towards the store.") StoreTls tls,
    @Setting(
            value =
                "How the names of all channels begin. The same for the nodes of a fleet, another for"
                    + " another fleet on the same store.",
            byDefault = "heimdall",
            format = Format.NAME,
            applies = Applies.RESTART)
        String prefix,
    @Setting(
            value =
                "Which nodes share it: `fleet`, all that use the same databases; `region`, those of"
                    + " one region, as nodes elsewhere have stores of their own. With `region` and"
                    + " the consistency `strict`, all reads go to the writer and no results are"
                    + " kept. `auto` is `region` for data sources whose `cluster.arn` is a global"
                    + " cluster, else `fleet`.",
            byDefault = "auto",
            applies = Applies.RESTART)
        StoreScope scope) {
  private static final int PORT = 6379;

  public StoreSettings {
    servers = List.copyOf(servers);
  }

  /** One of which nothing says who shares it. */
  public StoreSettings(
      List<String> servers,
      StoreMode mode,
      Optional<String> user,
      Optional<Secret> password,
      StoreTls tls,
      String prefix) {
    this(servers, mode, user, password, tls, prefix, StoreScope.AUTO);
  }

  /** Every setting at its default: no store. */
  public static StoreSettings defaults() {
    return Shape.of(StoreSettings.class).defaults();
  }

  /** Returns the group of nodes whose writes to a data source are reported over this store. */
  public StoreReach reach(DataSource source) {
    boolean regional =
        scope == StoreScope.AUTO ? source.cluster().ofGlobalCluster() : scope == StoreScope.REGION;
    if (regional) {
      return StoreReach.REGION;
    }
    return servers.isEmpty() ? StoreReach.NODE : StoreReach.FLEET;
  }

  /** The servers in their parts. */
  public List<ServerAddress> addresses() {
    return servers.stream().map(server -> ServerAddress.parse(server, PORT)).toList();
  }
}
