package dev.heimdall.engine.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.journal.Journal.Segment;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of what a client sends to a cluster's writer is read again when that is lost. */
class SentReadsTest implements UnitDestination {
  private final ScriptedClient client = new ScriptedClient();
  private final List<ByteBuf> inputs = new ArrayList<>();
  private final Journal journal = Journals.unchecked();
  private final BatchReplay replay =
      new BatchReplay(client, client, client, client, new NamedErrors(), journal);
  private boolean atWriter = true;
  private final SentReads reads = new SentReads(client, client, client, this, replay, journal);

  @Override
  public boolean atWriter() {
    return atWriter;
  }

  @Override
  public long written() {
    return 0;
  }

  @Override
  public long left() {
    return 1;
  }

  @AfterEach
  void nothingIsHeldAtTheEnd() {
    journal.forget(false);
    for (ByteBuf input : inputs) {
      assertThat(input.refCnt()).isEqualTo(1);
      input.release();
    }
  }

  private void sends(String text, boolean changesNothing) {
    ByteBuf input = Unpooled.copiedBuffer(text, US_ASCII);
    inputs.add(input);
    if (reads.handles(input, (byte) 'Q', text.length())) {
      reads.statement(changesNothing, false, false, false);
      journal.handled(text.length(), text.length(), true);
    }
    client.sent++;
  }

  private String again() {
    StringBuilder again = new StringBuilder();
    for (Segment segment :
        journal.lost(
            client.done,
            client.outstanding(),
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Delivery.NOTHING,
            true)) {
      again.append(segment.failed()).append(" failed;");
      if (segment.again() != null) {
        again.append(segment.again().toString(US_ASCII)).append(';');
        segment.again().release();
      }
    }
    return again.toString();
  }

  @Test
  void whatChangesNothingIsReadAgainAndNothingElse() {
    sends("read", true);
    sends("write", false);
    sends("another read", true);

    assertThat(again()).isEqualTo("0 failed;read;1 failed;another read;0 failed;");
  }

  @Test
  void whatDoesNotGoToAWriterIsNotNoted() {
    atWriter = false;
    sends("read", true);

    assertThat(reads.answers()).isFalse();
    assertThat(again()).isEqualTo("1 failed;");
  }

  @Test
  void onlyTheReadThatIsAnsweredNextMayWait() {
    sends("write", false);
    sends("read", true);
    assertThat(reads.mayHold(client, 1)).isFalse();
    client.done++;
    journal.answered(7);
    assertThat(reads.mayHold(client, 1)).isTrue();
    client.due = true;

    assertThat(reads.mayHold(client, 1)).as("what its client must have").isFalse();
  }
}
