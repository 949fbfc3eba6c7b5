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

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads whose server connection is cut when their clients have had part of the answer, of a node
 * that keeps checksums of answers: they are carried out again, and their clients are sent the rest.
 */
@Tag("ci")
class ContinuedReadsIT {
  private static final byte[] MARK = "marked_row".getBytes(StandardCharsets.US_ASCII);

  /** Some 100 KB; a server passes on what comes before the mark long before that. */
  private static final String LARGE =
      "SELECT i, CASE WHEN i = 600 THEN 'marked_row' ELSE v END FROM continued_reads ORDER BY i";

  /** The same, but for the first row, which is another one each time. */
  private static final String CHANGING =
      "SELECT i, CASE WHEN i = 1 THEN now()::text WHEN i = 600 THEN 'marked_row' ELSE v END"
          + " FROM continued_reads ORDER BY i";

  private static final String OTHER = "SELECT max(i), min(i) FROM continued_reads";

  private static TcpFaults network;
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    PostgresServer server = SharedPostgres.primary();
    asOwner(
        server,
        "DROP TABLE IF EXISTS continued_reads",
        "CREATE TABLE continued_reads AS"
            + " SELECT i, repeat('x', 80) AS v FROM generate_series(1, 1000) i");
    network = new TcpFaults(server.host(), server.port());
    node =
        TestNode.start(
            c -> {
              c.source("url", "jdbc:postgresql://127.0.0.1:" + network.port() + "/app");
              c.cluster(SharedPostgres.cluster());
              c.source("cluster.probe.discover", false);
              c.vdb("transactionReplay.enabled", true);
              c.user("app", "admin", true);
            });
  }

  @AfterAll
  static void end() throws IOException {
    if (node != null) {
      node.close();
      network.close();
    }
  }

  private static RawClient logIn() throws IOException {
    RawClient client = RawClient.logIn(node.target());
    Await.until(
        "the catalogue was read",
        () -> {
          client.query("SELECT v FROM continued_reads WHERE i = 1");
          return "tables".equals(client.queryInfo().get("rests on"));
        });
    return client;
  }

  private static byte[] batch(String... reads) {
    byte[] all = {};
    for (String sql : reads) {
      all = all(all, parse("", sql), bind("", ""), describePortal(""), execute("", 0));
    }
    return all(all, sync());
  }

  private static byte[] request(String kind, String read) {
    return switch (kind) {
      case "query" -> query(read);
      case "batch" -> batch(read);
      case "two in a query" -> query(OTHER + "; " + read);
      default -> batch(OTHER, read, OTHER);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"query", "batch", "two in a query", "three in a batch"})
  void aReadThatWasAnsweredInPartIsAnsweredWhole(String kind) throws IOException {
    byte[] request = request(kind, LARGE);
    try (RawClient client = logIn()) {
      client.send(request);
      List<Message> whole = client.untilReady();
      for (int passed : new int[] {0, 1, 5, 100, 1017, 3000}) {
        network.cutOnce(MARK, passed);
        client.send(request, query(OTHER));
        assertThat(client.untilReady()).as("cut behind %d", passed).hasToString(whole.toString());
        assertThat(network.cutDone()).isTrue();
        assertThat(client.untilReady()).anyMatch(message -> message.type() == 'D');
      }
    }
  }

  /** The client has an error, or its connection ends amid a message: it never has half of each. */
  @ParameterizedTest
  @CsvSource({"query, 1", "batch, 9", "three in a batch, 9"})
  void aReadThatWouldBeAnsweredOtherwiseFails(String kind, int step) throws IOException {
    byte[] request = request(kind, CHANGING);
    int failed = 0;
    int closed = 0;
    for (int passed = 500; passed < 600; passed += step) { // a row has less than a hundred bytes
      try (RawClient client = logIn()) {
        network.cutOnce(MARK, passed);
        client.send(request, query(OTHER));
        List<Message> told = told(client);
        assertThat(network.cutDone()).isTrue();
        assertThat(told).as("its end").noneMatch(row -> isRow(row, "999"));
        if (told.get(told.size() - 1).type() != 'Z') {
          closed++;
          continue;
        }
        failed++;
        assertThat(told)
            .filteredOn(message -> message.type() == 'E')
            .extracting(Message::sqlState)
            .containsExactly("08006");
        assertThat(client.untilReady()).anyMatch(message -> message.type() == 'D');
      }
    }
    assertThat(closed).as("cut amid a message").isPositive();
    assertThat(failed).as("cut between messages").isGreaterThanOrEqualTo(step == 1 ? 1 : 0);
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

  private static boolean isRow(Message message, String first) {
    return message.type() == 'D' && message.columns().get(0).equals(first);
  }
}
