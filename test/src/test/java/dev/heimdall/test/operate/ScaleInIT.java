package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FakeMetadata;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.io.EOFException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a node whose Auto Scaling group terminates its instance. */
@Tag("long")
class ScaleInIT {
  private static final String MEMBERSHIP =
      """
      <DescribeAutoScalingInstancesResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
        <DescribeAutoScalingInstancesResult><AutoScalingInstances><member>
          <InstanceId>i-1</InstanceId><AutoScalingGroupName>heimdall-b</AutoScalingGroupName>
          <LifecycleState>Terminating:Wait</LifecycleState>
        </member></AutoScalingInstances></DescribeAutoScalingInstancesResult>
      </DescribeAutoScalingInstancesResponse>
      """;
  private static final int BUSY = 4;
  private static final int POOLED = 4;

  @TempDir private Path directory;

  @Test
  void busyClientsOfAFleetNoticeNothing() throws Exception {
    try (FakeMetadata metadata = new FakeMetadata("i-1", "sg-1");
        FakeService scaling = new FakeService();
        Stalls stalls = new Stalls();
        ProxyProcess leaving = node("leaving", metadata, scaling, "scaleInPatience = 5m");
        ProxyProcess staying =
            ProxyProcess.start(Files.createDirectory(directory.resolve("staying")), Map.of());
        Balancer balancer = new Balancer(leaving.target().port());
        HikariDataSource pool = pool(balancer.port());
        RawClient transaction = RawClient.logIn(leaving.target())) {
      scaling.when("DescribeAutoScalingInstances", 200, MEMBERSHIP);
      List<String> errors = new CopyOnWriteArrayList<>();
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger answers = new AtomicInteger();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < BUSY; i++) {
        clients.add(client(errors, () -> busy(balancer.port(), over, answers, stalls)));
      }
      for (int i = 0; i < POOLED; i++) {
        clients.add(client(errors, () -> pooled(pool, over, answers)));
      }
      transaction.query("BEGIN");
      transaction.value("SELECT 1");
      Await.until("clients work", () -> answers.get() > 200);

      Door door = leaving.door(); // one, as each keeps a connection
      balancer.register(staying.target().port());
      metadata.put("autoscaling/target-lifecycle-state", "Terminated");

      Await.until("the node drains", () -> door.metric("heimdall_draining") == 1);
      assertThat(door.get("/readyz").statusCode()).isEqualTo(503);
      assertThat(refusesClients(leaving)).isTrue();
      int begun = answers.get();
      Await.until("clients go on", () -> answers.get() > begun + 500);
      // By itself the pool does so after half a minute at the earliest.
      pool.getHikariPoolMXBean().softEvictConnections();
      Await.until(
          "only the transaction is left",
          Duration.ofSeconds(60),
          () -> clients(door) == 1,
          leaving::output);
      assertThat(scaling.requests("CompleteLifecycleAction")).isEmpty();
      assertThat(transaction.value("SELECT 2")).isEqualTo("2");
      assertThat(transaction.query("COMMIT")).first().hasToString("CommandComplete COMMIT");
      assertThat(transaction.untilClosed()).last().extracting(Message::sqlState).isEqualTo("57P01");

      Await.until(
          "the hook is completed", () -> !scaling.requests("CompleteLifecycleAction").isEmpty());
      int completed = answers.get();
      Await.until("clients go on", () -> answers.get() > completed + 500);
      over.set(true);
      for (Thread client : clients) {
        client.join(TimeUnit.SECONDS.toMillis(30));
      }
      assertThat(errors).as(leaving.output()).isEmpty();
      assertThat(scaling.requests("CompleteLifecycleAction"))
          .singleElement()
          .satisfies(
              request ->
                  assertThat(request)
                      .containsEntry("AutoScalingGroupName", "heimdall-b")
                      .containsEntry("LifecycleHookName", "drain")
                      .containsEntry("InstanceId", "i-1")
                      .containsEntry("LifecycleActionResult", "CONTINUE"));
      // Nobody is to start it anew on an instance that ends.
      assertThat(leaving.isAlive()).isTrue();
      leaving.terminate();
      assertThat(leaving.exitCode()).as(leaving.output()).isZero();
    }
  }

  @Test
  void clientsThatAreNeverIdleAreClosedAfterTheirTransactionsWhenPatienceIsOver() throws Exception {
    try (FakeMetadata metadata = new FakeMetadata("i-1", "sg-1");
        FakeService scaling = new FakeService();
        ProxyProcess node =
            node("node", metadata, scaling, "scaleInPatience = 1s", "autoScalingGroup = g")) {
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger answers = new AtomicInteger();
      List<String> errors = new CopyOnWriteArrayList<>();
      Thread busy =
          client(
              errors,
              () -> {
                try (RawClient client = RawClient.logIn(node.target())) {
                  while (!over.get()) {
                    List<Message> reply = client.query("SELECT 1");
                    if (reply.stream().anyMatch(message -> message.type() == 'E')) {
                      assertThat(reply).first().extracting(Message::sqlState).isEqualTo("57P01");
                      return;
                    }
                    answers.incrementAndGet();
                  }
                } catch (EOFException e) {
                  // It was closed between two statements.
                }
              });
      Await.until("the client works", () -> answers.get() > 10);
      metadata.put("autoscaling/target-lifecycle-state", "Terminated");

      Await.until(
          "the hook is completed", () -> !scaling.requests("CompleteLifecycleAction").isEmpty());
      busy.join(TimeUnit.SECONDS.toMillis(30));
      over.set(true);
      assertThat(busy.isAlive()).isFalse();
      assertThat(scaling.requests("CompleteLifecycleAction").get(0))
          .containsEntry("AutoScalingGroupName", "g");
    }
  }

  @Test
  void aGroupThatMayNotBeToldIsNamedInTheLog() throws Exception {
    try (FakeMetadata metadata = new FakeMetadata("i-1", "sg-1");
        FakeService scaling = new FakeService();
        ProxyProcess node = node("node", metadata, scaling, "autoScalingGroup = g")) {
      scaling.when(
          "CompleteLifecycleAction",
          403,
          "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User is not"
              + " authorized</Message></Error></ErrorResponse>");
      metadata.put("autoscaling/target-lifecycle-state", "Terminated");

      Await.until(
          "the log tells",
          Duration.ofSeconds(20),
          () ->
              node.output()
                  .contains("the permission autoscaling:CompleteLifecycleAction is missing"),
          node::output);
      assertThat(node.isAlive()).isTrue();
    }
  }

  private ProxyProcess node(
      String name, FakeMetadata metadata, FakeService scaling, String... settings)
      throws Exception {
    List<String> conf = new ArrayList<>(List.of(settings));
    conf.add("lifecycleHook = drain");
    return ProxyProcess.start(
        Files.createDirectory(directory.resolve(name)),
        Map.of("drainTimeout", "60s"),
        new ProxyProcess.Machine(
            conf,
            "127.0.0.1",
            Map.of(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                metadata.address().toString(),
                "AWS_ENDPOINT_URL",
                scaling.url())));
  }

  private static double clients(Door door) {
    return door.metric("heimdall_clients_accepted_total")
        - door.metric("heimdall_clients_closed_total");
  }

  private static boolean refusesClients(ProxyProcess node) throws Exception {
    try (RawClient late = RawClient.connect(node.target())) {
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static Thread client(List<String> errors, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception | AssertionError e) {
                errors.add(e.toString());
              }
            },
            "client");
    thread.start();
    return thread;
  }

  /** Statement after statement, over connections that its application uses for a second. */
  private static void busy(int port, AtomicBoolean over, AtomicInteger answers, Stalls stalls)
      throws SQLException, InterruptedException {
    while (!over.get()) {
      try (Connection connection = DriverManager.getConnection(url(port), "app", "app");
          Statement statement = connection.createStatement()) {
        long until =
            System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextInt(500, 1500));
        long answered = System.nanoTime();
        while (System.nanoTime() < until) {
          long begun = System.nanoTime();
          try {
            if (ThreadLocalRandom.current().nextInt(10) == 0) {
              connection.setAutoCommit(false);
              ask(statement);
              ask(statement);
              connection.commit();
              connection.setAutoCommit(true);
            } else {
              ask(statement);
            }
          } catch (SQLException e) {
            // The machine may keep it from asking, or the node from hearing, for so long that the
            // node rightly takes it for idle.
            long silent = begun - answered + stalls.longestSince(answered);
            boolean ended = e.getSQLState().equals("57P01") || e.getSQLState().startsWith("08");
            if (!ended || silent < TimeUnit.SECONDS.toNanos(1)) {
              throw e;
            }
            break;
          }
          answered = System.nanoTime();
          answers.incrementAndGet();
          Thread.sleep(5); // Four without a pause would have the machine to themselves.
        }
      }
    }
  }

  /** How long threads of this machine do not get to run that want to. */
  private static final class Stalls implements AutoCloseable {
    private static final long NAP_MILLIS = 10;
    private final NavigableMap<Long, Long> lost = new ConcurrentSkipListMap<>();
    private final Thread thread = new Thread(this::watch, "stalls");

    Stalls() {
      thread.setDaemon(true);
      thread.start();
    }

    private void watch() {
      try {
        while (true) {
          long before = System.nanoTime();
          Thread.sleep(NAP_MILLIS);
          long now = System.nanoTime();
          lost.put(now, now - before - TimeUnit.MILLISECONDS.toNanos(NAP_MILLIS));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    long longestSince(long moment) {
      return lost.tailMap(moment).values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }

  /** A statement now and then, over a pool that looks at connections that were idle for long. */
  private static void pooled(HikariDataSource pool, AtomicBoolean over, AtomicInteger answers)
      throws SQLException, InterruptedException {
    while (!over.get()) {
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        ask(statement);
        answers.incrementAndGet();
      }
      Thread.sleep(ThreadLocalRandom.current().nextInt(1500));
    }
  }

  private static void ask(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT 7")) {
      rows.next();
      if (rows.getInt(1) != 7) {
        throw new SQLException("another answer: " + rows.getInt(1));
      }
    }
  }

  private static HikariDataSource pool(int port) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url(port));
    config.setUsername("app");
    config.setPassword("app");
    config.setMaximumPoolSize(8);
    config.setConnectionTimeout(20_000);
    // One connection may have all the statements, and so never be idle until it is replaced.
    config.setMaxLifetime(30_000);
    return new HikariDataSource(config);
  }

  private static String url(int port) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/app?sslmode=disable&gssEncMode=disable";
  }
}
