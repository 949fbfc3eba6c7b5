package dev.heimdall.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.sql.PostgresClassifier;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransactionLogTest {
  private static final byte[] SUM = new byte[TransactionLog.SUM_LENGTH];

  private final StatementClassifier classifier = new PostgresClassifier();
  private TransactionLog log = log(100, 10_000);

  private static TransactionLog log(int statements, long size) {
    return new TransactionLog(
        new TransactionReplaySettings(true, statements, size, Duration.ofSeconds(1)),
        UnpooledByteBufAllocator.DEFAULT);
  }

  @AfterEach
  void release() {
    log.end();
  }

  private void send(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    log.statement(classifier.classify(text, 0, text.length, true));
    ByteBuf bytes = Unpooled.wrappedBuffer(text);
    log.message(bytes, 0, text.length);
    log.unnamedKnown();
    log.count();
    log.groupSent();
  }

  private boolean answer(TransactionState status) {
    return log.answered(SUM, status, log.unanswered() <= 1);
  }

  private Unreplayed obstacle() {
    return log.obstacle(0);
  }

  private static String text(ByteBuf bytes) {
    try {
      return bytes.toString(StandardCharsets.UTF_8);
    } finally {
      bytes.release();
    }
  }

  @Test
  void itKeepsATransactionFromItsBeginToItsEnd() {
    log.begin(0);
    send("BEGIN");
    answer(TransactionState.OPEN);
    send("INSERT 1");
    assertThat(log.unanswered()).isEqualTo(1);
    answer(TransactionState.OPEN);
    send("SELECT 2");
    send("SELECT 3");

    assertThat(obstacle()).isNull();
    assertThat(log.answered()).isEqualTo(2);
    assertThat(text(log.group(0))).isEqualTo("BEGIN");
    assertThat(text(log.group(1))).isEqualTo("INSERT 1");
    assertThat(log.same(1, SUM)).isTrue();
    assertThat(text(log.cut(3, 0))).isEqualTo("SELECT 3");
    assertThat(log.unanswered()).isEqualTo(1);
    assertThat(text(log.cut(2, 0))).isEqualTo("SELECT 2");
    assertThat(log.unanswered()).isZero();

    assertThat(answer(TransactionState.IDLE)).isTrue();
    assertThat(log.keeps()).isFalse();
  }

  @Test
  void whatIsNoTransactionIsNotKept() {
    log.begin(0);
    send("INSERT INTO t VALUES (1)");
    assertThat(log.keeps()).isFalse();
    send("BEGIN");
    answer(TransactionState.IDLE);
    answer(TransactionState.OPEN);
    assertThat(obstacle()).isEqualTo(Unreplayed.LATE_START);
  }

  @Test
  void whatMayHaveEndedItIsNotSentAgain() {
    for (String sql :
        new String[] {
          "COMMIT", "COMMIT AND CHAIN", "END", "PREPARE TRANSACTION 'a'", "SELECT 1; COMMIT", "huh"
        }) {
      log.begin(0);
      send("BEGIN");
      send(sql);
      assertThat(obstacle()).as(sql).isEqualTo(Unreplayed.COMMIT);
      answer(TransactionState.OPEN);
      answer(TransactionState.OPEN);
      assertThat(obstacle()).as(sql).isEqualTo(Unreplayed.COMMIT);
    }
    for (String sql :
        new String[] {
          "SELECT 1; SELECT 2", "DO 'BEGIN END'", "CALL p()", "SAVEPOINT a", "ROLLBACK TO a"
        }) {
      log.begin(0);
      send("BEGIN");
      send(sql);
      assertThat(obstacle()).as(sql).isNull();
    }
  }

  @Test
  void whatFollowsARollbackThatIsUnansweredIsNoPartOfIt() {
    log.begin(0);
    send("BEGIN");
    answer(TransactionState.OPEN);
    send("ROLLBACK");
    assertThat(obstacle()).isNull();
    send("INSERT INTO t VALUES (1)");
    assertThat(obstacle()).isEqualTo(Unreplayed.COMMIT);
  }

  @Test
  void itIsBounded() {
    log = log(2, 20);
    log.begin(0);
    send("BEGIN");
    send("SELECT 1");
    assertThat(obstacle()).isNull();
    send("S");
    assertThat(obstacle()).isEqualTo(Unreplayed.STATEMENTS);
    answer(TransactionState.OPEN);
    answer(TransactionState.OPEN);
    answer(TransactionState.OPEN);
    assertThat(obstacle()).isEqualTo(Unreplayed.STATEMENTS);
    assertThat(log).hasToString("no: it has more statements than transactionReplay.maxStatements");
    assertThat(log.answered(SUM, TransactionState.IDLE, true)).isTrue();

    log.begin(0);
    send("BEGIN");
    send("SELECT 123456789");
    assertThat(obstacle()).isEqualTo(Unreplayed.SIZE);

    log.begin(0);
    send("BEGIN");
    assertThat(log.obstacle(Duration.ofMillis(1001).toNanos())).isEqualTo(Unreplayed.AGE);
  }

  @Test
  void listeningCopyingAndCallsAreNotSentAgain() {
    log.begin(0);
    send("BEGIN");
    send("LISTEN a");
    assertThat(obstacle()).isEqualTo(Unreplayed.LISTEN);
    log.begin(0);
    send("BEGIN");
    log.giveUp(Unreplayed.COPY);
    log.giveUp(Unreplayed.LISTEN);
    assertThat(obstacle()).isEqualTo(Unreplayed.COPY);
    log.begin(0);
    send("BEGIN");
    log.giveUp(Unreplayed.FUNCTION_CALL);
    assertThat(obstacle()).isEqualTo(Unreplayed.FUNCTION_CALL);
  }

  @Test
  void anUnnamedStatementFromBeforeIsNotBoundAgain() {
    byte[] text = "SELECT 1".getBytes(StandardCharsets.UTF_8);
    log.begin("BEGIN".getBytes(StandardCharsets.UTF_8), false, 0);
    log.bound(classifier.classify(text, 0, text.length, true), true);
    assertThat(obstacle()).isEqualTo(Unreplayed.UNNAMED);

    log.begin("BEGIN".getBytes(StandardCharsets.UTF_8), false, 0);
    log.unnamedKnown();
    log.bound(classifier.classify(text, 0, text.length, true), true);
    assertThat(obstacle()).isNull();
  }
}
