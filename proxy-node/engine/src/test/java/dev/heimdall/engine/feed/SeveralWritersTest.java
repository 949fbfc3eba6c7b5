package dev.heimdall.engine.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.kit.SettableClock;
import dev.heimdall.engine.rds.RdsClusters;
import dev.heimdall.model.RdsPlace;
import dev.heimdall.routing.RdsName;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyReading;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The function of a region, its nodes, and those of other regions say something of one cluster, in
 * any order; and where nodes write it down.
 */
@Timeout(60)
class SeveralWritersTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final String WEST = "eu-west-1";
  private static final String NODES = "nodes-eu-west-1";

  private final SettableClock clock = new SettableClock(NOW);
  private final List<TopologyFeed> feeds = new ArrayList<>();
  private final TopologyFeed feed = feed(Optional.empty());

  @TempDir Path directory;

  private TopologyFeed feed(Optional<TopologyStore> topologies) {
    TopologyFeed one = new TopologyFeed(Optional.empty(), topologies, Duration.ofMillis(20), clock);
    feeds.add(one);
    return one;
  }

  private TopologyFeed withStore(Path at) {
    return feed(Optional.of(new StoredDocuments(at.toString())));
  }

  @AfterEach
  void close() {
    feeds.forEach(TopologyFeed::close);
  }

  private static TopologyCluster cluster(String name, Instant asked, String... hosts) {
    return RdsClusters.cluster(WEST, name, asked, RdsClusters.readers(hosts));
  }

  private static TopologyDocument document(
      String source, long version, int seconds, TopologyCluster... clusters) {
    return new TopologyDocument(
        source, version, at(seconds), "x", List.of(WEST), List.of(clusters), List.of());
  }

  private static TopologyDocument document(String source, long version, int seconds, String host) {
    return document(source, version, seconds, cluster("shop", at(seconds), host));
  }

  private static Instant at(int seconds) {
    return NOW.plusSeconds(seconds);
  }

  private static TopologyReading reading(int seconds, String name, TopologyCluster... clusters) {
    return new TopologyReading(
        at(seconds),
        List.of(WEST),
        Set.of(WEST),
        List.of(clusters),
        Optional.empty(),
        List.of(),
        Optional.of(Set.of(new RdsName(name, true))),
        Map.of());
  }

  private static TopologyReading ofShop(int seconds, String host) {
    return reading(seconds, "shop", cluster("shop", at(seconds), host));
  }

  /** By one that knew of no document when it asked. */
  private static Optional<TopologyDocument> publish(TopologyFeed feed, TopologyReading reading) {
    return feed.publish(NODES, reading, Optional.empty());
  }

  /** By one that asks now, with a clock of its own. */
  private static void asks(TopologyFeed feed, int clock, String host) {
    feed.publish(NODES, ofShop(clock, host), feed.document(NODES));
  }

  private static Subject byArn(String name) {
    return new Subject(
        Optional.of(RdsClusters.arn(WEST, name)),
        (host, regions) -> regions.contains(WEST),
        Optional.empty());
  }

  private static Subject byPlace(String name, Optional<URI> endpoint) {
    return new Subject(
        Optional.empty(),
        (host, regions) -> false,
        Optional.of(new RdsPlace(WEST, name, true, endpoint, Optional.of("host"))));
  }

  private static BlockingQueue<List<String>> watch(TopologyFeed feed, Subject subject) {
    BlockingQueue<List<String>> told = new LinkedBlockingQueue<>();
    feed.watch(subject, servers -> told.add(servers.stream().map(RdsServer::name).toList()));
    return told;
  }

  private static void awaitTold(BlockingQueue<List<String>> told, String... servers)
      throws InterruptedException {
    List<String> last = List.of();
    while (!last.equals(List.of(servers))) {
      last = told.poll(20, TimeUnit.SECONDS);
      assertThat(last).as("told of %s", List.of(servers)).isNotNull();
    }
  }

  /** What a new watcher is notified of last: what was known before may come first. */
  private List<String> told(Subject subject) throws InterruptedException {
    BlockingQueue<List<String>> told = watch(feed, subject);
    // KnownDocument to everybody, and told after it on the same thread.
    feed.hear(document("last", 1, 0, cluster("last", NOW, "end")));
    awaitTold(watch(feed, byArn("last")), "end");
    List<String> last = List.of();
    for (List<String> each : told) {
      last = each;
    }
    return last;
  }

  @ParameterizedTest
  @CsvSource({
    // one source: what was written later, whatever its number; the number where that is the same
    "eu-west-1, 5, 10, eu-west-1, 6, 20, second",
    "eu-west-1, 5, 10, eu-west-1, 1, 20, second",
    "eu-west-1, 5, 10, eu-west-1, 9,  5, first",
    "eu-west-1, 5, 10, eu-west-1, 4,  5, first",
    "eu-west-1, 5, 10, eu-west-1, 5, 10, first",
    "eu-west-1, 5, 10, eu-west-1, 4, 10, first",
    "eu-west-1, 5, 10, eu-west-1, 6, 10, second",
    // the function and the nodes: who asked later, whatever the numbers
    "nodes-eu-west-1, 3, 10, eu-west-1, 99, 20, second",
    "nodes-eu-west-1, 3, 20, eu-west-1, 99, 10, first",
    "eu-west-1, 99, 10, nodes-eu-west-1,  3, 20, second",
    "eu-west-1, 99, 20, nodes-eu-west-1,  3, 10, first",
    // at the same time: nothing changes
    "eu-west-1, 99, 10, nodes-eu-west-1,  3, 10, first",
    "nodes-eu-west-1, 3, 10, eu-west-1, 99, 10, first"
  })
  void theNewerTruthCounts(
      String source, long version, int written, String other, long later, int at, String counts)
      throws InterruptedException {
    feed.hear(document(source, version, written, "first"));
    clock.set(NOW.plusMillis(1));
    feed.hear(document(other, later, at, "second"));

    assertThat(told(byArn("shop"))).containsExactly(counts);
  }

  @Test
  void ofOneWhoWasNotHeardForHalfAnHourNothingCounts() throws InterruptedException {
    feed.hear(document(NODES, 1, 60, "ended"));
    clock.set(NOW.plus(Duration.ofMinutes(29)));
    feed.hear(document(WEST, 7, 0, "still there"));
    assertThat(told(byArn("shop"))).containsExactly("ended");

    clock.set(NOW.plus(Duration.ofMinutes(30)));
    assertThat(told(byArn("shop"))).containsExactly("still there");
    assertThat(feed.state().documents())
        .as("it is still shown")
        .extracting(known -> known.document().source())
        .contains(NODES);
  }

  @Test
  void whatThisNodeWasAnsweredGoesTheWayOfAllDocuments() throws InterruptedException {
    BlockingQueue<List<String>> told = watch(feed, byPlace("shop", Optional.empty()));
    BlockingQueue<List<String>> byArn = watch(feed, byArn("shop"));

    assertThat(publish(feed, ofShop(1, "a.host")).orElseThrow().version()).isOne();
    awaitTold(told, "a.host");
    awaitTold(byArn, "a.host");
    TopologyDocument second = publish(feed, ofShop(2, "b.host")).orElseThrow();
    awaitTold(told, "b.host");

    assertThat(publish(feed, ofShop(1, "a.host"))).as("an older answer").contains(second);
    assertThat(feed.state().documents())
        .singleElement()
        .satisfies(
            known -> {
              assertThat(known.by()).isEqualTo(KnownDocument.By.POLL);
              assertThat(known.document()).isEqualTo(second);
            });
    feed.withdraw(NODES);
    assertThat(feed.state().documents()).isEmpty();
  }

  @Test
  void byItsPlaceAClusterIsToldOfByNodesThatAskThereOnly() throws InterruptedException {
    Optional<URI> elsewhere = Optional.of(URI.create("http://rds.example"));
    feed.hear(document(WEST, 1, 30, "another-account.host"));
    feed.hear(document(Subject.nodesAt(WEST, elsewhere), 1, 20, "elsewhere.host"));
    feed.hear(
        document(NODES, 1, 10, cluster("shop", at(10), "a.host", "a name that it cannot have")));

    assertThat(told(byPlace("shop", Optional.empty()))).containsExactly("a.host");
    assertThat(told(byPlace("shop", elsewhere))).containsExactly("elsewhere.host");
    assertThat(told(byPlace("other", elsewhere))).isEmpty();
  }

  private static List<TopologyDocument> stored(Path directory) throws Exception {
    List<TopologyDocument> documents = new ArrayList<>();
    try (StoredDocuments store = new StoredDocuments(directory.toString())) {
      for (Map.Entry<String, byte[]> entry : store.changed().entrySet()) {
        TopologyDocument document = TopologyDocument.parse(entry.getValue());
        assertThat(entry.getKey()).isEqualTo(document.source() + ".json");
        documents.add(document);
      }
    }
    return documents;
  }

  @Test
  void whatOneNodeWasAnsweredOthersFindInTheStore() throws Exception {
    TopologyFeed asks = withStore(directory);
    BlockingQueue<List<String>> other = watch(withStore(directory), byArn("shop"));

    publish(asks, ofShop(1, "a.host"));
    awaitTold(other, "a.host");
    publish(asks, ofShop(2, "b.host"));
    awaitTold(other, "b.host");

    long written = stored(directory).get(0).version();
    publish(asks, ofShop(3, "b.host"));
    assertThat(stored(directory)).as("no news").singleElement().extracting("version").isEqualTo(2L);
    assertThat(written).isEqualTo(2);
    assertThat(asks.state().documents().get(0).document().written()).isEqualTo(at(3));
  }

  /** Leases go from one node to the other, so that they ask in turn. */
  @ParameterizedTest
  @CsvSource({"600, 0", "0, 600"})
  void aNodesWrongClockHidesNothingOfWhatIsAskedAfterItsDocumentWasRead(int ahead, int other)
      throws Exception {
    TopologyFeed first = withStore(directory);
    TopologyFeed second = withStore(directory);
    BlockingQueue<List<String>> atFirst = watch(first, byArn("shop"));
    BlockingQueue<List<String>> atSecond = watch(second, byArn("shop"));

    for (int i = 1; i <= 3; i++) {
      asks(first, ahead + i, "a%d.host".formatted(i));
      awaitTold(atFirst, "a%d.host".formatted(i));
      awaitTold(atSecond, "a%d.host".formatted(i));
      asks(second, other + i, "b%d.host".formatted(i));
      awaitTold(atSecond, "b%d.host".formatted(i));
      awaitTold(atFirst, "b%d.host".formatted(i));
    }
    assertThat(told(first)).as("nobody goes back").containsExactly("b3.host");
    assertThat(told(second)).containsExactly("b3.host");
    assertThat(stored(directory)).singleElement().extracting("version").isEqualTo(6L);
  }

  private static List<String> told(TopologyFeed feed) throws InterruptedException {
    return watch(feed, byArn("shop")).poll(20, TimeUnit.SECONDS);
  }

  /** It may have been answered before that one was. */
  @Test
  void whatWasAskedBeforeADocumentWasReadIsToldApartByClocks() throws Exception {
    TopologyFeed first = withStore(directory);
    TopologyFeed second = withStore(directory);
    asks(first, 600, "a.host");

    publish(second, ofShop(1, "b.host"));
    awaitTold(watch(second, byArn("shop")), "a.host");
    assertThat(stored(directory)).singleElement().extracting("version").isEqualTo(1L);
  }

  @Test
  void nodesThatAskForDifferentClustersOfARegionWriteOneDocument() throws Exception {
    TopologyFeed one = withStore(directory);
    TopologyFeed two = withStore(directory);

    publish(one, reading(1, "shop", cluster("shop", at(1), "a.host")));
    publish(two, reading(2, "other", cluster("other", at(2), "b.host")));
    publish(one, reading(3, "shop", cluster("shop", at(3), "a.host")));
    awaitTold(watch(one, byArn("other")), "b.host");
    awaitTold(watch(two, byArn("shop")), "a.host");

    publish(one, reading(4, "shop"));
    assertThat(stored(directory))
        .singleElement()
        .satisfies(
            document ->
                assertThat(document.clusters())
                    .as("only the one that was asked for is gone")
                    .extracting(TopologyCluster::name)
                    .containsExactly("other"));
  }

  @Test
  void aStoreThatCannotBeWrittenKeepsNobodyFromKnowing() throws Exception {
    Path none = Files.writeString(directory.resolve("file"), "no directory").resolve("store");
    TopologyFeed node = withStore(none);
    BlockingQueue<List<String>> told = watch(node, byPlace("shop", Optional.empty()));

    publish(node, ofShop(1, "a.host"));
    awaitTold(told, "a.host");
    publish(node, ofShop(2, "b.host"));
    awaitTold(told, "b.host");
    assertThat(node.state().documents())
        .extracting(KnownDocument::by)
        .containsExactly(KnownDocument.By.POLL);
    assertThat(node.state().documents().get(0).document().version()).isEqualTo(2);
  }

  @Test
  void aStoreIsAskedToTakeADocumentSeldomAfterItHasRefused() {
    List<Boolean> wrote = new ArrayList<>();
    TopologyStore refuses =
        new TopologyStore() {
          @Override
          public Map<String, byte[]> changed() {
            return Map.of();
          }

          @Override
          public Kept keep(
              String source,
              TopologyReading reading,
              Optional<TopologyDocument> seen,
              String cause,
              boolean write) {
            wrote.add(write);
            return new Kept(
                Optional.empty(), write ? Optional.of("access denied") : Optional.empty());
          }

          @Override
          public void forget() {}

          @Override
          public void close() {}
        };
    TopologyFeed node = feed(Optional.of(refuses));
    publish(node, ofShop(1, "a.host"));
    clock.set(at(30));
    publish(node, ofShop(30, "a.host"));
    clock.set(at(601));
    publish(node, ofShop(601, "a.host"));

    assertThat(wrote).containsExactly(true, false, true);
    assertThat(node.state().trouble()).as("nothing that somebody should see to").isEmpty();
  }

  @Test
  void aBrokenDocumentInTheStoreIsWrittenAnew() throws Exception {
    Files.writeString(directory.resolve(NODES + ".json"), "{");
    publish(withStore(directory), ofShop(1, "a.host"));

    assertThat(stored(directory)).extracting(TopologyDocument::version).containsExactly(1L);
  }

  @Test
  void whoAsksNoMoreGoesByWhatOthersHaveWritten() throws Exception {
    TopologyFeed node = withStore(directory);
    BlockingQueue<List<String>> told = watch(node, byArn("shop"));
    publish(node, ofShop(1, "a.host"));
    publish(node, ofShop(2, "a.host"));
    awaitTold(told, "a.host");

    node.withdraw(NODES);
    while (node.state().documents().isEmpty()) {
      told.poll(1, TimeUnit.SECONDS);
    }
    assertThat(node.state().documents())
        .extracting(KnownDocument::by)
        .containsExactly(KnownDocument.By.STORE);
  }

  @Test
  void aStoreThatCannotBeReadKeepsNobodyFromKnowing() throws InterruptedException {
    TopologyStore away =
        new TopologyStore() {
          @Override
          public Map<String, byte[]> changed() throws IOException {
            throw new IOException("away");
          }

          @Override
          public Kept keep(
              String source,
              TopologyReading reading,
              Optional<TopologyDocument> seen,
              String cause,
              boolean write)
              throws IOException {
            throw new IOException("away");
          }

          @Override
          public void forget() {}

          @Override
          public void close() {}
        };
    TopologyFeed node = feed(Optional.of(away));
    BlockingQueue<List<String>> told = watch(node, byPlace("shop", Optional.empty()));
    publish(node, ofShop(1, "a.host"));
    awaitTold(told, "a.host");
  }
}
