package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Writes past the node are noticed by change tracking, and old results are no longer served. */
@Tag("ci")
class SqlServerTrackedWritesIT {
  private static final int WRITES = Integer.getInteger("cache.writes", 20);
  private static final int ROWS = 3;
  private static final int READERS = 3;
  private static final String CACHE = ", \"cache\": {\"enabled\": true, \"dmlThreshold\": 100}";

  private TdsTarget server;
  private Connection past;
  private SqlServerNode node;
  private Connection client;
  private Connection console;

  @BeforeEach
  void listen() throws SQLException {
    server = TdsTarget.start("app");
    past = server.jdbc(";databaseName=app;encrypt=false");
    all(past, "create table item (id int primary key, name nvarchar(20))");
    all(past, "create table unheard (id int primary key, n int)");
    all(past, "insert item values (1, 'one'), (2, 'two'), (3, 'three')");
    all(past, "insert unheard values (1, 1)");
  }

  @AfterEach
  void end() throws SQLException {
    console.close();
    client.close();
    node.close();
    past.close();
    server.close();
  }

  private void start() throws SQLException {
    node = SqlServerNode.hearing(server, CACHE);
    client = node.jdbc(";encrypt=false");
    console = node.console();
  }

  /** Starts a node that follows changes of these tables. */
  private void follow(String... tables) throws SQLException {
    track(tables);
    start();
    awaitPhase("following");
  }

  private void track(String... tables) throws SQLException {
    all(past, "alter database app set allow_snapshot_isolation on");
    all(past, "alter database app set change_tracking = on (change_retention = 2 days)");
    for (String table : tables) {
      all(past, "alter table " + table + " enable change_tracking");
    }
  }

  private void awaitPhase(String phase) {
    Await.until("the feed is " + phase, () -> changes("phase").equals(phase));
  }

  private String changes(String column) throws SQLException {
    return shown("SHOW CHANGES", column);
  }

  private String shown(String command, String column) throws SQLException {
    try (Statement statement = console.createStatement();
        ResultSet row = statement.executeQuery(command)) {
      assertThat(row.next()).isTrue();
      return row.getString(column);
    }
  }

  private long hits() throws SQLException {
    return Long.parseLong(shown("SHOW CACHE", "hits"));
  }

  /** Reads until that is answered from the cache; what it says then. */
  private String kept(String read) {
    List<String> last = new ArrayList<>();
    Await.until(
        "kept: " + read,
        () -> {
          long before = hits();
          last.add(all(client, read));
          return hits() > before;
        });
    return last.get(last.size() - 1);
  }

  private void becomes(String read, String expected) {
    Await.until(expected + " by " + read, () -> all(client, read).equals(expected));
  }

  @Test
  void whatIsWrittenPastTheNodeIsReadSoon() throws SQLException {
    follow("item");
    String[][] cases = {
      {"select count(*) from item", "insert item values (4, 'four')", "[4;]"},
      {"select name from item where id = 1", "update item set name = 'uno' where id = 1", "[uno;]"},
      {"select count(*) from item where id = 2", "delete from item where id = 2", "[0;]"},
      {"select name from item where id = 7", "update item set id = 7 where id = 3", "[three;]"},
      {"select count(*) from item where id > 0", "truncate table item", "[0;]"},
      {"select count(*) from item where id > -1", "insert item values (9, 'nine')", "[1;]"},
    };
    for (String[] each : cases) {
      assertThat(kept(each[0])).isNotEqualTo(each[2]);
      all(past, each[1]);
      becomes(each[0], each[2]);
    }
  }

  @Test
  void otherRowsStay() throws SQLException {
    follow("item");
    String other = "select name from item where id = 2";
    kept(other);
    String read = "select name from item where id = 1";
    kept(read);

    all(past, "update item set name = 'uno' where id = 1");
    becomes(read, "[uno;]");

    long before = hits();
    all(client, other);
    assertThat(hits()).as("it was answered from the cache").isGreaterThan(before);
  }

  /** A version is the current one before its changes are seen. */
  @Test
  void whatIsSeenLateIsHeardOf() throws SQLException {
    follow("item");
    String read = "select name from item where id = 1";
    kept(read);
    server.standIn().commitsLate(300);
    all(past, "update item set name = 'late' where id = 1");
    becomes(read, "[late;]");
    assertThat(kept(read)).contains("late");
  }

  @Test
  void aTableIsFollowedFromWhenItIsTracked() throws SQLException {
    follow("item");
    String read = "select n from unheard where id = 1";
    kept(read);
    all(past, "update unheard set n = 2 where id = 1");
    String heard = changes("changes");
    all(past, "update item set name = 'heard' where id = 1");
    Await.until("another table is heard of", () -> !changes("changes").equals(heard));
    assertThat(all(client, read)).as("no poll finds it").contains("1");

    all(past, "alter table unheard enable change_tracking");
    becomes(read, "[2;]");
    kept(read);
    all(past, "update unheard set n = 3 where id = 1");
    becomes(read, "[3;]");
  }

  @Test
  void nothingIsServedWhereNothingIsTracked() throws SQLException {
    start();
    awaitPhase("away");
    assertThat(changes("detail")).contains("SET CHANGE_TRACKING = ON");
    long before = hits();
    for (int i = 0; i < 5; i++) {
      all(client, "select name from item where id = 1");
    }
    assertThat(hits()).isEqualTo(before);
  }

  @Test
  void nothingIsServedBetweenALostConnectionAndTheNext() throws SQLException {
    follow("item");
    String read = "select name from item where id = 1";
    kept(read);
    long gaps = Long.parseLong(changes("gaps"));
    server.standIn().sessions().stream()
        .filter(each -> each.login.application.equals("heimdall changes"))
        .forEach(each -> server.standIn().kill(each.spid));
    Await.until("there is a gap", () -> Long.parseLong(changes("gaps")) > gaps);
    all(past, "update item set name = 'unheard' where id = 1");
    becomes(read, "[unheard;]");
    awaitPhase("following");
    assertThat(kept(read)).contains("unheard");
  }

  /** Writes that the node has noticed are found by all reads from then on. */
  @Test
  void noReadFindsWhatWasThereBefore() throws SQLException {
    follow("item");
    all(past, "update item set name = '0'");
    Await.until("it is heard of", () -> Long.parseLong(changes("changes")) > 0);
    Random late = new Random(1);
    AtomicIntegerArray heard = new AtomicIntegerArray(ROWS + 1);
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    AtomicLong stale = new AtomicLong();
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    try {
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        Random random = new Random(i);
        readers.add(
            CompletableFuture.runAsync(
                () -> {
                  try (Connection own = node.jdbc(";encrypt=false")) {
                    while (!over.get()) {
                      int id = 1 + random.nextInt(ROWS);
                      int least = heard.get(id);
                      stale.addAndGet(number(all(own, read(id))) < least ? 1 : 0);
                      reads.incrementAndGet();
                    }
                  } catch (SQLException e) {
                    throw new IllegalStateException(e);
                  }
                },
                threads));
      }
      for (int v = 1; v <= WRITES; v++) {
        int id = 1 + v % ROWS;
        long before = Long.parseLong(changes("changes"));
        server.standIn().commitsLate(late.nextInt(100));
        all(past, "update item set name = '" + v + "' where id = " + id);
        Await.until("it is heard of", () -> Long.parseLong(changes("changes")) > before);
        heard.set(id, v);
      }
      over.set(true);
      readers.forEach(CompletableFuture::join);
    } finally {
      over.set(true);
      threads.shutdownNow();
    }
    System.out.printf("%d reads, %d hits%n", reads.get(), hits());
    assertThat(stale).as("of %s reads", reads).hasValue(0);
    assertThat(hits()).isGreaterThan(reads.get() / 10);
  }

  private static String read(int id) {
    return "select name from item where id = " + id;
  }

  private static int number(String result) {
    return Integer.parseInt(result.substring(1, result.length() - 2));
  }
}
