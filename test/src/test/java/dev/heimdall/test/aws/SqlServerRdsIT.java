package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Jdbc;
import dev.heimdall.test.fixture.SqlServerGroupNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.tds.AvailabilityGroup;
import dev.heimdall.test.tds.TdsServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * RDS for SQL Server with read replicas, of which only the RDS API knows where they are: their own
 * views have names that lead nowhere from outside.
 */
class SqlServerRdsIT {
  private static final String REGION = "eu-west-1";
  private static final String ARN = "arn:aws:rds:" + REGION + ":" + FakeRds.ACCOUNT + ":db:db0";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String READS =
      "heimdall_replica_reads_total{database=\"app\",user=\"app\",vdb=\"app\"}";

  private final FakeRds rds = new FakeRds();
  private final AvailabilityGroup group = AvailabilityGroup.start(3);

  @BeforeEach
  void describe() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "not-so-secret");
    System.setProperty("aws.region", REGION);
    rds.made("sqlserver-ee", "");
    has("db0");
  }

  @AfterEach
  void end() {
    group.close();
    rds.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.region");
  }

  /** The API's answer, with this instance as the source of the others. */
  private void has(String source) {
    List<FakeRds.Instance> instances = new ArrayList<>();
    List<String> names = List.of("db0", "db1", "db2");
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      boolean writer = name.equals(source);
      instances.add(
          new FakeRds.Instance(
              name,
              "",
              writer ? "" : source,
              writer ? names.stream().filter(one -> !one.equals(source)).toList() : List.of(),
              "127.0.0.1",
              group.server(i).port(),
              REGION + "abc".charAt(i),
              "available"));
    }
    rds.has(List.of(), instances);
  }

  private SqlServerGroupNode node(Consumer<TestConfiguration> wishes) {
    return SqlServerGroupNode.start(
        group,
        c -> {
          c.source("cluster.kind", "rds")
              .source("cluster.reads", "all")
              .source("cluster.api.use", "on")
              .source("cluster.api.endpoint", rds.uri().toString())
              .source("cluster.api.region", REGION)
              .source("cluster.api.identifier", "db0")
              .source("cluster.api.interval", "1s");
          wishes.accept(c);
        });
  }

  private SqlServerGroupNode byUrl() {
    return node(
        c ->
            c.source(
                "url",
                "jdbc:sqlserver://127.0.0.1:%d;databaseName=app"
                    .formatted(group.server(0).port())));
  }

  private static String at(TdsServer server) {
    return "127.0.0.1:" + server.port();
  }

  private static Map<String, String> roles(SqlServerGroupNode node) {
    return node.admin("SHOW NODES").stream()
        .filter(row -> !row.get("node").equals("127.0.0.1:1"))
        .collect(
            Collectors.toMap(
                row -> row.get("node"),
                row -> row.get("role") + " " + row.get("state") + " " + row.get("zone")));
  }

  private void awaitAll(SqlServerGroupNode node) {
    Map<String, String> all =
        Map.of(
            at(group.server(0)), "writer up eu-west-1a",
            at(group.server(1)), "replica up eu-west-1b",
            at(group.server(2)), "replica up eu-west-1c");
    Await.until(
        "the servers are " + all,
        PATIENCE,
        () -> roles(node).equals(all),
        () -> roles(node) + " " + node.admin("SHOW NODES"));
  }

  private static void writeAndReadOnReplicas(SqlServerGroupNode node) throws Exception {
    try (Connection client = node.connect()) {
      Jdbc.execute(client, "CREATE TABLE t (i INT PRIMARY KEY)");
      double before = node.metricOrZero(READS);
      Jdbc.execute(client, "INSERT INTO t VALUES (1)");
      Await.until(
          "a replica has answered",
          PATIENCE,
          () -> {
            assertThat(Jdbc.value(client, "SELECT COUNT(*) FROM t")).isEqualTo("1");
            return node.metricOrZero(READS) > before;
          },
          () -> node.admin("SHOW NODES").toString());
    }
  }

  @Test
  void replicasThatOnlyTheApiKnowsAreProbedAndRead() throws Exception {
    try (SqlServerGroupNode node = byUrl()) {
      awaitAll(node);
      writeAndReadOnReplicas(node);
    }
  }

  @Test
  void whoTheWriterIsTheServersReportThemselves() throws Exception {
    try (SqlServerGroupNode node = byUrl();
        Connection client = node.connect()) {
      awaitAll(node);
      Jdbc.execute(client, "CREATE TABLE t (i INT PRIMARY KEY)");
      has("db1");
      assertThat(Jdbc.value(client, "SELECT COUNT(*) FROM t")).isEqualTo("0");

      group.promote(group.server(1));
      Jdbc.execute(client, "INSERT INTO t VALUES (1)");
      Await.until(
          "the writer is the one that calls itself so",
          PATIENCE,
          () -> roles(node).get(at(group.server(1))).startsWith("writer up"),
          () -> node.admin("SHOW NODES").toString());
    }
  }

  @Test
  void anArnIsEnough() throws Exception {
    try (SqlServerGroupNode node =
        node(
            c ->
                c.without("sources/main.json", "url")
                    .without("sources/main.json", "cluster.kind")
                    .source("cluster.arn", ARN))) {
      awaitAll(node);
      try (Connection client = node.connect()) {
        assertThat(Jdbc.value(client, "SELECT DB_NAME()")).isEqualTo("app");
      }
    }
  }

  @Test
  void aDocumentInTheStoreNamesThem(@TempDir Path documents) {
    try (SqlServerGroupNode asks =
            node(
                c ->
                    c.source(
                            "url",
                            "jdbc:sqlserver://127.0.0.1:%d;databaseName=app"
                                .formatted(group.server(0).port()))
                        .node("topology.store", documents.toString()));
        SqlServerGroupNode reads =
            node(
                c ->
                    c.node("id", 2)
                        .without("sources/main.json", "url")
                        .without("sources/main.json", "cluster.kind")
                        .source("cluster.arn", ARN)
                        .source("cluster.api.use", "off")
                        .node("topology.store", documents.toString())
                        .node("topology.interval", "1s"))) {
      awaitAll(asks);
      awaitAll(reads);
    }
  }
}
