package dev.heimdall.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresClassifier;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransactionLogTest {
  private static final byte[] SUM = new byte[32];
  private static final byte[] OTHER_SUM = {1};

  private final StatementClassifier classifier = new PostgresClassifier();
  private final List<ByteBuf> inputs = new ArrayList<>();
  private final Journal journal = Journals.unchecked();
  private TransactionLog log = log(100, 10_000);
  private long number = 5;
  private boolean autocommits = true;

  private TransactionLog log(int statements, long size) {
    return new TransactionLog(
        new TransactionReplaySettings(true, statements, size, Duration.ofSeconds(1)), journal);
  }

  @AfterEach
  void nothingIsHeldAtTheEnd() {
    log.end();
    assertThat(journal.size()).isZero();
    for (ByteBuf input : inputs) {
      assertThat(input.refCnt()).isEqualTo(1);
      input.release();
    }
  }

  private void send(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    ByteBuf bytes = input(sql);
    if (log.keeps()) {
      log.keep(bytes, number);
    }
    log.statement(classifier.classify(text, 0, text.length, LexerMode.STANDARD), autocommits);
    log.unnamedKnown();
    log.count();
    handled(text.length, true);
  }

  private ByteBuf input(String text) {
    ByteBuf input = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    inputs.add(input);
    return input;
  }

  private void handled(int length, boolean ends) {
    if (log.keeps()) {
      log.handled(length);
      if (ends) {
        log.groupSent();
      }
    }
    journal.handled(length, length, ends);
    number += ends ? 1 : 0;
  }

  private void part(String text, boolean ends) {
    log.keep(input(text), number);
    handled(text.length(), ends);
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
    assertThat(log.same(1, OTHER_SUM)).isFalse();
    assertThat(text(log.cut(3, 0, number))).isEqualTo("SELECT 3");
    assertThat(log.unanswered()).isEqualTo(1);
    assertThat(text(log.cut(2, 0, number))).isEqualTo("SELECT 2");
    assertThat(log.unanswered()).isZero();

    assertThat(answer(TransactionState.IDLE)).isTrue();
    assertThat(log.keeps()).isFalse();
  }

  @Test
  void whatIsAnsweredHoldsNoBufferOfTheClientsInput() {
    log.begin(0);
    send("BEGIN");
    answer(TransactionState.OPEN);
    send("SELECT 1");
    assertThat(inputs.get(0).refCnt()).isEqualTo(1);
    assertThat(inputs.get(1).refCnt()).as("unanswered").isEqualTo(2);
    assertThat(text(log.group(0))).isEqualTo("BEGIN");
    assertThat(text(log.group(1))).isEqualTo("SELECT 1");
  }

  @Test
  void whatIsKeptForReadingAgainAsWellIsKeptOnce() {
    log.begin(0);
    journal.begin(number, 0, 1);
    ByteBuf input = input("BEGIN");
    journal.keep(input, 5);
    log.keep(input, number);
    assertThat(input.refCnt()).isEqualTo(2);
    journal.spoil();
    assertThat(input.refCnt()).as("with its transaction").isEqualTo(2);
    log.statement(
        classifier.classify("BEGIN".getBytes(StandardCharsets.UTF_8), 0, 5, LexerMode.STANDARD),
        true);
    handled(5, true);
    journal.answered(number - 1);
    assertThat(text(log.group(0))).isEqualTo("BEGIN");
    log.end();
    assertThat(input.refCnt()).isEqualTo(1);
  }

  @Test
  void whatIsNoTransactionIsStillReadAgain() {
    log.begin(0);
    journal.begin(number, 0, 1);
    ByteBuf input = input("SELECT");
    journal.keep(input, 6);
    log.keep(input, number);
    log.statement(
        classifier.classify("SELECT 1".getBytes(StandardCharsets.UTF_8), 0, 8, LexerMode.STANDARD),
        true);
    assertThat(log.keeps()).isFalse();
    handled(6, true);
    assertThat(input.refCnt()).isEqualTo(2);
    assertThat(journal.answersNoted(number - 1)).isTrue();
    journal.answered(number - 1);
    assertThat(input.refCnt()).isEqualTo(1);
  }

  @Test
  void theRestOfAUnitFollowsWhatWasSentOfItAgain() {
    log.begin("BEGIN".getBytes(StandardCharsets.UTF_8), false, 0);
    part("bind", false);
    part("execute", false);
    part("sync", true);
    journal.forget(true); // the server is lost

    assertThat(text(log.group(0))).isEqualTo("bindexecutesync");
    assertThat(text(log.cut(1, 6, number))).as("not sent again").isEqualTo("tesync");
    assertThat(log.unanswered()).isZero();
    assertThat(log.open()).isTrue();

    part("tesync", true);
    assertThat(log.unanswered()).isEqualTo(1);
    assertThat(text(log.group(0))).isEqualTo("bindexecutesync");
    answer(TransactionState.OPEN);
    part("more", true);
    assertThat(text(log.group(1))).isEqualTo("more");
  }

  @Test
  void whatBeganBeforeItIsNoPartOfIt() {
    journal.begin(number, 0, 0);
    ByteBuf begun = input("parse");
    journal.keep(begun, 5);
    journal.handled(5, 5, false);
    log.begin("BEGIN".getBytes(StandardCharsets.UTF_8), false, 0);

    log.keep(input("bind"), number);

    assertThat(obstacle()).isEqualTo(Unreplayed.LATE_START);
    journal.forget(true);
  }

  @Test
  void aMessageInPartsIsKeptWhole() {
    log.begin("BEGIN".getBytes(StandardCharsets.UTF_8), false, 0);
    ByteBuf first = input("bi");
    log.keep(first, number);
    log.handled(2);
    journal.handled(2, 9, false);
    log.handledMore(input("-nd"), 1, 2);
    part("sync", true);
    assertThat(text(log.group(0))).isEqualTo("bindsync");
  }

  @Test
  void whatLiesInTooManyBuffersIsCopied() {
    log = log(100, 1 << 20);
    log.begin("BEGIN".getBytes(StandardCharsets.UTF_8), false, 0);
    String text = "x".repeat(50_000);
    part(text, true);
    part(text, true);
    part(text, true);
    assertThat(inputs.get(1).refCnt()).isEqualTo(2);
    assertThat(inputs.get(2).refCnt()).isEqualTo(1);
    assertThat(text(log.group(2))).isEqualTo(text);
    assertThat(journal.size()).isEqualTo(150_000);
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
    log.bound(classifier.classify(text, 0, text.length, LexerMode.STANDARD), true, true);
    assertThat(obstacle()).isEqualTo(Unreplayed.UNNAMED);

    log.begin("BEGIN".getBytes(StandardCharsets.UTF_8), false, 0);
    log.unnamedKnown();
    log.bound(classifier.classify(text, 0, text.length, LexerMode.STANDARD), true, true);
    assertThat(obstacle()).isNull();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"INSERT 1", "SELECT 1", "SELECT 1; SELECT 2", "SAVEPOINT a", "BEGIN"})
  void aTransactionBeginsWithAnyStatementWhereNoneIsOneOfItsOwn(String first) {
    autocommits = false;
    log.begin(0);
    send(first);
    assertThat(obstacle()).isNull();
    answer(TransactionState.OPEN);
    send("SELECT 3");
    assertThat(text(log.group(0))).isEqualTo(first);
    assertThat(obstacle()).isNull();
    send("COMMIT");
    assertThat(obstacle()).isEqualTo(Unreplayed.COMMIT);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"COMMIT", "ROLLBACK", "PREPARE TRANSACTION 'a'", "SELECT 1; COMMIT", "huh"})
  void noneBeginsWithWhatEndsOne(String first) {
    autocommits = false;
    log.begin(0);
    send(first);
    assertThat(log.keeps()).isFalse();
  }

  @Test
  void whatHasBegunNoneIsNoPartOfTheNext() {
    autocommits = false;
    log.begin(0);
    send("SHOW a");
    assertThat(answer(TransactionState.IDLE)).isTrue();
    assertThat(log.keeps()).isFalse();
    log.begin(0);
    send("INSERT 1");
    answer(TransactionState.OPEN);
    assertThat(text(log.group(0))).isEqualTo("INSERT 1");
  }
}
