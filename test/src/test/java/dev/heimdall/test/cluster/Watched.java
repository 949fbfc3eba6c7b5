package dev.heimdall.test.cluster;

import dev.heimdall.engine.cluster.ClusterTracker;
import dev.heimdall.engine.dialect.DialectProviders;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyEvent;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.model.ApiSettings;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.BalanceSettings;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.LagSettings;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ProbeSettings;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.Secret;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.test.fixture.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A cluster of servers together with the tracker that watches it. */
final class Watched implements AutoCloseable {
  private final ClusterTracker tracker;
  private final List<Topology> seen = new CopyOnWriteArrayList<>();

  Watched(DataSource source) {
    tracker =
        new ClusterTracker(
            source,
            new SourceLogins().ofProbes(source).orElseThrow(),
            DialectProviders.found().of(source.engine()).clusters().orElseThrow(),
            (topology, events) -> {
              if (seen.isEmpty() || seen.get(seen.size() - 1).version() != topology.version()) {
                seen.add(topology);
              }
            });
    tracker.start();
  }

  static Watched all(PostgresCluster cluster) {
    return new Watched(source(cluster, cluster.servers()));
  }

  static Watched all(MysqlCluster cluster) {
    return new Watched(
        source(
            ClusterKind.MYSQL,
            cluster.servers().stream()
                .map(s -> s.host() + ":" + s.port())
                .collect(Collectors.joining(",")),
            cluster.superuser(),
            cluster.password(),
            Optional.empty()));
  }

  static DataSource source(PostgresCluster cluster, List<PostgresServer> named) {
    return source(
        ClusterKind.POSTGRES,
        named.stream().map(s -> s.host() + ":" + s.port()).collect(Collectors.joining(",")),
        cluster.superuser(),
        cluster.password(),
        Optional.empty());
  }

  static DataSource source(
      ClusterKind kind, String hosts, String user, String password, Optional<String> hostPattern) {
    return source(kind, hosts, user, password, hostPattern, ApiSettings.defaults());
  }

  static DataSource source(
      ClusterKind kind,
      String hosts,
      String user,
      String password,
      Optional<String> hostPattern,
      ApiSettings api) {
    ProbeSettings probe = ProbeSettings.defaults();
    return new DataSource(
        "cluster",
        engine(kind),
        "jdbc:" + engine(kind).spelling() + "://" + hosts,
        Optional.of(user),
        Optional.of(new Secret(password)),
        SourceCredentials.none(),
        BackendTls.defaults(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Map.of(),
        CatalogSettings.defaults(),
        Optional.empty(),
        new ClusterSettings(
            kind,
            Optional.empty(),
            ReadSplit.ALL,
            Consistency.FLEET,
            hostPattern,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            new ProbeSettings(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                probe.failoverInterval(),
                Duration.ofMillis(50),
                Duration.ofSeconds(1),
                true),
            api,
            LagSettings.defaults(),
            BalanceSettings.defaults(),
            FailoverSettings.defaults()),
        ChangeSettings.defaults());
  }

  private static Engine engine(ClusterKind kind) {
    return switch (kind) {
      case MYSQL -> Engine.MYSQL;
      case SQLSERVER, AVAILABILITY_GROUP -> Engine.SQLSERVER;
      default -> Engine.POSTGRESQL;
    };
  }

  /** The same source as a global cluster. */
  static DataSource global(DataSource source, Map<String, String> hostPatterns) {
    ClusterSettings by = source.cluster();
    return new DataSource(
        source.name(),
        source.engine(),
        source.url(),
        source.user(),
        source.password(),
        source.credentials(),
        source.tls(),
        source.connectTimeout(),
        source.keepAliveIdle(),
        source.tcpUserTimeout(),
        source.parameters(),
        source.catalog(),
        source.driver(),
        new ClusterSettings(
            ClusterKind.AURORA,
            Optional.of("arn:aws:rds::123456789012:global-cluster:shop"),
            Optional.empty(),
            by.reads(),
            by.consistency(),
            Optional.empty(),
            hostPatterns,
            by.writeEndpoint(),
            by.readEndpoint(),
            by.nodes(),
            by.probe(),
            by.api(),
            by.lag(),
            by.balance(),
            by.failover()),
        source.changes());
  }

  static ServerAddress at(PostgresServer server) {
    return new ServerAddress(server.host(), server.port());
  }

  static ServerAddress at(MysqlServer server) {
    return new ServerAddress(server.host(), server.port());
  }

  ClusterTracker tracker() {
    return tracker;
  }

  /** Every version of the topology, in order. */
  List<Topology> versions() {
    return seen;
  }

  TopologyNode node(PostgresServer server) {
    return node(at(server));
  }

  TopologyNode node(ServerAddress server) {
    return tracker.topology().node(server).orElseThrow();
  }

  void untilWriterIs(PostgresServer server) {
    untilWriterIs(at(server));
  }

  void untilWriterIs(ServerAddress server) {
    Await.until(
        server + " is the writer",
        Duration.ofSeconds(20),
        () -> tracker.topology().writer().map(TopologyNode::address).equals(Optional.of(server)),
        this::toString);
  }

  void until(PostgresServer server, NodeRole role, NodeState state) {
    until(at(server), role, state);
  }

  void until(ServerAddress server, NodeRole role, NodeState state) {
    Await.until(
        server + " is " + role + " and " + state,
        Duration.ofSeconds(20),
        () ->
            tracker
                .topology()
                .node(server)
                .filter(node -> node.role() == role && node.state() == state)
                .isPresent(),
        this::toString);
  }

  List<TopologyEvent> events(TopologyEvent.Kind kind) {
    return tracker.events().stream().filter(event -> event.kind() == kind).toList();
  }

  @Override
  public String toString() {
    return tracker.topology().toString() + " after " + tracker.events();
  }

  @Override
  public void close() {
    tracker.close();
  }
}
