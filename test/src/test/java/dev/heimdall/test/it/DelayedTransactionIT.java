package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Comparison;
import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BEGIN held back until a statement needs the transaction: clients must not notice. */
@ParameterizedClass(name = "{0}")
@MethodSource("dev.heimdall.test.fixture.NodeKind#chosen")
class DelayedTransactionIT {
  private static TestNode node;

  @Parameter NodeKind kind;

  @BeforeParameterizedClassInvocation
  static void start(NodeKind kind) {
    node =
        TestNode.start(
            c -> {
              kind.into(c);
              c.vdb("delayedTransaction", true).vdb("pool.size", kind.multiplexes() ? 1 : 2);
            });
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    node.close();
  }

  @Test
  void aTransactionThatHasOnlyBegunHoldsNoServerConnection() throws IOException {
    try (RawClient waiting = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      assertThat(waiting.query("BEGIN").toString())
          .isEqualTo("[CommandComplete BEGIN, ReadyForQuery T]");
      assertThat(other.value("SELECT 'there is only one connection'")).isNotNull();
      waiting.query("SET LOCAL work_mem = '5MB'");
      assertThat(waiting.value("SHOW work_mem")).isEqualTo("5MB");
      waiting.query("COMMIT");
      assertThat(other.value("SHOW work_mem")).isEqualTo("4MB");
    }
  }

  @Test
  void aBatchThatHasOnlyBegunHoldsNoServerConnection() throws IOException {
    try (RawClient waiting = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      for (byte[] begin :
          List.of(
              all(statement("BEGIN"), sync()),
              all(parse("", "START TRANSACTION"), bind("", ""), execute("", 1), sync()))) {
        waiting.send(begin);
        assertThat(waiting.untilReady().toString()).endsWith("ReadyForQuery T]");
        assertThat(node.clients()).allMatch(row -> row.get("link") == null || !kind.multiplexes());
        assertThat(other.value("SELECT 'there is only one connection'")).isNotNull();
        waiting.query("SET LOCAL work_mem = '5MB'");
        assertThat(waiting.value("SHOW work_mem")).isEqualTo("5MB");
        waiting.query("COMMIT");
        assertThat(other.value("SHOW work_mem")).isEqualTo("4MB");
      }
    }
  }

  @Test
  void aBatchOfBeginIsAnsweredAsByTheServer() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.send(parse("begin", "START TRANSACTION READ ONLY"), sync());
          client.untilReady();
          client.send(bind("", "begin"), execute("", 0), sync());
          client.untilReady();
          client.query("SHOW transaction_read_only");
          client.query("COMMIT");
          client.send(statement("BEGIN"), sync(), statement("SELECT 1"), sync());
          client.untilReady();
          client.untilReady();
          client.query("ROLLBACK");
          client.send(parse("", "BEGIN"), bind("", ""), execute("", 0), sync());
          client.untilReady();
          client.send(bind("", ""), describePortal(""), execute("", 0), sync());
          client.until('N');
          client.untilReady();
          client.send(statement("ROLLBACK"), sync());
          client.untilReady();
          client.send(statement("BEGIN; SELECT 1"), sync());
          client.untilReady();
          client.send(bind("", "nothing"), execute("", 0), sync());
          client.untilReady();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN|COMMIT",
        "BEGIN|ROLLBACK",
        "BEGIN|END",
        "START TRANSACTION|ABORT",
        "BEGIN|SELECT 1|COMMIT",
        "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY|SHOW transaction_isolation|SHOW transaction_read_only|COMMIT",
        "START TRANSACTION READ ONLY|CREATE TABLE never (a int)|ROLLBACK",
        "BEGIN|SELECT 1/0|SELECT 2|COMMIT",
        "BEGIN|SET TRANSACTION ISOLATION LEVEL REPEATABLE READ|SHOW transaction_isolation|COMMIT",
        "BEGIN|SAVEPOINT s|ROLLBACK TO s|COMMIT",
        "BEGIN|COMMIT AND CHAIN|SELECT 1|ROLLBACK",
        "BEGIN; SELECT 1|COMMIT",
        "BEGIN|SELECT 1; COMMIT|SELECT 2",
        "BEGIN||COMMIT",
        "BEGIN|DISCARD ALL|SELECT 1|COMMIT",
        "BEGIN|DEALLOCATE nothing|SELECT 1|COMMIT",
        "PREPARE delayed AS SELECT 1|BEGIN|DEALLOCATE delayed|COMMIT|EXECUTE delayed",
        "BEGIN|SET work_mem = '6MB'|ROLLBACK|SHOW work_mem",
        "BEGIN|PREPARE TRANSACTION 'delayed'|ROLLBACK PREPARED 'delayed'"
      })
  void clientsSeeWhatTheServerItselfWouldSay(String script) throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          for (String sql : script.split("\\|", -1)) {
            client.query(sql);
          }
          client.query("SELECT 'the end'");
          client.query("ROLLBACK");
        });
  }

  @Test
  void theExtendedProtocolWorksBehindAHeldBegin() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        List.of("DROP TABLE IF EXISTS delayed_rows", "CREATE TABLE delayed_rows (a int)"),
        client -> {
          client.query("BEGIN");
          client.send(statement("INSERT INTO delayed_rows VALUES ($1)", "1"), sync());
          client.untilReady();
          client.query("ROLLBACK");
          client.query("SELECT count(*) FROM delayed_rows");
          client.send(statement("BEGIN"), sync());
          client.untilReady();
          client.send(statement("INSERT INTO delayed_rows VALUES ($1)", "2"), sync());
          client.untilReady();
          client.send(statement("COMMIT"), sync());
          client.untilReady();
          client.query("BEGIN");
          client.send(sync());
          client.untilReady();
          client.send(statement("COMMIT"), sync());
          client.untilReady();
          client.query("SELECT a FROM delayed_rows");
        });
  }

  @Test
  void aClientThatVanishesWithAHeldBeginLeavesNothing() throws IOException {
    RawClient client = RawClient.logIn(node.target());
    client.query("BEGIN");
    client.vanish();
    try (RawClient next = RawClient.logIn(node.target())) {
      assertThat(next.query("COMMIT").toString()).contains("there is no transaction in progress");
    }
  }
}
