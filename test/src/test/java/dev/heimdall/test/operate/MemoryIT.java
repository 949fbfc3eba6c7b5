package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What stays in the heap of a node that is given new statements, new definitions and new databases
 * without end. The node is a process of its own with a heap of 256 MiB.
 */
@Tag("long")
class MemoryIT {
  /** The function is called in one round of so many. */
  private static final int CALLED = 40;

  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final long MIB = 1 << 20;
  private static final Duration WAIT = Duration.ofMinutes(2);

  @TempDir Path directory;

  /** Bytes that are alive, right after a full collection. */
  private static long live(ProxyProcess node) throws Exception {
    Process histogram =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(node.pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String text = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher total = TOTAL.matcher(text);
    assertThat(total.find()).as(text.lines().limit(5).toList().toString()).isTrue();
    return Long.parseLong(total.group(1));
  }

  private static void define(RawClient client, int number) throws IOException {
    client.query(
        "CREATE OR REPLACE FUNCTION soaked() RETURNS int LANGUAGE sql AS 'SELECT " + number + "'");
  }

  /** Statements that no event loop has seen, each with a fingerprint of its own. */
  private static void ask(RawClient client, int from, int count, boolean call) throws IOException {
    for (int i = from; i < from + count; i++) {
      assertThat(client.value("SELECT " + i + " AS column_" + i + (call ? ", soaked()" : "")))
          .isEqualTo("" + i);
    }
  }

  private static boolean isServed(Target database) throws IOException {
    try (RawClient client = RawClient.logIn(database)) {
      return "0".equals(client.value("SELECT count(*) FROM pg_class WHERE false"));
    } catch (RawClient.ErrorReceived full) {
      return false;
    }
  }

  private void staysFlat(int rounds, int statements, int functions, int databases, long mostGrowth)
      throws Exception {
    for (int i = 0; i < databases; i++) {
      SharedPostgres.createDatabase("soak_" + i);
    }
    try (ProxyProcess node =
        ProxyProcess.configured(directory, Map.of("loops", 2, "logFormat", "text"))) {
      Path vdb = node.directory().resolve("vdbs/app.json");
      // The server has fewer connections than there are databases.
      Files.writeString(
          vdb, Files.readString(vdb).replaceFirst("\\{", "{\"pool\": {\"idleTimeout\": \"1s\"}, "));
      node.start(Map.of(), "--config=" + node.directory());
      isFlat(node, rounds, statements, functions, databases, mostGrowth);
    } finally {
      dropDatabases(databases);
    }
  }

  private static void isFlat(
      ProxyProcess node, int rounds, int statements, int functions, int databases, long mostGrowth)
      throws Exception {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < functions; i++) {
        client.query(
            "CREATE OR REPLACE FUNCTION soaked_" + i + "() RETURNS int LANGUAGE sql AS 'SELECT 1'");
      }
      define(client, 0);
      long early = 0;
      for (int i = 0; i < rounds; i++) {
        define(client, i);
        // A call of what was just defined waits until the catalogue is read.
        ask(client, i * statements, statements, i % CALLED == 0);
        if (i == rounds * 2 / 3) {
          early = live(node); // what may be kept is full
        }
      }
      assertFlat(rounds + " rounds", early, live(node), mostGrowth);

      early = 0;
      for (int i = 0; i < databases; i++) {
        Target database = node.target().in("soak_" + i);
        // The server has fewer connections than there are databases: those of others close in time.
        Await.until(
            "the server has a connection left", WAIT, () -> isServed(database), node::output);
        if (i == databases * 2 / 3) {
          early = live(node);
        }
      }
      assertFlat(databases + " databases", early, live(node), mostGrowth);
      assertThat(node.isAlive()).isTrue();
      assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
      assertCachesKeepToTheirLimits(node);
    }
  }

  private static void assertFlat(String what, long early, long late, long mostGrowth) {
    System.out.printf(
        "live in the heap: %d KiB after two thirds of %s, %d KiB after all%n",
        early / 1024, what, late / 1024);
    assertThat(late - early).as("%s, from %d bytes", what, early).isLessThan(mostGrowth);
  }

  private static void assertCachesKeepToTheirLimits(ProxyProcess node) throws SQLException {
    int caches = 0;
    try (Connection console = node.console().jdbc();
        Statement statement = console.createStatement();
        ResultSet rows = statement.executeQuery("SHOW MEMORY")) {
      while (rows.next()) {
        if (rows.getString("memory").startsWith("cache")) {
          caches++;
          assertThat(rows.getLong("used_bytes"))
              .as(rows.getString("memory"))
              .isLessThanOrEqualTo(rows.getLong("limit_bytes"));
        }
      }
    }
    assertThat(caches).isEqualTo(11);
  }

  private static void dropDatabases(int count) throws SQLException {
    try (Connection server = SharedPostgres.primary().connect("postgres");
        Statement statement = server.createStatement()) {
      for (int i = 0; i < count; i++) {
        statement.execute("DROP DATABASE IF EXISTS soak_" + i + " WITH (FORCE)");
      }
    }
  }

  @Test
  void newStatementsAndDefinitionsDoNotFillTheHeap() throws Exception {
    staysFlat(120, 15, 50, 3, 16 * MIB);
  }

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void newStatementsAndDefinitionsDoNotFillTheHeapInTheLongRun() throws Exception {
    staysFlat(20_000, 1, 10_000, 200, 16 * MIB);
  }
}
