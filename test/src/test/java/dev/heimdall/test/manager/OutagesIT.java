package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Needs;
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
import java.time.Instant;
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
 * its effect and the remedy, and as over within ten seconds of its end. The banner of a page that
 * was open before says so as well. Nodes report as often as they do by default.
 */
@Needs("chromium")
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutagesIT {
  private static final Duration TOLD = Duration.ofSeconds(3);
  private static final Duration OVER = Duration.ofSeconds(10);

  /** Pages look for their banner once a second. */
  private static final Duration SHOWN = TOLD.plusSeconds(1);

  /** Least duration of a problem that is reported as solved. */
  private static final Duration NO_MOMENT = Duration.ofSeconds(3);

  private static final Duration STANDS = Duration.ofMinutes(2);
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
  private Browser browser;

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
    browser = Browser.start();
    look(fleet, port);
    Await.until("all is well", Started.PATIENCE, () -> problems().isEmpty(), this::shown);
  }

  /** Opens a page, which stays open. */
  private void look(ReportingNodes nodes, int port) throws IOException {
    browser.logIn(port, Files.readString(nodes.passwordFile(port)));
    browser.open("http://localhost:" + port + "/nodes").awaitText("What each node reported last.");
  }

  @AfterAll
  void end() throws Exception {
    if (browser != null) {
      browser.close();
    }
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

  /** The banner's first line; empty while there is none. */
  private String banner() {
    return String.valueOf(
        browser.run("return document.querySelector('#banner p')?.innerText ?? ''"));
  }

  /**
   * Waits until one of these problems is reported, with these names, and until the page shows it.
   */
  private JsonNode reported(List<String> names, String... kinds) {
    Instant begun = Instant.now();
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
    Await.untilAskedSeldom(
        "the banner names " + names,
        SHOWN.minus(Duration.between(begun, Instant.now())),
        () -> names.stream().allMatch(banner()::contains) && !banner().startsWith("Solved: "),
        () -> banner() + "\n" + shown());
    assertThat(line(found[0])).contains(names);
    assertThat(found[0].path("next").asText()).as("what to do").isNotEmpty();
    assertThat(found[0].path("effect").asText()).as("what it means").isNotEmpty();
    assertThat(browser.text()).contains(found[0].path("effect").asText());
    return found[0];
  }

  /** Keeps what was reported for long enough. */
  private void lasts(JsonNode problem) {
    Instant enough = Instant.parse(problem.path("since").asText()).plus(NO_MOMENT);
    Await.untilAskedSeldom(
        "it has lasted", Duration.ofSeconds(10), () -> Instant.now().isAfter(enough), this::shown);
  }

  private void over(String... kinds) {
    for (String kind : kinds) {
      Await.until(kind + " is over", OVER, () -> problem(kind).isMissingNode(), this::shown);
    }
  }

  /** Waits until the page says that it is over, what it was about, and when. */
  private void solved(String name) {
    Await.untilAskedSeldom(
        "the banner says that " + name + " is well",
        Duration.ofSeconds(2),
        () -> isSolved(name),
        () -> banner() + "\n" + shown());
  }

  private boolean isSolved(String name) {
    String banner = banner();
    return banner.startsWith("Solved: ") && banner.contains(name) && banner.contains("Over at ");
  }

  /** The words of a problem, with its servers and nodes. */
  private static String line(JsonNode problem) {
    return problem.path("words").asText()
        + " "
        + problem.path("detail").asText()
        + " "
        + problem.path("nodes");
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
      lasts(reported(List.of("virtual database app", "All 2 connections", "shop-a"), "pool-full"));
      run.set(false);
      for (Future<Integer> client : clients) {
        assertThat(client.get(30, TimeUnit.SECONDS)).isPositive();
      }
      over("pool-full");
      solved("virtual database app");
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
    reported(List.of("shop-b"), "nodes-overdue", "nodes-lost");
    JsonNode newest = rest.get("/api/v1/figures").json().path("newest");
    assertThat(newest.path("ready").asInt()).as("nodes that take clients").isEqualTo(1);
    assertThat(newest.path("known").asInt()).isEqualTo(2);
    browser.awaitText("Late");
    two = fleet.node("shop-b");
    two.awaitOutput("serving app on");
    over("nodes-overdue", "nodes-lost", "nodes-not-ready", "no-writer");
  }

  /** Commits something, as clients do: what a replica that came back lacks has an age then. */
  private void write() {
    cluster.primary().queryValue("app", "SELECT txid_current()");
  }

  @Test
  void aDeadWriter() {
    cluster.primary().stop(StopMode.IMMEDIATE);
    try {
      lasts(reported(List.of("Cluster main", at(cluster.primary())), "no-writer"));
    } finally {
      cluster.primary().start();
    }
    write();
    over("no-writer", "servers-down", "replica-stopped", "replica-lag");
    solved("luster main");
  }

  @Test
  void aLostReplica() {
    replica.stop(StopMode.IMMEDIATE);
    try {
      lasts(reported(List.of("cluster main", at(replica)), "servers-down"));
    } finally {
      replica.start();
    }
    write();
    over("servers-down", "replica-stopped", "replica-lag");
    solved("cluster main");
  }

  @Test
  void aReplicaThatStoppedFollowing() {
    replica.queryValue("postgres", "SELECT pg_wal_replay_pause()");
    try {
      lasts(
          reported(
              List.of("cluster main", at(replica), "its replay is paused", "shop-"),
              "replica-stopped"));
    } finally {
      replica.queryValue("postgres", "SELECT pg_wal_replay_resume()");
    }
    over("replica-stopped");
    solved("cluster main");
  }

  @Test
  void aLostStore() {
    store.stop();
    try {
      lasts(reported(List.of("shared store", "shop-"), "store-away"));
    } finally {
      store.start();
    }
    over("store-away");
    solved("shared store");
    Instant later = Instant.now().plus(STANDS);
    Await.untilAskedSeldom(
        "minutes have passed",
        STANDS.multipliedBy(2),
        () -> {
          assertThat(banner()).startsWith("Solved: ").contains("shared store");
          return Instant.now().isAfter(later);
        },
        this::shown);
  }

  @Test
  void aStoreThatAnswersSlowly() {
    relay.delay(Duration.ofMillis(400));
    try {
      lasts(
          reported(
              List.of("The shared store at 127.0.0.1:" + relay.port(), "shop-"), "store-slow"));
    } finally {
      relay.delay(Duration.ZERO);
    }
    over("store-slow");
    solved("shared store");
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
      look(alone, port);
      try {
        Path filling = room.resolve("filling");
        Files.write(filling, new byte[56 << 20]);
        lasts(reported(List.of("disk of manager", room.toString()), "manager-disk-full"));
        Files.delete(filling);
        over("manager-disk-full");
        solved("disk of manager");
      } finally {
        rest = before;
        look(fleet, fleet.onePort());
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
