package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Servers of a cluster are killed, stopped at once, or crash, again and again under clients that
 * only read, each in its way: none of them hears of it. {@code -Dkills.rounds} says how often
 * (default 1).
 */
@Tag("ci")
class KilledServersIT {
  private static final int ROUNDS = Integer.getInteger("kills.rounds", 1);
  private static final int CLIENTS = 12;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** A client that reads in its own way. */
  private interface Line extends AutoCloseable {
    /** Fails when there is no row. */
    void read(String sql) throws SQLException, IOException;

    boolean lost() throws SQLException;
  }

  /** By pgjdbc: as it comes, or as a statement that is prepared on the server at once. */
  private record DriverLine(Connection connection, boolean prepares) implements Line {
    @Override
    public void read(String sql) throws SQLException {
      if (!prepares) {
        assertThat(value(connection, sql)).isNotNull();
        return;
      }
      // Of a parameter without a type the driver has the statement described ahead of it.
      try (PreparedStatement statement =
          connection.prepareStatement("SELECT * FROM (" + sql + ") r WHERE ?::text = 'yes'")) {
        statement.setString(1, "yes");
        try (ResultSet rows = statement.executeQuery()) {
          assertThat(rows.next()).isTrue();
        }
      }
    }

    @Override
    public boolean lost() throws SQLException {
      return connection.isClosed();
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /** Prepares and describes, runs, and closes, each by itself, as many drivers do. */
  private static final class StepsLine implements Line {
    private final RawClient client;
    private int number;

    StepsLine(RawClient client) {
      this.client = client;
    }

    @Override
    public void read(String sql) throws SQLException, IOException {
      String name = "s" + number++;
      ask(parse(name, sql), describeStatement(name), sync());
      List<Message> rows = ask(bind("", name), Frontend.execute("", 0), sync());
      ask(closeStatement(name), sync());
      assertThat(rows).anyMatch(message -> message.type() == 'D');
    }

    private List<Message> ask(byte[]... messages) throws SQLException, IOException {
      client.send(messages);
      List<Message> answer = client.untilReady();
      complain(answer);
      return answer;
    }

    @Override
    public boolean lost() {
      return false;
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  /** Sends several reads, in several ways, before it looks at the first answer. */
  private record AheadLine(RawClient client) implements Line {
    @Override
    public void read(String sql) throws SQLException, IOException {
      byte[] statement = Frontend.statement(sql);
      client.send(
          Frontend.query(sql),
          statement,
          sync(),
          Frontend.query("SELECT count(*) FROM t; " + sql),
          statement,
          Frontend.statement("SELECT max(i) FROM t"),
          sync());
      for (int rows : new int[] {1, 1, 2, 2}) {
        List<Message> answer = client.untilReady();
        complain(answer);
        assertThat(answer.stream().filter(message -> message.type() == 'C').count())
            .isEqualTo(rows);
      }
    }

    @Override
    public boolean lost() {
      return false;
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  private static void complain(List<Message> answer) throws SQLException {
    for (Message message : answer) {
      if (message.type() == 'E') {
        throw new SQLException(message.fields().get('M'), message.sqlState());
      }
    }
  }

  private static Line line(RoutedCluster routed, int number) throws SQLException, IOException {
    return switch (number % 6) {
      case 0 -> new DriverLine(routed.connect(), false);
      case 1 -> new DriverLine(routed.connect("preferQueryMode", "simple"), false);
      case 2 -> new DriverLine(routed.connect("prepareThreshold", "1"), false);
      case 3 ->
          new DriverLine(
              routed.connect(
                  "prepareThreshold",
                  "1",
                  "preparedStatementCacheQueries",
                  "0",
                  "stringtype",
                  "unspecified"),
              true);
      case 4 -> new AheadLine(RawClient.logIn(routed.node().target()));
      default -> new StepsLine(RawClient.logIn(routed.node().target()));
    };
  }

  /** Reads until it is told to stop. */
  private static final class Reader implements Runnable {
    private final RoutedCluster routed;
    private final int number;
    private final AtomicBoolean stop;
    private final ConcurrentLinkedQueue<String> errors;
    private final AtomicLong reads = new AtomicLong();

    Reader(
        RoutedCluster routed,
        int number,
        AtomicBoolean stop,
        ConcurrentLinkedQueue<String> errors) {
      this.routed = routed;
      this.number = number;
      this.stop = stop;
      this.errors = errors;
    }

    @Override
    public void run() {
      try (Line line = line(routed, number)) {
        while (!stop.get() && !line.lost()) {
          String sql =
              switch ((int) (reads.get() % 5)) {
                case 0 -> "SELECT count(*) FROM t";
                case 1 -> "SELECT i FROM t WHERE i = 1";
                case 2 -> "SELECT count(*), now() FROM t";
                case 3 -> "SELECT i, pg_sleep(0.002)::text AS slept FROM t";
                default -> "SELECT i FROM t, pg_sleep(0.002) LIMIT 1";
              };
          read(line, sql);
        }
      } catch (Exception | AssertionError e) {
        errors.add("client " + number + ": " + e);
      }
    }

    private void read(Line line, String sql) throws IOException {
      try {
        line.read(sql);
        reads.incrementAndGet();
      } catch (SQLException e) {
        errors.add(e.getSQLState() + " " + e.getMessage() + " to client " + number + ": " + sql);
      }
    }
  }

  /** How a server goes; it is there again afterwards. */
  private enum End {
    /** With the machine. */
    KILLED {
      @Override
      void of(PostgresServer server) {
        server.kill();
        server.start();
      }
    },
    /** At once, with a last word to each client, behind what there was of an answer. */
    STOPPED {
      @Override
      void of(PostgresServer server) {
        server.stop(StopMode.IMMEDIATE);
        server.start();
      }
    },
    /** One of its processes is killed: it says the same to all clients and begins anew. */
    CRASHED {
      @Override
      void of(PostgresServer server) {
        String process =
            server.queryValue(
                "postgres",
                "SELECT min(pid) FROM pg_stat_activity WHERE usename = 'app'"
                    + " AND application_name NOT LIKE 'heimdall%'");
        if (process == null) {
          return; // nobody reads there
        }
        ProcessHandle.of(Long.parseLong(process)).ifPresent(ProcessHandle::destroyForcibly);
        Await.until("it has begun anew", PATIENCE, () -> answers(server), server::toString);
      }
    };

    abstract void of(PostgresServer server);

    private static boolean answers(PostgresServer server) {
      try {
        return "1".equals(server.queryValue("postgres", "SELECT 1"));
      } catch (ServerException e) {
        return false; // it is ending, or recovers
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"all, 2", "none, 40"})
  void readsGoOnWhateverServerIsKilled(String split, int poolSize) throws Exception {
    goOnWhateverServerIsKilled(split, poolSize);
  }

  /** As with replicas, without any. */
  @Test
  @Tag("long")
  void readsOfSharedConnectionsGoOnWithoutReplicas() throws Exception {
    goOnWhateverServerIsKilled("none", 2);
  }

  private void goOnWhateverServerIsKilled(String split, int poolSize) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    List<Reader> readers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (RoutedCluster routed =
        new RoutedCluster(
            c ->
                c.source("cluster.reads", split)
                    .source("cluster.balance.slowStart", "0")
                    .vdb("pool.size", poolSize)
                    .vdb("pipelining.minRuns", 1)
                    .vdb("pipelining.enabled", poolSize < CLIENTS),
            primary ->
                asOwner(primary, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1), (2)"))) {
      for (int i = 0; i < CLIENTS; i++) {
        Reader reader = new Reader(routed, i, stop, errors);
        readers.add(reader);
        Thread thread = new Thread(reader, "reader-" + i);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
      goOn(counts(readers), errors);
      List<PostgresServer> victims =
          split.equals("none")
              ? List.of(routed.primary())
              : List.of(routed.first(), routed.second(), routed.primary());
      for (int round = 0; round < ROUNDS; round++) {
        for (PostgresServer victim : victims) {
          for (End end : End.values()) {
            end.of(victim);
            goOn(counts(readers), errors);
            assertThat(errors).as("%s %s", victim, end).isEmpty();
          }
        }
      }
      try (Connection client = routed.connect()) {
        execute(client, "INSERT INTO t VALUES (3)");
      }
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(20));
      }
      assertThat(errors).isEmpty();
    } finally {
      stop.set(true);
    }
  }

  /** Some 130 KB in a second and less: most of the time its client has had a part of it. */
  private static final String LARGE =
      "SELECT g, pg_sleep(0.001)::text AS slept, repeat('x', 300) FROM generate_series(1, 400) g";

  /**
   * How many whole answers each client has after a server went: the first one, which that server
   * had begun, and some that were begun afterwards.
   */
  private static final int LARGE_READS = 3;

  @Test
  void largeReadsGoOnBehindWhatTheirClientsHave() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    List<AtomicLong> counts = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (RoutedCluster routed =
        new RoutedCluster(
            c ->
                c.source("cluster.reads", "none")
                    .vdb("transactionReplay.enabled", true)
                    .vdb("pipelining.enabled", false),
            primary -> asOwner(primary, "CREATE TABLE t (i int)"))) {
      for (int i = 0; i < 4; i++) {
        AtomicLong reads = new AtomicLong();
        counts.add(reads);
        Thread thread = new Thread(() -> readLarge(routed, reads, stop, errors), "large-" + i);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
      goOn(counts, LARGE_READS, errors);
      for (int round = 0; round < ROUNDS; round++) {
        for (End end : End.values()) {
          end.of(routed.primary());
          goOn(counts, LARGE_READS, errors);
          assertThat(errors).as("%s", end).isEmpty();
        }
      }
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(20));
      }
      assertThat(errors).isEmpty();
    } finally {
      stop.set(true);
    }
  }

  private static void readLarge(
      RoutedCluster routed,
      AtomicLong reads,
      AtomicBoolean stop,
      ConcurrentLinkedQueue<String> errors) {
    try (RawClient client = RawClient.logIn(routed.node().target())) {
      String whole = client.query(LARGE).toString();
      while (!stop.get()) {
        List<Message> answer = client.query(LARGE);
        if (!answer.toString().equals(whole)) {
          errors.add(answer.size() + " messages, the last " + answer.get(answer.size() - 2));
        }
        reads.incrementAndGet();
      }
    } catch (Exception | AssertionError e) {
      errors.add("large reads: " + e);
    }
  }

  /** Inserts between reads, all of it sent at once, and notes what it is told. */
  private static final class Writer implements Runnable {
    private final RoutedCluster routed;
    private final int number;
    private final AtomicBoolean stop;
    private final ConcurrentLinkedQueue<String> errors;
    private final AtomicLong rounds = new AtomicLong();
    private final List<Integer> done = new ArrayList<>();
    private final List<Integer> unknown = new ArrayList<>();

    Writer(
        RoutedCluster routed,
        int number,
        AtomicBoolean stop,
        ConcurrentLinkedQueue<String> errors) {
      this.routed = routed;
      this.number = number;
      this.stop = stop;
      this.errors = errors;
    }

    @Override
    public void run() {
      byte[] read = all(Frontend.statement("SELECT count(*) FROM t WHERE i < 3"), sync());
      try (RawClient client = RawClient.logIn(routed.node().target())) {
        for (int i = 1000; !stop.get(); i++) {
          byte[] write = Frontend.query("INSERT INTO w VALUES (" + number + ", " + i + ")");
          client.send(read, read, write, read, read);
          complain(client.untilReady()); // what comes before the write is never told an error
          complain(client.untilReady());
          boolean told = succeeds(client);
          (told ? done : unknown).add(i);
          boolean next = succeeds(client);
          boolean last = succeeds(client);
          if (told && !(next && last)) {
            errors.add("what follows " + i + ", which was told, was not");
          }
          rounds.incrementAndGet();
        }
      } catch (Exception | AssertionError e) {
        errors.add("writer: " + e);
      }
    }

    /** What there is of it. */
    List<Integer> written(Connection client) throws SQLException {
      List<Integer> there = new ArrayList<>();
      try (ResultSet rows =
          client.createStatement().executeQuery("SELECT i FROM w WHERE writer = " + number)) {
        while (rows.next()) {
          there.add(rows.getInt(1));
        }
      }
      return there;
    }

    private static boolean succeeds(RawClient client) throws IOException {
      return client.untilReady().stream().noneMatch(message -> message.type() == 'E');
    }
  }

  @Test
  void whatIsWrittenAmongReadsThatAreSentAheadIsWrittenOnceOrSaidToBeUnknown() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    List<Writer> writers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (RoutedCluster routed =
        new RoutedCluster(
            c -> c.source("cluster.reads", "none").vdb("pool.size", 4),
            primary ->
                asOwner(
                    primary,
                    "CREATE TABLE t (i int)",
                    "INSERT INTO t VALUES (1), (2)",
                    "CREATE TABLE w (writer int, i int)"))) {
      for (int i = 0; i < 4; i++) {
        Writer writer = new Writer(routed, i, stop, errors);
        writers.add(writer);
        Thread thread = new Thread(writer, "writer-" + i);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
      List<AtomicLong> counts = writers.stream().map(writer -> writer.rounds).toList();
      for (int round = 0; round < 2 * ROUNDS; round++) {
        for (End end : End.values()) {
          goOn(counts, errors);
          end.of(routed.primary());
        }
      }
      goOn(counts, errors);
      stop.set(true);
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(20));
      }
      assertThat(errors).isEmpty();
      try (Connection client = routed.connect()) {
        for (Writer writer : writers) {
          List<Integer> there = writer.written(client);
          assertThat(there).doesNotHaveDuplicates().containsAll(writer.done);
          assertThat(there).allMatch(i -> writer.done.contains(i) || writer.unknown.contains(i));
        }
      }
    } finally {
      stop.set(true);
    }
  }

  private static List<AtomicLong> counts(List<Reader> readers) {
    return readers.stream().map(reader -> reader.reads).toList();
  }

  private static void goOn(List<AtomicLong> counts, ConcurrentLinkedQueue<String> errors) {
    goOn(counts, 20, errors);
  }

  /** Waits until each of them has had more answers than so many, all at the same time. */
  private static void goOn(
      List<AtomicLong> counts, int answers, ConcurrentLinkedQueue<String> errors) {
    long[] before = counts.stream().mapToLong(AtomicLong::get).toArray();
    for (int i = 0; i < before.length; i++) {
      AtomicLong count = counts.get(i);
      long enough = before[i] + answers;
      Await.until(
          "a client goes on",
          PATIENCE,
          () -> count.get() > enough || !errors.isEmpty(),
          errors::toString);
    }
  }
}
