package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Statements without a name that come again and again: kept prepared, and nobody notices. */
class RecurringTextsIT {
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static List<Message> run(RawClient client, byte[]... messages) throws IOException {
    client.send(all(messages), sync());
    return client.untilReady();
  }

  private static String types(List<Message> replies) {
    return replies.stream().map(m -> String.valueOf((char) m.type())).collect(Collectors.joining());
  }

  private static byte[] batch(String sql, String... parameters) {
    return all(parse("", sql), bind("", "", parameters), describePortal(""), execute("", 0));
  }

  private static List<List<String>> rows(List<Message> replies) {
    return replies.stream().filter(m -> m.type() == 'D').map(Message::columns).toList();
  }

  @Test
  void aTextIsParsedOncePerFivePlans() throws IOException {
    String sql = "SELECT $1::int + 1 AS recurring";
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 23; i++) {
        List<Message> replies = run(client, batch(sql, Integer.toString(i)));
        assertThat(types(replies)).isEqualTo("12TDCZ");
        assertThat(rows(replies)).containsExactly(List.of(Integer.toString(i + 1)));
      }

      List<String> plans =
          client
              .query(
                  "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
                      + " WHERE statement = '"
                      + sql
                      + "'")
              .stream()
              .filter(m -> m.type() == 'D')
              .map(m -> String.join("/", m.columns()))
              .toList();
      assertThat(plans)
          .as("the first went without a name, then 5, 5, 5, 5 and 2 to each Parse")
          .containsExactly("0/2");
    }
  }

  @Test
  void aTextThatComesOnceStaysWithoutAName() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 10; i++) {
        run(client, batch("SELECT " + i + " AS once"));
      }

      assertThat(
              client.value(
                  "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%AS once'"))
          .isEqualTo("0");
    }
  }

  @Test
  void changesOfTablesBehindTheNodesBackAreMetWithTheNewColumns() throws IOException {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target());
        RawClient client = RawClient.logIn(node.target())) {
      direct.query("CREATE TABLE changing (a) AS VALUES (1)");
      try {
        for (int round = 0; round < 4; round++) {
          for (int i = 0; i < 3; i++) {
            List<Message> replies = run(client, batch("SELECT * FROM changing"));
            assertThat(types(replies)).isEqualTo("12TDCZ");
            assertThat(rows(replies).get(0)).hasSize(1 + round);
          }
          direct.query("ALTER TABLE changing ADD COLUMN c" + round + " int DEFAULT 7");
        }
        List<Message> described =
            run(
                client,
                parse("", "SELECT * FROM changing"),
                describeStatement(""),
                bind("", ""),
                execute("", 0));
        assertThat(types(described)).isEqualTo("1tT2DCZ");
        assertThat(rows(described).get(0)).hasSize(5);
      } finally {
        direct.query("DROP TABLE changing");
      }
    }
  }

  @Test
  void whatFollowsAChangeOfTablesComesInItsOrder() throws IOException {
    try (RawClient direct = RawClient.logIn(SharedPostgres.target());
        RawClient client = RawClient.logIn(node.target())) {
      direct.query("CREATE TABLE ordered (a) AS VALUES (1)");
      try {
        run(client, batch("SELECT * FROM ordered"));
        run(client, batch("SELECT * FROM ordered"));
        direct.query("ALTER TABLE ordered ADD COLUMN b int");

        client.send(all(batch("SELECT * FROM ordered"), sync()));
        client.send(all(batch("SELECT 'second'"), sync()));
        client.send(all(batch("SELECT 'third'"), sync()));

        assertThat(rows(client.untilReady()).get(0)).hasSize(2);
        assertThat(rows(client.untilReady())).containsExactly(List.of("second"));
        assertThat(rows(client.untilReady())).containsExactly(List.of("third"));
      } finally {
        direct.query("DROP TABLE ordered");
      }
    }
  }

  @Test
  void errorsOfRecurringTextsComeAsTheyAre() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 8; i++) {
        List<Message> replies = run(client, batch("SELECT 1 / $1::int AS inverse", "0"));
        assertThat(types(replies)).isEqualTo("1EZ");
        assertThat(replies.get(1).sqlState()).isEqualTo("22012");
      }
      for (int i = 0; i < 4; i++) {
        List<Message> replies = run(client, batch("SELECT * FROM never_there"));
        assertThat(types(replies)).isEqualTo("EZ");
        assertThat(replies.get(0).sqlState()).isEqualTo("42P01");
      }
      assertThat(rows(run(client, batch("SELECT 1 / $1::int AS inverse", "1"))))
          .containsExactly(List.of("1"));
    }
  }

  @Test
  void errorsAboutARecurringTextNameNoStatement() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      for (int i = 0; i < 4; i++) {
        List<Message> replies =
            run(client, parse("", "SELECT $1::int AS wanted"), bind("", ""), execute("", 0));
        assertThat(types(replies)).isEqualTo("1EZ");
        assertThat(replies.get(1).fields().get('M'))
            .isEqualTo(
                "bind message supplies 0 parameters, but prepared statement \"\" requires 1");
      }
    }
  }
}
