package dev.heimdall.engine.journal;

import static dev.heimdall.engine.journal.NamedErrors.READ_ONLY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.TransactionReplaySettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client has of answers while what it has sent may be sent again. */
class SentUnitsTest implements UnitDestination {
  private final ScriptedClient client = new ScriptedClient();
  private final List<String> delivered = new ArrayList<>();
  private final List<ByteBuf> buffers = new ArrayList<>();
  private final SentUnits sent =
      new SentUnits(
          new UnitContext(client, client, client, client, null, null, null),
          new NamedErrors(),
          this,
          null,
          null,
          this::deliver,
          TransactionReplaySettings.defaults(),
          null,
          UnpooledByteBufAllocator.DEFAULT);

  @AfterEach
  void nothingIsHeldAtTheEnd() {
    sent.end();
    assertThat(sent.size()).isZero();
    assertThat(buffers).allMatch(buffer -> buffer.refCnt() == 1);
    buffers.forEach(ByteBuf::release);
  }

  @Override
  public boolean atWriter() {
    return true;
  }

  @Override
  public long written() {
    return 0;
  }

  @Override
  public long left() {
    return 0;
  }

  private void deliver(ByteBuf piece) {
    delivered.add(piece.toString(US_ASCII));
    piece.release();
  }

  private ByteBuf bytes(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, US_ASCII);
    buffers.add(bytes);
    return bytes;
  }

  private void sends(String text, boolean changesNothing, boolean ends) {
    ByteBuf message = bytes(text);
    long number = client.sent;
    assertThat(sent.awaitsRest(message, (byte) 'Q', text.length())).isFalse();
    if (!changesNothing) {
      sent.alone().keepForFailover(message, true);
    }
    assertThat(sent.keeps(message, false)).isTrue();
    sent.reads().statement(changesNothing, false, false, false);
    if (ends) {
      client.sent++;
      sent.unitSent();
    }
    sent.handled((byte) 'Q', message, 0, text.length(), text.length(), number);
  }

  private boolean waits(String piece) {
    return sent.holdsReply(client, bytes(piece).retain()) || buffers.get(last()).release();
  }

  private int last() {
    return buffers.size() - 1;
  }

  private void answered() {
    sent.answered();
    client.done++;
  }

  @Test
  void theBeginningOfAReadsAnswerWaitsForItsEnd() {
    sends("read", true, true);
    assertThat(waits("rows")).isTrue();
    assertThat(delivered).isEmpty();
    client.due = true;
    assertThat(waits("end")).isFalse();
    answered();
  }

  @Test
  void whatPrecedesAWriteWaitsUntilItIsCarriedOut() {
    sends("write", false, true);
    assertThat(waits("bound")).isTrue();
    client.begun = true;
    assertThat(waits("done")).isFalse();
    answered();
  }

  @Test
  void whatComesBehindAnErrorThatIsAbsorbedIsNobodys() {
    sends("write", false, true);
    client.begun = false;
    assertThat(sent.alone().absorbs(READ_ONLY, client, true)).isTrue();
    client.begun = true;
    assertThat(waits("rest")).isTrue();
    sent.alone().groupAbsorbed();
    assertThat(delivered).isEmpty();
  }

  @Test
  void anOperatorsStatementIsNoPartOfWhatIsReadAgain() {
    sends("SHOW", true, false);
    sends("read", true, true);
    assertThat(sent.size()).isEqualTo("read".length());
    answered();
  }
}
