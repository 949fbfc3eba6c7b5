package dev.heimdall.test.cluster;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.AuroraWords;
import dev.heimdall.test.fixture.GlobalTables;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A global cluster of Aurora MySQL, as far as its tables tell of it: two servers in one region, one
 * in another that replicates, each behind a relay, whose port is its name.
 */
record MysqlGlobalServers(
    MysqlCluster cluster, AuroraWords primary, AuroraWords first, AuroraWords far)
    implements AutoCloseable {
  static final String HERE = "eu-west-1";
  static final String THERE = "us-east-1";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  static MysqlGlobalServers start(MysqlRelease release) throws IOException {
    return start(release, false);
  }

  /** The same where the server of the region that follows forwards writes: it lets them in. */
  static MysqlGlobalServers forwarding(MysqlRelease release) throws IOException {
    MysqlGlobalServers servers = start(release, true);
    servers.there().execute("SET GLOBAL read_only = 0");
    return servers;
  }

  private static MysqlGlobalServers start(MysqlRelease release, boolean forwards)
      throws IOException {
    MysqlCluster cluster = release.cluster().replicas(2).start();
    MysqlServer primary = cluster.primary();
    MysqlServer first = cluster.replicas().get(0);
    MysqlServer far = cluster.replicas().get(1);
    MysqlGlobalServers servers =
        new MysqlGlobalServers(
            cluster,
            AuroraWords.before(primary.port()),
            AuroraWords.before(first.port()),
            forwards ? AuroraWords.forwarding(far.port()) : AuroraWords.before(far.port()));
    Map<String, MysqlServer> here = new LinkedHashMap<>();
    here.put("" + servers.primary().port(), primary);
    here.put("" + servers.first().port(), first);
    GlobalTables.install(
        primary, Map.of(HERE, here, THERE, Map.of("" + servers.far().port(), far)), HERE);
    cluster.awaitReplay(PATIENCE);
    return servers;
  }

  MysqlServer there() {
    return cluster.replicas().get(1);
  }

  /**
   * Has them be the data source of a node.
   *
   * @param named those in the URL
   */
  TestConfiguration source(TestConfiguration c, AuroraWords... named) {
    String hosts =
        Stream.of(named).map(one -> "127.0.0.1:" + one.port()).collect(Collectors.joining(","));
    return c.source("url", "jdbc:mysql://" + hosts + "/app")
        .source("cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
        .source("cluster.probe.user", cluster.superuser())
        .source("cluster.probe.password", cluster.password());
  }

  /** The other region writes from now on. */
  void promoteFar() {
    there().promote();
    GlobalTables.writes(there(), THERE);
  }

  @Override
  public void close() throws IOException {
    primary.close();
    first.close();
    far.close();
    cluster.close();
  }
}
