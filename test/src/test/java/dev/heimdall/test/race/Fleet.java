package dev.heimdall.test.race;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A fleet of two with caches, with ways to its server and its store that may be slow. */
final class Fleet implements AutoCloseable {
  static final int NODES = 2;

  private final List<TcpFaults> toServer = new ArrayList<>();
  private final List<TcpFaults> toStore = new ArrayList<>();
  private final List<TestNode> nodes = new ArrayList<>();

  /** How nodes hear of writes past them. */
  enum Hearing {
    /** They do not, and there are none. */
    NOTHING,
    TRIGGERS,
    LOG
  }

  /**
   * @param server the writer, with its superuser
   * @param stores one, which is reached on a slow way, or the servers of one cluster
   * @param wishes for nodes
   * @param classes of each node
   */
  Fleet(
      Level level,
      Hearing hearing,
      PostgresServer server,
      Target superuser,
      List<RedisProcess> stores,
      Consumer<TestConfiguration> wishes,
      List<InstrumentedNodes> classes)
      throws IOException {
    for (int i = 0; i < NODES; i++) {
      int id = i + 1;
      TcpFaults server1 = new TcpFaults(server.host(), server.port());
      toServer.add(server1);
      String url = server.jdbcUrl(SharedPostgres.DATABASE);
      String slow = url.replace(":" + server.port() + "/", ":" + server1.port() + "/");
      List<String> wayToStore = wayTo(stores);
      nodes.add(
          TestNode.start(
              c -> {
                configured(c, level, hearing, superuser)
                    .node("id", id)
                    .node("store.servers", wayToStore)
                    .node("store.mode", stores.size() == 1 ? "standalone" : "cluster")
                    .source("url", slow);
                wishes.accept(c);
              },
              classes.get(i)::start));
    }
  }

  /** The servers of a cluster name each other: nobody can stand between. */
  private List<String> wayTo(List<RedisProcess> stores) throws IOException {
    if (stores.size() > 1) {
      return stores.stream().map(RedisProcess::address).toList();
    }
    TcpFaults way = new TcpFaults("127.0.0.1", stores.get(0).port());
    toStore.add(way);
    return List.of("127.0.0.1:" + way.port());
  }

  private static TestConfiguration configured(
      TestConfiguration c, Level level, Hearing hearing, Target superuser) {
    return c.node("loops", 2)
        .node("store.prefix", "race" + level.setting() + hearing.ordinal())
        .source("cluster.kind", "postgres")
        .source("cluster.probe.user", superuser.user())
        .source("cluster.probe.password", superuser.password())
        .source("cluster.probe.positionInterval", "20ms")
        .source("cluster.consistency", level.setting())
        .source("changes.notify", hearing == Hearing.TRIGGERS)
        .source("changes.stream", hearing == Hearing.LOG)
        .vdb("cache.enabled", true)
        .vdb("cache.dmlThreshold", 100)
        .vdb("pool.size", 8)
        .vdb("rules", List.of("cached"))
        .rules("cached", "{\"match\": \"(?i)^select n\", \"action\": \"cache\"}");
  }

  List<Target> targets() {
    return nodes.stream().map(TestNode::target).toList();
  }

  /** Of what {@code SHOW CACHE} says, at all nodes. */
  long sum(String column) {
    return nodes.stream()
        .mapToLong(node -> Long.parseLong(node.admin("SHOW CACHE").get(0).get(column)))
        .sum();
  }

  void slow(Delays delays) {
    toServer.forEach(way -> way.delays(delays.pieces(5, 1_500_000)));
    toStore.forEach(way -> way.delays(delays.pieces(3, 3_000_000)));
  }

  void fast() {
    toServer.forEach(way -> way.delays(null));
    toStore.forEach(way -> way.delays(null));
  }

  /** Waits until both nodes have results of a table, and hear what they are to hear. */
  void ready(String table, Hearing hearing) throws IOException {
    for (TestNode node : nodes) {
      if (hearing != Hearing.NOTHING) {
        Await.until(
            "the node follows",
            () -> node.admin("SHOW CHANGES").get(0).get("phase").equals("following"));
      }
      try (RawClient client = RawClient.logIn(node.target())) {
        Await.until(
            "it is cached",
            () -> {
              long before = sum("hits");
              client.query("SELECT n FROM " + table);
              return sum("hits") > before;
            });
      }
    }
  }

  @Override
  public void close() throws IOException {
    fast();
    nodes.forEach(TestNode::close);
    for (TcpFaults way : toServer) {
      way.close();
    }
    for (TcpFaults way : toStore) {
      way.close();
    }
  }
}
