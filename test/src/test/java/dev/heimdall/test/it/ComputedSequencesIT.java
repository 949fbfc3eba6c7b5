package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code currval} of a computed name, asked for the first time of a node, in a transaction that has
 * used another sequence on a server connection where somebody else has used all of them.
 */
@Tag("ci")
class ComputedSequencesIT {
  private static final String OWN = "computed_own_id_seq";
  private static final String OTHER = "computed_other_id_seq";

  @BeforeAll
  static void sequences() {
    SharedPostgres.primary()
        .executeIn(
            SharedPostgres.DATABASE,
            "DROP TABLE IF EXISTS computed_own, computed_other, computed_names",
            "CREATE TABLE computed_own (id serial, a int)",
            "CREATE TABLE computed_other (id serial)",
            "CREATE TABLE computed_names (name text)",
            "INSERT INTO computed_names VALUES ('" + OTHER + "')",
            "GRANT ALL ON computed_own, computed_other, computed_names TO app",
            "GRANT ALL ON SEQUENCE " + OWN + ", " + OTHER + " TO app");
  }

  /** What is asked for, by itself and with a parameter. */
  private interface Ask {
    byte[] of(String sequence);
  }

  private static Ask ask(String sql, boolean extended) {
    return sequence -> {
      String table = sequence.replace("_id_seq", "");
      String asks = sql.replace("{s}", sequence).replace("{t}", table);
      if (!extended) {
        return query(asks);
      }
      return asks.contains("$1")
          ? Frontend.all(parse("", asks), bind("", "", sequence), execute("", 0), sync())
          : Frontend.all(parse("", asks), bind("", ""), execute("", 0), sync());
    };
  }

  private static List<String> rowsAndErrors(List<Message> answer) {
    return answer.stream()
        .filter(m -> m.type() == 'D' || m.type() == 'E')
        .map(m -> m.type() == 'D' ? String.join(",", m.columns()) : m.sqlState())
        .toList();
  }

  private static TestNode node() throws IOException {
    TestNode node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1));
    try (RawClient other = RawClient.logIn(node.target())) {
      other.value("SELECT nextval('" + OWN + "'), nextval('" + OTHER + "')");
    }
    return node;
  }

  private static String take(RawClient client) throws IOException {
    client.query("BEGIN");
    return client.value("INSERT INTO computed_own (a) VALUES (1) RETURNING id");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "SELECT currval(pg_get_serial_sequence('{t}', 'id')); false",
        "SELECT currval(pg_catalog.pg_get_serial_sequence('public.{t}', 'id')); true",
        "SELECT currval('{t}' || '_id_seq'); false",
        "SELECT currval(format('%s_id_seq', '{t}')::regclass); true",
        "SELECT currval(CAST('{s}' AS regclass)); false",
        "SELECT currval($1); true",
        "SELECT currval($1::text::regclass); true",
      })
  void aTransactionIsToldItsOwnValueAndNoOther(String sql, boolean extended) throws IOException {
    for (String name : List.of("unnamed", "prepared")) {
      try (TestNode node = node();
          RawClient client = RawClient.logIn(node.target())) {
        Ask ask = ask(sql, extended);
        boolean prepared = extended && name.equals("prepared");
        String own = take(client);
        if (prepared) {
          client.send(parse("asks", sql.replace("{s}", OWN).replace("{t}", "computed_own")));
          client.send(
              sql.contains("$1") ? bind("", "asks", OWN) : bind("", "asks"),
              execute("", 0),
              sync());
        } else {
          client.send(ask.of(OWN));
        }
        assertThat(rowsAndErrors(client.untilReady())).as(sql).containsExactly(own);
        client.query("COMMIT");
      }
      try (TestNode node = node();
          RawClient client = RawClient.logIn(node.target())) {
        take(client);
        client.send(ask(sql, extended).of(OTHER));
        assertThat(rowsAndErrors(client.untilReady())).as(sql).containsExactly("55000");
        client.query("ROLLBACK");
      }
    }
  }

  /**
   * Where nobody but the statement can compute the name, it is not told even its own the first
   * time.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT currval(name::regclass) FROM computed_names",
        "SELECT currval((SELECT name FROM computed_names))",
        "SELECT currval(U&'computed_\\006fther_id_seq')",
      })
  void aNameThatOnlyTheStatementComputesTellsNothingOfOthers(String sql) throws IOException {
    try (TestNode node = node();
        RawClient client = RawClient.logIn(node.target())) {
      take(client);
      assertThat(rowsAndErrors(client.query(sql))).containsExactly("55000");
      client.query("ROLLBACK");
      String own = take(client);
      client.query("UPDATE computed_names SET name = '" + OWN + "'");
      assertThat(rowsAndErrors(client.query("SELECT currval(name::regclass) FROM computed_names")))
          .containsExactly(own);
      client.query("ROLLBACK");
    }
  }
}
