package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.RdsEvent;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Two regions with a database server each and one that is added, a node in each region, and the
 * function that tells the nodes, as a process of its own. S3 and EC2 are the emulator's; RDS is the
 * fake, whose servers lead to real ones and which knows how global clusters are moved.
 */
@AlsoOnLocalStack
@Tag("ci")
class GlobalTopologyIT {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String KEY = "a key for tests that is long enough";
  private static final String NEXT_KEY = "another key for tests, also long enough";
  private static final String CREDENTIALS = "rds!cluster-shop";
  private static final String SCHEDULE = "{\"source\": \"aws.scheduler\"}";
  private static final Duration POLL = Duration.ofSeconds(1);

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AwsEmulator aws = AwsEmulator.shared();
  private final FakeRds rds = new FakeRds();
  private final Map<String, Long> took = new LinkedHashMap<>();
  private final List<TestNode> nodes = new ArrayList<>();
  private final List<SteadyClient> clients = new ArrayList<>();
  private PostgresCluster cluster;

  /** One in each region, in the order of the nodes. */
  private List<LambdaProcess> functions;

  private String store;

  @BeforeEach
  void start() {
    aws.reset();
    aws.lendCredentials();
    try (S3Client s3 = aws.access(EAST).client(S3Client.builder().forcePathStyle(true))) {
      s3.createBucket(bucket -> bucket.bucket("fleet"));
    }
    try (SecretsManagerClient secrets = secrets()) {
      secrets.createSecret(secret -> secret.name(CREDENTIALS).secretString(login("app")));
    }
    for (String region : List.of(WEST, EAST)) {
      try (SecretsManagerClient secrets = secrets(region)) {
        secrets.createSecret(secret -> secret.name("push-key").secretString(KEY));
      }
    }
    store = "s3://fleet/topology?region=us-east-1&endpoint=" + aws.endpoint();
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start();
    cluster
        .primary()
        .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    cluster
        .primary()
        .executeIn("app", "SET ROLE app", "CREATE TABLE steps (id bigserial PRIMARY KEY)");
    cluster.awaitReplay(Duration.ofSeconds(20));
    clusterInWest("shop-west", "w1");
    rds.has(
        EAST,
        List.of(new FakeRds.Cluster("shop-east", "available", 0, List.of("e1"))),
        List.of(instance("e1", "shop-east", east())));
    rds.hasGlobals(List.of(new FakeRds.Global("shop", List.of(west("shop-west"), eastArn()))));
    functions = List.of(function(WEST, EAST), function(EAST, WEST));
  }

  private LambdaProcess function(String region, String other) {
    return new LambdaProcess(
        Path.of("../config-sync-lambda/target/heimdall-config-sync-lambda.jar"),
        "dev.heimdall.configsync.Handler",
        Map.of(
            "AWS_REGION",
            region,
            "AWS_ACCESS_KEY_ID",
            aws.environment().get("AWS_ACCESS_KEY_ID"),
            "AWS_SECRET_ACCESS_KEY",
            aws.environment().get("AWS_SECRET_ACCESS_KEY"),
            "HEIMDALL_STORE",
            store,
            "HEIMDALL_KEY_SECRET",
            "push-key",
            "HEIMDALL_SECRETS_ENDPOINT",
            aws.endpoint().toString(),
            "HEIMDALL_FLEET",
            "shop",
            "HEIMDALL_REGIONS",
            other,
            "HEIMDALL_RDS_ENDPOINT",
            rds.uri().toString(),
            "HEIMDALL_EC2_ENDPOINT",
            aws.endpoint().toString()));
  }

  @AfterEach
  void stop() {
    clients.forEach(SteadyClient::close);
    nodes.forEach(TestNode::close);
    functions.forEach(LambdaProcess::close);
    cluster.close();
    rds.close();
    aws.takeCredentialsBack();
  }

  // ---- what there is

  private SecretsManagerClient secrets() {
    return secrets(WEST);
  }

  private SecretsManagerClient secrets(String region) {
    return aws.access(region).client(SecretsManagerClient.builder());
  }

  private static String login(String password) {
    return "{\"username\": \"app\", \"password\": \"" + password + "\"}";
  }

  private void hold(String secret, String text) {
    hold(WEST, secret, text);
  }

  private void hold(String region, String secret, String text) {
    try (SecretsManagerClient secrets = secrets(region)) {
      secrets.putSecretValue(next -> next.secretId(secret).secretString(text));
    }
  }

  /** What Secrets Manager does with the copy in another region. */
  private void holdInEachRegion(String secret, String text) {
    hold(WEST, secret, text);
    hold(EAST, secret, text);
  }

  private PostgresServer east() {
    return cluster.replicas().get(0);
  }

  private PostgresServer added() {
    return cluster.replicas().get(1);
  }

  private static String west(String name) {
    return FakeRds.Cluster.arn(WEST, name);
  }

  private static String eastArn() {
    return FakeRds.Cluster.arn(EAST, "shop-east");
  }

  private static FakeRds.Instance instance(String name, String cluster, PostgresServer server) {
    return new FakeRds.Instance(
        name, cluster, "", List.of(), "127.0.0.1", server.port(), "zone", "available");
  }

  private void clusterInWest(String name, String... members) {
    List<FakeRds.Instance> instances = new ArrayList<>();
    for (String member : members) {
      instances.add(instance(member, name, member.equals("w1") ? cluster.primary() : added()));
    }
    rds.has(
        WEST,
        List.of(
            new FakeRds.Cluster(name, "available", 0, List.of(members), "cluster-WHATEVERITSNAME")),
        instances);
  }

  private TestNode node(int id, Consumer<TestConfiguration> topology) {
    TestNode node =
        TestNode.start(
            c -> {
              c.node("id", id);
              c.node("http.address", "127.0.0.3" + id);
              for (String source : List.of("main", "regional")) {
                c.source(source, "url", "jdbc:postgresql://" + address(cluster.primary()) + "/app");
                c.source(source, "user", "app");
                c.source(source, "password", "app");
                c.source(source, "tls.mode", "disable");
                c.source(source, "catalog.enabled", false);
                c.source(source, "cluster.kind", "rds");
                c.source(source, "cluster.reads", "none");
                c.source(source, "cluster.probe.interval", "1s");
                c.source(source, "cluster.probe.user", cluster.superuser());
                c.source(source, "cluster.probe.password", cluster.password());
              }
              // Whose clients write all the time; its password changes under them.
              c.without("sources/main.json", "user").without("sources/main.json", "password");
              c.source("credentials.secret", CREDENTIALS);
              c.source("credentials.region", WEST);
              c.source("credentials.endpoint", aws.endpoint().toString());
              c.source("credentials.patience", "5m");
              c.source("cluster.arn", "arn:aws:rds::" + FakeRds.ACCOUNT + ":global-cluster:shop");
              c.source("regional", "cluster.arn", west("shop-west"));
              topology.accept(c);
            });
    nodes.add(node);
    clients.add(new SteadyClient(node.target()));
    return node;
  }

  private static String address(PostgresServer server) {
    return "127.0.0.1:" + server.port();
  }

  private void tagged(int id, String region, TestNode node) {
    new EmulatedMachines(aws, region)
        .run(
            "127.0.0.3" + id,
            Map.of("heimdall:fleet", "shop", "heimdall:http-port", "" + node.httpPort()));
  }

  /** It happens in one region, whose bus passes it on to the other. */
  private List<JsonNode> tell(RdsEvent event) throws IOException {
    return invoke(
        """
        {"source": "aws.rds", "detail-type": "RDS DB Cluster Event", "time": "%s",
         "region": "eu-west-1", "detail": {"EventID": "%s", "SourceIdentifier": "shop"}}
        """
            .formatted(Instant.now(), event.id()));
  }

  private List<JsonNode> invoke(String event) throws IOException {
    List<JsonNode> reports = new ArrayList<>();
    for (LambdaProcess function : functions) {
      reports.add(JSON.readTree(function.invoke(event)));
    }
    return reports;
  }

  // ---- what becomes of it

  private static boolean knows(TestNode node, String source, PostgresServer server, String role) {
    return node.admin("SHOW NODES").stream()
        .anyMatch(
            row ->
                row.get("source").equals(source)
                    && row.get("node").equals(address(server))
                    && row.get("role").equals(role)
                    && row.get("state").equals("up"));
  }

  private void reached(String what, long since, Await.Condition condition) {
    Await.until(what, Duration.ofSeconds(60), condition, () -> "after " + took);
    took.put(what, (System.nanoTime() - since) / 1_000_000);
  }

  private void everyNode(
      String what, long since, String source, PostgresServer server, String role) {
    reached(
        what,
        since,
        () -> {
          for (TestNode node : nodes) {
            if (!knows(node, source, server, role)) {
              return false;
            }
          }
          return true;
        });
  }

  /** When the function asked what there is after a moment. */
  private long asked(long since) {
    return rds.firstAskedAfter(since);
  }

  private static JsonNode documents(TestNode node, int id) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.3" + id + ":" + node.httpPort() + "/topology"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return JSON.readTree(answer.body()).get("documents");
  }

  /** Nobody waits for that: it was so before the function had ended. */
  private void wasPushedToEveryNode(List<JsonNode> reports) throws Exception {
    for (int i = 0; i < nodes.size(); i++) {
      JsonNode report = reports.get(i);
      assertThat(report.get("problems")).isEmpty();
      assertThat(report.get("nodes").asInt()).as("nodes of its region").isOne();
      assertThat(report.get("taken").asInt()).isOne();
      JsonNode known = documents(nodes.get(i), i + 1).get(0);
      assertThat(known.get("by").asText()).isEqualTo("push");
      assertThat(known.get("document").get("version")).isEqualTo(report.get("version"));
    }
  }

  /** First the database, then the secret, as Secrets Manager does it. */
  private void rotate(PostgresServer writer, String password) {
    writer.execute("ALTER ROLE app PASSWORD '" + password + "'");
    for (TestNode node : nodes) {
      node.admin("RECONNECT");
      Await.until(
          "a client waits, as no version of the secret is right",
          () ->
              node.admin("SHOW POOLS").stream()
                  .anyMatch(row -> Integer.parseInt(row.get("cl_waiting")) > 0));
    }
    long rotated = System.nanoTime();
    hold(CREDENTIALS, login(password));
    for (SteadyClient client : clients) {
      int before = client.written();
      reached(
          "client " + clients.indexOf(client) + " goes on with the next password",
          rotated,
          () -> client.written() > before + 5);
      assertThat(client.failures()).isEmpty();
    }
    cluster.awaitReplay(Duration.ofSeconds(20));
  }

  private void writersAre(String region, long since) {
    reached(
        "the writer's region in every node's document",
        since,
        () -> {
          for (int i = 0; i < nodes.size(); i++) {
            JsonNode known = documents(nodes.get(i), i + 1).path(0).path("document");
            if (!known.path("globals").path(0).path("writerRegion").asText().equals(region)) {
              return false;
            }
          }
          return true;
        });
  }

  /** No statement that was begun when the old writer had ended has failed. */
  private void nobodyElseWasHarmed(long ended) {
    for (SteadyClient client : clients) {
      int before = client.written();
      Await.until("a client goes on writing", () -> client.written() > before + 5);
      assertThat(client.failures()).hasSizeLessThanOrEqualTo(1);
      assertThat(client.failures())
          .allSatisfy(failure -> assertThat(failure.begun()).isLessThan(ended));
    }
  }

  /**
   * How long each change took to reach all nodes: figures for people, no promise of this machine.
   */
  private void report(String how) {
    took.forEach((what, millis) -> System.out.println(how + ": " + what + ": " + millis + " ms"));
    clients.forEach(
        client ->
            System.out.println(
                how + ": " + client.written() + " rows written, failed: " + client.failures()));
  }

  @Test
  void changesReachTheNodesByPush() throws Exception {
    // They could not hear of anything in another way in the time that this takes.
    Consumer<TestConfiguration> byPush =
        c -> c.node("topology.key", KEY).node("topology.interval", "1h");
    // How long a JVM takes to start, and to do something for the first time, is not what is
    // measured.
    invoke(SCHEDULE);
    TestNode west = node(1, byPush);
    TestNode east = node(2, byPush);
    tagged(1, WEST, west);
    tagged(2, EAST, east);

    long began = System.nanoTime();
    List<JsonNode> first = invoke(SCHEDULE);
    wasPushedToEveryNode(first);
    everyNode("a server in the other region", asked(began), "main", east(), "replica");
    rotate(cluster.primary(), "second");
    assertThat(knows(west, "regional", east(), "replica")).isFalse();

    // The cluster gets another name, and a reader.
    clusterInWest("shop-prime", "w1", "w2");
    rds.hasGlobals(List.of(new FakeRds.Global("shop", List.of(west("shop-prime"), eastArn()))));
    long renamed = System.nanoTime();
    List<JsonNode> second = tell(RdsEvent.CLUSTER_RENAMED);
    assertThat(second.get(0).get("changes").toString()).contains("cluster renamed", "server added");
    wasPushedToEveryNode(second);
    everyNode("a reader of the renamed cluster", asked(renamed), "main", added(), "replica");
    everyNode("the same by its former name", asked(renamed), "regional", added(), "replica");

    switchOver(false);
    long switched = System.nanoTime();
    List<JsonNode> third = tell(RdsEvent.SWITCHOVER_COMPLETED);
    wasPushedToEveryNode(third);
    writersAre(EAST, asked(switched));
    everyNode("the writer in the other region", asked(switched), "main", east(), "writer");
    nobodyElseWasHarmed(switched);

    // A second time, which happens: nothing is new.
    List<JsonNode> again = tell(RdsEvent.SWITCHOVER_COMPLETED);
    for (int i = 0; i < again.size(); i++) {
      assertThat(again.get(i).get("changes")).isEmpty();
      assertThat(again.get(i).get("version")).isEqualTo(third.get(i).get("version"));
    }
    keysAreReplaced();
    assertThat(functions)
        .allSatisfy(
            function ->
                assertThat(function.output())
                    .contains("\"ConfigSyncRuns\":1")
                    .doesNotContain(KEY)
                    .doesNotContain(NEXT_KEY));
    report("by push");
  }

  /** The function has the new key before the nodes have it, and the nodes before it is alone. */
  private void keysAreReplaced() throws Exception {
    holdInEachRegion("push-key", NEXT_KEY + "\n" + KEY);
    wasPushedToEveryNode(invoke(SCHEDULE));
    for (TestNode node : nodes) {
      node.change(c -> c.node("topology.key", NEXT_KEY));
    }
    wasPushedToEveryNode(invoke(SCHEDULE));
    holdInEachRegion("push-key", NEXT_KEY);
    wasPushedToEveryNode(invoke(SCHEDULE));
  }

  @Test
  void changesReachTheNodesByPollWhereNobodyPushes() throws Exception {
    Consumer<TestConfiguration> byPoll =
        c -> c.node("topology.store", store).node("topology.interval", POLL.toSeconds() + "s");
    node(1, byPoll);
    node(2, byPoll);

    long began = System.nanoTime();
    List<JsonNode> first = invoke(SCHEDULE);
    assertThat(first).allSatisfy(report -> assertThat(report.get("nodes").asInt()).isZero());
    everyNode("a server in the other region", asked(began), "main", east(), "replica");
    rotate(cluster.primary(), "second");

    clusterInWest("shop-prime", "w1", "w2");
    rds.hasGlobals(List.of(new FakeRds.Global("shop", List.of(west("shop-prime"), eastArn()))));
    long renamed = System.nanoTime();
    tell(RdsEvent.CLUSTER_TOPOLOGY_UPDATED);
    everyNode("a reader of the renamed cluster", asked(renamed), "main", added(), "replica");
    everyNode("the same by its former name", asked(renamed), "regional", added(), "replica");

    switchOver(true);
    long failed = System.nanoTime();
    tell(RdsEvent.GLOBAL_FAILOVER_COMPLETED);
    writersAre(EAST, asked(failed));
    everyNode("the writer in the other region", asked(failed), "main", east(), "writer");
    nobodyElseWasHarmed(failed);
    assertThat(documents(nodes.get(0), 1).get(0).get("by").asText()).isEqualTo("store");
    report("by poll");
  }

  /** The fake says so as RDS would, and the real server in the other region is promoted. */
  private void switchOver(boolean unplanned) {
    try (RdsClient api =
        new AwsAccess(EAST, Optional.of(rds.uri()), aws.credentials(), Duration.ofSeconds(20))
            .client(RdsClient.builder())) {
      if (unplanned) {
        cluster.primary().kill();
        var moving =
            api.failoverGlobalCluster(
                    r ->
                        r.globalClusterIdentifier("shop")
                            .targetDbClusterIdentifier(eastArn())
                            .allowDataLoss(true))
                .globalCluster();
        assertThat(moving.failoverState().isDataLossAllowed()).isTrue();
      } else {
        var moving =
            api.switchoverGlobalCluster(
                    r -> r.globalClusterIdentifier("shop").targetDbClusterIdentifier(eastArn()))
                .globalCluster();
        assertThat(moving.failoverState().statusAsString()).isEqualTo("switching-over");
        cluster.awaitReplay(Duration.ofSeconds(20));
        cluster.primary().stop(dev.heimdall.launcher.postgres.StopMode.FAST);
      }
    }
    east().promote();
    rds.completeMoves();
  }
}
