package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What rules write to the log: never a value of a statement. */
class LoggedRulesIT {
  private static final String SECRET = "s3cr3t";
  private static TestNode node;

  @BeforeAll
  static void start() throws IOException {
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("rules", List.of("logged"))
                    .rules(
                        "logged",
                        rule("to_log", "log", ""),
                        rule("if_slow", "log", "\"slowtime\": 100000"),
                        rule("by_tag", "tag", "\"log\": true"),
                        rule("silence", "ignore", "\"action\": \"log\""),
                        rule("told", "tag", "\"notify\": true"),
                        rule("traced", "stack-trace", "\"threshold\": 100000"),
                        rule("matched", "tag", "\"printmatch\": true"),
                        rule("found (\\\\w+)", "tag", "\"capture\": true, \"printcapture\": true"),
                        rule("whose", "tag", "\"printtables\": true")));
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TABLE lg_rows (a text)");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("DROP TABLE lg_rows");
    }
    node.close();
  }

  /** Runs it by both protocols; the lines of the query log, which have no values in them. */
  private static List<String> logged(String start, String sql) throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target())) {
      client.query(sql);
      Replies.batch(client, sql);
      // The last line has been written when the next statement was answered.
      client.query("SELECT 1");
      List<String> all = log.beginningWith("");
      assertThat(all).noneMatch(line -> line.contains(SECRET));
      return log.beginningWith(start);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"to_log", "by_tag"})
  void logWritesTheStatementWithoutItsValues(String name) throws IOException {
    assertThat(logged("INFO statement ", "SELECT 's3cr3t' AS " + name))
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("vdb=app", "user=app", "outcome=ok", name)
                    .containsPattern("took_us=[0-9]+"));
  }

  @Test
  void logTellsHowTheStatementFailed() throws IOException {
    assertThat(logged("INFO statement ", "SELECT 's3cr3t'::int AS to_log"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("outcome=22P02"));
  }

  @Test
  void slowtimeLogsOnlyWhatTookLonger() throws IOException {
    assertThat(logged("INFO statement ", "SELECT 's3cr3t', pg_sleep(0.15) AS if_slow")).hasSize(2);
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target())) {
      Await.until(
          "one is quick enough",
          () -> {
            int before = log.beginningWith("INFO statement ").size();
            client.query("SELECT 1 AS if_slow");
            client.query("SELECT 1");
            return log.beginningWith("INFO statement ").size() == before;
          });
    }
  }

  @Test
  void ignoreLeavesLogOutForWhatFollowsOnly() throws IOException {
    assertThat(logged("INFO statement ", "SELECT 's3cr3t' AS silence, 1 AS to_log")).hasSize(2);
  }

  @Test
  void notifyTellsTheOperators() throws IOException {
    assertThat(logged("WARN rule notification ", "SELECT 's3cr3t' AS told"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("logged #5", "outcome=ok"));
  }

  @Test
  void printmatchWritesTheRule() throws IOException {
    assertThat(logged("INFO rule matched ", "SELECT 's3cr3t' AS matched"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("logged #7", "action=tag"));
  }

  @Test
  void printcaptureWritesTheGroups() throws IOException {
    assertThat(logged("INFO rule matched ", "SELECT 's3cr3t' /* found word */"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("groups=", "word"));
  }

  @Test
  void printtablesWritesTheTables() throws IOException {
    assertThat(logged("INFO statement tables ", "INSERT INTO lg_rows SELECT 's3cr3t' AS whose"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("written=app.lg_rows"));
  }

  @Test
  void aStatementThatNoRuleMatchesIsNotLogged() throws IOException {
    assertThat(logged("", "SELECT 's3cr3t'")).isEmpty();
  }

  @Test
  void stackTraceIsWrittenForWhatTookLonger() throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.client");
        RawClient client = RawClient.logIn(node.target())) {
      client.query("SELECT 's3cr3t', pg_sleep(0.15) AS traced");
      Replies.batch(client, "SELECT 's3cr3t', pg_sleep(0.15) AS traced");
      client.query("SELECT 1");
      assertThat(log.beginningWith("INFO stack trace"))
          .hasSize(2)
          .allSatisfy(line -> assertThat(line).contains("traced").doesNotContain(SECRET));
    }
  }
}
