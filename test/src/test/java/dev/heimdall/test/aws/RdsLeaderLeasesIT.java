package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.feed.Subject;
import dev.heimdall.engine.feed.TopologyFeed;
import dev.heimdall.engine.rds.RdsWatch;
import dev.heimdall.engine.share.SharedStore;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.DataSource;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Nodes of a fleet that have one of them ask the RDS API for all. */
@Tag("ci")
class RdsLeaderLeasesIT {
  private static final AwsCredentialsProvider SOMEBODY =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "not-so-secret"));

  private static final AwsCredentialsProvider NOBODY =
      () -> {
        throw SdkClientException.create("Unable to load credentials");
      };

  private final FakeRds rds = new FakeRds();
  private final RedisProcess redis = RedisProcess.running();
  private final List<Node> nodes = new ArrayList<>();

  @TempDir Path directory;

  @AfterEach
  void stop() {
    nodes.forEach(Node::close);
    rds.close();
    redis.close();
  }

  /** As much of a node as asks the API. */
  private final class Node {
    final List<List<RdsServer>> told = new CopyOnWriteArrayList<>();
    final SharedStore store;
    final TopologyFeed feed =
        new TopologyFeed(
            Optional.empty(), Optional.empty(), Duration.ofSeconds(1), Clock.systemUTC());
    final RdsWatch watch;

    Node(int id, AwsCredentialsProvider credentials) throws Exception {
      Configuration configuration = configuration(id);
      store = new SharedStore(configuration.node().store(), id);
      watch = new RdsWatch(feed, () -> credentials);
      DataSource source = configuration.sources().get("shop");
      feed.watch(Subject.of(source), told::add);
      watch.watch(source, () -> Optional.of(store.leaderLeases()));
      nodes.add(this);
    }

    void close() {
      watch.close();
      feed.close();
      store.close();
    }
  }

  private Configuration configuration(int id) throws Exception {
    Path own = Files.createDirectories(directory.resolve("" + id));
    Files.createDirectories(own.resolve("sources"));
    Files.createDirectories(own.resolve("vdbs"));
    Files.writeString(own.resolve("vdbs/shop.json"), "{\"ports\": [5050], \"source\": \"shop\"}");
    Files.writeString(
        own.resolve("node.json"),
        "{\"store\": {\"servers\": [\"%s\"], \"prefix\": \"test\"}}".formatted(redis.address()));
    Files.writeString(
        own.resolve("sources/shop.json"),
        """
        {"url": "jdbc:postgresql://shop.example", "user": "app", "cluster": {
          "kind": "rds-multi-az",
          "api": {"region": "eu-west-1", "identifier": "shop", "endpoint": "%s", "interval": "1s"}}}
        """
            .formatted(rds.uri()));
    return ConfigurationReader.read(own);
  }

  private void aCluster() {
    rds.has(
        List.of(new FakeRds.Cluster("shop", "available", 5432, List.of("one"))),
        List.of(
            new FakeRds.Instance(
                "one", "shop", "", List.of(), "one.example", 5432, "eu-west-1a", "available")));
  }

  /** Each of them, of what happens from now on. */
  private static void untilToldMore(int times, Node... nodes) {
    int[] before = Stream.of(nodes).mapToInt(node -> node.told.size()).toArray();
    for (int i = 0; i < nodes.length; i++) {
      Node node = nodes[i];
      int enough = before[i] + times;
      Await.until("it is told more", () -> node.told.size() >= enough);
    }
  }

  @Test
  void oneNodeAsksForAll() throws Exception {
    aCluster();
    Node a = new Node(1, SOMEBODY);
    Node b = new Node(2, SOMEBODY);
    Node c = new Node(3, SOMEBODY);

    untilToldMore(4, a, b, c);

    int told = a.told.size() + b.told.size() + c.told.size();
    assertThat(rds.calls("DescribeDBClusters")).isBetween(2L, told / 2L);
    assertThat(c.told.get(c.told.size() - 1))
        .singleElement()
        .satisfies(server -> assertThat(server.host()).contains("one.example"));
  }

  @Test
  void whenTheOneThatAsksIsGoneAnotherDoes() throws Exception {
    aCluster();
    Node a = new Node(1, SOMEBODY);
    untilToldMore(1, a);
    Node b = new Node(2, SOMEBODY);
    untilToldMore(1, b);

    a.close();
    nodes.remove(a);
    long before = rds.calls("DescribeDBClusters");

    Await.until("the other one asks", () -> rds.calls("DescribeDBClusters") > before);
    untilToldMore(1, b);
  }

  @Test
  void aNodeThatMayNotAskHearsWhatAnotherOneFound() throws Exception {
    aCluster();
    Node poor = new Node(1, NOBODY);
    Node rich = new Node(2, SOMEBODY);

    untilToldMore(2, rich, poor);
  }

  @Test
  void withoutTheStoreEachAsksForItselfAndWithItAgainOneDoes() throws Exception {
    aCluster();
    Node a = new Node(1, SOMEBODY);
    Node b = new Node(2, SOMEBODY);
    untilToldMore(1, a, b);

    redis.stop();
    untilToldMore(1, a, b);

    redis.start();
    untilToldMore(2, a, b);
  }

  @Test
  void whatThrottlesOneNodeSlowsAll() throws Exception {
    aCluster();
    rds.answers(FakeRds.Manner.THROTTLING);
    new Node(1, SOMEBODY);
    new Node(2, SOMEBODY);

    Await.until("it was asked three times", () -> rds.requests().size() >= 3);
    // With the interval of a second, the third question comes 2 + 4 seconds after the first.
    assertThat(redis.run("KEYS test:left:rds:*")).asList().hasSize(1);
    String key = ((List<?>) redis.run("KEYS test:left:rds:*")).get(0).toString();
    Await.until(
        "the pause is long",
        () ->
            Integer.parseInt(redis.run("GET " + key).toString().lines().findFirst().get()) >= 4000);
    assertThat(rds.requests()).hasSizeLessThan(5);
  }
}
