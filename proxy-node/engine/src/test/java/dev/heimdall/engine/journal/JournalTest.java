package dev.heimdall.engine.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.journal.Journal.Segment;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JournalTest {
  private static final long NO_BLOCK = Long.MAX_VALUE;

  private final List<String> client = new ArrayList<>();
  private final List<ByteBuf> inputs = new ArrayList<>();
  private final HeldReply reply =
      new HeldReply(
          UnpooledByteBufAllocator.DEFAULT,
          new DeliveredPart(null, () -> new byte[1]),
          bytes -> client.add(text(bytes)));
  private final Journal journal = new Journal(reply, UnpooledByteBufAllocator.DEFAULT);
  private long sent = 10;

  @AfterEach
  void nothingIsHeldAtTheEnd() {
    journal.forget(false);
    for (ByteBuf input : inputs) {
      assertThat(input.refCnt()).isEqualTo(1);
      input.release();
    }
  }

  private static String text(ByteBuf bytes) {
    try {
      return bytes.toString(US_ASCII);
    } finally {
      bytes.release();
    }
  }

  private ByteBuf input(String bytes) {
    ByteBuf input = Unpooled.copiedBuffer(bytes, US_ASCII);
    inputs.add(input);
    return input;
  }

  /** A message of the open unit, or of a new one. */
  private void message(String text, boolean ends) {
    if (!journal.isOpen()) {
      journal.begin(sent, 0, 1);
    }
    ByteBuf input = input(text);
    journal.keep(input, text.length());
    journal.handled(text.length(), text.length(), ends);
    if (ends) {
      sent++;
    }
  }

  private void read(String text) {
    message(text, true);
  }

  private void write(String text) {
    journal.begin(sent, 0, 1);
    journal.spoil();
    message(text, true);
  }

  @Test
  void whatWillBeReadAgainIsLetGo() {
    read("first");
    message("open", false);

    journal.takeAllBack();

    assertThat(journal.isOpen()).isFalse();
    assertThat(inputs).allMatch(input -> input.refCnt() == 1);
  }

  private String lost(long done, long block, boolean delivered) {
    StringBuilder plan = new StringBuilder();
    for (Segment segment :
        journal.lost(
            done,
            (int) (sent - done),
            block,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            delivered ? Delivery.UNKNOWN : Delivery.NOTHING,
            true)) {
      plan.append(segment.failed()).append(" failed ");
      if (segment.again() != null) {
        plan.append(segment.numbers()).append(text(segment.again())).append(' ');
      }
    }
    return plan.toString().trim();
  }

  @Test
  void readsAreReadAgainInTheirOrder() {
    read("a");
    message("b", false);
    read("c");
    assertThat(lost(10, NO_BLOCK, false)).isEqualTo("0 failed [10, 11]abc 0 failed");
  }

  @Test
  void whatMayHaveChangedSomethingFailsInItsPlace() {
    read("a");
    write("W");
    read("b");
    read("c");
    write("W");
    assertThat(lost(10, NO_BLOCK, false)).isEqualTo("0 failed [10]a 1 failed [12, 13]bc 1 failed");
  }

  @Test
  void anAnswerThatWasDeliveredInPartFailsAndTheNextFollow() {
    read("a");
    read("b");
    assertThat(lost(10, NO_BLOCK, true)).isEqualTo("1 failed [11]b 0 failed");
  }

  @Test
  void whatStandsInATransactionThatBeganMeanwhileFailsWithIt() {
    read("a");
    write("BEGIN");
    read("b");
    assertThat(lost(10, 11, false)).isEqualTo("0 failed [10]a 2 failed");
  }

  @Test
  void aUnitWithoutItsEndIsReadAgainAsFarAsItHasCome() {
    read("a");
    message("b", false);
    assertThat(lost(10, NO_BLOCK, false)).isEqualTo("0 failed [10, 11]ab 0 failed");
  }

  @Test
  void whatWasNotNotedFails() {
    sent = 12;
    read("a");
    assertThat(lost(10, NO_BLOCK, false)).isEqualTo("2 failed [12]a 0 failed");
  }

  @Test
  void anotherUnnamedStatementTakesAwayWhatUsesTheOneOfBefore() {
    journal.begin(sent, 0, 1);
    journal.uses(true);
    read("uses");
    journal.begin(sent, 0, 1);
    journal.parsesUnnamed();
    journal.uses(true);
    read("own");
    assertThat(lost(10, NO_BLOCK, false)).isEqualTo("1 failed [11]own 0 failed");
  }

  @Test
  void aDroppedNameTakesAwayWhatWasSentBefore() {
    read("a");
    journal.begin(sent, 0, 1);
    journal.dropsNames();
    read("closes");
    read("b");
    assertThat(lost(10, NO_BLOCK, false)).isEqualTo("1 failed [11, 12]closesb 0 failed");
  }

  @Test
  void whatIsTooLongIsNotKept() {
    read("a".repeat(33 * 1024));
    read("b");
    assertThat(lost(10, NO_BLOCK, false)).isEqualTo("1 failed [11]b 0 failed");
  }

  @Test
  void theBeginningOfAnAnswerWaitsUntilItIsDelivered() {
    read("a");
    assertThat(journal.mayHold(10)).isTrue();
    assertThat(journal.mayHold(11)).isFalse();
    assertThat(reply.takes(input("first").retain(), true, true)).isTrue();
    assertThat(client).isEmpty();
    journal.answered(10);
    assertThat(client).containsExactly("first");
    assertThat(reply.delivered()).as("of the next answer").isFalse();
    assertThat(journal.answersNoted(10)).isFalse();
  }

  @Test
  void whatIsSentOnceMoreIsNotDeliveredMeanwhile() {
    read("a");
    assertThat(reply.takes(input("first").retain(), true, true)).isTrue();
    journal.takeBack();
    assertThat(client).isEmpty();
    reply.drop();
    assertThat(lost(10, NO_BLOCK, false)).as("it is not kept any more").isEqualTo("1 failed");
  }

  @Test
  void anAnswerGoesOnWhoseUnitIsGivenUp() {
    read("a");
    assertThat(reply.takes(input("first").retain(), true, true)).isTrue();
    journal.giveUp();
    assertThat(client).containsExactly("first");
    assertThat(reply.delivered()).as("a part of it").isTrue();
    assertThat(lost(10, NO_BLOCK, false)).isEqualTo("1 failed");
  }

  @Test
  void anOperatorsStatementIsNoPartOfAUnit() {
    journal.begin(sent, 0, 1);
    ByteBuf input = input("SHOW");
    journal.keep(input, 4);
    journal.handledHere();
    assertThat(journal.isOpen()).isFalse();
    read("a");
    assertThat(lost(10, NO_BLOCK, false)).isEqualTo("0 failed [10]a 0 failed");
  }

  @Test
  void aClientThatWaitsForAFlushIsHeldBackNothing() {
    message("a", false);
    assertThat(reply.takes(input("first").retain(), journal.mayHold(10), true)).isTrue();
    journal.flushed(10);
    assertThat(client).containsExactly("first");
    assertThat(journal.mayHold(10)).isFalse();
  }
}
