package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What rules write down of results, of the time that they took, and of sessions in debug. */
class PrintedRulesIT {
  private static final String ROWS =
      "SELECT i AS id, 'v' || i AS name FROM generate_series(1, 3) g(i) ORDER BY 1";
  private static TestNode node;

  @BeforeAll
  static void start() {
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .vdb("rules", List.of("printed"))
                    .rules(
                        "printed",
                        rule("meta", "tag", "\"printmeta\": true"),
                        rule("results", "tag", "\"printresults\": true"),
                        rule("one_column", "log", "\"logcolumns\": \"name, other\""),
                        rule("all_columns", "log", "\"logcolumns\": \"*\""),
                        rule(
                            "slow_columns",
                            "log",
                            "\"logcolumns\": \"all\", \"slowtime\": 60000000"),
                        rule("timing", "tag", "\"printtiming\": true"),
                        rule("debug_on", "debug", "\"enabled\": true"),
                        rule("debug_off", "debug", "\"enabled\": false")));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** The lines that begin so, once there are as many as there should be. */
  private static List<String> lines(LoggedLines log, String start, int count) {
    Await.until(
        count + " lines " + start, () -> log.beginningWith("INFO " + start).size() >= count);
    return log.beginningWith("INFO " + start);
  }

  private static String values(String line) {
    return line.replaceFirst(".* row=", "");
  }

  @Test
  void printmetaWritesTheColumnsAndTheirTypes() throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target())) {
      client.query(ROWS + " /* meta */");
      Replies.batch(client, ROWS + " /* meta */");
      assertThat(lines(log, "result columns", 2))
          .hasSize(2)
          .allSatisfy(line -> assertThat(line).contains("columns=\"id int4, name text\""));
      assertThat(log.beginningWith("INFO result row")).isEmpty();
    }
  }

  @Test
  void printresultsWritesTheRowsWhateverTheProtocol() throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target())) {
      client.query(ROWS + " /* results */");
      assertThat(lines(log, "result row", 3))
          .extracting(PrintedRulesIT::values)
          .containsExactly(
              "1 values=\"id=1, name=v1\"",
              "2 values=\"id=2, name=v2\"",
              "3 values=\"id=3, name=v3\"");
      Replies.batch(client, ROWS + " /* results */");
      assertThat(lines(log, "result row", 6))
          .last()
          .asString()
          .endsWith("row=3 values=\"id=3, name=v3\"");
    }
  }

  @Test
  void onlyTheStatementThatARuleMatchesIsWrittenDown() throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target())) {
      client.send(
          query("SELECT 'unasked'"),
          query("SELECT 'asked' AS a /* results */"),
          query("SELECT 'unasked'"),
          statement("SELECT 'unasked'"),
          statement("SELECT 'asked too' AS b /* results */"),
          statement("SELECT 'unasked'"),
          sync());
      for (int i = 0; i < 4; i++) {
        client.untilReady();
      }
      assertThat(lines(log, "result row", 2))
          .extracting(PrintedRulesIT::values)
          .containsExactly("1 values=\"a=asked\"", "1 values=\"b=asked too\"");
    }
  }

  @Test
  void withoutADescriptionColumnsAreNumbered() throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target())) {
      client.send(
          all(parse("", "SELECT 7, 'x' /* results */"), bind("", ""), execute("", 0)), sync());
      client.untilReady();
      assertThat(lines(log, "result row", 1))
          .extracting(PrintedRulesIT::values)
          .containsExactly("1 values=\"1=7, 2=x\"");
    }
  }

  @Test
  void binaryValuesOfPreparedStatementsOfDriversAreShownAsText() throws Exception {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        Connection connection = node.target().jdbc("prepareThreshold", "1");
        PreparedStatement prepared =
            connection.prepareStatement(
                "SELECT i AS id, i * 10000000000 AS big, 'n' || i AS name"
                    + " FROM generate_series(?, 4) g(i) /* results */")) {
      for (int round = 1; round <= 4; round++) {
        prepared.setInt(1, round);
        try (ResultSet rows = prepared.executeQuery()) {
          while (rows.next()) {
            assertThat(rows.getInt(1)).isBetween(1, 4);
          }
        }
      }
      assertThat(lines(log, "result row", 10))
          .hasSize(10)
          .last()
          .asString()
          .endsWith("row=1 values=\"id=4, big=40000000000, name=n4\"");
    }
  }

  @Test
  void manyAndWideRowsAreCut() throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target())) {
      client.query(
          "SELECT repeat('w', 100000) AS w, i FROM generate_series(1, 500) g(i) /* results */");
      List<String> rows = lines(log, "result row", 100);
      assertThat(rows).hasSize(100);
      assertThat(rows).allSatisfy(row -> assertThat(row.length()).isLessThan(400));
    }
  }

  @Test
  void logcolumnsWritesTheValuesOfItsColumnsBesideTheStatement() throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target())) {
      client.query(ROWS + " /* one_column */");
      assertThat(lines(log, "result row", 3))
          .extracting(PrintedRulesIT::values)
          .containsExactly("1 values=\"name=v1\"", "2 values=\"name=v2\"", "3 values=\"name=v3\"");
      assertThat(lines(log, "statement ", 1)).singleElement().asString().contains("outcome=ok");
      Replies.batch(client, "SELECT 1 AS a, NULL AS b /* all_columns */");
      assertThat(lines(log, "result row", 4)).last().asString().endsWith("values=\"a=1, b=null\"");
      client.query(ROWS + " /* slow_columns */");
      client.query("SELECT 'end' AS a /* all_columns */");
      assertThat(lines(log, "result row", 5)).hasSize(5).last().asString().endsWith("a=end\"");
    }
  }

  @Test
  void printtimingWritesHowLongItTookToDecide() throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target())) {
      client.query("SELECT 1 /* timing */");
      Replies.batch(client, "SELECT 1 /* timing */");
      assertThat(lines(log, "rule timing", 2))
          .hasSize(2)
          .allSatisfy(
              line -> assertThat(line).containsPattern("took_us=[0-9.E-]+ rules=\"printed #6\""));
    }
  }

  @Test
  void debugShowsEachStatementOfTheSessionUntilItIsSwitchedOff() throws IOException {
    try (LoggedLines log = LoggedLines.of("heimdall.query");
        RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.query("SELECT 's3cr3t'");
      client.query("SELECT 's3cr3t' /* debug_on */");
      client.query("SELECT relname FROM pg_catalog.pg_class WHERE relname = 's3cr3t'");
      other.query("SELECT 'not shown'");
      client.query("BEGIN");
      Replies.batch(client, "SELECT 's3cr3t', $1", "s3cr3t");
      client.query("SELEC 's3cr3t'");
      client.query("ROLLBACK");
      client.query("SELECT 's3cr3t' /* debug_off */");
      client.query("SELECT 's3cr3t'");
      lines(log, "debug switched off", 1);
      List<String> shown = log.beginningWith("INFO debug statement");
      assertThat(shown).hasSize(6);
      assertThat(shown.get(0)).contains("rules=\"printed #7\" decided=debug");
      assertThat(shown.get(1)).contains("kind=read", "read=app.pg_catalog.pg_class");
      assertThat(shown.get(3)).contains("prepared=true in_transaction=true");
      List<String> answers = log.beginningWith("INFO statement ");
      assertThat(answers).hasSize(6);
      assertThat(answers.get(4)).contains("outcome=42601");
      assertThat(log.beginningWith("")).noneMatch(line -> line.contains("s3cr3t"));
    }
  }
}
