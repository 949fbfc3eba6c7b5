package dev.heimdall.engine.toy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.toy.ToyPath.Client;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A dialect that is as unlike PostgreSQL's as those of MySQL and SQL Server are goes the whole way
 * of a statement: nothing between a client's request and its answer is PostgreSQL's.
 */
class ToyPathTest {
  private static final String IDLE = "done 0";
  private static final String OPEN = "done 1";

  @TempDir Path directory;

  private ToyPath path;

  private void path(String settings, String rules) throws Exception {
    path = new ToyPath(directory, settings, rules);
  }

  @AfterEach
  void close() {
    assertThat(path.servers()).allSatisfy(one -> assertThat(one.violations()).isEmpty());
    path.close();
  }

  @Test
  void clientsTakeTurnsOnOneServerConnection() throws Exception {
    path("", "[]");
    Client ann = path.client();
    Client bob = path.client();

    assertThat(ann.asks("SELECT 1")).containsExactly("row 1", IDLE);
    assertThat(bob.asks("SELECT 2")).containsExactly("row 2", IDLE);
    assertThat(ann.asks("SELECT 3")).containsExactly("row 3", IDLE);

    assertThat(path.servers()).hasSize(1);
  }

  @Test
  void clientsThatHaveAgreedOnOtherCapabilitiesShareNoServerConnection() throws Exception {
    path("", "[]");
    Client ann = path.client(4);
    Client bob = path.client(8);
    Client cid = path.client(4 | ToyFrame.REPORTS);

    assertThat(ann.asks("SELECT 1")).containsExactly("row 1", IDLE);
    assertThat(bob.asks("SELECT 2")).containsExactly("row 2", IDLE);
    assertThat(cid.asks("SELECT 3")).containsExactly("row 3", IDLE);

    assertThat(path.servers()).hasSize(2);
    assertThat(path.servers().get(0).requests())
        .containsExactly("log in ann 4", "SELECT 1", "SELECT 3");
    assertThat(path.servers().get(1).requests()).containsExactly("log in ann 8", "SELECT 2");
  }

  @Test
  void whatAStatementOfThisDialectSetsGoesWithTheSession() throws Exception {
    path("", "[]");
    Client ann = path.client();
    Client bob = path.client();

    assertThat(ann.asks("USE shop")).containsExactly(IDLE);
    assertThat(bob.asks("SELECT schema")).containsExactly("row ", IDLE);
    assertThat(ann.asks("SELECT schema")).containsExactly("row shop", IDLE);
    assertThat(bob.asks("USE stock")).containsExactly(IDLE);
    assertThat(ann.asks("SELECT schema")).containsExactly("row shop", IDLE);

    assertThat(path.servers()).hasSize(1);
  }

  @Test
  void whatSettingsMeanIsForTheDialectToSay() throws Exception {
    path("", "[]");
    Client ann = path.client();
    Client bob = path.client();

    assertThat(ann.asks("USE sealed")).containsExactly(IDLE);
    assertThat(bob.asks("SELECT schema")).isEmpty();
    assertThat(ann.asks("SELECT schema")).containsExactly("row sealed", IDLE);
  }

  @Test
  void aTransactionKeepsItsConnectionAndOthersWait() throws Exception {
    path("", "[]");
    Client ann = path.client();
    Client bob = path.client();

    assertThat(ann.asks("BEGIN")).containsExactly(OPEN);
    assertThat(bob.asks("SELECT 2")).isEmpty();
    assertThat(ann.asks("SELECT 1")).containsExactly("row 1", OPEN);
    assertThat(ann.asks("COMMIT")).containsExactly(IDLE);

    assertThat(bob.told()).containsExactly("row 2", IDLE);
    assertThat(path.servers()).hasSize(1);
  }

  @Test
  void rulesRefuseAnswerAndRewrite() throws Exception {
    path(
        "",
        """
        [{"match": "SELECT secret", "action": "drop"},
         {"match": "UPDATE quiet", "action": "result", "parameters": {"value": 3}},
         {"match": "SELECT old", "action": "transform", "parameters": {"target": "SELECT new"}}]
        """);
    Client ann = path.client();

    assertThat(ann.asks("SELECT secret"))
        .containsExactly("error 42501statement rejected by a rule", IDLE);
    assertThat(ann.asks("UPDATE quiet SET a = 1")).containsExactly(IDLE);
    assertThat(path.servers()).allSatisfy(one -> assertThat(one.requests()).hasSize(1));
    assertThat(ann.asks("SELECT old")).containsExactly("row new", IDLE);
  }

  @Test
  void statementsHaveNumbersOfTheNodeWhateverServersCallThem() throws Exception {
    path("", "[]");
    Client ann = path.client();
    Client bob = path.client();

    assertThat(ann.asks(ToyFrame.PREPARE, ToyFrame.text("SELECT 1")))
        .containsExactly("handle 1", IDLE);
    assertThat(bob.asks(ToyFrame.PREPARE, ToyFrame.text("SELECT 2")))
        .containsExactly("handle 1", IDLE);
    assertThat(ann.asks(ToyFrame.EXECUTE, ToyFrame.numbers(1)))
        .containsExactly("row SELECT 1", IDLE);
    assertThat(bob.asks(ToyFrame.EXECUTE, ToyFrame.numbers(1)))
        .containsExactly("row SELECT 2", IDLE);
    assertThat(path.server().requests())
        .endsWith("prepare SELECT 1", "execute 11", "prepare SELECT 2", "execute 12");

    path.server().vanish();
    path.run();
    assertThat(ann.asks(ToyFrame.EXECUTE, ToyFrame.numbers(1)))
        .containsExactly("row SELECT 1", IDLE);
    assertThat(path.server().requests()).endsWith("prepare SELECT 1", "execute 21");
    assertThat(ann.asks(ToyFrame.EXECUTE, ToyFrame.numbers(2)))
        .containsExactly("error 26000no such statement", IDLE);
  }

  @Test
  void aTransactionIsRunAgainWhenItsServerIsLost() throws Exception {
    path("\"transactionReplay\": {\"enabled\": true}", "[]");
    Client ann = path.client();
    ann.asks("BEGIN");
    assertThat(ann.asks("SELECT 1")).containsExactly("row 1", OPEN);

    path.server().hold();
    assertThat(ann.asks("SELECT 2")).isEmpty();
    path.server().vanish();
    path.run();

    assertThat(ann.told()).containsExactly("row 2", OPEN);
    assertThat(path.servers()).hasSize(2);
    assertThat(path.server().requests()).containsSubsequence("BEGIN", "SELECT 1", "SELECT 2");
    assertThat(ann.asks("COMMIT")).containsExactly(IDLE);
  }

  @Test
  void aTransactionIsNotRunAgainFromAStatementOnThatCommitsByTheWay() throws Exception {
    path("\"transactionReplay\": {\"enabled\": true}", "[]");
    Client ann = path.client();
    ann.asks("BEGIN");
    assertThat(ann.asks("UPDATE t SET a = 1")).containsExactly(OPEN);

    path.server().hold();
    assertThat(ann.asks("DEFINE u")).isEmpty();
    path.server().vanish();
    path.run();

    List<String> told = ann.told();
    assertThat(told).hasSize(2);
    assertThat(told.get(0)).startsWith("error 08006");
    assertThat(ann.asks("ROLLBACK")).containsExactly(IDLE);
    assertThat(path.servers())
        .filteredOn(one -> one.requests().contains("UPDATE t SET a = 1"))
        .hasSize(1);
  }

  @Test
  void aStatementThatCommitsByTheWayFreesTheServerConnection() throws Exception {
    path("", "[]");
    Client ann = path.client();
    Client bob = path.client();
    ann.asks("BEGIN");
    assertThat(ann.asks("UPDATE t SET a = 1")).containsExactly(OPEN);
    assertThat(bob.asks("SELECT 2")).isEmpty();

    assertThat(ann.asks("DEFINE u")).containsExactly(IDLE);

    assertThat(bob.told()).containsExactly("row 2", IDLE);
    assertThat(path.servers()).hasSize(1);
  }

  @Test
  void whatPinsInThisDialectKeepsTheServerConnectionUntilItIsGone() throws Exception {
    path("", "[]");
    Client ann = path.client();
    Client bob = path.client();

    assertThat(ann.asks("HOLD t")).containsExactly(IDLE);
    assertThat(bob.asks("SELECT 2")).isEmpty();
    assertThat(ann.asks("SELECT 1")).containsExactly("row 1", IDLE);
    assertThat(ann.asks("FREE t")).containsExactly(IDLE);

    assertThat(bob.told()).containsExactly("row 2", IDLE);
    assertThat(path.servers()).hasSize(1);
  }

  @Test
  void aStatementIsTriedAgainWhereARuleWantsThat() throws Exception {
    path(
        "",
        """
        [{"match": "SELECT", "action": "retry", "parameters": {"maxRetries": 2}}]
        """);
    Client ann = path.client();
    ann.asks("SELECT 0");
    path.server().hold();
    assertThat(ann.asks("SELECT 1")).isEmpty();

    path.server().vanish();
    path.run();

    assertThat(ann.told()).containsExactly("row 1", IDLE);
    assertThat(path.servers()).hasSize(2);
  }

  @Test
  void aRuleNamesErrorsByTheNumbersThatTheEngineGivesThem() throws Exception {
    path(
        "",
        """
        [{"match": "SELECT", "action": "retry",
          "parameters": {"maxRetries": 1, "exception": "1213"}}]
        """);
    Client ann = path.client();

    assertThat(ann.asks("SELECT crowded")).containsExactly("error HY000/1213/try again", IDLE);
    assertThat(path.server().requests()).endsWith("SELECT crowded", "SELECT crowded");
    assertThat(ann.asks("SELECT crowded")).containsExactly("row crowded", IDLE);
  }

  @Test
  void aClientIsToldOfALossThatMayHaveChangedSomething() throws Exception {
    path("", "[]");
    Client ann = path.client();
    ann.asks("SELECT 0");
    path.server().hold();
    ann.asks("UPDATE t SET a = 1");

    path.server().vanish();
    path.run();

    List<String> told = ann.told();
    assertThat(told).hasSize(2);
    assertThat(told.get(0)).startsWith("error 08006");
    assertThat(told.get(1)).isEqualTo(IDLE);
    assertThat(ann.asks("SELECT 1")).containsExactly("row 1", IDLE);
  }

  @Test
  void aClientCancelsOnItsOwnConnection() throws Exception {
    path("", "[]");
    Client ann = path.client();
    ann.asks("SELECT 0");
    path.server().hold();
    assertThat(ann.asks("SELECT 1")).isEmpty();

    assertThat(ann.asks(ToyFrame.STOP, new byte[0])).containsExactly("error 57014stopped", IDLE);

    assertThat(path.server().requests()).containsSubsequence("SELECT 1", "stop");
    assertThat(ann.asks("SELECT 2")).containsExactly("row 2", IDLE);
  }
}
