package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads that a replica fails when their clients have had part of the answer, of a node that keeps
 * checksums of answers: another server carries them out, and their clients are sent the rest.
 */
class ContinuedReplicaReadsIT {
  private static final byte[] MARK = "marked_row".getBytes(StandardCharsets.US_ASCII);

  /** Some 100 KB; a server passes on what comes before the mark long before that. */
  private static final String LARGE =
      "SELECT i, CASE WHEN i = 600 THEN 'marked_row' ELSE v END FROM large ORDER BY i";

  /** The same, but for the first row, which is another one at each server. */
  private static final String LOCAL =
      "SELECT i, CASE WHEN i = 1 THEN current_setting('port')"
          + " WHEN i = 600 THEN 'marked_row' ELSE v END FROM large ORDER BY i";

  private static final String HERE = "SELECT current_setting('port') FROM large WHERE i = 1";

  private static PostgresCluster cluster;
  private static TcpFaults network;
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    cluster = PostgresCluster.builder().ephemeralPorts().replicas(1).start();
    PostgresServer primary = cluster.primary();
    primary.execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
    asOwner(
        primary,
        "CREATE TABLE large AS SELECT i, repeat('x', 80) AS v FROM generate_series(1, 1000) i");
    cluster.awaitReplay(Duration.ofSeconds(20));
    network = new TcpFaults(replica().host(), replica().port());
    node =
        TestNode.start(
            c -> {
              c.source(
                  "url",
                  "jdbc:postgresql://127.0.0.1:%d,127.0.0.1:%d/app"
                      .formatted(network.port(), primary.port()));
              c.cluster(cluster);
              c.source("cluster.reads", "all");
              c.source("cluster.balance.slowStart", "0s");
              c.source("cluster.probe.discover", false);
              c.vdb("transactionReplay.enabled", true);
              c.vdb("pipelining.enabled", false);
            });
  }

  @AfterAll
  static void end() throws IOException {
    if (node != null) {
      node.close();
      network.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static PostgresServer replica() {
    return cluster.replicas().get(0);
  }

  /** Reads go to the replica again some time after it has failed one. */
  private static void awaitReplica(RawClient client) {
    Await.until("reads go to the replica", () -> portOf(client.query(HERE)) == replica().port());
  }

  private static int portOf(List<Message> answer) {
    return answer.stream()
        .filter(message -> message.type() == 'D')
        .mapToInt(row -> Integer.parseInt(row.columns().get(0)))
        .findFirst()
        .orElse(0);
  }

  private static byte[] request(String kind, String sql) {
    return kind.equals("query")
        ? query(sql)
        : all(parse("", sql), bind("", ""), describePortal(""), execute("", 0), sync());
  }

  @Test
  void aReadThatLosesItsReplicaIsAnsweredWhole() throws IOException {
    loseReplica("query", 1017);
  }

  @Tag("long") // the replica is left alone for some time after each
  @ParameterizedTest
  @CsvSource({"query, 0", "query, 5", "batch, 0", "batch, 5", "batch, 1017"})
  void aReadThatLosesItsReplicaAnywhereIsAnsweredWhole(String kind, int passed) throws IOException {
    loseReplica(kind, passed);
  }

  private static void loseReplica(String kind, int passed) throws IOException {
    byte[] request = request(kind, LARGE);
    try (RawClient client = RawClient.logIn(node.target())) {
      client.send(request);
      String whole = client.untilReady().toString();
      awaitReplica(client);
      network.cutOnce(MARK, passed);
      client.send(request, query(HERE));
      assertThat(client.untilReady()).hasToString(whole);
      assertThat(network.cutDone()).as("by the replica").isTrue();
      assertThat(portOf(client.untilReady())).isPositive();
    }
  }

  /** A read that the replica fails at its 900th row, whose first row tells which server it has. */
  private static String failing(String first) {
    return "SELECT i, CASE WHEN i = 1 THEN %s WHEN i = 900 AND current_setting('port') = '%d'"
            .formatted(first, replica().port())
        + " THEN current_setting('no.such') ELSE v END FROM large";
  }

  @Test
  void aReadThatItsReplicaFailsIsAnsweredWhole() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      awaitReplica(client);
      client.send(request("batch", failing("v")), query(HERE));
      List<Message> told = client.untilReady();
      assertThat(told).noneMatch(message -> message.type() == 'E');
      assertThat(told).filteredOn(message -> message.type() == 'D').hasSize(1000);
      assertThat(portOf(client.untilReady())).isPositive();
    }
  }

  /** It gets an error, or its connection ends amid a message: it never has half of each. */
  @Test
  void aReadThatIsAnsweredOtherwiseElsewhereFails() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      awaitReplica(client);
      client.send(query(failing("current_setting('port')")));
      List<Message> told = told(client);
      assertThat(told)
          .filteredOn(message -> message.type() == 'D')
          .hasSizeLessThan(900)
          .first()
          .extracting(row -> row.columns().get(1))
          .isEqualTo(Integer.toString(replica().port()));
      assertThat(told)
          .filteredOn(message -> message.type() == 'E')
          .allMatch(error -> error.sqlState().equals("42704"));
    }
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(ints = {0, 50, 533})
  void aReadThatLosesItsReplicaAndIsAnsweredOtherwiseFails(int passed) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      awaitReplica(client);
      network.cutOnce(MARK, passed);
      client.send(query(LOCAL));
      List<Message> told = told(client);
      assertThat(network.cutDone()).as("by the replica").isTrue();
      assertThat(told)
          .filteredOn(message -> message.type() == 'D')
          .noneMatch(row -> row.columns().get(0).equals("999"));
    }
  }

  /** What comes up to the end of the answer, or of the connection. */
  private static List<Message> told(RawClient client) throws IOException {
    List<Message> told = new ArrayList<>();
    try {
      do {
        told.add(client.receive());
      } while (told.get(told.size() - 1).type() != 'Z');
    } catch (EOFException e) {
      assertThat(told).isNotEmpty();
    }
    return told;
  }
}
