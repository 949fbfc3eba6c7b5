package dev.heimdall.test.fault;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transactions with statements of which rules make something are run again to the same end, or not
 * at all.
 */
class ReplayedRulesIT {
  private TcpFaults faults;
  private TestNode node;

  @BeforeEach
  void start() throws IOException {
    SharedPostgres.value("SELECT 1");
    faults = new TcpFaults("127.0.0.1", SharedPostgres.primary().port());
    node =
        TestNode.start(
            c ->
                c.source("url", "jdbc:postgresql://127.0.0.1:" + faults.port() + "/app")
                    .source("catalog.enabled", false)
                    .source("connectTimeout", "2s")
                    .vdb("transactionReplay.enabled", true)
                    .vdb("rules", List.of("all"))
                    .rules(
                        "all",
                        rule("ten more", "transform", "\"target\": \"*/ + 10 /*\""),
                        rule(
                            "sometimes", "transform", "\"target\": \"*/ + 100 /*\", \"sample\": 2"),
                        rule("said to be 7", "result", "\"value\": 7"),
                        rule("sometimes said", "result", "\"value\": 1, \"sample\": 2"),
                        "{\"match\": \"never\", \"action\": \"drop\"}",
                        rule("one by one", "tag", "\"concurrency\": 1, \"delay\": 1000"),
                        rule("late now", "tag", "\"delay\": 300000, \"exclude\": 2")));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("DROP TABLE IF EXISTS rerun");
      client.query("CREATE TABLE rerun (i int PRIMARY KEY, v int)");
      client.query("INSERT INTO rerun VALUES (1, 0)");
    }
  }

  @AfterEach
  void end() throws IOException {
    Rest.poolsOf(node);
    node.close();
    faults.close();
  }

  private static List<Message> run(RawClient client, boolean extended, String sql)
      throws IOException {
    client.send(extended ? all(statement(sql), sync()) : query(sql));
    return client.untilReady();
  }

  private static String value() {
    return SharedPostgres.value("SELECT string_agg(i || '=' || v, ' ' ORDER BY i) FROM rerun");
  }

  private static char status(List<Message> answer) {
    return answer.get(answer.size() - 1).status();
  }

  private static String tag(List<Message> answer) {
    return answer.stream().filter(m -> m.type() == 'C').findFirst().orElseThrow().text();
  }

  private static String state(List<Message> answer) {
    return answer.stream()
        .filter(m -> m.type() == 'E')
        .map(Message::sqlState)
        .findFirst()
        .orElse("00000");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatRulesChangeAnswerRefuseAndSlowDownIsMetAgain(boolean extended) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      run(client, extended, "BEGIN");
      assertThat(tag(run(client, extended, "UPDATE rerun SET v = v /* ten more */")))
          .isEqualTo("UPDATE 1");
      assertThat(tag(run(client, extended, "UPDATE rerun SET v = 0 /* said to be 7 */")))
          .isEqualTo("UPDATE 7");
      run(client, extended, "SAVEPOINT a");
      assertThat(state(run(client, extended, "UPDATE rerun SET v = -1 /* never */")))
          .isEqualTo("42501");
      faults.cutAllOf(node);
      assertThat(state(run(client, extended, "ROLLBACK TO a"))).isEqualTo("00000");
      assertThat(state(run(client, extended, "INSERT INTO rerun VALUES (2, 2) /* one by one */")))
          .isEqualTo("00000");
      faults.cutAllOf(node);
      assertThat(status(run(client, extended, "COMMIT"))).isEqualTo('I');
      assertThat(value()).isEqualTo("1=10 2=2");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatARuleMakesSomethingElseOfIsNotCommitted(boolean extended) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      run(client, extended, "BEGIN");
      // The first of two: the other one would be answered the same, and do something else.
      assertThat(tag(run(client, extended, "UPDATE rerun SET v = v /* sometimes */")))
          .isEqualTo("UPDATE 1");
      faults.cutAllOf(node);
      assertThat(state(run(client, extended, "COMMIT"))).isEqualTo("40001");
      run(client, extended, "ROLLBACK");
      assertThat(value()).isEqualTo("1=0");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBeginThatARuleAnswersTheSecondTimeIsNotAnsweredTwice(boolean extended) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      run(client, extended, "SELECT 1 /* sometimes said */");
      run(client, extended, "BEGIN /* sometimes said */");
      run(client, extended, "UPDATE rerun SET v = 5");
      faults.cutAllOf(node);
      assertThat(state(run(client, extended, "UPDATE rerun SET v = 6"))).isEqualTo("40001");
      assertThat(status(run(client, extended, "ROLLBACK"))).isEqualTo('I');
      assertThat(client.value("SELECT 'next'")).isEqualTo("next");
      assertThat(value()).isEqualTo("1=0");
    }
  }

  @Test
  void aBatchIsGoneOnWithThoughARuleHoldsTheRestOfItBackTheSecondTime() throws IOException {
    String large = "SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 100) i";
    byte[] batch =
        all(
            statement(large),
            parse("", "UPDATE rerun SET v = v + 1 /* late now */"),
            bind("", ""),
            execute("", 0),
            sync());
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query("SELECT 1 /* late now */"); // every other one is not
      faults.cutAfterBytesFromTarget(50_000);
      client.send(batch);
      List<Message> told = client.untilReady();
      assertThat(state(told)).isEqualTo("00000");
      assertThat(told.stream().filter(message -> message.type() == 'D')).hasSize(100);
      assertThat(told.stream().filter(m -> m.type() == 'C').map(Message::text))
          .containsExactly("SELECT 100", "UPDATE 1");
      faults.cutAllOf(node);
      assertThat(status(client.query("COMMIT"))).isEqualTo('I');
      assertThat(value()).isEqualTo("1=1");
    }
  }
}
