package dev.heimdall.engine.session.placement;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TransactionModeTest {
  @Test
  void readOnlyIsWhatIsSaidLast() {
    assertThat(TransactionMode.of("BEGIN").readOnly()).isEmpty();
    assertThat(TransactionMode.of("begin  read\n\tONLY").readOnly()).contains(true);
    assertThat(TransactionMode.of("BEGIN READ WRITE").readOnly()).contains(false);
    assertThat(TransactionMode.of("BEGIN READ WRITE, READ ONLY").readOnly()).contains(true);
    assertThat(TransactionMode.of("BEGIN READ ONLY, READ WRITE").readOnly()).contains(false);
  }

  @Test
  void aCommentMightSayAnything() {
    assertThat(TransactionMode.of("BEGIN /* READ ONLY */").readOnly()).contains(false);
    assertThat(TransactionMode.of("BEGIN -- READ ONLY").readOnly()).contains(false);
  }

  @Test
  void theLevelIsTheLastOneToo() {
    assertThat(TransactionMode.of("BEGIN READ ONLY").serializable()).isEmpty();
    assertThat(TransactionMode.of("BEGIN ISOLATION LEVEL SERIALIZABLE").serializable())
        .contains(true);
    assertThat(
            TransactionMode.of("START TRANSACTION ISOLATION LEVEL REPEATABLE READ").serializable())
        .contains(false);
  }

  @Test
  void onlySetTransactionMakesOneReadOnlyThatHasBegun() {
    assertThat(TransactionMode.setsReadOnly("SET TRANSACTION READ ONLY")).isTrue();
    assertThat(TransactionMode.setsReadOnly("SET TRANSACTION READ WRITE")).isFalse();
    assertThat(TransactionMode.setsReadOnly("SELECT 'read only'")).isFalse();
    assertThat(TransactionMode.setsReadOnly("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
        .isFalse();
  }
}
