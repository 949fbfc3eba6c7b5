package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What fails after part of it was done for good: its session finds that again, and nobody else
 * does.
 */
class FailedBatchesIT {
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static byte[] batch(String script) {
    byte[] all = {};
    for (String sql : script.split("\\|")) {
      all = all(all, statement(sql));
    }
    return all(all, sync());
  }

  private static void fails(RawClient client, byte[] messages) throws IOException {
    client.send(messages);
    List<Message> answer = client.untilReady();
    assertThat(answer).anyMatch(message -> message.type() == 'E');
    assertThat(answer.get(answer.size() - 1)).hasToString("ReadyForQuery I");
  }

  @Test
  void aSettingThatWasCommittedStaysTheSessions() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      fails(client, batch("BEGIN|SET work_mem = '6MB'|COMMIT|SELECT 1/0"));
      assertThat(other.value("SHOW work_mem")).isEqualTo("4MB");
      assertThat(client.value("SHOW work_mem")).isEqualTo("6MB");
      assertThat(other.value("SHOW work_mem")).isEqualTo("4MB");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatACodeBlockCommittedBeforeItFailedStaysTheSessions(boolean extended) throws IOException {
    String block =
        "DO $$ BEGIN PERFORM set_config('work_mem', '6MB', false); COMMIT; RAISE 'no'; END $$";
    try (TestNode two = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 2));
        RawClient client = RawClient.logIn(two.target());
        RawClient other = RawClient.logIn(two.target())) {
      fails(client, extended ? batch(block) : query(block));
      assertThat(other.value("SHOW work_mem")).isEqualTo("4MB");
      assertThat(client.value("SHOW work_mem")).isEqualTo("6MB");
    }
  }

  @Test
  void aTemporaryTableThatWasCommittedIsNobodyElses() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      fails(client, batch("BEGIN|CREATE TEMP TABLE failed_t (a int)|COMMIT|SELECT 1/0"));
      assertThat(client.value("SELECT count(*) FROM failed_t")).isEqualTo("0");
    }
    try (RawClient other = RawClient.logIn(node.target())) {
      assertThat(other.value("SELECT to_regclass('failed_t')")).isNull();
    }
  }

  @Test
  void aDiscardThatWasRefusedAmongOtherStatementsLeavesNothing() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.query("SET work_mem = '6MB'; COMMIT; DISCARD ALL");
      assertThat(other.value("SHOW work_mem")).isEqualTo("4MB");
      assertThat(client.value("SHOW work_mem")).isEqualTo("6MB");
    }
  }

  @Test
  void aTemporaryTableBeforeADiscardThatWasRefusedIsNobodyElses() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN; CREATE TEMP TABLE failed_d (a int); COMMIT; DISCARD ALL");
      assertThat(client.value("SELECT count(*) FROM failed_d")).isEqualTo("0");
    }
    try (RawClient other = RawClient.logIn(node.target())) {
      assertThat(other.value("SELECT to_regclass('failed_d')")).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEALLOCATE ALL", "DISCARD ALL"})
  void statementsThatWereDroppedBeforeAFailureAreOthersStill(String drop) throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.send(parse("s", "SELECT 42 AS dropped"), sync());
      client.untilReady();
      fails(other, batch(drop + "|SELECT 1/0"));
      client.send(bind("", "s"), execute("", 0), sync());
      assertThat(client.untilReady().toString()).contains("DataRow").doesNotContain("Error");
    }
  }

  @Test
  void statementsThatATextDroppedBeforeItFailedAreOthersStill() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.send(parse("s", "SELECT 43 AS dropped"), sync());
      client.untilReady();
      other.query("DEALLOCATE ALL; SELECT 1/0");
      client.send(bind("", "s"), execute("", 0), sync());
      assertThat(client.untilReady().toString()).contains("DataRow").doesNotContain("Error");
      other.query("BEGIN");
      other.query("DEALLOCATE ALL; SELECT 1/0");
      other.query("ROLLBACK");
      client.send(bind("", "s"), execute("", 0), sync());
      assertThat(client.untilReady().toString()).contains("DataRow").doesNotContain("Error");
    }
  }

  @Test
  void aResetThatWasRolledBackInItsBatchIsNone() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.query("SET work_mem = '6MB'");
      client.send(batch("BEGIN|RESET work_mem|ROLLBACK"));
      client.untilReady();
      assertThat(other.value("SHOW work_mem")).isEqualTo("4MB");
      assertThat(client.value("SHOW work_mem")).isEqualTo("6MB");
    }
  }

  @Test
  void aTemporaryTableIsThereAgainWhenItsEndWasRolledBack() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("CREATE TEMP TABLE failed_r (a int)");
      client.query("BEGIN");
      client.query("DISCARD TEMP");
      client.query("ROLLBACK");
      assertThat(client.value("SELECT count(*) FROM failed_r")).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1/0; DEALLOCATE s",
        "BEGIN|SELECT 1/0|DEALLOCATE s|ROLLBACK",
        "BEGIN|SELECT 1/0|DEALLOCATE ALL|ROLLBACK",
        "BEGIN|SELECT 1/0; DEALLOCATE ALL|ROLLBACK"
      })
  void aStatementWhoseDeallocationWasRefusedCanBeUsedAndPreparedAgain(String script)
      throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      String text = "SELECT 44 AS refused /* " + script.replace('|', ';') + " */";
      client.send(parse("s", text), sync());
      client.untilReady();
      for (String sql : script.split("\\|")) {
        client.query(sql);
      }
      other.send(parse("o", text), bind("", "o"), execute("", 0), sync());
      assertThat(other.untilReady().toString()).contains("DataRow").doesNotContain("Error");
      client.send(bind("", "s"), execute("", 0), sync());
      assertThat(client.untilReady().toString()).contains("DataRow").doesNotContain("Error");
    }
  }

  /** It is sent again where another client's has been in between. */
  @Test
  void anUnnamedStatementThatCannotBeParsedForAWhileIsThereLater() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      other.query("CREATE TABLE failed_u AS SELECT 7 AS a");
      client.send(parse("", "SELECT a FROM failed_u"), sync());
      client.untilReady();
      other.query("ALTER TABLE failed_u RENAME TO failed_v");
      fails(client, all(bind("", ""), execute("", 0), sync()));
      other.query("ALTER TABLE failed_v RENAME TO failed_u");
      client.send(bind("", ""), execute("", 0), sync());
      assertThat(client.untilReady().toString()).contains("DataRow").doesNotContain("Error");
      other.query("DROP TABLE failed_u");
    }
  }

  @Test
  void aLockIsKeptWhenItsReleaseWasSkipped() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("SELECT pg_advisory_lock(4711)");
      client.query("BEGIN; SELECT 1; COMMIT; SELECT 1/0; SELECT pg_advisory_unlock_all()");
      assertThat(client.value("SELECT count(*) FROM pg_locks WHERE objid = 4711")).isEqualTo("1");
    }
  }
}
