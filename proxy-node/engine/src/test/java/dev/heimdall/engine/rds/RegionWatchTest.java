package dev.heimdall.engine.rds;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.heimdall.engine.feed.Subject;
import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.share.LeaderLeases;
import dev.heimdall.model.RdsPlace;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyDocument;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Who asks the API of a region, and who hears of it, by what the store says. */
class RegionWatchTest {
  private static final Duration INTERVAL = Duration.ofMillis(200);
  private static final String ANSWER =
      "<%1$sResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><%1$sResult></%1$sResult>"
          + "</%1$sResponse>";

  private final AtomicInteger asked = new AtomicInteger();
  private final BlockingQueue<List<RdsServer>> told = new LinkedBlockingQueue<>();
  private final TopologyFeed feed =
      new TopologyFeed(
          Optional.empty(), Optional.empty(), Duration.ofSeconds(1), Clock.systemUTC());
  private HttpServer api;

  @BeforeEach
  void serve() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            asked.incrementAndGet();
            String action =
                body.contains("DescribeDBClusters") ? "DescribeDBClusters" : "DescribeDBInstances";
            byte[] answer = ANSWER.formatted(action).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    api.start();
  }

  @AfterEach
  void stop() {
    feed.close();
    api.stop(0);
  }

  /** A store that has one answer for each try to acquire the lease. */
  private static final class Store implements LeaderLeases {
    private final CompletableFuture<Boolean> mine;
    private final Map<String, String> left = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile String before;

    Store(CompletableFuture<Boolean> mine, String before) {
      this.mine = mine;
      this.before = before;
    }

    @Override
    public CompletableFuture<Boolean> acquire(String work, Duration lasts) {
      asked.incrementAndGet();
      return mine.copy();
    }

    @Override
    public CompletableFuture<Void> backOff(String work, Duration lasts) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> publish(String work, String result, Duration lasts) {
      left.put(work, result);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Optional<String>> published(String work) {
      return CompletableFuture.completedFuture(Optional.ofNullable(before));
    }
  }

  private URI endpoint() {
    return URI.create("http://127.0.0.1:" + api.getAddress().getPort());
  }

  private RegionWatch watch(Optional<LeaderLeases> leases) {
    Optional<URI> endpoint = Optional.of(endpoint());
    feed.watch(
        new Subject(
            Optional.empty(),
            (host, regions) -> false,
            Optional.of(
                new RdsPlace("eu-west-1", "shop", true, endpoint, Optional.of(".example")))),
        told::add);
    return new RegionWatch(
        new RdsWatch.Place("eu-west-1", endpoint),
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
        leases,
        feed,
        new WatchedCluster(new RdsName("shop", true), true, INTERVAL));
  }

  private String left(long version, String host) {
    TopologyCluster cluster =
        RdsClusters.cluster(
            "eu-west-1",
            "shop",
            Instant.EPOCH.plusSeconds(version),
            List.of(RdsClusters.server("one", host, RdsRole.WRITER)));
    TopologyDocument document =
        new TopologyDocument(
            Subject.nodesAt("eu-west-1", Optional.of(endpoint())),
            version,
            Instant.EPOCH.plusSeconds(version),
            "poll",
            List.of("eu-west-1"),
            List.of(cluster),
            List.of());
    return new PublishedResult(Duration.ofSeconds(1), Optional.of(document)).encoded();
  }

  @Test
  void whoHasNotTheTurnPassesOnWhatOthersLeftAndDoesNotAsk() throws Exception {
    Store store = new Store(CompletableFuture.completedFuture(false), left(1, "one.example"));
    try (RegionWatch watch = watch(Optional.of(store))) {
      for (int i = 1; i <= 3; i++) {
        assertThat(told.poll(30, TimeUnit.SECONDS))
            .singleElement()
            .satisfies(server -> assertThat(server.host()).contains("one.example"));
        store.before = left(i + 1, "one.example");
      }
      assertThat(asked).hasValue(0);
      assertThat(store.left).isEmpty();
    }
  }

  @Test
  void whatANodeOfAnotherVersionLeftIsPassedOver() throws Exception {
    Store store = new Store(CompletableFuture.completedFuture(false), "rds of the future");
    try (RegionWatch watch = watch(Optional.of(store))) {
      until(() -> store.asked.get() > 2);
      assertThat(told).isEmpty();
      assertThat(asked).hasValue(0);
    }
  }

  @Test
  void whoHasTheTurnAsksAndLeavesTheAnswer() throws Exception {
    Store store = new Store(CompletableFuture.completedFuture(true), null);
    try (RegionWatch watch = watch(Optional.of(store))) {
      until(() -> !store.left.isEmpty());
      assertThat(asked.get()).isPositive();
      assertThat(store.left.keySet()).singleElement().asString().startsWith("rds:eu-west-1:");
      PublishedResult bulletin =
          PublishedResult.decode(store.left.values().iterator().next()).orElseThrow();
      assertThat(bulletin.document().orElseThrow().source()).startsWith("nodes-eu-west-1-");
      assertThat(feed.state().documents())
          .extracting(known -> known.by() + " " + known.document().source())
          .containsExactly("POLL " + bulletin.document().get().source());
    }
    assertThat(feed.state().documents()).as("nobody asks any more").isEmpty();
  }

  @Test
  void aNodeWhoseClockIsBehindContinuesWhatAnotherOneLeft() throws Exception {
    long ahead = Instant.now().plusSeconds(3600).getEpochSecond();
    Store store = new Store(CompletableFuture.completedFuture(true), left(ahead, "one.example"));
    try (RegionWatch watch = watch(Optional.of(store))) {
      until(() -> !store.left.isEmpty());
      TopologyDocument next =
          PublishedResult.decode(store.left.values().iterator().next())
              .orElseThrow()
              .document()
              .get();
      assertThat(next.version()).isEqualTo(ahead + 1);
      assertThat(next.clusters()).as("the API knows it no more").isEmpty();
    }
  }

  @Test
  void whatANodeLeftThatHadNoAnswerIsAPauseOnly() {
    PublishedResult bulletin = new PublishedResult(Duration.ofMinutes(2), Optional.empty());
    assertThat(PublishedResult.decode(bulletin.encoded())).contains(bulletin);
    assertThat(PublishedResult.decode("120000\nrds 1\nshop")).as("of a version before").isEmpty();
  }

  @Test
  void whoWantsToKnowSoonerThanTheOthersDoesNotWaitForThem() throws Exception {
    try (RegionWatch watch =
        new RegionWatch(
            new RdsWatch.Place("eu-west-1", Optional.of(endpoint())),
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
            Optional.empty(),
            feed,
            new WatchedCluster(new RdsName("slow", true), true, Duration.ofDays(1)))) {
      watch.add(new WatchedCluster(new RdsName("shop", true), true, INTERVAL));
      until(() -> asked.get() > 0);
    }
  }

  @Test
  void withoutTheStoreTheNodeAsksByItself() throws Exception {
    Store away = new Store(CompletableFuture.failedFuture(new IOException("away")), null);
    try (RegionWatch watch = watch(Optional.of(away))) {
      until(() -> asked.get() > 0);
      assertThat(away.left).isEmpty();
    }
  }

  @Test
  void anErrorInHeimdallDoesNotEndTheAsking() throws Exception {
    AtomicInteger leases = new AtomicInteger();
    Store store = new Store(CompletableFuture.completedFuture(false), left(1, "one.example"));
    LeaderLeases failing =
        new LeaderLeases() {
          @Override
          public CompletableFuture<Boolean> acquire(String work, Duration lasts) {
            if (leases.incrementAndGet() == 1) {
              throw new NoClassDefFoundError("of a jar that was replaced");
            }
            return store.acquire(work, lasts);
          }

          @Override
          public CompletableFuture<Void> backOff(String work, Duration lasts) {
            return store.backOff(work, lasts);
          }

          @Override
          public CompletableFuture<Void> publish(String work, String result, Duration lasts) {
            return store.publish(work, result, lasts);
          }

          @Override
          public CompletableFuture<Optional<String>> published(String work) {
            return store.published(work);
          }
        };
    try (RegionWatch watch = watch(Optional.of(failing))) {
      assertThat(told.poll(30, TimeUnit.SECONDS)).isNotNull();
      assertThat(leases.get()).isGreaterThan(1);
    }
  }

  private static void until(BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("not within 30 s").isLessThan(end);
      Thread.sleep(10);
    }
  }
}
