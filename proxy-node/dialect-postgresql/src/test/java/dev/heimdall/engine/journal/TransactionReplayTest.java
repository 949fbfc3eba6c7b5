package dev.heimdall.engine.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.prepared.PostgresErrors;
import dev.heimdall.engine.dialect.postgres.request.PostgresSessions;
import dev.heimdall.engine.dialect.postgres.sql.PostgresClassifier;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.Unreplayed;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A transaction whose server is lost, from its BEGIN to what becomes of it. */
class TransactionReplayTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final LoopContext loop = new LoopContext(0, channel.eventLoop());
  private final ScriptedClient client = new ScriptedClient();
  private final LossLog losses = new LossLog(client.readAgain);
  private final List<ByteBuf> inputs = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private final Journal journal = Journals.unchecked();
  private final TransactionReplay replay =
      new TransactionReplay(
          new UnitContext(client, client, client, client, losses, loop, failures::add),
          new PreparedNames(null),
          new BatchReplay(client, client, client, client, new PostgresErrors(), journal),
          journal,
          new TransactionReplaySettings(true, 100, 10_000, Duration.ofSeconds(60)),
          new ReplyChecksum(new PostgresSessions().replies()),
          new Metrics("1.2.3", 1, 10).loop(0).pool("v", "d", "u"));

  private boolean cancelled;

  @AfterEach
  void nothingIsHeldAtTheEnd() {
    replay.end();
    journal.forget(true);
    assertThat(journal.size()).isZero();
    inputs.forEach(input -> assertThat(input.refCnt()).isEqualTo(1));
    inputs.forEach(ByteBuf::release);
    assertThat(failures).isEmpty();
    channel.finishAndReleaseAll();
  }

  /** Sends a statement, whole or, where a dot follows, all of it but the end of its group. */
  private void send(String text) {
    String sql = text.replace(".", "");
    ByteBuf input = Unpooled.copiedBuffer(sql, US_ASCII);
    inputs.add(input);
    assertThat(replay.keeps(input, false)).isTrue();
    byte[] bytes = sql.getBytes(US_ASCII);
    replay.statement(new PostgresClassifier().classify(bytes, 0, bytes.length, LexerMode.STANDARD));
    boolean ends = sql.equals(text);
    client.sent += ends ? 1 : 0;
    client.unitOpen = !ends;
    replay.handled(input, 0, bytes.length, ends);
    journal.handled(bytes.length, bytes.length, ends);
  }

  /** Its answer, which says so much, goes to the client unless it is taken here. */
  private void answer(String says) {
    piece(message(says));
    complete();
  }

  private void complete() {
    client.done++;
    client.status = TransactionState.OPEN;
    replay.answered(TransactionState.OPEN);
    journal.answered(client.done - 1);
  }

  private static String message(String says) {
    return "D\0\0\0" + (char) (4 + says.length()) + says;
  }

  private boolean piece(String bytes) {
    ByteBuf piece = Unpooled.copiedBuffer(bytes, US_ASCII);
    boolean taken = replay.takes(piece);
    if (!taken) {
      piece.release();
    }
    return taken;
  }

  private void exchange(String sql, String says) {
    send(sql);
    answer(says);
  }

  private boolean lose(Unreplayed obstacle) {
    boolean takes = replay.takesOver(new Loss(obstacle, () -> cancelled = true));
    if (takes) {
      client.status = TransactionState.IDLE;
      client.done = client.sent;
    }
    return takes;
  }

  /** For people, once the transaction is over. */
  private String note() {
    client.status = TransactionState.IDLE;
    return replay.note();
  }

  private void begin() {
    exchange("BEGIN", "begun");
    exchange("SELECT 1", "one");
  }

  /** What was read again last is answered this. */
  private void again(String says) {
    channel.runPendingTasks();
    client.sent++;
    answer(says);
  }

  @Test
  void whatIsAnsweredAsBeforeGoesOnUnnoticed() {
    begin();

    assertThat(lose(null)).isTrue();
    assertThat(replay.holdsBack()).isTrue();
    again("begun");
    again("one");

    assertThat(client.readAgain).containsExactly("rewind", "BEGIN", "SELECT 1");
    assertThat(replay.active()).isFalse();
    assertThat(cancelled).as("nothing ran").isFalse();
    assertThat(note()).contains("was run again");
  }

  @Test
  void aTransactionThatBeganByItselfGoesOnUnnoticed() {
    client.autocommits = false;
    exchange("INSERT INTO t VALUES (1)", "one row");
    send("SELECT 2");

    assertThat(lose(null)).isTrue();
    again("one row");

    assertThat(client.readAgain)
        .containsExactly("rewind", "INSERT INTO t VALUES (1)", "unsent SELECT 2");
    assertThat(note()).contains("was run again");
  }

  @Test
  void theFirstStatementOfATransactionThatBeginsByItselfIsSentAgain() {
    client.autocommits = false;
    send("INSERT INTO t VALUES (1)");

    assertThat(lose(null)).isTrue();
    channel.runPendingTasks();

    assertThat(client.readAgain).containsExactly("rewind", "unsent INSERT INTO t VALUES (1)");
  }

  @Test
  void whatIsATransactionOfItsOwnIsNotSentAgain() {
    send("INSERT INTO t VALUES (1)");

    assertThat(lose(null)).isFalse();
  }

  @Test
  void aTransactionThatNoStatementHasEndedIsOver() {
    begin();
    replay.over();
    client.status = TransactionState.IDLE;

    assertThat(lose(null)).isFalse();
    assertThat(client.readAgain).isEmpty();
  }

  @Test
  void nothingOfWhatIsRunAgainReachesTheClient() {
    begin();
    lose(null);
    channel.runPendingTasks();

    assertThat(piece(message("begun"))).isTrue();
  }

  @Test
  void anotherAnswerEndsIt() {
    begin();
    lose(null);
    again("begun");
    again("two");
    channel.runPendingTasks();
    assertThat(client.readAgain).endsWith("undo");

    losses.rolledBack.run();

    assertThat(client.readAgain).last().asString().startsWith("lost 40001 for 0: Nothing of it");
    assertThat(replay.active()).isFalse();
  }

  @Test
  void whatWasUnansweredIsSentAsForTheFirstTime() {
    begin();
    send("SELECT 2");

    lose(null);
    again("begun");
    again("one");

    assertThat(client.readAgain).containsExactly("rewind", "BEGIN", "SELECT 1", "unsent SELECT 2");
    assertThat(cancelled).as("what ran on the lost connection").isTrue();
    assertThat(replay.active()).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"COMMIT", "COMMIT.", "PREPARE TRANSACTION 'x'"})
  void whatMayHaveEndedIsNotRunAgain(String end) {
    begin();
    send(end);

    assertThat(lose(null)).isFalse();

    assertThat(client.readAgain).isEmpty();
    assertThat(note()).startsWith("no: ");
  }

  @ParameterizedTest
  @CsvSource({"PINNED", "LISTEN", "SERVER"})
  void whatDependsOnTheConnectionIsNotRunAgain(Unreplayed obstacle) {
    begin();

    assertThat(lose(obstacle)).isFalse();

    assertThat(note()).isEqualTo("no: " + obstacle.words());
  }

  @Test
  void amidAMessageNothingIsRunAgain() {
    begin();
    client.midMessage = true;
    assertThat(lose(null)).isFalse();
  }

  @Test
  void withoutATransactionNothingIsRunAgain() {
    assertThat(lose(null)).isFalse();
  }

  @Test
  void aPartOfAnAnswerIsLeftOutAndTheRestDelivered() {
    begin();
    send("SELECT 2");
    piece(message("row"));

    lose(null);
    again("begun");
    again("one");
    channel.runPendingTasks();
    client.sent++;

    assertThat(client.readAgain).containsExactly("rewind", "BEGIN", "SELECT 1", "SELECT 2");
    assertThat(piece(message("row"))).as("what it had").isTrue();
    assertThat(piece(message("rest"))).as("what it had not").isFalse();
    assertThat(replay.active()).isFalse();
  }

  @Test
  void aPartThatIsAnotherOneEndsIt() {
    begin();
    send("SELECT 2");
    piece(message("row") + "D\0\0\0\7c");

    lose(null);
    again("begun");
    again("one");
    channel.runPendingTasks();
    client.sent++;
    piece(message("wor") + "D\0\0\0\7c");
    channel.runPendingTasks();
    losses.rolledBack.run();

    assertThat(client.readAgain).last().asString().startsWith("lost 40001 for 1 cut");
  }

  @Test
  void aServerThatIsLostAgainAndAgainEndsIt() {
    begin();
    for (int i = 0; i < 3; i++) {
      assertThat(lose(null)).isTrue();
      channel.runPendingTasks();
    }
    assertThat(replay.active()).isTrue();

    assertThat(lose(null)).isTrue();

    assertThat(replay.active()).isFalse();
    assertThat(client.readAgain).last().asString().startsWith("lost 40001");
  }

  @Test
  void itTakesNoLongerThanItMay() {
    begin();
    lose(null);
    channel.runPendingTasks();

    channel.advanceTimeBy(61, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
    losses.rolledBack.run();

    assertThat(client.readAgain).last().asString().contains(Unreplayed.SLOW.words());
  }

  @Test
  void aClientThatCancelsIsToldSo() {
    begin();
    send("SELECT 2");
    lose(null);

    replay.cancel(ServerError.error("57014", "cancelled"));
    channel.runPendingTasks();
    losses.rolledBack.run();

    assertThat(client.readAgain).last().asString().startsWith("lost 57014 for 1");
  }

  @Test
  void aClientThatWaitsForNothingCancelsNothing() {
    begin();
    lose(null);

    replay.cancel(ServerError.error("57014", "cancelled"));
    again("begun");
    again("one");

    assertThat(replay.active()).isFalse();
  }

  @Test
  void aRuleThatDecidesOtherwiseEndsIt() {
    exchange("BEGIN", "begun");
    assertThat(replay.ruled(1)).isTrue();
    exchange("SELECT 1", "one");
    lose(null);
    again("begun");
    channel.runPendingTasks();

    assertThat(replay.ruled(2)).isFalse();
    channel.runPendingTasks();

    assertThat(client.readAgain).endsWith("undo");
  }

  @Test
  void aClientThatIsGoneIsReadNothing() {
    begin();
    lose(null);

    client.closed = true;
    replay.end();
    channel.runPendingTasks();

    assertThat(client.readAgain).containsExactly("rewind");
  }
}
