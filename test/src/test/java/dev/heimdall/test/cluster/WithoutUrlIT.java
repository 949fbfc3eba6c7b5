package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyGlobal;
import dev.heimdall.routing.WriteForwarding;
import dev.heimdall.test.aws.FakeRds;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data sources that have an ARN and no URL, in front of real servers of either engine: by the RDS
 * API, by topology documents in a store, and before there is either. That the API is the tests' own
 * is said in {@code cluster.api.endpoint}, so that servers need no names of RDS.
 */
@Tag("ci")
class WithoutUrlIT {
  private static final String HERE = GlobalServers.HERE;
  private static final String GLOBAL = "arn:aws:rds::123456789012:global-cluster:shop";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FakeRds rds = new FakeRds();

  @TempDir private Path store;

  @BeforeEach
  void credentials() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "not-so-secret");
    System.setProperty("aws.region", HERE);
  }

  @AfterEach
  void stop() {
    rds.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.region");
  }

  private static GlobalServers servers() {
    return GlobalServers.start(
        primary -> RoutedCluster.asOwner(primary, "CREATE TABLE item (n int PRIMARY KEY)"));
  }

  /** Nothing of the source but its ARN, a user, and in place of AWS these tests. */
  private TestConfiguration byArn(TestConfiguration c, GlobalServers servers) {
    return servers
        .source(c, servers.primary())
        .without("sources/main.json", "url")
        .without("sources/main.json", "tls")
        .source("cluster.api.endpoint", rds.uri().toString());
  }

  private TestConfiguration byDocuments(TestConfiguration c) {
    return c.source("cluster.api.use", "off")
        .node("topology.store", store.toString())
        .node("topology.interval", "1s");
  }

  private static JsonNode page(RunningNode node, String path) {
    try {
      HttpResponse<String> answer =
          HTTP.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return JSON.readTree(answer.body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitReady(RunningNode node) {
    Await.until(
        "the virtual database listens",
        PATIENCE,
        () -> page(node, "/readyz").get("ready").asBoolean(),
        () -> page(node, "/status").toString());
  }

  private static void awaitReason(RunningNode node, String... parts) {
    Await.until(
        "the reason is said",
        PATIENCE,
        () -> Stream.of(parts).allMatch(page(node, "/readyz").get("reasons").toString()::contains),
        () -> page(node, "/readyz").toString());
  }

  private static void writes(TestNode node, int number) throws SQLException {
    try (Connection client = node.target().as("app", "app").jdbc()) {
      Jdbc.execute(client, "INSERT INTO item VALUES (" + number + ")");
    }
  }

  private static void awaitWriter(TestNode node, PostgresServer server) {
    Await.until(
        "the writer is known",
        PATIENCE,
        () ->
            node.admin("SHOW NODES").stream()
                .anyMatch(
                    row ->
                        row.get("node").equals("127.0.0.1:" + server.port())
                            && row.get("role").equals("writer")),
        () -> node.admin("SHOW NODES").toString());
  }

  // ---- documents

  private static TopologyCluster cluster(
      String region, String name, String engine, Instant asked, PostgresServer... servers) {
    return new TopologyCluster(
        FakeRds.Cluster.arn(region, name),
        "cluster-" + name,
        List.of(),
        region,
        name,
        engine,
        "available",
        Optional.of("127.0.0.1"),
        Optional.empty(),
        servers[0].port(),
        Optional.of("app"),
        Stream.of(servers)
            .map(
                one ->
                    new RdsServer(
                        "" + one.port(),
                        Optional.of("127.0.0.1"),
                        one.port(),
                        one == servers[0] ? RdsRole.WRITER : RdsRole.READER,
                        Optional.of(region + "a"),
                        OptionalInt.empty(),
                        "available",
                        "available"))
            .toList(),
        WriteForwarding.UNKNOWN,
        asked);
  }

  private void told(GlobalServers servers, String engine, int version) throws IOException {
    Instant now = Instant.now();
    String far = FakeRds.Cluster.arn(GlobalServers.THERE, "east");
    TopologyDocument document =
        new TopologyDocument(
            HERE,
            version,
            now,
            "a test",
            List.of(HERE, GlobalServers.THERE),
            List.of(
                cluster(HERE, "west", engine, now, servers.primary(), servers.near()),
                cluster(GlobalServers.THERE, "east", engine, now, servers.far())),
            List.of(
                new TopologyGlobal(
                    GLOBAL,
                    "shop",
                    engine,
                    "available",
                    Optional.empty(),
                    List.of(
                        new TopologyGlobal.Member(FakeRds.Cluster.arn(HERE, "west"), true, ""),
                        new TopologyGlobal.Member(far, false, "")),
                    Optional.empty(),
                    now)));
    Files.write(store.resolve(HERE + ".json"), document.json());
  }

  // ---- tests

  @Test
  void theApiAloneTellsEnginePortDatabaseAndServers() throws Exception {
    try (GlobalServers servers = servers()) {
      servers.describedBy(rds);
      rds.made("aurora-postgresql", "app");
      try (LoggedLines lines = LoggedLines.of("heimdall.topology");
          TestNode node = TestNode.start(c -> byArn(c, servers))) {
        awaitReady(node);
        writes(node, 1);
        assertThat(lines.beginningWith("INFO data source main is arn"))
            .containsExactly(
                "INFO data source main is %s: postgresql, database app, at 127.0.0.1:%d, 127.0.0.1:%d, 127.0.0.1:%d"
                    .formatted(
                        GLOBAL,
                        servers.primary().port(),
                        servers.near().port(),
                        servers.far().port()));
        assertThat(
                node.admin("SHOW CONFIG").stream()
                    .filter(row -> row.get("key").equals("sources.main.url"))
                    .map(row -> row.get("value"))
                    .toList())
            .singleElement()
            .asString()
            .startsWith("jdbc:postgresql://127.0.0.1:" + servers.primary().port())
            .endsWith("/app");
      }
    }
  }

  /** And what was reported once the store has after a restart. */
  @Test
  void aNodeThatKnowsNothingYetServesWhenTheDocumentComesAndAfterARestartAtOnce() throws Exception {
    try (GlobalServers servers = servers()) {
      try (TestNode node = TestNode.start(c -> byDocuments(byArn(c, servers)))) {
        awaitReason(
            node,
            "virtual database app waits: data source main: no topology document and no answer of"
                + " the RDS API describes "
                + GLOBAL
                + " yet");
        assertThat(page(node, "/livez").get("live").asBoolean()).isTrue();
        assertThat(page(node, "/status").at("/vdbs/0/detail").asText()).contains(GLOBAL);

        told(servers, "aurora-postgresql", 1);
        awaitReady(node);
        writes(node, 1);
        awaitWriter(node, servers.primary());
        servers.cluster().awaitReplay(Duration.ofSeconds(20));

        servers.primary().freeze();
        servers.promoteFar();
        writes(node, 2);
        servers.primary().thaw();
      }
      try (TestNode node = TestNode.start(c -> byDocuments(byArn(c, servers)))) {
        awaitReady(node);
        assertThat(node.admin("SHOW CLUSTER").get(0).get("waiting")).isNull();
      }
    }
    assertThat(rds.requests()).isEmpty();
  }

  @Test
  void aPortThatWaitsIsClosedWhileOthersServe() throws Exception {
    int port = freePort();
    try (GlobalServers servers = servers();
        TestNode node =
            TestNode.start(
                c -> {
                  c.source("second", "cluster.global", GLOBAL);
                  c.source("second", "cluster.api.use", "off");
                  c.source("second", "cluster.api.endpoint", rds.uri().toString());
                  c.source("second", "user", "app");
                  c.source("second", "password", "app");
                  c.source("second", "cluster.probe.user", servers.cluster().superuser());
                  c.source("second", "cluster.probe.password", servers.cluster().password());
                  c.source("second", "cluster.probe.database", "postgres");
                  c.vdb("second", "source", "second");
                  c.vdb("second", "address", "127.0.0.1");
                  c.vdb("second", "ports", List.of(port));
                  c.node("topology.store", store.toString());
                  c.node("topology.interval", "1s");
                })) {
      assertThat(page(node, "/readyz").get("ready").asBoolean()).isTrue();
      assertThatThrownBy(() -> new Socket("127.0.0.1", port).close())
          .isInstanceOf(ConnectException.class);
      assertThat(node.admin("SHOW CLUSTER"))
          .singleElement()
          .satisfies(row -> assertThat(row.get("waiting")).contains(GLOBAL));

      told(servers, "sqlserver-ee", 1);
      Await.until(
          "the engine is named",
          PATIENCE,
          () -> node.admin("SHOW CLUSTER").get(0).get("waiting").contains("\"sqlserver-ee\""),
          () -> node.admin("SHOW CLUSTER").toString());

      try (Connection before = node.connect()) {
        told(servers, "aurora-postgresql", 2);
        Await.until(
            "it listens",
            PATIENCE,
            () -> node.admin("SHOW CLUSTER").stream().allMatch(row -> row.get("waiting") == null),
            () -> node.admin("SHOW CLUSTER").toString());
        try (Connection client = node.target("second").as("app", "app").jdbc()) {
          Jdbc.execute(client, "INSERT INTO item VALUES (1)");
        }
        assertThat(before.isValid(10)).as("who was there stays").isTrue();
      }
    }
  }

  private static int freePort() throws IOException {
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void anArnOfAnotherEngineIsRejectedWhileTheNodeRuns() throws Exception {
    try (GlobalServers servers = servers()) {
      told(servers, "aurora-postgresql", 1);
      try (TestNode node = TestNode.start(c -> byDocuments(byArn(c, servers)))) {
        awaitReady(node);
        told(servers, "aurora-mysql", 2);
        Await.until(
            "the other engine is rejected",
            PATIENCE,
            () -> refused(node).contains(GLOBAL),
            () -> node.admin("SHOW CONFIG STATE").toString());
        assertThat(refused(node))
            .isEqualTo(
                GLOBAL
                    + " is reported with the engine mysql, and data source main was found with"
                    + " postgresql: a virtual database cannot change its engine while the node"
                    + " runs. Restart the node, or write the \"url\" of the data source");
        writes(node, 1);

        told(servers, "aurora-postgresql", 3);
        Await.until(
            "all is well again",
            PATIENCE,
            () -> refused(node).isEmpty(),
            () -> node.admin("SHOW CONFIG STATE").toString());
      }
    }
  }

  /** Before anything is found, and of a cluster that is followed. */
  @Test
  void whatIsReportedInAnotherRegionThanTheArnNamesIsNotFollowed() throws Exception {
    String arn = FakeRds.Cluster.arn(HERE, "west").replace(":cluster:", ":db:");
    try (GlobalServers servers = servers();
        LoggedLines lines = LoggedLines.of("heimdall.topology")) {
      report(1, GlobalServers.THERE, servers.near());
      String ignored =
          "the topology document of %s reports %s in the region %s: it is ignored"
              .formatted(HERE, arn, GlobalServers.THERE);
      try (TestNode node =
          TestNode.start(
              c ->
                  byDocuments(byArn(c, servers))
                      .without("sources/main.json", "cluster.global")
                      .source("cluster.arn", arn))) {
        awaitReason(node, "virtual database app waits: data source main: ", ignored);
        assertThat(lines.beginningWith("WARN data source main: " + ignored)).hasSize(1);

        report(2, HERE, servers.primary());
        awaitReady(node);
        writes(node, 1);

        report(3, GlobalServers.THERE, servers.primary());
        Await.until(
            "it is said of a cluster that is followed, too",
            () -> lines.beginningWith("WARN data source main: " + ignored).size() == 2);
        writes(node, 2);
      }
    }
  }

  private static String url(TestNode node) {
    return node.admin("SHOW CONFIG").stream()
        .filter(row -> row.get("key").equals("sources.main.url"))
        .map(row -> row.get("value"))
        .findFirst()
        .orElse("");
  }

  /** As an edit of {@code url} is, with all clients. */
  @Test
  void anotherAddressAndAnotherDatabaseAreFollowedWithoutARestart() throws Exception {
    String arn = FakeRds.Cluster.arn(HERE, "west").replace(":cluster:", ":db:");
    try (GlobalServers servers = servers()) {
      report(1, HERE, servers.primary());
      try (TestNode node =
              TestNode.start(
                  c ->
                      byDocuments(byArn(c, servers))
                          .without("sources/main.json", "cluster.global")
                          .source("cluster.arn", arn));
          Connection before = connected(node)) {
        String first = url(node);
        report(2, HERE, servers.primary(), servers.far());
        Await.until(
            "the new server is known",
            PATIENCE,
            () -> node.admin("SHOW NODES").toString().contains(":" + servers.far().port()),
            () -> node.admin("SHOW NODES").toString());
        assertThat(url(node)).as("the old one still leads there").isEqualTo(first);

        servers.cluster().awaitReplay(Duration.ofSeconds(20));
        servers.promoteFar();
        report(3, HERE, servers.far());
        Await.until(
            "the other address is followed",
            PATIENCE,
            () ->
                url(node)
                    .equals("jdbc:postgresql://127.0.0.1:%d/app".formatted(servers.far().port())),
            () -> url(node));
        awaitWriter(node, servers.far());
        Jdbc.execute(before, "INSERT INTO item VALUES (2)");
        assertThat(
                servers
                    .far()
                    .queryValue("app", "SELECT string_agg(n::text, ',' ORDER BY n) FROM item"))
            .as("who was there stays")
            .isEqualTo("1,2");
      }
    }
  }

  private Connection connected(TestNode node) throws SQLException {
    awaitReady(node);
    Connection client = node.target().as("app", "app").jdbc();
    Jdbc.execute(client, "INSERT INTO item VALUES (1)");
    return client;
  }

  private void report(int version, String region, PostgresServer... server) throws IOException {
    Instant now = Instant.now();
    TopologyCluster here = cluster(HERE, "west", "postgres", now, server);
    TopologyCluster reported =
        new TopologyCluster(
            here.arn().replace(":cluster:", ":db:"),
            here.resource(),
            here.formerly(),
            region,
            here.name(),
            here.engine(),
            here.status(),
            here.endpoint(),
            here.readerEndpoint(),
            here.port(),
            here.database(),
            here.servers(),
            here.forwarding(),
            now);
    TopologyDocument document =
        new TopologyDocument(
            HERE, version, now, "a test", List.of(region), List.of(reported), List.of());
    Files.write(store.resolve(HERE + ".json"), document.json());
  }

  private static String refused(TestNode node) {
    return Optional.ofNullable(node.admin("SHOW CONFIG STATE").get(0).get("refused")).orElse("");
  }

  @Test
  void aRunningVirtualDatabaseDoesNotStopForAnArnOfWhichNothingIsKnown() throws Exception {
    try (TestNode node = TestNode.start(c -> byDocuments(c.source("cluster.kind", "none")))) {
      node.rewrite(
          c ->
              c.without("sources/main.json", "url")
                  .without("sources/main.json", "cluster")
                  .source("cluster.global", GLOBAL));
      Await.until(
          "it is rejected",
          PATIENCE,
          () -> refused(node).contains("names by ARN"),
          () -> node.admin("SHOW CONFIG STATE").toString());
      assertThat(refused(node))
          .startsWith(
              "the virtual database app runs, and would have to stop: nothing is known yet");
      try (Connection client = node.connect()) {
        assertThat(client.isValid(10)).isTrue();
      }
    }
  }

  /** The engine is found, too: the source is an instance with its replicas. */
  @Test
  void anInstanceOfMariadbIsServedByItsArn() throws Exception {
    MysqlServer server = MysqlRelease.MARIADB.shared().primary();
    rds.made("mariadb", MysqlRelease.DATABASE);
    rds.has(
        HERE,
        List.of(),
        List.of(
            new FakeRds.Instance(
                "orders",
                "",
                "",
                List.of(),
                server.host(),
                server.port(),
                HERE + "a",
                "available")));
    try (MysqlNode node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c ->
                c.without("sources/main.json", "url")
                    .source("cluster.probe.user", MysqlRelease.MARIADB.shared().superuser())
                    .source("cluster.probe.password", MysqlRelease.MARIADB.shared().password())
                    .source("cluster.arn", "arn:aws:rds:eu-west-1:123456789012:db:orders")
                    .source("cluster.api.endpoint", rds.uri().toString()))) {
      awaitReady(node);
      try (Connection client = node.connect()) {
        assertThat(client.getMetaData().getDatabaseProductVersion()).contains("MariaDB");
        assertThat(client.isValid(10)).isTrue();
      }
      assertThat(rds.requests())
          .extracting(request -> request.get("Action"))
          .contains("DescribeDBInstances");
      Map<String, String> row = node.admin("SHOW CLUSTER").get(0);
      assertThat(row.get("waiting")).isNull();
    }
  }
}
