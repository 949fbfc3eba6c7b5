package dev.heimdall.engine.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Secret;
import dev.heimdall.routing.PushSignature;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TopologyFeedTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final String ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:shop";
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  private final BlockingQueue<List<String>> told = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> shelved = new LinkedBlockingQueue<>();
  private TopologyFeed feed;
  private int nonces;

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
            Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private final class QueueShelf implements Shelf {
    @Override
    public Map<String, byte[]> changed() throws IOException {
      Object next = shelved.poll();
      if (next instanceof String text) {
        throw new IOException(text);
      }
      return next == null ? Map.of() : Map.of("one.json", (byte[]) next);
    }

    @Override
    public void close() {}
  }

  private static TopologyDocument document(
      String source, long version, Instant at, String... hosts) {
    List<RdsServer> servers =
        List.of(hosts).stream()
            .map(
                host ->
                    new RdsServer(
                        host,
                        Optional.of(host),
                        5432,
                        RdsRole.READER,
                        Optional.empty(),
                        OptionalInt.empty(),
                        "available",
                        ""))
            .toList();
    return new TopologyDocument(
        source,
        version,
        at,
        "test",
        List.of("eu-west-1"),
        List.of(
            new TopologyCluster(
                ARN,
                "cluster-1",
                List.of(),
                "eu-west-1",
                "shop",
                "aurora-postgresql",
                "available",
                Optional.empty(),
                Optional.empty(),
                5432,
                servers,
                at)),
        List.of());
  }

  private Push.Outcome push(TopologyDocument document) {
    String nonce = "nonce-number-%06d".formatted(nonces++);
    byte[] body = document.json();
    return feed.take(
        new Push(
            Optional.of("" + NOW.getEpochSecond()),
            Optional.of(nonce),
            Optional.of(new PushSignature(KEY).of(NOW, nonce, body)),
            body));
  }

  private void watch() {
    feed.watch(
        ARN,
        (host, regions) -> regions.contains("eu-west-1") && !host.contains("evil"),
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
    assertThat(feed.known()).extracting(one -> one.document().version()).containsExactly(1L, 1L);
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
    assertThat(feed.known()).extracting(Known::by).containsExactly(Known.By.PUSH);
  }

  @Test
  void whoStopsWatchingIsToldNothing() throws InterruptedException {
    start(false);
    TopologyFeed.Watching watching =
        feed.watch(ARN, (host, regions) -> true, servers -> told.add(List.of("wrong")));
    watching.close();
    watch();
    push(document("eu-west-1", 1, NOW, "a"));
    awaitTold("a");
    assertThat(told).doesNotContain(List.of("wrong"));
  }
}
