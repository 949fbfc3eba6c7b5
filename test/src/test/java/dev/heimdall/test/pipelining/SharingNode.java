package dev.heimdall.test.pipelining;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A node whose clients share as much as they can: one event loop, and every read that a rule does
 * not forbid goes behind others as soon as one like it has run. Statements with {@code shared} in a
 * comment share from the first time on, however long they take.
 */
public final class SharingNode implements AutoCloseable {
  /** Sleeps without a look at the processor; a read as far as the catalogue can tell. */
  private static final String SLEEP =
      "CREATE OR REPLACE FUNCTION pipe_sleep(float8) RETURNS void IMMUTABLE"
          + " LANGUAGE internal AS 'pg_sleep'";

  /** The slow read of most tests: so many milliseconds, then its second argument. */
  private static final String SLOW_READ =
      "CREATE OR REPLACE FUNCTION pipe_slow(ms int, answer text) RETURNS text STABLE"
          + " LANGUAGE plpgsql AS 'BEGIN PERFORM pipe_sleep(ms / 1000.0); RETURN answer; END'";

  private static final String NOTICING_READ =
      "CREATE OR REPLACE FUNCTION pipe_notice(answer text) RETURNS text STABLE"
          + " LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''for %'', answer; RETURN answer; END'";

  private final TestNode node;

  private SharingNode(TestNode node) {
    this.node = node;
  }

  /**
   * @param size connections of the pool
   * @param wishes what else differs
   */
  public static SharingNode start(int size, Consumer<TestConfiguration> wishes) {
    prepareDatabase();
    return startOn(size, wishes);
  }

  /** The same in front of a server that has the {@link #objects} already. */
  static SharingNode startOn(int size, Consumer<TestConfiguration> wishes) {
    SharingNode node =
        new SharingNode(
            TestNode.start(
                c -> {
                  settings(c, size);
                  wishes.accept(c);
                }));
    try (RawClient client = node.logIn()) {
      node.awaitShares(client);
      return node;
    } catch (IOException e) {
      node.close();
      throw new UncheckedIOException(e);
    }
  }

  static SharingNode start(int size) {
    return start(size, c -> {});
  }

  /** Functions that are slow or talk, and a table to read from. */
  static void prepareDatabase() {
    SharedPostgres.primary().executeIn(SharedPostgres.DATABASE, objects());
  }

  /** What {@link #prepareDatabase} makes, for a database elsewhere; needs a superuser. */
  static String[] objects() {
    return new String[] {
      SLEEP,
      Gate.believed("pipe_sleep(float8)"),
      Gate.WAIT,
      Gate.believed("pipe_wait(bigint)"),
      Gate.READ,
      SLOW_READ,
      NOTICING_READ,
      "CREATE TABLE IF NOT EXISTS pipe_rows AS"
          + " SELECT id, 'row ' || id AS name FROM generate_series(1, 1000) id",
      "GRANT SELECT ON pipe_rows TO PUBLIC"
    };
  }

  /** Sharing forced as far as settings can. */
  public static void settings(TestConfiguration c, int size) {
    c.node("loops", 1)
        .vdb("pool.size", size)
        .vdb("pool.queueTimeout", "60s")
        .vdb("pipelining.enabled", true)
        .vdb("pipelining.connections", 1)
        .vdb("pipelining.minRuns", 1)
        .vdb("pipelining.maxDepth", 64)
        .vdb("pipelining.maxWait", "10s")
        .vdb("pipelining.maxFirstAge", "10s")
        .vdb("pipelining.maxStatementTime", "10s")
        .vdb("rules", List.of("sharing"))
        .rules(
            "sharing",
            "{\"match\": \"shared\", \"action\": \"pool\", \"parameters\": {\"pipeline\": true}}");
  }

  /** The node itself. */
  public TestNode node() {
    return node;
  }

  Target target() {
    return node.target();
  }

  RawClient logIn(String... parameters) throws IOException {
    return RawClient.logIn(node.target(), parameters);
  }

  /** A read that keeps its connection for so long, and that others may stand behind. */
  static String slow(int millis, String answer) {
    return "SELECT pipe_slow(%d, '%s') /* shared */".formatted(millis, answer);
  }

  /**
   * Has the client send a read that is answered with {@code first} when the gate opens, and returns
   * when it stands first in the shared pipeline.
   */
  void occupy(RawClient client, Gate gate) throws IOException {
    awaitShares(client);
    client.send(Frontend.query(gate.read("first")));
    awaitDepth(1);
  }

  /** The same with a gate that opens when the test has put others behind. */
  Gate occupy(RawClient client) throws IOException {
    Gate gate = Gate.shut();
    occupy(client, gate);
    return gate;
  }

  /** Waits until there is a connection with the client's settings, and the catalogue is read. */
  void awaitShares(RawClient client) {
    Await.until(
        "a read is shared",
        Duration.ofSeconds(20),
        () -> {
          long before = pipelined();
          client.value("SELECT name FROM pipe_rows WHERE id = 1 /* shared */");
          return pipelined() > before;
        },
        () -> unshared().toString());
  }

  /** Waits until so many statements are in shared pipelines. */
  void awaitDepth(int depth) {
    Await.until(
        depth + " statements in the pipeline",
        Duration.ofMinutes(1),
        () -> depth() == depth,
        () -> "there are " + depth() + ", and not shared were " + unshared());
  }

  /** Statements in shared pipelines now. */
  long depth() {
    return sum("SHOW POOLS", "pipelined");
  }

  /** Clients that wait for a connection now. */
  long waiting() {
    return sum("SHOW POOLS", "cl_waiting");
  }

  /** Statements that were put into shared pipelines so far. */
  public long pipelined() {
    return sum("SHOW STATS", "pipelined");
  }

  /** Those that stood behind others. */
  public long queued() {
    return sum("SHOW STATS", "pipeline_queued");
  }

  /** Those that ran again elsewhere. */
  public long repeated() {
    return sum("SHOW STATS", "pipeline_repeated");
  }

  private long sum(String command, String column) {
    return node.admin(command).stream().mapToLong(row -> Long.parseLong(row.get(column))).sum();
  }

  /** Why statements were not shared, and how many. */
  public Map<String, Long> unshared() {
    Map<String, Long> reasons = new LinkedHashMap<>();
    for (Map<String, String> row : node.admin("SHOW STATS")) {
      for (String reason : row.get("unshared").split(", ")) {
        if (!reason.isEmpty()) {
          String[] parts = reason.split(" ");
          reasons.merge(parts[0], Long.parseLong(parts[1]), Long::sum);
        }
      }
    }
    return reasons;
  }

  /** How many statements had a connection of their own for this reason. */
  long unshared(String reason) {
    return unshared().getOrDefault(reason, 0L);
  }

  /** The first column of the first row of an answer, or the SQLSTATE of its error. */
  static String outcome(List<Message> answer) {
    for (Message message : answer) {
      if (message.type() == 'E') {
        return message.sqlState();
      }
      if (message.type() == 'D') {
        return message.columns().get(0);
      }
    }
    return "nothing";
  }

  /** The types of an answer's messages, one letter each. */
  static String types(List<Message> answer) {
    StringBuilder types = new StringBuilder();
    answer.forEach(message -> types.append(message.type()));
    return types.toString();
  }

  @Override
  public void close() {
    node.close();
  }
}
