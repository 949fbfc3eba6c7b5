package dev.heimdall.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Toolchain;
import dev.heimdall.test.operate.SteadyDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads that are described up to a Flush, as by asyncpg, and then bound: replicas answer them. */
class DescribedReadsIT {
  private static RoutedCluster routed;

  @BeforeAll
  static void start() {
    routed =
        new RoutedCluster(
            c -> c.vdb("pool.size", 4).source("cluster.reads", "all"),
            primary ->
                RoutedCluster.asOwner(
                    primary,
                    "CREATE TABLE described (i int)",
                    "INSERT INTO described VALUES (1)",
                    "CREATE TABLE altered (i int)",
                    "CREATE TABLE steady_reads AS SELECT generate_series(1, 3) AS i"));
  }

  @AfterAll
  static void end() {
    routed.close();
  }

  /** The first part of a batch, and what was answered to it. */
  private static String describes(RawClient client, String name, String sql) throws IOException {
    client.send(Frontend.parse(name, sql), Frontend.describeStatement(name), Frontend.flush());
    return Stream.of(client.receive(), client.receive(), client.receive())
        .map(message -> String.valueOf(message.type()))
        .reduce("", String::concat);
  }

  private static List<Message> runs(RawClient client, String name) throws IOException {
    client.send(Frontend.bind("", name), Frontend.execute("", 0), Frontend.sync());
    return client.untilReady();
  }

  private static String types(List<Message> answer) {
    return answer.stream()
        .map(message -> String.valueOf(message.type()))
        .reduce("", String::concat);
  }

  /** The first reads go to the writer, while connections to replicas are made. */
  private static void awaitReplicas(RawClient client) {
    Await.until(
        "replicas answer",
        () -> {
          client.query("SELECT i FROM described");
          return client.queryInfo().get("answered by").startsWith("replica");
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReadThatIsDescribedFirstIsAnsweredByAReplica(boolean named) throws IOException {
    try (RawClient client = RawClient.logIn(routed.node().target())) {
      awaitReplicas(client);
      for (int i = 0; i < 20; i++) {
        String name = named ? "s" + i : "";
        assertThat(describes(client, name, "SELECT i, " + i % 3 + " FROM described"))
            .isEqualTo("1tT");
        assertThat(types(runs(client, name))).isEqualTo("2DCZ");
        assertThat(client.queryInfo().get("answered by")).startsWith("replica");
      }
    }
  }

  @Test
  void whatItsClientHasWrittenIsSeen() throws IOException {
    try (RawClient client = RawClient.logIn(routed.node().target())) {
      awaitReplicas(client);
      client.query("CREATE TABLE IF NOT EXISTS own (i int); TRUNCATE own");
      for (int i = 1; i <= 20; i++) {
        client.query("INSERT INTO own VALUES (" + i + ")");
        describes(client, "", "SELECT count(*) FROM own");
        List<Message> answer = runs(client, "");
        assertThat(answer.get(1).toString()).contains(String.valueOf(i));
      }
    }
  }

  @Test
  void anErrorVoidsTheBatchUpToItsSync() throws IOException {
    try (RawClient client = RawClient.logIn(routed.node().target())) {
      awaitReplicas(client);
      describes(client, "", "SELECT i FROM described");
      assertThat(types(runs(client, ""))).isEqualTo("2DCZ");
      // The batch goes on before the answer to its beginning has come.
      client.send(
          Frontend.parse("", "SELECT i + 'x' FROM described"),
          Frontend.describeStatement(""),
          Frontend.flush(),
          Frontend.statement("INSERT INTO described VALUES (99)"),
          Frontend.sync());
      assertThat(types(client.untilReady())).isEqualTo("EZ");
      assertThat(client.value("SELECT count(*) FROM described WHERE i = 99")).isEqualTo("0");
    }
  }

  @Test
  void otherThingsMayFollowTheDescription() throws IOException {
    try (RawClient client = RawClient.logIn(routed.node().target())) {
      awaitReplicas(client);
      assertThat(describes(client, "", "SELECT i FROM described")).isEqualTo("1tT");
      client.send(Frontend.sync());
      assertThat(types(client.untilReady())).isEqualTo("Z");
      assertThat(describes(client, "", "SELECT i FROM described")).isEqualTo("1tT");
      client.send(Frontend.statement("CREATE TABLE behind AS SELECT 7 AS seven"), Frontend.sync());
      assertThat(types(client.untilReady())).isEqualTo("12nCZ");
      assertThat(client.value("SELECT seven FROM behind")).isEqualTo("7");
    }
  }

  @Test
  void aReadRunsWithNoOtherTypesThanItWasDescribedWith() throws IOException {
    try (RawClient client = RawClient.logIn(routed.node().target())) {
      awaitReplicas(client);
      assertThat(describes(client, "", "SELECT i FROM altered")).isEqualTo("1tT");

      RoutedCluster.asOwner(routed.primary(), "ALTER TABLE altered ALTER i TYPE text");
      routed.cluster().awaitReplay(Duration.ofSeconds(20));

      assertThat(runs(client, "").toString()).contains("0A000").endsWith("ReadyForQuery I]");
    }
  }

  @Test
  void asyncpgWithoutItsCacheReadsFromReplicas(@TempDir Path folder) throws IOException {
    Toolchain.need("asyncpg");
    SteadyDriver reads =
        new SteadyDriver(
            "asyncpg", "reads.py", routed.node().target(), folder.resolve("reads.txt"));
    try {
      reads.goesOn();
      long before = scans(routed.primary());
      Await.until("replicas read", () -> scans(routed.first()) + scans(routed.second()) > 1000);
      reads.goesOn();
      assertThat(scans(routed.primary()) - before).as("at the writer").isLessThan(100);
    } finally {
      reads.end();
    }
    reads.endedWell();
  }

  private static long scans(PostgresServer server) {
    return Long.parseLong(
        server.queryValue(
            "app", "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'steady_reads'"));
  }
}
