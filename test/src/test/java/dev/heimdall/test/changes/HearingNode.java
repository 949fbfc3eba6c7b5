package dev.heimdall.test.changes;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A node with a cache that hears what is written past it, and one session of its client. */
final class HearingNode implements AutoCloseable {
  private final TestNode node;
  private final RawClient client;

  HearingNode(PostgresCluster cluster, Consumer<TestConfiguration> wishes) throws IOException {
    String servers =
        cluster.servers().stream()
            .map(server -> server.host() + ":" + server.port())
            .collect(Collectors.joining(","));
    node =
        TestNode.start(
            c -> {
              c.source("url", "jdbc:postgresql://" + servers + "/" + SharedPostgres.DATABASE)
                  .cluster(cluster)
                  .vdb("cache.enabled", true)
                  .vdb("rules", List.of("cached"))
                  .rules("cached", "{\"action\": \"cache\"}");
              wishes.accept(c);
            });
    client = RawClient.logIn(node.target().as("admin", "admin"));
  }

  TestNode node() {
    return node;
  }

  /** What the node answers, from its cache or not. */
  String read(String sql) {
    try {
      return client.value(sql);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes through the node. */
  void write(String sql) throws IOException {
    client.query(sql);
  }

  /** Whether the last statement was answered from the cache, or why not. */
  String cached() {
    try {
      return client.queryInfo().get("cached");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads until that is answered from the cache; what it says then. */
  String kept(String sql) {
    Await.until(
        "kept: " + sql,
        () -> {
          read(sql);
          return "yes".equals(cached());
        });
    return read(sql);
  }

  /** What the node answers becomes this, and what is answered from the cache from then on too. */
  void becomes(String sql, String expected) {
    Await.until(expected + " by " + sql, () -> Objects.equals(read(sql), expected));
  }

  /** How its cache does. */
  Map<String, String> cache() {
    try {
      return node.admin("SHOW CACHE").get(0);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The row of its feed. */
  Map<String, String> feed() {
    try {
      return node.admin("SHOW CHANGES").get(0);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void awaitPhase(String phase) {
    Await.until("the feed is " + phase, () -> feed().get("phase").equals(phase));
  }

  static void past(PostgresServer server, String... sql) {
    server.executeIn(SharedPostgres.DATABASE, sql);
  }

  @Override
  public void close() throws IOException {
    client.close();
    node.close();
  }
}
