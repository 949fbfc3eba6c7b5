package dev.heimdall.engine.dialect.sqlserver.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that reports no transaction which a text begins or ends. */
class UnreportedTransactionsTest {
  private final UnreportedTransactions transactions = new UnreportedTransactions();

  private boolean open(String sql, boolean implicit) {
    return open(sql, implicit, false, false);
  }

  private boolean open(String sql, boolean implicit, boolean reports, boolean failed) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    StatementFacts facts =
        SqlServerSql.DIALECT.classifier(false).classify(text, 0, text.length, LexerMode.STANDARD);
    transactions.sent(facts, text, implicit, false);
    transactions.answered(true, reports, false, failed);
    return transactions.open();
  }

  /** As mssql-jdbc's setAutoCommit(true) does. */
  @Test
  void autocommitEndsWhatAnImplicitTransactionHasBegun() {
    assertThat(open("insert t values (1)", true)).isTrue();
    assertThat(open("set implicit_transactions off if @@TRANCOUNT > 0 COMMIT TRAN ", false))
        .isFalse();
  }

  /** The first of the session. */
  @ParameterizedTest
  @ValueSource(
      strings = {"BEGIN TRAN SELECT 1", "IF @@TRANCOUNT = 0 BEGIN TRAN", "begin tran; delete t"})
  void oneOfSeveralStatementsBeginsOne(String sql) {
    assertThat(new UnreportedTransactionsTest().open(sql, false, true, false)).isFalse();
    assertThat(new UnreportedTransactionsTest().open(sql, false, false, true)).isTrue();
    assertThat(open(sql, false)).isTrue();
    assertThat(open("UPDATE t SET a = 1", false)).isTrue();
    assertThat(open("ROLLBACK", false)).isFalse();
  }

  @Test
  void whatMayNotCommitEndsNothing() {
    assertThat(open("insert t values (1)", true)).isTrue();
    assertThat(open("set implicit_transactions off", false)).isTrue();
    assertThat(open("set nocount on if @a > 0 commit tran", false)).isTrue();
    assertThat(open("IF @@TRANCOUNT > 0 ROLLBACK TRAN", false)).isFalse();
  }
}
