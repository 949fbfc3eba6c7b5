package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.EachRelease;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.RawMysqlClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** The first read of a transaction that names no isolation level, where a server has said which. */
class MysqlPlainBeginIT {
  private static final String READ = "SELECT n FROM mpb";
  private static final int READERS = 3;
  private static final int TRANSACTIONS = 60;

  private static RawMysqlClient client(MysqlNode node) throws IOException {
    return RawMysqlClient.logIn(node.target().as("admin", "admin"));
  }

  private static void run(RawMysqlClient client, String sql) throws IOException {
    client.query(RawMysqlClient.query(sql));
  }

  private static int read(RawMysqlClient client) throws IOException {
    return Integer.parseInt(client.value(READ));
  }

  private static long hits(MysqlNode node) {
    return Long.parseLong(node.admin("SHOW CACHE").get(0).get("hits"));
  }

  /** True if a read behind this is answered from the cache, by a session of its own. */
  private static boolean served(MysqlNode node, String begin) throws IOException {
    try (RawMysqlClient client = client(node)) {
      run(client, begin);
      long before = hits(node);
      read(client);
      run(client, "COMMIT");
      return hits(node) > before;
    }
  }

  @EachRelease
  void isAnsweredFromTheCacheAsLongAsThatIsReadCommitted(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    String level = release == MysqlRelease.MYSQL ? "transaction_isolation" : "tx_isolation";
    server.executeIn("app", "CREATE TABLE mpb (n INT)", "INSERT INTO mpb VALUES (0)");
    server.execute("SET GLOBAL " + level + " = 'READ-COMMITTED'");
    try (MysqlNode node =
        MysqlNode.start(
            release,
            c ->
                c.cluster(release.shared())
                    .catalog(release.shared())
                    .vdb("cache.enabled", true)
                    .vdb("cache.dmlThreshold", 100)
                    .vdb("delayedTransaction", true)
                    .vdb("rules", List.of("cached"))
                    .rules(
                        "cached",
                        "{\"match\": \"FROM mpb\", \"action\": \"cache\", \"inTransaction\": true}"))) {
      Await.until("results are kept", () -> served(node, "SELECT 1"));
      Await.until("a server has said the level", () -> served(node, "BEGIN"));
      Await.until("which holds for all", () -> served(node, "SET autocommit = 0"));
      seesWhatIsWritten(node);

      server.execute("SET GLOBAL " + level + " = 'REPEATABLE-READ'");
      Await.until("another level is noticed", () -> !served(node, "BEGIN"));
      for (String begin : List.of("BEGIN", "SET autocommit = 0")) {
        Await.until("results are kept", () -> served(node, "SELECT 1"));
        assertThat(served(node, begin)).as(begin).isFalse();
        assertThat(served(node, begin)).as(begin).isFalse();
      }
    } finally {
      server.execute("SET GLOBAL " + level + " = 'REPEATABLE-READ'");
      server.executeIn("app", "DROP TABLE mpb");
    }
  }

  /** Each read has all that was written when it began, though another session writes meanwhile. */
  private static void seesWhatIsWritten(MysqlNode node) throws Exception {
    AtomicInteger written = new AtomicInteger();
    long before = hits(node);
    CompletableFuture<?>[] readers = new CompletableFuture<?>[READERS];
    for (int i = 0; i < READERS; i++) {
      String begin = i == 0 ? "BEGIN" : "SET autocommit = 0";
      readers[i] = CompletableFuture.runAsync(() -> reads(node, begin, written));
    }
    try (RawMysqlClient writer = client(node)) {
      while (!CompletableFuture.allOf(readers).isDone()) {
        run(writer, "UPDATE mpb SET n = n + 1");
        int now = written.incrementAndGet();
        for (int times = 0; times < 10; times++) {
          assertThat(read(writer)).isEqualTo(now);
        }
      }
    }
    CompletableFuture.allOf(readers).join();
    assertThat(hits(node)).isGreaterThan(before);
  }

  private static void reads(MysqlNode node, String begin, AtomicInteger written) {
    try (RawMysqlClient reader = client(node)) {
      run(reader, begin);
      for (int i = 0; i < TRANSACTIONS; i++) {
        int last = written.get();
        for (int times = 0; times < 4; times++) {
          int found = read(reader);
          assertThat(found).isGreaterThanOrEqualTo(last);
          last = Math.max(found, written.get());
        }
        run(reader, "COMMIT");
        run(reader, begin);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
