package dev.heimdall.test.applications;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Servers of one run's own, an empty database in them, and the node before them if there is one.
 */
abstract class Stage implements AutoCloseable {
  private final Way way;
  private RunningNode node;

  private Stage(Way way) {
    this.way = way;
  }

  /** A primary with two replicas. */
  static Stage postgres(Way way) {
    return new OfPostgres(way);
  }

  /** The same of MariaDB. */
  static Stage mariadb(Way way) {
    return new OfMariadb(way);
  }

  /** Where the application connects. */
  abstract Database database();

  /** Straight to the primary, with all rights. */
  abstract Connection connect() throws SQLException;

  /** Its engine's name for a condition that holds for the application's own tables. */
  abstract String ownTables();

  final Way way() {
    return way;
  }

  /** What the node counted; nothing on the direct way. */
  final Figures figures() {
    if (node == null) {
      return Figures.NONE;
    }
    return new Figures(
        node.metric("heimdall_clients_accepted_total"),
        node.metric("heimdall_server_connects_total"),
        node.metricOrZero("heimdall_queries_total"),
        node.metricOrZero("heimdall_replica_reads_total"),
        node.metricOrZero("heimdall_query_cache_hits_total"),
        Stream.of("not_there", "new", "written_often", "rarely_used", "replica")
            .mapToDouble(
                reason -> node.metricOrZero("heimdall_uncached_total{reason=\"" + reason + "\"}"))
            .sum());
  }

  /** The cluster of the source is watched by this account. */
  final void watched(TestConfiguration configuration, String user, String password) {
    configuration
        .source("cluster.probe.user", user)
        .source("cluster.probe.password", password)
        .node("loops", 2);
    way.into(configuration);
  }

  final void with(RunningNode started) {
    node = started;
  }

  final RunningNode node() {
    return node;
  }

  final void end() {
    if (node != null) {
      node.close();
    }
  }

  @Override
  public abstract void close();

  private static final class OfPostgres extends Stage {
    private final PostgresCluster cluster;

    OfPostgres(Way way) {
      super(way);
      cluster =
          PostgresCluster.builder()
              .ephemeralPorts()
              .replicas(2)
              .setting("max_connections", "200")
              .start();
      cluster
          .primary()
          .execute(
              "CREATE ROLE app LOGIN PASSWORD 'app'",
              "CREATE DATABASE app OWNER app TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
      if (way != Way.DIRECT) {
        String hosts =
            cluster.servers().stream()
                .map(server -> server.host() + ":" + server.port())
                .collect(Collectors.joining(","));
        with(
            TestNode.start(
                c -> {
                  c.source("url", "jdbc:postgresql://" + hosts + "/app");
                  c.source("cluster.kind", "postgres");
                  watched(c, cluster.superuser(), cluster.password());
                }));
      }
    }

    @Override
    Database database() {
      PostgresServer primary = cluster.primary();
      return node() == null
          ? new Database(primary.host(), primary.port(), "app", "app", "app")
          : new Database("127.0.0.1", node().port(TestConfiguration.VDB), "app", "app", "app");
    }

    @Override
    Connection connect() throws SQLException {
      return cluster.primary().connect("app");
    }

    @Override
    String ownTables() {
      return "table_schema NOT IN ('pg_catalog', 'information_schema')";
    }

    @Override
    public void close() {
      end();
      cluster.close();
    }
  }

  private static final class OfMariadb extends Stage {
    private final MysqlCluster cluster;

    OfMariadb(Way way) {
      super(way);
      cluster = MysqlRelease.MARIADB.cluster().replicas(2).start();
      if (way != Way.DIRECT) {
        with(
            MysqlNode.start(
                cluster,
                c -> {
                  c.source("cluster.kind", "mysql");
                  watched(c, cluster.superuser(), cluster.password());
                }));
      }
    }

    @Override
    Database database() {
      return new Database(
          "127.0.0.1",
          node() == null ? cluster.primary().port() : node().port(TestConfiguration.VDB),
          MysqlRelease.DATABASE,
          MysqlRelease.USER,
          MysqlRelease.PASSWORD);
    }

    @Override
    Connection connect() throws SQLException {
      return cluster.primary().connect(MysqlRelease.DATABASE);
    }

    @Override
    String ownTables() {
      return "table_schema = 'app'";
    }

    @Override
    public void close() {
      end();
      cluster.close();
    }
  }
}
