package dev.heimdall.test.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.changes.NotifyTriggers;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Triggers notify, and what was kept of their tables is not served any more. */
class NotifiedWritesIT {
  private static final String[] TABLES = {"nw.item", "nw.part", "nw.log"};

  private static HearingNode node;

  @BeforeAll
  static void start() throws IOException {
    past(
        "DROP SCHEMA IF EXISTS nw CASCADE",
        "CREATE SCHEMA nw",
        "GRANT USAGE ON SCHEMA nw TO app",
        "CREATE TABLE nw.item (id int PRIMARY KEY, name text)",
        "CREATE TABLE nw.part (id int REFERENCES nw.item ON DELETE CASCADE, n int)",
        "CREATE TABLE nw.log (at int, what text) PARTITION BY RANGE (at)",
        "CREATE TABLE nw.log_1 PARTITION OF nw.log FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE nw.log_2 PARTITION OF nw.log FOR VALUES FROM (100) TO (200)",
        "CREATE TABLE nw.unheard (id int)",
        "CREATE FUNCTION nw.rename() RETURNS void LANGUAGE sql AS"
            + " $$UPDATE nw.item SET name = 'by a function' WHERE id = 1$$",
        "GRANT ALL ON ALL TABLES IN SCHEMA nw TO app",
        "INSERT INTO nw.item VALUES (1, 'one'), (2, 'two')",
        "INSERT INTO nw.part VALUES (2, 1)",
        "INSERT INTO nw.log VALUES (1, 'first'), (101, 'second')",
        "INSERT INTO nw.unheard VALUES (1)");
    past(new NotifyTriggers().install(List.of(), List.of(TABLES)));
    past(new NotifyTriggers().install(List.of(), List.of(TABLES))); // says nothing more
    node = new HearingNode(SharedPostgres.cluster(), c -> c.source("changes.notify", true));
    node.awaitPhase("following");
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    past(new NotifyTriggers().remove(List.of(), List.of()));
    past("DROP SCHEMA nw CASCADE");
  }

  private static void past(List<String> sql) {
    past(sql.toArray(String[]::new));
  }

  private static void past(String... sql) {
    HearingNode.past(SharedPostgres.primary(), sql);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT max(name) FROM nw.item | INSERT INTO nw.item VALUES (3, 'zzz')| zzz",
        "SELECT count(*) FROM nw.item WHERE name = 'new' | UPDATE nw.item SET name = 'new' WHERE id"
            + " = 1 | 1",
        "SELECT name FROM nw.item WHERE id = 1 | SELECT nw.rename() | by a function",
        "SELECT count(*) FROM nw.part | DELETE FROM nw.item WHERE id = 2 | 0",
        "SELECT what FROM nw.log WHERE at = 1 | UPDATE nw.log_1 SET what = 'leaf' | leaf",
        "SELECT what FROM nw.log_2 WHERE at = 101 | UPDATE nw.log SET what = 'root' | root",
        "SELECT count(*) FROM nw.log | TRUNCATE nw.log | 0",
        "SELECT count(*) FROM nw.item WHERE id = 9 | COPY nw.item (id) FROM PROGRAM 'echo 9' | 1",
        "SELECT count(*) FROM nw.item WHERE id = 8 | SET session_replication_role = replica; INSERT"
            + " INTO nw.item VALUES (8) | 1",
      })
  void whatIsWrittenPastTheNodeIsReadSoon(String read, String write, String expected) {
    assertThat(node.kept(read)).isNotEqualTo(expected);
    past(write);
    node.becomes(read, expected);
  }

  /** Without it the tests above would say nothing. */
  @Test
  void whatHasNoTriggerIsNotHeard() {
    String read = "SELECT count(*) FROM nw.unheard WHERE id < 3";
    AtomicReference<String> before = new AtomicReference<>();
    // Definitions that were changed a moment ago may let go of it, but not each time.
    Await.until(
        "it outlives a write that is not heard",
        () -> {
          before.set(node.kept(read));
          past("INSERT INTO nw.unheard VALUES (2)");
          String heard = node.feed().get("changes");
          past("UPDATE nw.item SET name = 'to be heard' WHERE id = 1");
          Await.until("another table is heard", () -> !node.feed().get("changes").equals(heard));
          String after = node.read(read);
          return "yes".equals(node.cached()) && after.equals(before.get());
        });
  }

  @Test
  void nothingIsServedBetweenALostConnectionAndTheNext() {
    String read = "SELECT name FROM nw.item WHERE id = 1";
    String before = node.kept(read);
    long gaps = Long.parseLong(node.feed().get("gaps"));
    past(
        "ALTER TABLE nw.item DISABLE TRIGGER heimdall_changed",
        "UPDATE nw.item SET name = name || ' unheard' WHERE id = 1",
        "ALTER TABLE nw.item ENABLE ALWAYS TRIGGER heimdall_changed",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name = 'heimdall changes'");
    node.becomes(read, before + " unheard");
    node.awaitPhase("following");
    assertThat(Long.parseLong(node.feed().get("gaps"))).isGreaterThan(gaps);
    assertThat(node.kept(read)).isEqualTo(before + " unheard");
  }

  private long removed() {
    return Long.parseLong(node.cache().get("outdated"));
  }

  private long of(String column) {
    return Long.parseLong(node.feed().get(column));
  }

  @Test
  void whatIsWrittenThroughTheNodeIsKnownAgain() throws IOException {
    String read = "SELECT count(*) FROM nw.item WHERE name LIKE 'own %'";
    String log = "SELECT count(*) FROM nw.log WHERE what = 'own'";
    node.kept(log);
    String before = node.kept(read);
    long known = of("known");
    long outdated = removed();
    for (int i = 0; i < 20; i++) {
      long heard = of("changes");
      node.write("INSERT INTO nw.item VALUES (" + (100 + i) + ", 'own " + i + "')");
      String now = node.read(read); // which is kept again before the server tells of the write
      assertThat(now).isEqualTo(String.valueOf(Integer.parseInt(before) + i + 1));
      Await.until("it is heard", () -> of("changes") > heard);
      assertThat(node.read(read)).isEqualTo(now);
      assertThat(node.cached()).describedAs("the write is known").isEqualTo("yes");
    }
    // None where the server told of the write before it was read again.
    assertThat(removed() - outdated).describedAs("one for each write").isLessThanOrEqualTo(20);
    // The server may tell of a write before it answers it: then it is news, and its own note is
    // what the next one that comes so early is known by.
    assertThat(of("known") - known).isBetween(10L, 20L);
    long heard = of("changes");
    node.write("BEGIN; INSERT INTO nw.log VALUES (2, 'own'), (102, 'own'); COMMIT");
    node.read(log);
    Await.until("its partitions are heard", () -> of("changes") >= heard + 3);
    node.read(log);
    assertThat(node.cached()).isEqualTo("yes");
    past("INSERT INTO nw.log VALUES (3, 'own')");
    node.becomes(log, "3");
  }

  @Test
  void anyTextOnTheChannelLetsGoOfEverything() {
    String read = "SELECT count(*) FROM nw.unheard WHERE id = 77";
    assertThat(node.kept(read)).isEqualTo("0");
    past("INSERT INTO nw.unheard VALUES (77)", "NOTIFY heimdall, 'all of it'");
    node.becomes(read, "1");
  }

  /** Another node is one. */
  @Test
  void throughAPoolerNothingIsHeard() throws IOException {
    try (TestNode pooler = TestNode.start(c -> {});
        TestNode behind =
            TestNode.start(
                c ->
                    c.source("url", pooler.target().jdbcUrl().replaceFirst("[?].*", ""))
                        .source("cluster.kind", "postgres")
                        .source("changes.notify", true)
                        .vdb("cache.enabled", true))) {
      Await.until(
          "it is told",
          () -> behind.admin("SHOW CHANGES").get(0).get("detail").contains("there is a pooler"));
    }
  }
}
