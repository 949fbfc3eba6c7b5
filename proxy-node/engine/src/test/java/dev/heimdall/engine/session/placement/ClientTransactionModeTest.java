package dev.heimdall.engine.session.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.StatementKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients say of whether their transactions may write. */
class ClientTransactionModeTest {
  private final ClientTransactionMode mode =
      new ClientTransactionMode("default_transaction_read_only");

  private void begin(String text) {
    mode.sent(StatementKind.BEGIN, text, false);
  }

  private void set(String text) {
    mode.sent(StatementKind.SET, text, false);
  }

  @Test
  void nothingIsKnownOfAClientThatNobodyHears() {
    assertThat(mode.isToWrite()).isFalse();
  }

  @Test
  void oneThatSaysNothingWrites() {
    mode.sent(StatementKind.DML, "INSERT INTO t VALUES (?)", false);
    assertThat(mode.isToWrite()).as("autocommit is off").isTrue();
    begin("BEGIN");
    set("SET work_mem = ?");
    assertThat(mode.isToWrite()).isTrue();
  }

  @Test
  void aTransactionThatOnlyReadsIsSoToItsEnd() {
    begin("START TRANSACTION READ ONLY");
    assertThat(mode.isToWrite()).isFalse();
    mode.rests(true);
    assertThat(mode.isToWrite()).isTrue();
    begin("BEGIN");
    set("SET TRANSACTION READ ONLY");
    assertThat(mode.isToWrite()).isFalse();
  }

  /** MySQL's, before the transaction begins. */
  @Test
  void theNextOneMayHaveBeenMadeSo() {
    set("SET TRANSACTION READ ONLY");
    begin("START TRANSACTION");
    assertThat(mode.isToWrite()).isFalse();
    begin("START TRANSACTION READ WRITE");
    assertThat(mode.isToWrite()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET SESSION TRANSACTION READ ONLY",
        "set local transaction isolation level read committed, read  only",
        "SET @@session.transaction_read_only = ?",
        "set tx_read_only = ?"
      })
  void aSessionThatMayHaveBeenMadeSoStaysSo(String text) {
    set(text);
    mode.rests(true);
    begin("BEGIN");
    assertThat(mode.isToWrite()).isFalse();
  }

  @Test
  void whatIsNotUnderstoodMayHaveMadeItSo() {
    begin("BEGIN");
    mode.sent(StatementKind.MULTI, "SELECT ?; SET TRANSACTION READ ONLY", false);
    assertThat(mode.isToWrite()).isFalse();
    mode.rests(true);
    set(null);
    assertThat(mode.isToWrite()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET SESSION TRANSACTION READ WRITE",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
      })
  void whatIsAboutSomethingElseMakesNothingReadOnly(String text) {
    begin("BEGIN");
    set(text);
    assertThat(mode.isToWrite()).isTrue();
  }

  @Test
  void aCallMayMakeItSo() {
    begin("BEGIN");
    mode.sent(StatementKind.SELECT, "select set_config(?, ?, ?)", true);
    assertThat(mode.isToWrite()).isFalse();
    mode.rests(true);
    assertThat(mode.isToWrite()).isTrue();
  }

  /** MySQL's EXECUTE is not understood. */
  @ParameterizedTest
  @EnumSource(names = {"CALL", "EXECUTE", "BLOCK", "UNKNOWN"})
  void whatMayCommitByItselfLeavesNothingToBeRunAgain(StatementKind kind) {
    begin("BEGIN");
    mode.sent(kind, "call p()", false);
    assertThat(mode.isToWrite()).isFalse();
    mode.rests(true);
    assertThat(mode.isToWrite()).isTrue();

    mode.sent(kind, "call p()", false);
    begin("BEGIN");
    assertThat(mode.isToWrite()).as("it is not answered").isFalse();
    mode.rests(false);
    begin("BEGIN");
    assertThat(mode.isToWrite()).isTrue();
  }

  @Test
  void whatNobodyKnowsAnythingOfLeavesNothingToBeRunAgainEither() {
    begin("BEGIN");
    mode.sentUnknown();
    assertThat(mode.isToWrite()).isFalse();
    mode.rests(true);
    begin("BEGIN");
    assertThat(mode.isToWrite()).isTrue();
  }

  /** What a BEGIN says is looked at when somebody has to know. */
  @Test
  void whatIsSentLaterAddsToWhatABeginSays() {
    begin("BEGIN READ WRITE");
    set("SET TRANSACTION READ ONLY");
    assertThat(mode.isToWrite()).isFalse();
    mode.rests(true);
    begin("START TRANSACTION READ ONLY");
    mode.rests(true);
    assertThat(mode.isToWrite()).as("nobody had to know").isTrue();
    begin("BEGIN READ ONLY");
    begin("BEGIN");
    assertThat(mode.isToWrite()).as("the first one is open").isFalse();
  }

  /** MySQL's, which is about the one that comes next. */
  @Test
  void aSettingOutlivesWhatWasNoTransaction() {
    set("SET TRANSACTION READ ONLY");
    mode.rests(false);
    begin("BEGIN");
    assertThat(mode.isToWrite()).isFalse();
  }
}
