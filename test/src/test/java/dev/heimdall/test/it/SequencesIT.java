package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.functionCall;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whose values {@code currval} and {@code lastval} give. */
class SequencesIT extends EachNodeKind {
  private static final int LASTVAL = 2559;

  @BeforeAll
  static void sequences() {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "DROP TABLE IF EXISTS seq_rows, seq_plain",
            "DROP SEQUENCE IF EXISTS seq_one, seq_two",
            "CREATE SEQUENCE seq_one",
            "CREATE SEQUENCE seq_two",
            "CREATE TABLE seq_rows (id serial, a int)",
            "CREATE TABLE seq_plain (a int)",
            "GRANT ALL ON seq_rows, seq_plain TO app",
            "GRANT ALL ON SEQUENCE seq_one, seq_two, seq_rows_id_seq TO app");
  }

  /** On every server connection of the node somebody takes values from all sequences. */
  private void othersTakeValues() throws IOException {
    List<RawClient> others = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        RawClient other = logIn();
        others.add(other);
        other.value("BEGIN");
        other.value(
            "SELECT nextval('seq_one'), nextval('seq_two'), nextval('seq_rows_id_seq'), lastval()");
      }
      for (RawClient other : others) {
        other.value("COMMIT");
      }
    } finally {
      for (RawClient other : others) {
        other.close();
      }
    }
  }

  private static List<String> rowsAndErrors(List<Message> answer) {
    return answer.stream()
        .filter(m -> m.type() == 'D' || m.type() == 'E')
        .map(m -> m.type() == 'D' ? String.join(",", m.columns()) : m.sqlState())
        .toList();
  }

  private static String only(List<Message> answer) {
    assertThat(rowsAndErrors(answer)).hasSize(1);
    return rowsAndErrors(answer).get(0);
  }

  @Test
  void valuesOfOthersAreNotSeenInATransactionThatTookNone() throws IOException {
    for (String sql :
        List.of(
            "SELECT lastval()",
            "SELECT currval('seq_one')",
            "SELECT currval('seq_one'::regclass)",
            "SELECT currval(pg_get_serial_sequence('seq_rows', 'id'))")) {
      othersTakeValues();
      try (RawClient client = logIn()) {
        client.value("BEGIN");
        client.value("INSERT INTO seq_plain VALUES (1)");
        assertThat(only(client.query(sql))).as(sql).isEqualTo("55000");
        client.query("ROLLBACK");
        client.send(statement("INSERT INTO seq_plain VALUES (1)"), statement(sql), sync());
        assertThat(rowsAndErrors(client.untilReady())).as(sql).containsExactly("55000");
        assertThat(only(client.query(sql))).as(sql).isEqualTo("55000");
      }
    }
  }

  @Test
  void ownValuesAreSeenInTheirTransactionWhereverTheyWereTaken() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      client.value("BEGIN");
      String id = client.value("INSERT INTO seq_rows (a) VALUES (1) RETURNING id");
      assertThat(client.value("SELECT lastval()")).isEqualTo(id);
      assertThat(client.value("SELECT currval('seq_rows_id_seq')")).isEqualTo(id);
      assertThat(client.value("SELECT currval(pg_get_serial_sequence('seq_rows', 'id'))"))
          .isEqualTo(id);
      client.value("SAVEPOINT s");
      client.value("ROLLBACK TO s");
      assertThat(client.value("SELECT lastval()")).isEqualTo(id);
      client.value("COMMIT");
    }
  }

  @Test
  void ofTwoSequencesOnlyTheOneThatWasUsedIsKnown() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      client.value("BEGIN");
      String one = client.value("SELECT nextval('seq_one')");
      assertThat(client.value("SELECT currval('seq_one')")).isEqualTo(one);
      assertThat(only(client.query("SELECT currval('seq_two')"))).isEqualTo("55000");
      client.query("ROLLBACK");
    }
  }

  @Test
  void lastvalIsNotAnothersAfterSetvalAlone() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      client.value("BEGIN");
      client.value("SELECT setval('seq_two', 1000)");
      assertThat(only(client.query("SELECT lastval()"))).isEqualTo("55000");
      client.query("ROLLBACK");
    }
  }

  @Test
  void aBatchSeesWhatItTookItself() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      client.send(
          statement("INSERT INTO seq_rows (a) VALUES (2) RETURNING id"),
          statement("SELECT lastval(), currval('seq_rows_id_seq')"),
          sync());
      List<String> rows = rowsAndErrors(client.untilReady());
      assertThat(rows).hasSize(2);
      assertThat(rows.get(1)).isEqualTo(rows.get(0) + ',' + rows.get(0));
    }
  }

  @Test
  void aPipelinedTransactionSeesWhatItTookItself() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      client.send(
          query("BEGIN"),
          query("SELECT nextval('seq_one')"),
          query("SELECT currval('seq_one')"),
          query("COMMIT"));
      client.untilReady();
      String taken = only(client.untilReady());
      assertThat(only(client.untilReady())).isEqualTo(taken);
      client.untilReady();
    }
  }

  @Test
  void preparedStatementsAskTheSame() throws IOException {
    for (byte[] ask :
        List.of(query("EXECUTE last_sql"), all(bind("", "last"), execute("", 0), sync()))) {
      try (RawClient client = logIn()) {
        client.value("PREPARE last_sql AS SELECT lastval()");
        client.send(parse("last", "SELECT lastval()"), sync());
        client.untilReady();
        othersTakeValues();
        client.value("BEGIN");
        client.send(ask);
        assertThat(only(client.untilReady())).isEqualTo("55000");
        client.query("ROLLBACK");
        client.value("BEGIN");
        String taken = client.value("SELECT nextval('seq_two')");
        client.send(ask);
        assertThat(only(client.untilReady())).isEqualTo(taken);
        client.query("COMMIT");
      }
    }
  }

  @Test
  void aFunctionCallAsksTheSame() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      client.value("BEGIN");
      client.send(functionCall(LASTVAL, List.of()));
      assertThat(client.untilReady().get(0).sqlState()).isEqualTo("55000");
      client.query("ROLLBACK");
    }
  }

  @Test
  void theUnnamedStatementAndPortalSurviveTheQuestion() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      client.value("BEGIN");
      client.send(
          parse("", "SELECT generate_series(1, 3)"),
          bind("rows", ""),
          parse("last", "SELECT lastval()"),
          statement("SELECT nextval('seq_one')"),
          bind("more", "last"),
          execute("more", 0),
          execute("rows", 0),
          sync());
      List<String> rows = rowsAndErrors(client.untilReady());
      assertThat(rows).hasSize(5);
      assertThat(rows.get(1)).isEqualTo(rows.get(0));
      assertThat(rows.subList(2, 5)).containsExactly("1", "2", "3");
      client.value("COMMIT");
    }
  }

  @Test
  void ownValuesOutliveTheTransactionOfAPinnedSession() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      client.value("SELECT pg_advisory_lock(4711)");
      assertThat(only(client.query("SELECT lastval()"))).isEqualTo("55000");
      String one = client.value("SELECT nextval('seq_one')");
      assertThat(client.value("SELECT lastval()")).isEqualTo(one);
      assertThat(only(client.query("SELECT currval('seq_two')"))).isEqualTo("55000");
    }
  }

  @Test
  void ownValuesSurviveBeingPinnedInTheirTransaction() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      client.value("BEGIN");
      String one = client.value("SELECT nextval('seq_one')");
      client.value("SELECT pg_advisory_lock(4712)");
      assertThat(client.value("SELECT currval('seq_one')")).isEqualTo(one);
      client.value("COMMIT");
      assertThat(only(client.query("SELECT currval('seq_two')"))).isEqualTo("55000");
    }
  }

  @Test
  void aTransactionsValuesEndWithItWhereConnectionsAreShared() throws IOException {
    othersTakeValues();
    try (RawClient client = logIn()) {
      String one = client.value("SELECT nextval('seq_one')");
      assertThat(only(client.query("SELECT currval('seq_one')")))
          .isEqualTo(kind.multiplexes() ? "55000" : one);
    }
  }
}
