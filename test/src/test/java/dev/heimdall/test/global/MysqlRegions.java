package dev.heimdall.test.global;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.AuroraWords;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.GlobalTables;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Servers of MariaDB in three regions, of which the first one writes and the others replicate over
 * the lines between them, and a node of the third region. Each server is asked through {@link
 * AuroraWords}.
 */
final class MysqlRegions implements AutoCloseable {
  /** A server's name is the end of its address as the node sees it; all have the same port. */
  private static final String PATTERN = "127.0.0.?";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Where the node is. */
  private static final Region HOME = Region.THIRD;

  private static final List<Line> LINES =
      List.of(
          Line.between(Region.FIRST, Region.SECOND, Duration.ofMillis(80)),
          Line.between(Region.FIRST, Region.THIRD, Duration.ofMillis(120)),
          Line.between(Region.SECOND, Region.THIRD, Duration.ofMillis(100)));

  private final MysqlCluster cluster;
  private final Map<Region, MysqlServer> servers = new LinkedHashMap<>();
  private final Map<String, Way> ways = new LinkedHashMap<>();
  private final List<AuroraWords> words = new ArrayList<>();
  private final List<Relay> relays = new ArrayList<>();
  private final EventLoopGroup loops = new NioEventLoopGroup(1);
  private final int port = FreePort.any();

  MysqlRegions(MysqlRelease release) throws IOException {
    cluster = release.cluster().replicas(2).start();
    for (Region region : List.of(Region.FIRST, Region.SECOND, Region.THIRD)) {
      servers.put(region, cluster.servers().get(servers.size()));
    }
    for (Region from : servers.keySet()) {
      for (Region to : servers.keySet()) {
        LINES.stream()
            .filter(line -> line.joins(from, to))
            .forEach(line -> ways.put(from + " to " + to, line.way(ways.size())));
      }
    }
    Map<String, Map<String, MysqlServer>> members = new LinkedHashMap<>();
    for (Region region : servers.keySet()) {
      AuroraWords own = AuroraWords.before(server(region).port());
      words.add(own);
      relay(HOME, region, host(region), own.port());
      members.put(region.name(), Map.of(name(region), server(region)));
      servers.keySet().stream()
          .filter(other -> other != region)
          .forEach(other -> relay(other, region, source(other, region), server(region).port()));
    }
    GlobalTables.install(server(Region.FIRST), members, Region.FIRST.name());
    server(Region.FIRST).executeIn("app", "CREATE TABLE t (client INT, n INT)");
    cluster.awaitReplay(PATIENCE);
    follow(Region.SECOND, Region.FIRST);
    follow(Region.THIRD, Region.FIRST);
  }

  private static String name(Region region) {
    return "" + (region.number() + 1);
  }

  /** Where the node finds a region's server. */
  static String host(Region region) {
    return PATTERN.replace("?", name(region));
  }

  /** Where a server finds the one that it replicates from. */
  private static String source(Region follower, Region of) {
    return "127.0.%d.%d".formatted(10 + follower.number(), of.number());
  }

  private Way way(Region from, Region to) {
    return ways.computeIfAbsent(from + " to " + to, inside -> Way.none());
  }

  private void relay(Region from, Region to, String address, int target) {
    relays.add(
        new Relay(
            loops,
            new InetSocketAddress(address, port),
            () -> new InetSocketAddress("127.0.0.1", target),
            way(from, to),
            way(to, from)));
  }

  MysqlServer server(Region region) {
    return servers.get(region);
  }

  /** A node of the third region: each write takes the way to another one. */
  MysqlNode node() {
    return MysqlNode.start(
        cluster,
        c ->
            c.source("url", "jdbc:mysql://" + host(Region.FIRST) + ":" + port + "/app")
                .source("cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
                .source(
                    "cluster.hostPatterns",
                    Map.of(
                        Region.FIRST.name(), PATTERN,
                        Region.SECOND.name(), PATTERN,
                        Region.THIRD.name(), PATTERN))
                .source("cluster.reads", "all")
                .source("cluster.probe.user", cluster.superuser())
                .source("cluster.probe.password", cluster.password())
                .catalog(cluster));
  }

  /** A region's server replicates from that of another one, over the line between them. */
  void follow(Region follower, Region of) {
    server(follower).follow(server(of));
    server(follower)
        .execute(
            "STOP SLAVE",
            "CHANGE MASTER TO MASTER_HOST = '%s', MASTER_PORT = %d, MASTER_USE_GTID = slave_pos"
                .formatted(source(follower, of), port),
            "START SLAVE");
  }

  /** Nobody writes, the successor has everything and writes, and all others follow it. */
  void switchOver(Region from, Region to) {
    server(from).execute("SET GLOBAL read_only = 1");
    String position = server(from).position();
    if (!server(to).reaches(position, PATIENCE)) {
      throw new AssertionError("%s has not replayed %s".formatted(to, position));
    }
    server(to).promote();
    writes(to);
    follow(from, to);
    servers.keySet().stream()
        .filter(other -> other != from && other != to)
        .forEach(other -> follow(other, to));
  }

  /** A region's server that was promoted says so from now on. */
  void writes(Region promoted) {
    GlobalTables.writes(server(promoted), promoted.name());
  }

  /** Nothing gets from one region to another any more, or everything again. */
  void cut(Region from, Region to, boolean on) {
    way(from, to).cut(on);
  }

  /** Nothing gets to a region or from it, and its server stands still. */
  void lose(Region region) {
    for (Region other : servers.keySet()) {
      if (other != region) {
        cut(region, other, true);
        cut(other, region, true);
      }
    }
    server(region).freeze();
  }

  @Override
  public void close() throws IOException {
    relays.forEach(Relay::close);
    for (AuroraWords one : words) {
      one.close();
    }
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    cluster.close();
  }
}
