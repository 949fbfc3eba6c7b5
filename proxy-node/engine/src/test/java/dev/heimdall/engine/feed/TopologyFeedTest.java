package dev.heimdall.engine.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.kit.SettableClock;
import dev.heimdall.engine.rds.RdsClusters;
import dev.heimdall.model.Secret;
import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyReading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TopologyFeedTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final String ARN = RdsClusters.arn("eu-west-1", "shop");
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  private final BlockingQueue<List<String>> told = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> shelved = new LinkedBlockingQueue<>();
  private final SettableClock clock = new SettableClock(NOW);
  private TopologyFeed feed;
  private int nonces;
  private volatile boolean denied;

  @AfterEach
  void close() {
    feed.close();
  }

  private void start(boolean store) {
    feed =
        new TopologyFeed(
            Optional.of(new Secret(KEY)),
            store ? Optional.of(new QueueShelf()) : Optional.empty(),
            Duration.ofMillis(5),
            clock);
  }

  private final class QueueShelf implements TopologyStore {
    @Override
    public Map<String, byte[]> changed() throws IOException {
      if (denied) {
        throw new IOException("access denied");
      }
      Object next = shelved.poll();
      if (next instanceof String text) {
        throw new IOException(text);
      }
      if (next instanceof Error error) {
        throw error;
      }
      return next == null ? Map.of() : Map.of("one.json", (byte[]) next);
    }

    @Override
    public Kept keep(
        String source,
        TopologyReading reading,
        Optional<TopologyDocument> seen,
        String cause,
        boolean write) {
      throw new AssertionError("nobody asks");
    }

    @Override
    public void forget() {}

    @Override
    public void close() {}
  }

  private static TopologyDocument document(
      String source, long version, Instant at, String... hosts) {
    return new TopologyDocument(
        source,
        version,
        at,
        "test",
        List.of("eu-west-1"),
        List.of(RdsClusters.cluster("eu-west-1", "shop", at, RdsClusters.readers(hosts))),
        List.of());
  }

  private Push.Outcome push(TopologyDocument document) {
    return push(document, KEY, "nonce-number-%06d".formatted(nonces++), NOW);
  }

  private Push.Outcome push(TopologyDocument document, String key, String nonce, Instant at) {
    byte[] body = document.json();
    return feed.take(
        new Push(
            Optional.of("" + at.getEpochSecond()),
            Optional.of(nonce),
            Optional.of(new PushSignature(key).of(at, nonce, body)),
            body));
  }

  private void watch() {
    feed.watch(
        new Subject(
            Optional.of(ARN),
            (host, regions) -> regions.contains("eu-west-1") && !host.contains("evil"),
            Optional.empty()),
        servers -> told.add(servers.stream().map(RdsServer::name).toList()));
  }

  /** It may have been told of what was before once more. */
  private void awaitTold(String... servers) throws InterruptedException {
    List<String> last = List.of();
    while (!last.equals(List.of(servers))) {
      last = told.poll(20, TimeUnit.SECONDS);
      assertThat(last).as("told of %s", List.of(servers)).isNotNull();
    }
  }

  @Test
  void aSourceThatLostItsStoreBeginsAgainAlsoAtTheVersionThatTheNodeHas()
      throws InterruptedException {
    start(false);
    push(document("eu-west-1", 1, NOW, "a"));
    watch();
    awaitTold("a");

    assertThat(push(document("eu-west-1", 1, NOW.plusSeconds(60), "b")).kind())
        .isEqualTo(Push.Kind.TAKEN);
    awaitTold("b");
    assertThat(push(document("eu-west-1", 1, NOW, "a")).kind()).isEqualTo(Push.Kind.KNOWN);
  }

  @Test
  void anErrorInHeimdallDoesNotEndTheReading() throws InterruptedException {
    shelved.add(new NoClassDefFoundError("of a jar that was replaced"));
    shelved.add(document("eu-west-1", 1, NOW, "a").json());
    start(true);
    watch();
    awaitTold("a");
  }

  @Test
  void whoWatchesIsToldOfWhatIsKnownAndOfWhatIsNew() throws InterruptedException {
    start(false);
    push(document("eu-west-1", 1, NOW, "a"));
    watch();
    awaitTold("a");

    push(document("eu-west-1", 2, NOW, "a", "b"));
    awaitTold("a", "b");
  }

  @Test
  void anOlderDocumentIsNotTakenUnlessItsWriterHasBegunAnew() {
    start(false);
    assertThat(push(document("eu-west-1", 5, NOW)).kind()).isEqualTo(Push.Kind.TAKEN);
    assertThat(push(document("eu-west-1", 5, NOW)).kind()).isEqualTo(Push.Kind.KNOWN);
    assertThat(push(document("eu-west-1", 4, NOW.minusSeconds(1))).kind())
        .isEqualTo(Push.Kind.KNOWN);
    assertThat(push(document("us-east-1", 1, NOW)).kind()).isEqualTo(Push.Kind.TAKEN);
    assertThat(push(document("eu-west-1", 1, NOW.plusSeconds(9))).kind())
        .isEqualTo(Push.Kind.TAKEN);
    assertThat(feed.state().documents())
        .extracting(one -> one.document().version())
        .containsExactly(1L, 1L);
  }

  @Test
  void bothKeysAreAcceptedWhileOneTakesThePlaceOfTheOther() {
    start(false);
    String next = "abcdef0123456789abcdef0123456789";
    TopologyDocument document = document("eu-west-1", 1, NOW);
    assertThat(push(document, next, "nonce-of-the-next-1", NOW).kind())
        .isEqualTo(Push.Kind.WRONG_SIGNATURE);

    feed.keys(Optional.of(new Secret(next + "\n" + KEY + "\n")));
    assertThat(push(document, KEY, "nonce-of-the-last-1", NOW).kind()).isEqualTo(Push.Kind.TAKEN);
    assertThat(push(document, next, "nonce-of-the-next-1", NOW).kind()).isEqualTo(Push.Kind.KNOWN);
    assertThat(push(document, next, "nonce-of-the-last-1", NOW).kind())
        .as("what was taken by the other key is still known")
        .isEqualTo(Push.Kind.REPLAYED);
    assertThat(feed.state().byPreviousKey()).isEqualTo(1);

    feed.keys(Optional.of(new Secret(next)));
    assertThat(push(document, KEY, "nonce-of-the-last-2", NOW).kind())
        .isEqualTo(Push.Kind.WRONG_SIGNATURE);
    assertThat(push(document, next, "nonce-of-the-next-1", NOW).kind())
        .isEqualTo(Push.Kind.REPLAYED);

    feed.keys(Optional.empty());
    assertThat(push(document, next, "nonce-of-the-next-2", NOW).kind()).isEqualTo(Push.Kind.OFF);
  }

  @Test
  void pushesAreCountedByWhatBecameOfThem() {
    start(false);
    TopologyDocument document = document("eu-west-1", 1, NOW);
    push(document, KEY, "nonce-number-one", NOW);
    push(document, KEY, "nonce-number-one", NOW);
    push(document, KEY, "nonce-number-two", NOW.minusSeconds(121));
    push(document, KEY, "nonce-number-two", NOW.plusSeconds(121));
    push(document, KEY.replace('0', 'x'), "nonce-number-two", NOW);
    push(document, KEY, "none", NOW);
    byte[] none = "{}".getBytes(StandardCharsets.UTF_8);
    feed.take(
        new Push(
            Optional.of("" + NOW.getEpochSecond()),
            Optional.of("nonce-number-two"),
            Optional.of(new PushSignature(KEY).of(NOW, "nonce-number-two", none)),
            none));
    assertThat(feed.state().pushes())
        .containsEntry(Push.Kind.TAKEN, 1L)
        .containsEntry(Push.Kind.REPLAYED, 1L)
        .containsEntry(Push.Kind.TOO_OLD, 1L)
        .containsEntry(Push.Kind.TOO_NEW, 1L)
        .containsEntry(Push.Kind.WRONG_SIGNATURE, 1L)
        .containsEntry(Push.Kind.NOT_SIGNED, 1L)
        .containsEntry(Push.Kind.MALFORMED, 1L)
        .containsEntry(Push.Kind.OFF, 0L);
  }

  @Test
  void aDocumentIsAsOldAsTheLastTimeThatItWasHeardOf() {
    start(false);
    push(document("eu-west-1", 1, NOW));
    clock.set(NOW.plusSeconds(60));
    assertThat(feed.state().age(feed.state().documents().get(0))).isEqualTo(Duration.ofSeconds(60));
    push(document("eu-west-1", 1, NOW), KEY, "nonce-of-a-minute-later", clock.instant());
    assertThat(feed.state().age(feed.state().documents().get(0))).isZero();
    assertThat(feed.state().documents().get(0).at()).isEqualTo(NOW);
  }

  @Test
  void whatIsStillInTheStoreIsHeardOfAgainAndATroubleIsShown() throws InterruptedException {
    start(true);
    watch();
    shelved.add(document("eu-west-1", 1, NOW, "a").json());
    awaitTold("a");
    clock.set(NOW.plusSeconds(60));
    while (!feed.state().age(feed.state().documents().get(0)).isZero()) {
      told.poll(20, TimeUnit.SECONDS);
    }
    denied = true;
    while (feed.state().trouble().isEmpty()) {
      Thread.onSpinWait();
    }
    assertThat(feed.state().trouble().get()).contains("access denied");
  }

  @Test
  void notMoreSourcesThanThereCanBe() {
    start(false);
    for (int i = 0; i < 16; i++) {
      assertThat(push(document("region-" + i, 1, NOW)).kind()).isEqualTo(Push.Kind.TAKEN);
    }
    assertThat(push(document("region-16", 1, NOW)).kind()).isEqualTo(Push.Kind.TOO_MANY);
    assertThat(push(document("region-15", 2, NOW)).kind()).isEqualTo(Push.Kind.TAKEN);
  }

  @Test
  void ofTwoWhoWriteTheOneThatAskedLastIsBelieved() throws InterruptedException {
    start(false);
    push(document("us-east-1", 1, NOW, "late"));
    push(document("eu-west-1", 9, NOW.minusSeconds(5), "early"));
    watch();
    awaitTold("late");
  }

  @Test
  void aServerByANameThatItCannotHaveIsLeftOut() throws InterruptedException {
    start(false);
    push(document("eu-west-1", 1, NOW, "a", "evil.example"));
    watch();
    awaitTold("a");
  }

  @Test
  void whatIsInTheStoreIsReadWhateverHappensToItMeanwhile() throws InterruptedException {
    start(true);
    watch();
    shelved.add("access denied");
    shelved.add("no document".getBytes(StandardCharsets.UTF_8));
    shelved.add(document("eu-west-1", 1, NOW, "a").json());
    awaitTold("a");
    // It is told again, as what is told counts for a while only.
    awaitTold("a");

    push(document("eu-west-1", 2, NOW, "b"));
    shelved.add(document("eu-west-1", 1, NOW, "a").json());
    awaitTold("b");
    assertThat(feed.state().documents())
        .extracting(KnownDocument::by)
        .containsExactly(KnownDocument.By.PUSH);
  }

  @Test
  void whoStopsWatchingIsToldNothing() throws InterruptedException {
    start(false);
    TopologyFeed.Watching watching =
        feed.watch(
            new Subject(Optional.of(ARN), (host, regions) -> true, Optional.empty()),
            servers -> told.add(List.of("wrong")));
    watching.close();
    watch();
    push(document("eu-west-1", 1, NOW, "a"));
    awaitTold("a");
    assertThat(told).doesNotContain(List.of("wrong"));
  }
}
