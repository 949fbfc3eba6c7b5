package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
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
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads whose server connection is cut anywhere in their answer are carried out again, and their
 * clients see one answer, the whole one.
 */
class LostReadsIT {
  private static final byte[] MARK = "marked_answer".getBytes(StandardCharsets.US_ASCII);
  private static final String READ = "SELECT i, v AS marked_answer FROM lost_reads ORDER BY i";

  private TcpFaults network;
  private TestNode node;

  private void start(Consumer<TestConfiguration> wishes) throws IOException {
    PostgresServer server = SharedPostgres.primary();
    asOwner(
        server,
        "DROP TABLE IF EXISTS lost_reads, lost_reads_change",
        "CREATE TABLE lost_reads AS SELECT i, 'value ' || i AS v FROM generate_series(1, 3) i");
    network = new TcpFaults(server.host(), server.port());
    node =
        TestNode.start(
            c -> {
              c.source("url", "jdbc:postgresql://127.0.0.1:" + network.port() + "/app");
              c.source("cluster.kind", "postgres");
              c.source("cluster.probe.discover", false);
              c.source("cluster.probe.user", SharedPostgres.cluster().superuser());
              c.source("cluster.probe.password", SharedPostgres.cluster().password());
              c.vdb("pipelining.minRuns", 1);
              c.user("app", "admin", true);
              wishes.accept(c);
            });
  }

  @AfterEach
  void end() throws IOException {
    if (node != null) {
      node.close();
      network.close();
    }
  }

  private RawClient logIn() throws IOException {
    RawClient client = RawClient.logIn(node.target());
    awaitCatalogue(client);
    return client;
  }

  /** What it does not know is no read. */
  private static void awaitCatalogue(RawClient client) {
    Await.until(
        "the catalogue was read",
        () -> {
          client.query("SELECT v FROM lost_reads");
          return client.query("SHOW QUERYINFO").stream()
              .filter(message -> message.type() == 'D')
              .anyMatch(row -> row.columns().equals(List.of("rests on", "tables")));
        });
  }

  /** What the client sends; each time with another name where it gives one. */
  private static IntFunction<byte[]> request(String kind) {
    byte[] run = all(execute("", 0), sync());
    return switch (kind) {
      case "query" -> i -> query(READ);
      case "unnamed" -> i -> all(parse("", READ), bind("", ""), describePortal(""), run);
      case "unnamed, described" ->
          i -> all(parse("", READ), describeStatement(""), bind("", ""), run);
      case "named" -> i -> all(parse("n" + i, READ), bind("", "n" + i), describePortal(""), run);
      case "named, described" ->
          i -> all(parse("n" + i, READ), describeStatement("n" + i), bind("", "n" + i), run);
      case "another closed" ->
          i ->
              all(
                  closeStatement("n" + (i - 1)),
                  parse("n" + i, READ),
                  bind("", "n" + i),
                  describePortal(""),
                  run);
      case "known" -> i -> all(bind("", "known"), describePortal(""), run);
      case "known, described" -> i -> all(describeStatement("known"), bind("", "known"), run);
      case "prepared only" -> i -> all(parse("n" + i, READ), describeStatement("n" + i), sync());
      default -> i -> all(describeStatement("known"), sync());
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "query | true",
        "query | false",
        "unnamed | true",
        "unnamed | false",
        "unnamed, described | true",
        "named | true",
        "named, described | true",
        "another closed | true",
        "known | true",
        "known | false",
        "known, described | true",
        "prepared only | true",
        "described only | true"
      })
  void aReadIsAnsweredWholeWhereverItsConnectionWasCut(String kind, boolean shared)
      throws IOException {
    start(c -> c.vdb("pipelining.enabled", shared));
    IntFunction<byte[]> request = request(kind);
    try (RawClient client = logIn()) {
      client.send(parse("known", READ), describeStatement("known"), sync());
      client.untilReady();
      client.send(request.apply(0));
      List<Message> whole = client.untilReady();
      int bytes = whole.stream().mapToInt(message -> 5 + message.body().length).sum();
      for (int passed = 0; passed < bytes; passed += 3) {
        network.cutOnce(MARK, passed);
        client.send(request.apply(1 + passed));
        assertThat(client.untilReady()).as("cut behind %d", passed).hasToString(whole.toString());
        assertThat(network.cutDone()).isTrue();
      }
      if (kind.startsWith("prepared")) {
        client.send(bind("", "n1"), execute("", 0), sync());
        assertThat(client.untilReady()).anyMatch(message -> message.type() == 'D');
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"known", "known, described"})
  void aReadIsAnsweredThoughItsConnectionWasCutWhileTheServerWasAskedAboutItsStatement(String kind)
      throws IOException {
    start(c -> c.vdb("pool.size", 1));
    byte[] request = request(kind).apply(0);
    try (RawClient client = logIn()) {
      client.send(parse("known", READ), describeStatement("known"), sync());
      client.untilReady();
      client.send(request);
      List<Message> whole = client.untilReady();
      for (int passed : new int[] {0, 5, 20}) {
        client.query("CREATE TABLE lost_reads_change (i int)");
        client.query("DROP TABLE lost_reads_change"); // definitions are others
        awaitCatalogue(client);
        network.cutOnce("gone_away".getBytes(StandardCharsets.US_ASCII), 0);
        client.value("SELECT v AS gone_away FROM lost_reads"); // again where nothing is prepared
        assertThat(network.cutDone()).isTrue();
        network.cutOnce(MARK, passed); // in the answer to the node's own question
        client.send(request);
        assertThat(client.untilReady()).as("cut behind %d", passed).hasToString(whole.toString());
        assertThat(network.cutDone()).isTrue();
      }
    }
  }

  @Test
  void whatIsMoreThanAServerGathersIsPassedOnAndCannotBeSaidAgain() throws IOException {
    start(c -> {});
    String large =
        "SELECT repeat('x', 100) AS marked_answer FROM lost_reads, generate_series(1, 80)";
    try (RawClient client = logIn()) {
      List<Message> whole = client.query(large);
      network.cutOnce(MARK, 6000);
      assertThat(client.query(large)).hasToString(whole.toString());
    }
    try (RawClient client = logIn()) {
      network.cutOnce(MARK, 8192);
      client.send(query(large));
      List<Message> told = client.untilClosed();
      assertThat(told).isNotEmpty().noneMatch(message -> message.type() == 'Z');
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBatchOfWhichTheReadIsOnlyTheFirstIsNotCarriedOutTwice(boolean described)
      throws IOException {
    start(c -> {});
    try (RawClient client = logIn()) {
      client.send(parse("write", "INSERT INTO lost_reads VALUES (4, 'four')"), sync());
      client.untilReady();
      network.cutOnce(MARK, 0);
      client.send(
          parse("", READ),
          described ? describeStatement("") : new byte[0],
          bind("", ""),
          describePortal(""),
          execute("", 0),
          bind("", "write"),
          execute("", 0),
          sync());
      List<Message> told = client.untilReady();
      assertThat(told.get(0).type()).isEqualTo('E');
      assertThat(client.value("SELECT count(*) FROM lost_reads WHERE i = 4")).isEqualTo("1");
    }
  }

  @Test
  void aSessionThatDependsOnItsConnectionEndsWithIt() throws IOException {
    start(c -> {});
    try (RawClient client = logIn()) {
      client.query("SELECT pg_advisory_lock(77)");
      network.cutOnce(MARK, 0);
      client.send(query(READ));
      assertThat(client.untilClosed())
          .singleElement()
          .satisfies(last -> assertThat(last.fields().get('S')).isEqualTo("FATAL"));
    }
  }
}
