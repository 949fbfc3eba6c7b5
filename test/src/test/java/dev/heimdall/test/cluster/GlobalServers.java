package dev.heimdall.test.cluster;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.aws.FakeRds;
import dev.heimdall.test.fixture.TestConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A global cluster of Aurora PostgreSQL, as far as functions of its names tell of it: two servers
 * in one region, one in another that replicates. A server's name is its port.
 */
record GlobalServers(
    PostgresCluster cluster, PostgresServer primary, PostgresServer near, PostgresServer far)
    implements AutoCloseable {
  static final String HERE = "eu-west-1";
  static final String THERE = "us-east-1";

  /**
   * @param prepare gets the primary, which has the database {@code app} of a role of this name
   */
  static GlobalServers start(Consumer<PostgresServer> prepare) {
    PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start();
    PostgresServer primary = cluster.primary();
    GlobalServers servers =
        new GlobalServers(cluster, primary, cluster.replicas().get(0), cluster.replicas().get(1));
    GlobalFunctions.install(
        primary, Map.of(HERE, List.of(primary, servers.near), THERE, List.of(servers.far)), HERE);
    primary.execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    prepare.accept(primary);
    cluster.awaitReplay(Duration.ofSeconds(20));
    return servers;
  }

  /**
   * Has them be the data source of a node, whose user and operator is {@code app}.
   *
   * @param named those in the URL
   */
  TestConfiguration source(TestConfiguration c, PostgresServer... named) {
    return c.source("url", "jdbc:postgresql://" + RoutedCluster.hosts(List.of(named)) + "/app")
        .source("user", "app")
        .source("password", "app")
        .user("app", "password", "app")
        .user("app", "admin", true)
        .source("cluster.global", "arn:aws:rds::123456789012:global-cluster:shop")
        .source("cluster.probe.user", cluster.superuser())
        .source("cluster.probe.password", cluster.password())
        .source("cluster.probe.database", "postgres");
  }

  /** Has the RDS API describe them. */
  void describedBy(FakeRds rds) {
    describedBy(rds, "", "");
  }

  /**
   * The same.
   *
   * @param here whether readers next to the writer forward writes, of either kind, in the API's
   *     words
   * @param there whether those of the other region do
   */
  void describedBy(FakeRds rds, String here, String there) {
    described(rds, HERE, "west", here, primary, near);
    described(rds, THERE, "east", there, far);
    rds.hasGlobals(
        List.of(
            new FakeRds.Global(
                "shop",
                List.of(FakeRds.Cluster.arn(HERE, "west"), FakeRds.Cluster.arn(THERE, "east")))));
  }

  private static void described(
      FakeRds rds, String region, String name, String forwarding, PostgresServer... servers) {
    List<String> members = Stream.of(servers).map(one -> "" + one.port()).toList();
    rds.has(
        region,
        List.of(
            new FakeRds.Cluster(name, "available", 0, members).forwarding(forwarding, forwarding)),
        Stream.of(servers)
            .map(
                one ->
                    new FakeRds.Instance(
                        "" + one.port(),
                        name,
                        "",
                        List.of(),
                        "127.0.0.1",
                        one.port(),
                        region + "a",
                        "available"))
            .toList());
  }

  /** The other region writes from now on. */
  void promoteFar() {
    far.promote();
    GlobalFunctions.writes(far, THERE);
  }

  @Override
  public void close() {
    far.thaw();
    cluster.close();
  }
}
