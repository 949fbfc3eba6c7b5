package dev.heimdall.engine.dialect.mysql.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.changes.WaitingTransactions.Arrived;
import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WaitingTransactionsTest {
  private final WaitingTransactions waiting = new WaitingTransactions();

  private static Arrived transaction(long end, String text) {
    return new Arrived(
        new LoggedTransaction(
            Map.of(new TableName("", "app", "orders"), Set.of(RowChange.UPDATE)),
            Map.of(),
            text.isEmpty()
                ? List.of()
                : List.of(new LoggedStatement("app", text, MysqlSql.USUAL_MODE)),
            false,
            0,
            Position.NONE,
            BinlogPosition.of("1", "binlog.000001", end).orElseThrow()),
        end);
  }

  /** A server without GTIDs does not tell what is visible: each waits a second. */
  @Test
  void thousandsOfPlainTransactionsWait() throws InterruptedException {
    for (int i = 0; i < 20_000; i++) {
      assertThat(waiting.add(transaction(i, ""), 0)).isTrue();
    }
    for (int i = 0; i < 20_000; i++) {
      assertThat(waiting.take(0).cameAt()).isEqualTo(i);
    }
    assertThat(waiting.isEmpty()).isTrue();
    assertThat(waiting.take(0)).isNull();
  }

  @Test
  void largeOnesHaveAsMuchRoomAsSmallOnes() throws InterruptedException {
    String long64 = "x".repeat(1 << 16);
    int held = 0;
    while (waiting.add(transaction(held, long64), 0)) {
      held++;
    }

    assertThat(held).isBetween(200, 300);
    assertThat(waiting.add(transaction(held, ""), 0)).isTrue();
    assertThat(waiting.take(0).cameAt()).isZero();
    assertThat(waiting.add(transaction(held, long64), 0)).isTrue();
    assertThat(waiting.add(transaction(held, long64), 0)).isFalse();
  }
}
