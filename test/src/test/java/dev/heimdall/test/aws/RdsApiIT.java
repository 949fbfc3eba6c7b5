package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.rds.RdsWatch;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node that hears of its servers from the RDS API and from themselves: a primary and two
 * replicas, of which the configuration names the primary only. PostgreSQL tells no ports of
 * replicas, so nobody but the API knows where these are.
 */
@Tag("ci")
class RdsApiIT {
  private final FakeRds rds = new FakeRds();
  private PostgresCluster cluster;
  private LoggedLines lines;

  @BeforeEach
  void start() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "not-so-secret");
    lines = LoggedLines.of(RdsWatch.class.getName());
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(2).start();
    List<PostgresServer> servers = cluster.servers();
    List<FakeRds.Instance> instances = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      boolean primary = i == 0;
      instances.add(
          new FakeRds.Instance(
              "db" + i,
              "",
              primary ? "" : "db0",
              primary ? List.of("db1", "db2") : List.of(),
              "127.0.0.1",
              servers.get(i).port(),
              "eu-west-1" + "abc".charAt(i),
              "available"));
    }
    rds.has(List.of(), instances);
  }

  @AfterEach
  void stop() {
    cluster.close();
    lines.close();
    rds.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private TestNode node() {
    return node(c -> {});
  }

  private TestNode node(Consumer<TestConfiguration> wishes) {
    return TestNode.start(
        c -> {
          c.source("catalog.enabled", false)
              .source("url", "jdbc:postgresql://127.0.0.1:" + cluster.primary().port())
              .source("user", cluster.superuser())
              .source("password", cluster.password())
              .source("cluster.kind", "rds")
              .source("cluster.probe.interval", "1s")
              .source("cluster.api.use", "on")
              .source("cluster.api.region", "eu-west-1")
              .source("cluster.api.identifier", "db1")
              .source("cluster.api.endpoint", rds.uri().toString())
              .source("cluster.api.interval", "1s");
          wishes.accept(c);
        });
  }

  private static String address(PostgresServer server) {
    return "127.0.0.1:" + server.port();
  }

  private static void untilRow(
      TestNode node, PostgresServer server, String role, String column, String part) {
    Await.until(
        server + " is a " + role + " with " + column + " " + part,
        () -> {
          for (Map<String, String> row : node.admin("SHOW NODES")) {
            if (row.get("node").equals(address(server))) {
              return row.get("role").equals(role) && String.valueOf(row.get(column)).contains(part);
            }
          }
          return false;
        });
  }

  private void becomes(int instance, String status) {
    List<FakeRds.Instance> next = new ArrayList<>(rds.instances());
    next.set(instance, next.get(instance).becomes(status));
    rds.has(List.of(), next);
  }

  @Test
  void serversThatOnlyTheApiKnowsAreAskedAndDescribed() {
    try (TestNode node = node()) {
      untilRow(node, cluster.primary(), "writer", "zone", "eu-west-1a");
      untilRow(node, cluster.replicas().get(0), "replica", "zone", "eu-west-1b");
      untilRow(node, cluster.replicas().get(1), "replica", "state", "up");

      becomes(2, "backing-up");
      untilRow(node, cluster.replicas().get(1), "replica", "why", "; RDS reports: backing-up");
      assertThat(lines.beginningWith("WARN")).isEmpty();
    }
  }

  @Test
  void aServerThatIsBeingDeletedIsForgottenWhenItIsGone() {
    try (TestNode node = node()) {
      untilRow(node, cluster.replicas().get(1), "replica", "state", "up");

      becomes(2, "deleting");
      untilRow(node, cluster.replicas().get(1), "replica", "why", "deleting");
      cluster.replicas().get(1).kill();

      Await.until("it is forgotten", () -> node.admin("SHOW NODES").size() == 2);
    }
  }

  /** Reads again and again. */
  private static final class Reader implements Runnable {
    private final TestNode node;
    private final String mode;
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile boolean over;

    Reader(TestNode node, String mode) {
      this.node = node;
      this.mode = mode;
    }

    @Override
    public void run() {
      try (Connection client = node.target().jdbc("preferQueryMode", mode);
          Statement statement = client.createStatement()) {
        while (!over) {
          try (ResultSet row =
              statement.executeQuery("SELECT current_setting('port'), count(*) FROM t")) {
            row.next();
            ports.add(row.getInt(1));
            reads.incrementAndGet();
          }
          Thread.sleep(10); // Some of them would have the machine to themselves.
        }
      } catch (SQLException e) {
        errors.add(e.getSQLState() + " " + e.getMessage());
      } catch (InterruptedException e) {
        errors.add(e.toString());
      }
    }
  }

  @Test
  void aReaderThatComesAndOneThatGoesCostNobodyAnError() throws Exception {
    PostgresServer comes = cluster.replicas().get(1);
    cluster.primary().execute("CREATE DATABASE app");
    cluster.primary().executeIn("app", "CREATE TABLE t (i int)");
    cluster.awaitReplay(Duration.ofSeconds(20));
    List<FakeRds.Instance> all = rds.instances();
    rds.has(List.of(), all.subList(0, 2));
    List<Reader> readers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (TestNode node =
        node(
            c ->
                c.source("catalog.enabled", true)
                    .source("cluster.reads", "all")
                    .source("cluster.consistency", "session"))) {
      for (int i = 0; i < 4; i++) {
        readers.add(new Reader(node, i % 2 == 0 ? "simple" : "extended"));
        threads.add(new Thread(readers.get(i), "reader-" + i));
        threads.get(i).start();
      }
      Await.until(
          "all read from the replica that there is",
          () -> readers.stream().allMatch(r -> r.ports.contains(cluster.replicas().get(0).port())));
      assertThat(readers).noneMatch(reader -> reader.ports.contains(comes.port()));

      rds.has(List.of(), all);
      Await.until(
          "all read from the one that came",
          () -> readers.stream().allMatch(reader -> reader.ports.contains(comes.port())));

      becomes(2, "deleting");
      comes.kill();
      Await.until("it is forgotten", () -> node.admin("SHOW NODES").size() == 2);
      List<Integer> before = readers.stream().map(reader -> reader.reads.get()).toList();
      Await.until(
          "all go on",
          () -> {
            for (int i = 0; i < before.size(); i++) {
              if (readers.get(i).reads.get() < before.get(i) + 20) {
                return false;
              }
            }
            return true;
          });
      for (int i = 0; i < threads.size(); i++) {
        readers.get(i).over = true;
        threads.get(i).join(20_000);
        assertThat(readers.get(i).errors).isEmpty();
      }
    } finally {
      readers.forEach(reader -> reader.over = true);
    }
  }

  @Test
  void whoTheWriterIsTheServersSayThemselves() {
    try (TestNode node = node()) {
      untilRow(node, cluster.replicas().get(0), "replica", "state", "up");
      // By the API a replica has been promoted: it has no source any more, and the others have it.
      List<FakeRds.Instance> next = new ArrayList<>();
      for (FakeRds.Instance old : rds.instances()) {
        boolean writer = old.name().equals("db1");
        next.add(
            new FakeRds.Instance(
                old.name(),
                "",
                writer ? "" : "db1",
                writer ? List.of("db0", "db2") : List.of(),
                old.host(),
                old.port(),
                old.zone(),
                "modifying"));
      }
      rds.has(List.of(), next);

      untilRow(node, cluster.primary(), "writer", "why", "modifying");
      assertThat(node.admin("SHOW NODES"))
          .filteredOn(row -> row.get("role").equals("writer"))
          .singleElement()
          .satisfies(row -> assertThat(row).containsEntry("node", address(cluster.primary())));

      // It is believed when the server says so, which is asked at once.
      cluster.primary().kill();
      cluster.replicas().get(0).promote();
      untilRow(node, cluster.replicas().get(0), "writer", "state", "up");
    }
  }

  private static boolean asks() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.isAlive() && thread.getName().equals("rds-eu-west-1"));
  }

  @Test
  void aFirstKeyForDocumentsEndsTheAskingAndWithoutTheLastItBeginsAgain() {
    try (TestNode node = node()) {
      node.change(
          c -> c.source("cluster.arn", "arn:aws:rds:eu-west-1:" + FakeRds.ACCOUNT + ":db:db0"));
      untilRow(node, cluster.replicas().get(0), "replica", "state", "up");
      assertThat(asks()).isTrue();

      node.change(c -> c.node("topology.key", "a key for tests that is long enough"));
      Await.until("nobody asks any more", () -> !asks());
      int before = rds.requests().size();
      node.change(c -> c.node("topology.key", "another one, which is long enough too"));
      assertThat(asks()).isFalse();
      assertThat(rds.requests()).hasSize(before);

      node.change(c -> c.without("node.json", "topology"));
      becomes(2, "backing-up");
      untilRow(node, cluster.replicas().get(1), "replica", "why", "; RDS reports: backing-up");
    }
  }

  @Test
  void aNodeThatNeverAsksFindsInTheStoreWhatAnotherOneWasTold(@TempDir Path documents) {
    try (TestNode asks = node(c -> c.node("topology.store", documents.toString()));
        TestNode hears =
            node(
                c ->
                    c.node("id", 2)
                        .node("topology.store", documents.toString())
                        .node("topology.interval", "1s")
                        .source("cluster.api.use", "off")
                        .source(
                            "cluster.arn",
                            "arn:aws:rds:eu-west-1:" + FakeRds.ACCOUNT + ":db:db0"))) {
      for (TestNode node : List.of(asks, hears)) {
        untilRow(node, cluster.replicas().get(0), "replica", "zone", "eu-west-1b");
        untilRow(node, cluster.replicas().get(1), "replica", "state", "up");
      }
      becomes(2, "backing-up");
      untilRow(hears, cluster.replicas().get(1), "replica", "why", "; RDS reports: backing-up");
      assertThat(hears.admin("SHOW TOPOLOGY"))
          .singleElement()
          .satisfies(
              row -> {
                assertThat(row).containsEntry("by", "store").containsEntry("cause", "poll");
                assertThat(row.get("source")).startsWith("nodes-eu-west-1");
              });
    }
  }

  @Test
  void aNodeThatMayNotAskSaysSoOnceAndGoesOnWithoutIt() {
    rds.deny("DescribeDBInstances");
    try (TestNode node = node()) {
      Await.until(
          "it is said",
          () -> !lines.beginningWith("WARN the RDS API in eu-west-1 denies").isEmpty());
      untilRow(node, cluster.primary(), "writer", "state", "up");
      assertThat(lines.beginningWith("WARN"))
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .contains("DescribeDBInstances", "not authorized")
                      .doesNotContain("not-so-secret"));
      assertThat(rds.requests()).hasSize(1);
    }
  }

  @Test
  void anApiThatThrottlesIsAskedLessAndListenedToAgainWhenItAnswers() {
    rds.answers(FakeRds.Manner.THROTTLING);
    try (TestNode node = node()) {
      Await.until(
          "it is said",
          () -> !lines.beginningWith("WARN the RDS API in eu-west-1 throttles calls").isEmpty());
      assertThat(rds.requests()).hasSize(1);
      untilRow(node, cluster.primary(), "writer", "state", "up");

      rds.answers(FakeRds.Manner.WELL);
      untilRow(node, cluster.replicas().get(0), "replica", "state", "up");
      Await.until(
          "it is said that all is well",
          () ->
              !lines
                  .beginningWith("INFO the RDS API in eu-west-1 answers completely again")
                  .isEmpty());
      assertThat(lines.beginningWith("WARN")).hasSize(1);
    }
  }
}
