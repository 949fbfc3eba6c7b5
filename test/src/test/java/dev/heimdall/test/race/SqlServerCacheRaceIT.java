package dev.heimdall.test.race;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.StartedNode;
import dev.heimdall.test.tds.TdsTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients read while others write, in every form of request: a read that begins when a write is
 * answered finds it. {@code -Dcache.writes} says how many writes each writer makes, {@code
 * -Dcache.seed} where chance begins.
 */
@Tag("long")
class SqlServerCacheRaceIT {
  private static final int ROWS = 3;
  private static final int WRITERS = 3;
  private static final int READERS = 6;

  /** Writes that nobody can read are one in so many. */
  private static final int RARE = 100;

  /** Number of the other forms of writes, and that of those. */
  private static final int UNREAD = 6;

  private static final int OWN_READS = 10;
  private static final String READ = "select v from race where id = ";
  private static final String CACHE = ", \"cache\": {\"enabled\": true, \"dmlThreshold\": 100}";

  private static final String UNHEARD =
      "{\"match\": \"(?i)update|writes\", \"action\": \"tag\","
          + " \"parameters\": {\"invalidate\": false}}, ";

  private static final int WRITES = Integer.getInteger("cache.writes", 300);

  /** Writes after which a race without a part of the proof has had its chance. */
  private static final int MOST = 20 * WRITES;

  private static final long SEED = Long.getLong("cache.seed", System.nanoTime());

  private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(ROWS);
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong stale = new AtomicLong();
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<SqlServerNode> nodes = new ArrayList<>();
  private final List<TcpFaults> ways = new ArrayList<>();

  /** If a part of the proof is taken away: the race is over when that shows. */
  private boolean control;

  /** If what was written through another node counts. */
  private boolean strict = true;

  private TdsTarget server;
  private RedisProcess store;

  @BeforeEach
  void listen() throws SQLException {
    server = TdsTarget.start("app");
    try (Connection past = server.jdbc(";databaseName=app;encrypt=false")) {
      all(past, "create table race (id int primary key, v int)");
      all(past, "create view seen as select id, v from race");
      all(past, "create synonym meant for race");
      all(past, "create procedure writes @id int, @v int as update race set v = @v where id = @id");
      for (int id = 0; id < ROWS; id++) {
        all(past, "insert race values (" + id + ", 0)");
      }
    }
  }

  @AfterEach
  void end() throws IOException {
    nodes.forEach(SqlServerNode::close);
    for (TcpFaults way : ways) {
      way.close();
    }
    if (store != null) {
      store.close();
    }
    server.close();
  }

  private void start(String rules) throws SQLException {
    nodes.add(SqlServerNode.caching(server, CACHE, rules));
    ready();
  }

  /** The ways to the server and to the store are slow now and then. */
  private void startFleet(String level, String rules) throws SQLException, IOException {
    startFleet(level, rules, () -> StartedNode::ofThis);
  }

  private void startFleet(String level, String rules, Supplier<Function<Path, StartedNode>> starts)
      throws SQLException, IOException {
    store = RedisProcess.running();
    strict = level.equals("strict");
    for (int id = 1; id <= 2; id++) {
      TcpFaults toServer = new TcpFaults(server.host(), server.port());
      TcpFaults toStore = new TcpFaults("127.0.0.1", store.port());
      ways.add(toServer);
      ways.add(toStore);
      SqlServerNode.Member member =
          new SqlServerNode.Member(
              id, "127.0.0.1:" + toServer.port(), "127.0.0.1:" + toStore.port(), level);
      nodes.add(SqlServerNode.caching(server, CACHE, rules, member, starts.get()));
    }
    ready();
    Random random = new Random(SEED);
    ways.forEach(way -> way.delays(() -> random.nextInt(5) == 0 ? random.nextInt(1_500_000) : 0));
  }

  private void ready() throws SQLException {
    for (SqlServerNode node : nodes) {
      try (Connection client = node.jdbc(";encrypt=false")) {
        Await.until(
            "it is cached",
            () -> {
              all(client, READ + 0);
              return figure(node, "hits") > 0;
            });
      }
    }
  }

  /** Of one node or the other. */
  private Connection client(int number) throws SQLException {
    return nodes.get(number % nodes.size()).jdbc(";encrypt=false");
  }

  private long figure(String column) throws SQLException {
    long sum = 0;
    for (SqlServerNode node : nodes) {
      sum += figure(node, column);
    }
    return sum;
  }

  private static long figure(SqlServerNode node, String column) throws SQLException {
    try (Connection console = node.console();
        Statement statement = console.createStatement();
        ResultSet row = statement.executeQuery("SHOW CACHE")) {
      assertThat(row.next()).isTrue();
      return row.getLong(column);
    }
  }

  /** Each row has one writer: its value only grows. */
  private Void write(int id) throws SQLException {
    Random random = new Random(SEED + id);
    try (Connection client = client(id);
        PreparedStatement prepared = client.prepareStatement("update race set v = ? where id = ?");
        CallableStatement call = client.prepareCall("{call writes(?, ?)}")) {
      for (int v = 1; control ? v <= MOST && stale.get() == 0 : v <= WRITES; v++) {
        boolean unread = random.nextInt(RARE) == 0; // behind it the catalogue is read again
        switch (unread ? UNREAD : random.nextInt(UNREAD)) {
          case 0 -> all(client, "update race set v = " + v + " where id = " + id);
          case 1 -> all(client, "update app..race set v = " + v + " where id = " + id);
          case 2 -> {
            prepared.setInt(1, v);
            prepared.setInt(2, id);
            prepared.executeUpdate();
          }
          case 3 -> {
            call.setInt(1, id);
            call.setInt(2, v);
            call.execute();
          }
          case 4 -> {
            client.setAutoCommit(false);
            all(client, "update race set v = " + v + " where id = " + id);
            judge(v, number(all(client, READ + id)));
            client.commit();
            client.setAutoCommit(true);
          }
          case 5 ->
              all(
                  client,
                  "select 1; update meant set v = " + v + " where id = " + id + "; select 2");
          default -> {
            all(client, "begin tran update race set v = -1 where id = " + id);
            all(client, "rollback");
            all(client, "exec('update meant set v = " + v + " where id = " + id + "')");
          }
        }
        acknowledged.set(id, v);
        for (int i = 0; i < OWN_READS; i++) {
          judge(v, number(all(client, READ + id)));
        }
      }
    }
    return null;
  }

  /** The judge of less than what is promised finds that. */
  @Test
  void aFleetOfALowerLevelIsFoundOut() throws SQLException, IOException {
    startFleet("session", "");
    strict = true;

    race();

    assertThat(stale.get()).as("of %s reads, seed %s", reads, SEED).isPositive();
  }

  private static int number(String result) {
    return Integer.parseInt(result.substring(1, result.length() - 2));
  }

  private void judge(int least, int found) {
    reads.incrementAndGet();
    if (found < least) {
      stale.incrementAndGet();
    }
  }

  private Void read(int reader) throws SQLException {
    Random random = new Random(SEED - 1 - reader);
    try (Connection client = client(reader);
        PreparedStatement prepared = client.prepareStatement("select v from race where id = ?")) {
      while (!over.get()) {
        int id = random.nextInt(ROWS);
        // The writer of a row has its number, by which its node is chosen.
        boolean counts = strict || id % nodes.size() == reader % nodes.size();
        int before = counts ? acknowledged.get(id) : 0;
        int found;
        if (random.nextBoolean()) {
          prepared.setInt(1, id);
          try (ResultSet row = prepared.executeQuery()) {
            assertThat(row.next()).isTrue();
            found = row.getInt(1);
          }
        } else {
          String table = random.nextBoolean() ? "race" : "seen";
          found = number(all(client, "select v from " + table + " where id = " + id));
        }
        judge(before, found);
      }
    }
    return null;
  }

  /** A task that may fail. */
  private interface Task {
    Void run(int number) throws SQLException;
  }

  private static CompletableFuture<Void> begin(ExecutorService threads, Task task, int number) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            task.run(number);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        },
        threads);
  }

  private void race() {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS + READERS);
    try {
      List<CompletableFuture<Void>> writers = new ArrayList<>();
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(begin(threads, this::read, i));
      }
      for (int i = 0; i < WRITERS; i++) {
        writers.add(begin(threads, this::write, i));
      }
      try {
        writers.forEach(CompletableFuture::join);
      } finally {
        over.set(true);
      }
      readers.forEach(CompletableFuture::join);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whatWasWrittenIsFound() throws SQLException {
    start("");

    race();

    assertThat(stale).as("of %s reads, seed %s", reads, SEED).hasValue(0);
    assertThat(reads.get()).isGreaterThan(1_000);
    assertThat(figure("hits")).isGreaterThan(reads.get() / 20);
  }

  /** Promises of each level of consistency, of two nodes that write and read. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "fleet", "strict"})
  void whatWasWrittenIsFoundThroughTheFleet(String level) throws SQLException, IOException {
    startFleet(level, "");

    race();

    assertThat(stale).as("of %s reads, seed %s", reads, SEED).hasValue(0);
    System.out.printf(
        "%s, seed %d: %d reads, %d hits, %d of them of the store%n",
        level, SEED, reads.get(), figure("hits"), figure("far_hits"));
    assertThat(reads.get()).isGreaterThan(1_000);
    assertThat(figure("hits")).isGreaterThan(reads.get() / 50);
    if (!level.equals("session")) {
      assertThat(figure("far_hits")).isPositive();
      ways.forEach(way -> way.delays(null));
      for (int i = 0; i < nodes.size(); i++) {
        try (Connection client = client(i)) {
          for (int id = 0; id < ROWS; id++) {
            String read = READ + id;
            Await.until("all is heard of", () -> number(all(client, read)) == WRITES);
          }
        }
      }
    }
  }

  @Test
  void aFleetThatHearsOfNoWriteIsFoundOut() throws SQLException, IOException {
    startFleet("strict", UNHEARD);

    race();

    assertThat(stale.get()).as("of %s reads, seed %s", reads, SEED).isPositive();
  }

  /** The promises of each level are not kept where one of these is missing. */
  @ParameterizedTest
  @CsvSource({
    "WITHOUT_CHECK, session", "WITHOUT_CHECK, fleet", "WITHOUT_CHECK, strict",
    "NUMBERED_LATE, session", "NUMBERED_LATE, fleet", "NUMBERED_LATE, strict",
    "ROWS_UNCHECKED, session", "ROWS_UNCHECKED, fleet", "ROWS_UNCHECKED, strict",
  })
  void withAPartTakenAwaySomethingOldIsServed(Wiring wiring, String level)
      throws SQLException, IOException {
    control = true;
    startFleet(level, "", () -> new InstrumentedNodes(wiring)::start);

    race();

    assertThat(stale.get()).as("of %s reads, seed %s", reads, SEED).isPositive();
  }

  /** Rules leave what is kept of the table: the judge finds that. */
  @Test
  void aCacheThatHearsOfNoWriteIsFoundOut() throws SQLException {
    start(UNHEARD);

    race();

    assertThat(stale.get()).as("of %s reads, seed %s", reads, SEED).isPositive();
  }
}
