package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be carried keeps its session on its server connection. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.heimdall.test.fixture.NodeKind#chosen")
class PinningIT {
  private static TestNode node;

  @Parameter NodeKind kind;

  @BeforeParameterizedClassInvocation
  static void start(NodeKind kind) {
    node =
        TestNode.start(
            c -> {
              kind.into(c);
              c.vdb("pool.size", 3);
            });
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    node.close();
  }

  private String pinReason(RawClient client) {
    return node.clients().stream()
        .filter(row -> row.get("id").equals(Integer.toString(client.processId())))
        .map(row -> String.valueOf(row.get("pin_reason")))
        .findFirst()
        .orElse("not there");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE TEMP TABLE pinning_t (a int) | temporary table | DISCARD ALL",
        "SELECT 1 AS a INTO TEMP pinning_i | temporary table | DISCARD ALL",
        "SELECT pg_advisory_lock(1) | advisory lock | SELECT pg_advisory_unlock_all()",
        "SELECT pg_try_advisory_lock_shared(2) | advisory lock | DISCARD ALL",
        "SELECT pg_advisory_lock(1), pg_advisory_lock_shared(2, 3) | advisory lock"
            + " | SELECT pg_advisory_unlock(1), pg_advisory_unlock_shared(2, 3)",
        "SELECT pg_try_advisory_lock(4) FROM generate_series(1, 2) | advisory lock"
            + " | SELECT pg_advisory_unlock(4); SELECT 1 WHERE pg_advisory_unlock(4)",
        "SELECT pg_advisory_lock(5) | advisory lock"
            + " | BEGIN; SELECT 1 / (pg_advisory_unlock(5)::int - 1); ROLLBACK",
        "CREATE TEMP TABLE pinning_a (a int); CREATE TEMP VIEW pinning_b AS SELECT 1"
            + " | temporary table | DROP TABLE pinning_a; DROP VIEW pinning_b",
        "CREATE TEMP TABLE pinning_c (a serial) | temporary table"
            + " | BEGIN; DROP TABLE pinning_c; COMMIT",
        "CREATE TEMP TABLE pinning_h (a int); CREATE TYPE pg_temp.pinning_i AS (a int)"
            + " | temporary table | DROP TABLE pg_temp.pinning_h; DROP TYPE \"pg_temp\".pinning_i",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1 | cursor with hold | CLOSE ALL",
        "BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT | cursor with hold | DISCARD ALL",
        "DECLARE \"C\" CURSOR WITH HOLD FOR SELECT 1 | cursor with hold | CLOSE \"C\"",
        "BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT | cursor with hold | CLOSE C"
      })
  void theSessionKeepsItsServerConnectionUntilThatIsUndone(String sql, String reason, String undo)
      throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      assertThat(pinReason(client)).isEqualTo("null");
      assertThat(client.query(sql)).noneMatch(m -> m.type() == 'E');
      assertThat(pinReason(client)).isEqualTo(reason);
      String pid = client.value("SELECT pg_backend_pid()");
      for (int i = 0; i < 5; i++) {
        assertThat(other.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
        assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
      }
      for (String each : undo.split("; ")) {
        client.query(each);
      }
      Await.until("it is free", () -> "null".equals(pinReason(client)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT pg_advisory_lock(6) FROM generate_series(1, 2) | advisory lock"
            + " | SELECT pg_advisory_unlock(6)",
        "SELECT pg_advisory_lock(6), pg_advisory_lock_shared(6) | advisory lock"
            + " | SELECT pg_advisory_unlock_shared(6)",
        "SELECT pg_advisory_lock(6) | advisory lock | SELECT pg_advisory_unlock(7)",
        "CREATE TEMP TABLE pinning_d (a int); CREATE TEMP SEQUENCE pinning_e | temporary table"
            + " | DROP SEQUENCE pinning_e",
        "CREATE TEMP TABLE pinning_d (a int) | temporary table"
            + " | BEGIN; DROP TABLE pinning_d; ROLLBACK",
        "SET search_path = pg_temp | temporary table | DISCARD TEMP",
        "CREATE TYPE pg_temp.pinning_g AS ENUM ('a') | temporary table | DROP TABLE IF EXISTS none",
        "CREATE TEMP TABLE pinning_h (a int); CREATE TEMP TABLE pinning_i (a int) | temporary table"
            + " | DROP TABLE pg_temp.pinning_h",
      })
  void theSessionKeepsItsServerConnectionWhereSomethingIsLeft(
      String sql, String reason, String undo) throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      assertThat(client.query(sql)).noneMatch(m -> m.type() == 'E');
      String pid = client.value("SELECT pg_backend_pid()");
      for (String each : undo.split("; ")) {
        client.query(each);
      }
      for (int i = 0; i < 3; i++) {
        assertThat(other.value("SELECT pg_backend_pid()")).isNotEqualTo(pid);
        assertThat(client.value("SELECT pg_backend_pid()")).isEqualTo(pid);
      }
      assertThat(pinReason(client)).isEqualTo(reason);
    }
  }

  /** It need not be the server's own function that is called. */
  @Test
  void aFunctionThatHidesTheServersReleasesNoLock() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.query("CREATE SCHEMA IF NOT EXISTS hiding");
      client.query(
          "CREATE OR REPLACE FUNCTION hiding.pg_advisory_unlock_all() RETURNS int LANGUAGE sql"
              + " AS 'SELECT 1'");
      client.query("SET search_path = hiding, pg_catalog");
      client.value("SELECT pg_advisory_lock(8)");
      assertThat(client.value("SELECT pg_advisory_unlock_all()")).isEqualTo("1");
      assertThat(other.value("SELECT pg_try_advisory_lock(8)")).isEqualTo("f");
      assertThat(pinReason(client)).contains("advisory lock");
      client.query("DROP SCHEMA hiding CASCADE");
    }
  }

  @Test
  void aLockThatWasNotThereToBeTakenPinsNobody() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.value("SELECT pg_advisory_lock(9)");
      assertThat(other.value("SELECT pg_try_advisory_lock(9)")).isEqualTo("f");
      Await.until("it is free", () -> "null".equals(pinReason(other)));
      client.value("SELECT pg_advisory_unlock(9)");
      assertThat(other.value("SELECT pg_try_advisory_lock(9)")).isEqualTo("t");
      assertThat(pinReason(other)).isEqualTo("advisory lock");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT CASE WHEN false THEN pg_advisory_unlock_all() END",
        "SELECT pg_advisory_unlock_all() WHERE false",
        "SELECT pg_advisory_unlock_all() LIMIT 0",
        "WITH unread AS (SELECT pg_advisory_unlock_all()) SELECT 1",
        "EXPLAIN SELECT pg_advisory_unlock_all()",
        "PREPARE releasing AS SELECT pg_advisory_unlock_all()",
        "CREATE OR REPLACE VIEW releasing AS SELECT pg_advisory_unlock_all() IS NULL AS a",
        "DECLARE releasing CURSOR WITH HOLD FOR SELECT 1 WHERE pg_advisory_unlock_all() IS NULL"
            + " AND false",
      })
  void aLockIsTheSessionsWhereItsReleaseIsWrittenAndNotCalled(String sql) throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.value("SELECT pg_advisory_lock(78)");
      assertThat(client.query(sql)).noneMatch(m -> m.type() == 'E');
      other.value("SELECT 1");
      assertThat(pinReason(client)).contains("advisory lock");
      assertThat(other.value("SELECT pg_try_advisory_lock(78)")).isEqualTo("f");
    }
  }

  @Test
  void aHeldCursorGoesWithItsPortalAndWithItsTransaction() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("DECLARE held CURSOR WITH HOLD FOR SELECT 1");
      assertThat(pinReason(client)).isEqualTo("cursor with hold");
      client.send(Frontend.message('C', "Pheld\0".getBytes(StandardCharsets.US_ASCII)));
      client.send(Frontend.sync());
      assertThat(client.untilReady()).extracting(Message::type).containsExactly('3', 'Z');
      Await.until("it is free", () -> "null".equals(pinReason(client)));

      for (String end : List.of("ROLLBACK", "SELECT 1/0; COMMIT")) {
        client.query("BEGIN");
        client.query("DECLARE held CURSOR WITH HOLD FOR SELECT 1");
        for (String sql : end.split("; ")) {
          client.query(sql);
        }
        Await.until("it is free", () -> "null".equals(pinReason(client)));
        assertThat(client.value("SELECT count(*) FROM pg_cursors")).isEqualTo("0");
      }
    }
  }

  @Test
  void aLoadedLibraryPinsUntilDiscardAll() throws IOException {
    try (TestNode superusers =
            TestNode.start(
                c -> {
                  kind.into(c);
                  c.source("user", SharedPostgres.cluster().superuser())
                      .source("password", SharedPostgres.cluster().password())
                      .vdb("pool.size", 2);
                });
        RawClient client = RawClient.logIn(superusers.target())) {
      assertThat(client.query("LOAD 'plpgsql'")).noneMatch(m -> m.type() == 'E');
      assertThat(superusers.clients().get(0)).containsEntry("pin_reason", "loaded library");
      client.query("DISCARD ALL");
      Await.until("it is free", () -> superusers.clients().get(0).get("pin_reason") == null);
    }
  }

  @Test
  void aTemporaryTableAHeldCursorAndALockWork() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.query("CREATE TEMP TABLE own (a int)");
      client.query("INSERT INTO own VALUES (1), (2), (3)");
      other.value("SELECT 1");
      client.query("BEGIN; DECLARE held CURSOR WITH HOLD FOR SELECT a FROM own ORDER BY a; COMMIT");
      other.value("SELECT 2");
      assertThat(client.value("FETCH held")).isEqualTo("1");
      assertThat(client.value("FETCH held")).isEqualTo("2");
      client.value("SELECT pg_advisory_lock(77)");
      assertThat(other.value("SELECT pg_try_advisory_lock(77)")).isEqualTo("f");
      client.query("DISCARD ALL");
      assertThat(client.value("SELECT to_regclass('pg_temp.own')")).isNull();
      assertThat(other.value("SELECT pg_try_advisory_lock(77)")).isEqualTo("t");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BEGIN; CREATE TEMP TABLE gone (a int) ON COMMIT DROP; COMMIT",
        "SELECT pg_advisory_xact_lock(3)",
        "BEGIN; DECLARE c CURSOR FOR SELECT 1; COMMIT",
        "SELECT 'CREATE TEMP TABLE in a text'",
        "SELECT 1 -- pg_advisory_lock(1)"
      })
  void whatEndsWithItsTransactionPinsNobody(String sql) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query(sql);
      if (sql.contains("ON COMMIT DROP")) {
        // It may stay pinned, out of caution; what matters is that it is shown.
        assertThat(pinReason(client)).isIn("null", "temporary table");
      } else {
        assertThat(pinReason(client)).isEqualTo("null");
      }
    }
  }

  @Test
  void aStatementThatFailsPinsNobody() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.query("CREATE TEMP TABLE broken (a nothing)").get(0).type()).isEqualTo('E');
      assertThat(pinReason(client)).isEqualTo("null");
    }
  }

  @Test
  void sequenceValuesAreOnesOwn() throws IOException {
    try (RawClient setup = RawClient.logIn(node.target());
        RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      setup.query("DROP SEQUENCE IF EXISTS own_values");
      setup.query("CREATE SEQUENCE own_values");
      assertThat(one.value("SELECT nextval('own_values')")).isEqualTo("1");
      assertThat(two.query("SELECT currval('own_values')").toString()).contains("55000");
      assertThat(two.query("SELECT lastval()").toString()).contains("55000");
      one.query("BEGIN");
      assertThat(one.value("SELECT nextval('own_values')")).isEqualTo("2");
      assertThat(one.value("SELECT currval('own_values')")).isEqualTo("2");
      one.query("COMMIT");
      assertThat(two.query("SELECT lastval()").toString()).contains("55000");
    }
  }
}
