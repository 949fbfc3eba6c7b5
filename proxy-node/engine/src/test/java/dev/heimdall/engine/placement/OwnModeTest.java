package dev.heimdall.engine.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.StatementKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients say of whether their transactions may write. */
class OwnModeTest {
  private final OwnMode mode = new OwnMode();

  private void begin(String text) {
    mode.sent(StatementKind.BEGIN, text);
  }

  private void set(String text) {
    mode.sent(StatementKind.SET, text);
  }

  @Test
  void nothingIsKnownOfAClientThatNobodyHears() {
    assertThat(mode.isToWrite()).isFalse();
  }

  @Test
  void oneThatSaysNothingWrites() {
    mode.sent(StatementKind.DML, "INSERT INTO t VALUES (?)");
    assertThat(mode.isToWrite()).as("autocommit is off").isTrue();
    begin("BEGIN");
    set("SET work_mem = ?");
    assertThat(mode.isToWrite()).isTrue();
  }

  @Test
  void aTransactionThatOnlyReadsIsSoToItsEnd() {
    begin("START TRANSACTION READ ONLY");
    assertThat(mode.isToWrite()).isFalse();
    mode.transactionOver();
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
        "SET @@session.transaction_read_only = ?",
        "set tx_read_only = ?"
      })
  void aSessionThatMayHaveBeenMadeSoStaysSo(String text) {
    set(text);
    mode.transactionOver();
    begin("BEGIN");
    assertThat(mode.isToWrite()).isFalse();
  }

  @Test
  void whatIsNotUnderstoodMayHaveMadeItSo() {
    begin("BEGIN");
    mode.sent(StatementKind.MULTI, "SELECT ?; SET TRANSACTION READ ONLY");
    assertThat(mode.isToWrite()).isFalse();
    mode.transactionOver();
    set(null);
    assertThat(mode.isToWrite()).isFalse();
  }
}
