package dev.heimdall.engine.dialect.sqlserver.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementFacts;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A server that reports no transaction which a text begins or ends. */
class UnreportedTransactionsTest {
  private final UnreportedTransactions transactions = new UnreportedTransactions();

  private boolean open(String sql, boolean implicit) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    StatementFacts facts =
        SqlServerSql.DIALECT.classifier(false).classify(text, 0, text.length, LexerMode.STANDARD);
    transactions.sent(facts, text, implicit, false);
    transactions.answered(true, false, false, false);
    return transactions.open();
  }

  /** As mssql-jdbc's setAutoCommit(true) does. */
  @Test
  void autocommitEndsWhatAnImplicitTransactionHasBegun() {
    assertThat(open("insert t values (1)", true)).isTrue();
    assertThat(open("set implicit_transactions off if @@TRANCOUNT > 0 COMMIT TRAN ", false))
        .isFalse();
  }

  @Test
  void whatMayNotCommitEndsNothing() {
    assertThat(open("insert t values (1)", true)).isTrue();
    assertThat(open("set implicit_transactions off", false)).isTrue();
    assertThat(open("set nocount on if @a > 0 commit tran", false)).isTrue();
    assertThat(open("IF @@TRANCOUNT > 0 ROLLBACK TRAN", false)).isFalse();
  }
}
