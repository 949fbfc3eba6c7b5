package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.SocketRelay;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Outages of what nodes and managers run on: the manager reports each within three seconds, with
 * its effect and the remedy, and as over within ten seconds of its end. Nodes report as often as
 * they do by default.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutagesIT {
  private static final Duration TOLD = Duration.ofSeconds(3);
  private static final Duration OVER = Duration.ofSeconds(10);
  private static final int CLIENTS = 14;
  private static final int POOL = 2;

  private PostgresCluster cluster;
  private PostgresServer replica;
  private RedisProcess store;
  private SlowRelay relay;
  private ReportingNodes fleet;
  private Started one;
  private Started two;
  private Rest rest;

  /** The way to the store, which may take its time. */
  private static final class SlowRelay extends SocketRelay {
    private volatile Duration delay = Duration.ZERO;

    SlowRelay(int server) throws IOException {
      super(server);
      start();
    }

    void delay(Duration by) {
      delay = by;
    }

    @Override
    protected void back(InputStream server, OutputStream client) throws IOException {
      byte[] bytes = new byte[8192];
      for (int read = server.read(bytes); read >= 0; read = server.read(bytes)) {
        try {
          TimeUnit.NANOSECONDS.sleep(delay.toNanos());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
        client.write(bytes, 0, read);
        client.flush();
      }
    }
  }

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(1).start();
    replica = cluster.replicas().get(0);
    cluster.primary().execute("CREATE DATABASE app");
    store = RedisProcess.running();
    relay = new SlowRelay(store.port());
    fleet = new ReportingNodes(directory);
    String node = Files.readString(fleet.configuration().resolve("node.json"));
    fleet.write(
        "node.json",
        node.replace("\"400ms\"", "\"2s\"")
            .replaceFirst(
                "\\{", "{\"store\": {\"servers\": [\"127.0.0.1:%d\"]}, ".formatted(relay.port())));
    fleet.write(
        "rules/all.json",
        "{\"rules\": [{\"match\": \"(?i)^select 1\", \"action\": \"cache\", \"parameters\": {\"ttl\": 60000}}]}");
    fleet.write("sources/main.json", ReportingNodes.source(cluster));
    fleet.write(
        "vdbs/app.json",
        "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [0], \"rules\": [\"all\"], \"pool\": {\"size\": %d}, \"cache\": {\"enabled\": true}}"
            .formatted(POOL));
    int port = fleet.onePort();
    fleet.manager(port).awaitOutput("managing on port");
    one = fleet.node("shop-a");
    one.awaitOutput("serving app on");
    two = fleet.node("shop-b");
    fleet.awaitLive(port, "shop-a", "shop-b");
    rest = fleet.rest(port);
    Await.until("all is well", Started.PATIENCE, () -> problems().isEmpty(), this::shown);
  }

  @AfterAll
  void end() throws Exception {
    if (fleet != null) {
      fleet.close();
    }
    if (relay != null) {
      relay.close();
    }
    if (store != null) {
      store.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private JsonNode problems() {
    try {
      return rest.get("/api/v1/problems").json().path("problems");
    } catch (IOException e) {
      return MissingNode.getInstance();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return MissingNode.getInstance();
    }
  }

  private String shown() {
    return problems().toPrettyString();
  }

  private JsonNode problem(String kind) {
    for (JsonNode problem : problems()) {
      if (problem.path("kind").asText().equals(kind)) {
        return problem;
      }
    }
    return MissingNode.getInstance();
  }

  /** Waits until one of these problems is reported, and returns it. */
  private JsonNode reported(String... kinds) {
    JsonNode[] found = {MissingNode.getInstance()};
    Await.until(
        String.join(" or ", kinds) + " is reported",
        TOLD,
        () -> {
          for (String kind : kinds) {
            JsonNode problem = problem(kind);
            found[0] = problem.isMissingNode() ? found[0] : problem;
          }
          return !found[0].isMissingNode();
        },
        this::shown);
    assertThat(found[0].path("next").asText()).as("what to do").isNotEmpty();
    assertThat(found[0].path("effect").asText()).as("what it means").isNotEmpty();
    return found[0];
  }

  private void over(String... kinds) {
    for (String kind : kinds) {
      Await.until(kind + " is over", OVER, () -> problem(kind).isMissingNode(), this::shown);
    }
  }

  private static String line(JsonNode problem) {
    return problem.path("words").asText() + " " + problem.path("detail").asText();
  }

  private static String at(PostgresServer server) {
    return server.host() + ":" + server.port();
  }

  @Test
  void aFullPool() throws Exception {
    Target target = ReportingNodes.clients(one);
    AtomicBoolean run = new AtomicBoolean(true);
    CountDownLatch connected = new CountDownLatch(CLIENTS);
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<Integer>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Callable<Integer> client = () -> client(target, connected, run);
        clients.add(threads.submit(client));
      }
      assertThat(connected.await(60, TimeUnit.SECONDS)).isTrue();
      JsonNode full = reported("pool-full");
      assertThat(line(full)).contains("virtual database app", "All 2 connections");
      assertThat(full.path("nodes").toString()).contains("shop-a");
      run.set(false);
      for (Future<Integer> client : clients) {
        assertThat(client.get(30, TimeUnit.SECONDS)).isPositive();
      }
      over("pool-full");
    } finally {
      run.set(false);
      threads.shutdownNow();
    }
  }

  private static int client(Target target, CountDownLatch connected, AtomicBoolean run)
      throws SQLException {
    int answers = 0;
    try (Connection client = target.jdbc();
        Statement statement = client.createStatement()) {
      connected.countDown();
      while (run.get()) {
        statement.execute("SELECT pg_sleep(0.1)");
        answers++;
      }
    }
    return answers;
  }

  @Test
  void aKilledNode() throws Exception {
    two.kill();
    JsonNode lost = reported("nodes-overdue", "nodes-lost");
    assertThat(line(lost)).contains("shop-b");
    two = fleet.node("shop-b");
    two.awaitOutput("serving app on");
    over("nodes-overdue", "nodes-lost", "nodes-not-ready", "no-writer");
  }

  @Test
  void aDeadWriter() {
    cluster.primary().stop(StopMode.IMMEDIATE);
    JsonNode lost = reported("no-writer");
    assertThat(line(lost)).contains("Cluster main", at(cluster.primary()));
    cluster.primary().start();
    over("no-writer", "replica-stopped");
  }

  @Test
  void aLostReplica() {
    replica.stop(StopMode.IMMEDIATE);
    JsonNode lost = reported("servers-down");
    assertThat(line(lost)).contains("cluster main", at(replica));
    replica.start();
    over("servers-down", "replica-stopped");
  }

  @Test
  void aReplicaThatStoppedFollowing() {
    replica.queryValue("postgres", "SELECT pg_wal_replay_pause()");
    JsonNode stopped = reported("replica-stopped");
    assertThat(line(stopped)).contains("cluster main", at(replica), "its replay is paused");
    assertThat(stopped.path("nodes").toString()).contains("shop-");
    replica.queryValue("postgres", "SELECT pg_wal_replay_resume()");
    over("replica-stopped");
  }

  @Test
  void aLostStore() {
    store.stop();
    JsonNode away = reported("store-away");
    assertThat(line(away)).contains("shop-a");
    store.start();
    over("store-away");
  }

  @Test
  void aStoreThatAnswersSlowly() {
    relay.delay(Duration.ofMillis(400));
    JsonNode slow = reported("store-slow");
    assertThat(line(slow)).contains("The shared store at 127.0.0.1:" + relay.port(), "shop-a");
    relay.delay(Duration.ZERO);
    over("store-slow");
  }

  /** In a room of its own; where no file system may be mounted, there is none to fill. */
  @Test
  void aFullDiskOfTheManager(@TempDir Path small) throws Exception {
    Path room = Files.createDirectory(small.resolve("room"));
    Assumptions.assumeTrue(
        mounts("-t", "tmpfs", "-o", "size=64m", "tmpfs", room.toString()),
        "mounting a small file system, which the test fills, is not permitted here");
    try (ReportingNodes alone = new ReportingNodes(room)) {
      int port = alone.onePort();
      alone.manager(port).awaitOutput("managing on port");
      Rest before = rest;
      rest = alone.rest(port);
      try {
        Path filling = room.resolve("filling");
        Files.write(filling, new byte[56 << 20]);
        JsonNode full = reported("manager-disk-full");
        assertThat(line(full)).contains(room.toString());
        Files.delete(filling);
        over("manager-disk-full");
      } finally {
        rest = before;
      }
    } finally {
      run("umount", room.toString());
    }
  }

  private static boolean mounts(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(arguments));
    return run(command.toArray(String[]::new));
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }
}
