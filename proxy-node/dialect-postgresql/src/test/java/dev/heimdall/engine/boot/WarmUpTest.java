package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.catalog.BuiltInObjects;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.engine.dialect.postgres.PostgresDialect;
import dev.heimdall.engine.observe.CountedPool;
import dev.heimdall.engine.observe.KeyValueLog;
import dev.heimdall.engine.observe.TrafficLabels;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeEnd;
import dev.heimdall.engine.practice.PracticeRun;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.model.Engine;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.Transport;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that practise before they are ready. */
class WarmUpTest {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  @TempDir private Path directory;

  private static Practice practice() {
    return new PostgresDialect()
        .create(
            new NodeServices(
                new ScramKeyCache(10), NonceSource.random(new SecureRandom()), Runnable::run))
        .practice()
        .orElseThrow();
  }

  @Test
  void clientsHaveTheirStatementsAnswered() throws Exception {
    try (PracticeNode node =
        PracticeNode.start(Map.of(Engine.POSTGRESQL, practice()), Transport.NIO)) {
      for (PracticeRun run : node.begin(done -> done >= 3000)) {
        run.await(PATIENCE); // throws what a client met
        assertThat(run.statements()).isGreaterThanOrEqualTo(3000);
      }
    }
    await(() -> threads() == 0);
  }

  /** What Java has never seen it compiles without, and once more when it comes. */
  @Test
  void theyWaitForServersAndShareThem() throws Exception {
    try (PracticeNode node =
        PracticeNode.start(Map.of(Engine.POSTGRESQL, practice()), Transport.NIO)) {
      for (PracticeRun run : node.begin(done -> done >= 3000)) {
        run.await(PATIENCE);
      }

      LoopSessions loop = node.node().nodeLoops().get(0).sessions().get(Engine.POSTGRESQL);
      CountedPool judged = counted(loop, "practice-postgresql-judged");
      assertThat(judged.waits()).isPositive();
      assertThat(judged.behind()).isPositive();
      assertThat(counted(loop, "practice-postgresql").behind())
          .as("nor without rules do they share a connection of which nothing is known")
          .isPositive();
    }
  }

  private static CountedPool counted(LoopSessions loop, String vdb) {
    return CountedPool.of(loop.metrics(), new TrafficLabels(vdb, "practice", "practice"));
  }

  /** The first statements of a node go through what the others do not. */
  @Test
  void nodesBeginAgainAndAgain() throws Exception {
    AtomicInteger begun = new AtomicInteger();
    Practice practice = practice();
    Practice counted =
        new Practice() {
          @Override
          public void serve(PracticeEnd end, int number) throws IOException {
            if (number == 1) {
              begun.incrementAndGet();
            }
            practice.serve(end, number);
          }

          @Override
          public Catalogue catalogue(String database) {
            return practice.catalogue(database);
          }

          @Override
          public Client logIn(PracticeEnd end, Account account) throws IOException {
            return practice.logIn(end, account);
          }
        };
    WarmUp warmUp =
        new WarmUp(
            Map.of(Engine.POSTGRESQL, counted),
            Transport.NIO,
            Duration.ofNanos(PATIENCE),
            KeyValueLog.silent());

    warmUp.start();

    await(() -> begun.get() > 2);
    warmUp.close();
    await(() -> threads() == 0);
  }

  /** Anybody on the machine may connect to the servers: a length that they send costs nothing. */
  @Test
  void whoeverElseConnectsIsSentAway() throws Exception {
    try (PracticeRun run = new PracticeRun(practice());
        Socket stranger = new Socket(InetAddress.getLoopbackAddress(), run.port())) {
      stranger.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(PATIENCE));
      stranger
          .getOutputStream()
          .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      stranger.getInputStream().readAllBytes(); // to its end
    }
  }

  @Test
  void noMoreConnectAtATimeThanTheNodeNeeds() throws Exception {
    List<Socket> strangers = new ArrayList<>();
    try (PracticeRun run = new PracticeRun(practice())) {
      for (int i = 0; i < 100; i++) {
        strangers.add(new Socket(InetAddress.getLoopbackAddress(), run.port()));
      }
      Socket last = strangers.get(99);
      last.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(PATIENCE));
      assertThat(last.getInputStream().read()).isEqualTo(-1);
      assertThat(threads()).isLessThan(50);
    } finally {
      for (Socket each : strangers) {
        each.close();
      }
    }
  }

  @Test
  void aFreshNodeIsReadyOnceItHasPractised() throws Exception {
    try (Node node = node("1m")) {
      assertThat(node.warmUp().isOver()).isFalse();
      assertThat(http(node, "/readyz")).contains("503", "the node is warming up");
      assertThat(http(node, "/livez")).contains("200");
      await(() -> threads() > 2);

      node.warmUp().close();

      assertThat(http(node, "/readyz")).contains("200");
      await(() -> threads() == 0);
    }
  }

  @Test
  void nobodyHearsOfWhatItPractised() throws Exception {
    try (Node node = node("1s")) {
      await(node.warmUp()::isOver);

      assertThat(http(node, "/metrics"))
          .contains("heimdall_clients_accepted_total 0.0")
          .doesNotContain("practice");
    }
  }

  @Test
  void aNodeThatDrainsOrEndsMeanwhileDoesSo() throws Exception {
    try (Node node = node("5m")) {
      await(() -> threads() > 2);

      node.takeOut().get(30, TimeUnit.SECONDS);

      assertThat(http(node, "/readyz")).contains("503").doesNotContain("warming up");
    }
    await(() -> threads() == 0);
  }

  @Test
  void withoutTheSettingThereIsNone() throws Exception {
    try (Node node = node("0")) {
      assertThat(node.warmUp().isOver()).isTrue();
      assertThat(http(node, "/readyz")).contains("200");
    }
  }

  @Test
  void aDialectThatCannotPractiseIsNoReasonNotToBeReady() throws Exception {
    Practice broken =
        new Practice() {
          @Override
          public void serve(PracticeEnd end, int number) throws IOException {
            throw new IOException("no");
          }

          @Override
          public Catalogue catalogue(String database) {
            return Catalogue.unknown(database, BuiltInObjects.NONE);
          }

          @Override
          public Client logIn(PracticeEnd end, Account account) throws IOException {
            throw new IOException("no");
          }
        };
    try (PracticeNode node = PracticeNode.start(Map.of(Engine.POSTGRESQL, broken), Transport.NIO)) {
      PracticeRun run = node.begin(done -> done > 0).get(0);
      assertThatThrownBy(() -> run.await(PATIENCE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no");
    }
  }

  private Node node(String warmUp) throws Exception {
    write(
        "node.json",
        "{\"http\": {\"port\": 0}, \"loops\": 1, \"warmUp\": \"%s\"}".formatted(warmUp));
    write(
        "sources/main.json",
        """
        {"url": "jdbc:postgresql://127.0.0.1:1/app", "user": "db", "password": "db",
         "catalog": {"enabled": false}}
        """);
    write("vdbs/main.json", "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [0]}");
    return Node.start(
        directory,
        RegionFacts.none(),
        new NodeObserver() {
          @Override
          public boolean warmsUp() {
            return true;
          }
        });
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String http(Node node, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + node.httpPort() + path).toURL().openConnection();
    int status = connection.getResponseCode();
    byte[] body =
        (status < 400 ? connection.getInputStream() : connection.getErrorStream()).readAllBytes();
    return status + " " + new String(body, StandardCharsets.UTF_8);
  }

  /** Those that practise. */
  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            thread ->
                thread.getName().startsWith("heimdall-practice")
                    || thread.getName().equals("heimdall-warm-up"))
        .count();
  }

  private static void await(BooleanSupplier what) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE;
    while (!what.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("still not so").isNegative();
      Thread.sleep(20);
    }
  }
}
