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
import static dev.heimdall.test.fixture.Frontend.statement;
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
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on PostgreSQL, and what clients send ahead of its answers. */
@Tag("ci")
class LostReadsIT extends LostReadsContract {
  private static final String READ = "SELECT i, v AS marked_answer FROM lost_reads ORDER BY i";
  private static final String OTHER = "SELECT max(i), min(i) FROM lost_reads";

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
              c.cluster(SharedPostgres.cluster());
              c.source("cluster.probe.discover", false);
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

  /** One statement without a name, and its Sync. */
  private static byte[] batch(String sql) {
    return all(statement(sql), sync());
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
          return "tables".equals(client.queryInfo().get("rests on"));
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
      case "named and closed" ->
          i ->
              all(
                  parse("n", READ),
                  bind("", "n"),
                  describePortal(""),
                  execute("", 0),
                  closeStatement("n"),
                  sync());
      case "known" -> i -> all(bind("", "known"), describePortal(""), run);
      case "known, described" -> i -> all(describeStatement("known"), bind("", "known"), run);
      case "two in a query" -> i -> query(READ + "; SELECT count(*) FROM lost_reads");
      case "two in a batch" ->
          i -> all(parse("", READ), bind("", ""), describePortal(""), execute("", 0), batch(OTHER));
      case "two known in a batch" ->
          i -> all(bind("", "known"), describePortal(""), execute("", 0), bind("", "known"), run);
      case "two named in a batch" ->
          i ->
              all(
                  parse("n" + i, READ),
                  parse("m" + i, OTHER),
                  bind("a", "n" + i),
                  bind("b", "m" + i),
                  describePortal("a"),
                  execute("b", 0),
                  execute("a", 0),
                  sync());
      case "prepared only" -> i -> all(parse("n" + i, READ), describeStatement("n" + i), sync());
      default -> i -> all(describeStatement("known"), sync());
    };
  }

  /** Each with whether it may share its server connection. */
  @Override
  Stream<String> ways() {
    return Stream.of(
        "query | true",
        "query | false",
        "unnamed | true",
        "unnamed | false",
        "unnamed, described | true",
        "named | true",
        "named, described | true",
        "another closed | true",
        "named and closed | true",
        "named and closed | false",
        "known | true",
        "known | false",
        "known, described | true",
        "two in a query | true",
        "two in a batch | true",
        "two known in a batch | false",
        "two named in a batch | true",
        "prepared only | true",
        "described only | true");
  }

  @Override
  Reading reading(String way) throws IOException {
    String[] parts = way.split(" \\| ");
    start(c -> c.vdb("pipelining.enabled", Boolean.valueOf(parts[1])));
    return new Asking(parts[0], logIn());
  }

  @Override
  TcpFaults network() {
    return network;
  }

  private record Asking(String kind, RawClient client) implements Reading {
    Asking {
      try {
        client.send(parse("known", READ), describeStatement("known"), sync());
        client.untilReady();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public ReadAnswer read(int number) throws IOException {
      client.send(request(kind).apply(number));
      List<Message> answer = client.untilReady();
      int bytes = answer.stream().mapToInt(message -> 5 + message.body().length).sum();
      return new ReadAnswer(answer.toString(), bytes);
    }

    @Override
    public void end() throws IOException {
      if (kind.startsWith("prepared")) {
        client.send(bind("", "n1"), execute("", 0), sync());
        assertThat(client.untilReady()).anyMatch(message -> message.type() == 'D');
      }
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  @Test
  void aLogInWhoseConnectionWasCutGoesOnOverAnother() throws IOException {
    start(c -> {});
    logIn().close();
    for (int passed = 0; passed < 9; passed += 3) {
      String zone = "Etc/GMT+" + (1 + passed);
      network.cutOnce(zone.getBytes(StandardCharsets.US_ASCII), passed);
      try (RawClient client = RawClient.logIn(node.target(), "TimeZone", zone)) {
        assertThat(network.cutDone()).isTrue();
        assertThat(client.value("SHOW TimeZone")).isEqualTo(zone);
        assertThat(client.parameters()).containsEntry("TimeZone", zone);
      }
    }
  }

  /** What a client sends without waiting for any of it, and how many answers it waits for. */
  private static List<byte[]> ahead(String kind) {
    byte[] run = all(execute("", 0), sync());
    byte[] known = all(bind("", "known"), describePortal(""), run);
    return switch (kind) {
      case "queries" -> List.of(query(READ), query(OTHER), query(READ));
      case "batches" -> List.of(batch(READ), batch(OTHER), known, batch(READ));
      case "closed at once" -> List.of(closed(READ), closed(OTHER), known, closed(READ));
      case "one text" -> List.of(all(parse("", READ), sync()), all(bind("", ""), run), known);
      default ->
          List.of(
              query("SELECT 1; " + READ),
              all(parse("n", READ), bind("", "n"), run),
              all(bind("", "n"), describePortal(""), execute("", 1), sync()),
              all(bind("", "n"), execute("", 0), bind("", "known"), run),
              query("SELECT 1/0"),
              query(OTHER));
    };
  }

  /** Prepared under a name that is free again when it was run. */
  private static byte[] closed(String sql) {
    return all(
        parse("once", sql),
        bind("", "once"),
        describePortal(""),
        execute("", 0),
        closeStatement("once"),
        sync());
  }

  @ParameterizedTest
  @CsvSource({
    "queries, 1",
    "batches, 1",
    "closed at once, 1",
    "one text, 3",
    "all sorts, 1",
    "all sorts, 3"
  })
  void readsThatWereSentAheadAreAnsweredInTheirOrder(String kind, int pieces) throws IOException {
    start(c -> {});
    List<byte[]> requests = ahead(kind);
    try (RawClient client = logIn()) {
      client.send(parse("known", READ), describeStatement("known"), sync());
      client.untilReady();
      List<Message> whole = ask(client, requests, 1);
      int bytes = whole.stream().mapToInt(message -> 5 + message.body().length).sum();
      for (int passed = 0; passed < bytes; passed += STEP) {
        client.send(closeStatement("n"), sync());
        client.untilReady();
        network.cutOnce(MARK, passed);
        assertThat(ask(client, requests, pieces))
            .as("cut behind %d", passed)
            .hasToString(whole.toString());
        assertThat(network.cutDone()).isTrue();
      }
      network.cutOnce(MARK, 0);
      assertThat(client.query(READ)).as("when it waits again").isNotEmpty();
      assertThat(network.cutDone()).isTrue();
    }
  }

  /** Sends all in so many pieces, and then waits for as many answers. */
  private static List<Message> ask(RawClient client, List<byte[]> requests, int pieces)
      throws IOException {
    byte[] all = all(requests.toArray(byte[][]::new));
    int size = all.length / pieces;
    for (int piece = 0; piece < pieces; piece++) {
      int end = piece == pieces - 1 ? all.length : (piece + 1) * size;
      client.send(Arrays.copyOfRange(all, piece * size, end));
    }
    List<Message> answers = new ArrayList<>();
    for (byte[] request : requests) {
      answers.addAll(client.untilReady());
    }
    return answers;
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "behind a read", "in a batch of reads", "in a text of reads"})
  void aWriteAmongReadsThatWereSentAheadIsCarriedOutOnceAtMost(String place) throws IOException {
    start(c -> {});
    try (RawClient other = logIn()) {
      int refused = 0;
      for (int passed = 0; passed < 160; passed += STEP) {
        int value = 1000 + passed;
        network.cutOnce(MARK, passed);
        List<Boolean> told = askToWrite(place, value);
        assertThat(network.cutDone()).isTrue();
        int at = place.equals("first") ? 0 : 1;
        if (at > 0) {
          assertThat(told.get(0)).as("the read before it, cut behind %d", passed).isTrue();
        }
        boolean written = told.size() > at && told.get(at);
        refused += written ? 0 : 1;
        assertThat(told.subList(Math.min(at + 1, told.size()), told.size()))
            .as("the reads behind it, cut behind %d", passed)
            .doesNotContain(false);
        String count = other.value("SELECT count(*) FROM lost_reads WHERE i = " + value);
        assertThat(count).isIn(written ? List.of("1") : List.of("0", "1"));
      }
      assertThat(refused).isPositive();
    }
  }

  /**
   * Sends a write among reads, all at once.
   *
   * @return what was answered without an error, in the order of the requests; less if the client
   *     was disconnected amid a message
   */
  private List<Boolean> askToWrite(String place, int value) throws IOException {
    String insert = "INSERT INTO lost_reads VALUES (" + value + ", 'more')";
    byte[] read = query("SELECT v AS marked_answer FROM lost_reads WHERE i < 4 ORDER BY i");
    byte[] open = all(parse("", READ), bind("", ""), describePortal(""), execute("", 0));
    List<byte[]> requests =
        switch (place) {
          case "first" -> List.of(query(insert + " RETURNING v AS marked_answer"), read, read);
          case "behind a read" -> List.of(read, batch(insert), read, read);
          case "in a batch of reads" ->
              List.of(read, all(open, statement(insert), batch(READ)), read);
          default -> List.of(read, query(READ + "; " + insert), read);
        };
    List<Boolean> told = new ArrayList<>();
    try (RawClient client = logIn()) {
      client.send(requests.toArray(byte[][]::new));
      for (int i = 0; i < requests.size(); i++) {
        List<Message> answer = client.untilReady();
        told.add(answer.stream().noneMatch(message -> message.type() == 'E'));
      }
    } catch (EOFException cut) {
      assertThat(told).as("what was told before").hasSizeLessThan(requests.size());
    }
    return told;
  }

  /** A server that is stopped, or told to end a session, rolls back what it was carrying out. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWriteWhoseServerEndedItsSessionIsCarriedOutOnce(boolean batch) throws IOException {
    start(c -> {});
    String insert = "INSERT INTO lost_reads VALUES (3000, 'terminated')";
    try (RawClient client = logIn();
        RawClient other = RawClient.logIn(SharedPostgres.target())) {
      other.query("BEGIN");
      other.query("LOCK TABLE lost_reads IN SHARE MODE");
      client.send(batch ? batch(insert) : query(insert));
      String first = waiting("");
      SharedPostgres.value("SELECT pg_terminate_backend(" + first + ")");
      waiting(first);
      other.query("COMMIT");

      assertThat(client.untilReady())
          .noneMatch(message -> message.type() == 'E')
          .anyMatch(message -> message.type() == 'C');
      assertThat(other.value("SELECT count(*) FROM lost_reads WHERE i = 3000")).isEqualTo("1");
      assertThat(client.value("SELECT 'and on'")).isEqualTo("and on");
    }
  }

  /** The server process, another than this, that waits to write. */
  private static String waiting(String than) {
    List<String> found = new ArrayList<>();
    Await.until(
        "the write waits for the lock",
        () -> {
          String process =
              SharedPostgres.value(
                  "SELECT coalesce(min(pid)::text, '') FROM pg_stat_activity WHERE wait_event_type"
                      + " = 'Lock' AND query LIKE 'INSERT INTO lost_reads%'");
          found.add(process);
          return !process.isEmpty() && !process.equals(than);
        });
    return found.get(found.size() - 1);
  }

  @Test
  void ofATransactionWhoseBeginWasLostBehindAReadNothingIsCarriedOut() throws IOException {
    start(c -> {});
    try (RawClient other = logIn()) {
      int refused = 0;
      for (int passed = 0; passed < 160; passed += 11) {
        int value = 2000 + passed;
        String insert = "INSERT INTO lost_reads VALUES (" + value + ", 'begun')";
        try (RawClient client = logIn()) {
          network.cutOnce(MARK, passed);
          client.send(
              query("SELECT v AS marked_answer FROM lost_reads WHERE i < 4 ORDER BY i"),
              query("BEGIN"),
              query(insert));
          client.untilReady();
          boolean begun = client.untilReady().toString().contains("BEGIN");
          client.untilReady();
          client.query(insert);
          client.query("COMMIT");
          refused += begun ? 0 : 1;
        } catch (EOFException cut) {
          // It was disconnected amid a message, and its transaction with it.
        }
        assertThat(other.value("SELECT count(*) FROM lost_reads WHERE i = " + value))
            .as("cut behind %d", passed)
            .isIn("0", "2");
      }
      assertThat(refused).isPositive();
    }
  }

  @Test
  void whatFollowsAnAnswerThatWasToldInPartIsAnswered() throws IOException {
    start(c -> {});
    String large = "SELECT repeat('x', 95) AS marked_answer FROM generate_series(1, 200)";
    try (RawClient client = logIn()) {
      int passed = 0; // whole messages, and less than the server sends at first
      for (Message message : client.query(large)) {
        int next = passed + 5 + message.body().length;
        if (next > 8192) {
          break;
        }
        passed = next;
      }
      boolean inPart = false;
      for (int i = 0; i < 50 && !inPart; i++) {
        network.cutOnce(MARK, passed);
        client.send(query(large), query(OTHER), query(READ));
        List<Message> first = client.untilReady();
        assertThat(network.cutDone()).isTrue();
        assertThat(first).anyMatch(message -> message.type() == 'D');
        // Where a query was still on its way, the cut takes away what the node has not read yet:
        // if that leaves too little to have been told, the answer is a whole one.
        inPart = first.stream().anyMatch(message -> message.type() == 'E');
        for (int j = 0; j < 2; j++) {
          assertThat(client.untilReady())
              .anyMatch(message -> message.type() == 'D')
              .noneMatch(message -> message.type() == 'E');
        }
      }
      assertThat(inPart).as("an answer was told in part").isTrue();
    }
  }

  @Test
  void aReadWhoseStatementWasTakenAwayBehindItIsNotAnsweredWithAnother() throws IOException {
    start(c -> {});
    byte[] run = all(execute("", 0), sync());
    try (RawClient client = logIn()) {
      for (int passed = 0; passed < 60; passed += STEP) {
        client.send(closeStatement("a"), parse("a", READ), parse("", "SELECT 'of before'"), sync());
        client.untilReady();
        network.cutOnce(MARK, passed);
        client.send(
            all(bind("", "a"), describePortal(""), run),
            all(bind("", ""), run),
            all(closeStatement("a"), parse("a", "SELECT 'another'"), sync()),
            batch("SELECT 'another'"));
        for (String wanted : List.of("value 1", "of before")) {
          List<Message> answer = client.untilReady();
          if (answer.stream().noneMatch(message -> message.type() == 'E')) {
            assertThat(answer.toString()).contains(wanted);
          }
        }
        client.untilReady();
        client.untilReady();
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
