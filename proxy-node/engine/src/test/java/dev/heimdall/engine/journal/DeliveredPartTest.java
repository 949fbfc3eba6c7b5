package dev.heimdall.engine.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveredPartTest {
  private static final ServerError LOST = ServerError.error("08006", "lost");
  private static final String FIRST = message('D', "first row");
  private static final String SECOND = message('D', "second row");
  private static final String NOTICE = message('N', "a notice");

  private final DeliveredPart part =
      new DeliveredPart(new ReplyChecksum(new LetteredReplies()), () -> new byte[3]);
  private final List<ByteBuf> pieces = new ArrayList<>();

  private static String message(char type, String body) {
    return type + "\0\0\0" + (char) (4 + body.length()) + body;
  }

  private ByteBuf piece(String bytes) {
    ByteBuf piece = Unpooled.copiedBuffer(bytes, US_ASCII);
    pieces.add(piece);
    return piece;
  }

  private void delivers(String bytes) {
    ByteBuf piece = piece(bytes);
    part.delivers(piece);
    piece.release();
  }

  /** What the client is sent of a piece. */
  private String passes(String bytes) {
    ByteBuf piece = piece(bytes);
    if (part.takes(piece)) {
      return "";
    }
    part.delivers(piece);
    String passed = piece.toString(US_ASCII);
    piece.release();
    return passed;
  }

  /** Headers come in one piece. */
  private static boolean amidHeader(int at) {
    return at < 5 || (at > FIRST.length() && at < FIRST.length() + 5);
  }

  private void allReleased() {
    assertThat(pieces).allMatch(piece -> piece.refCnt() == 0);
  }

  @Test
  void whatFollowsWhatTheClientHasIsSentWhereverThatEnds() {
    String whole = FIRST + SECOND;
    for (int had = 1; had < whole.length(); had++) {
      if (amidHeader(had)) {
        continue;
      }
      for (int cut = 1; cut < whole.length(); cut++) {
        if (amidHeader(cut)) {
          continue;
        }
        part.end();
        delivers(whole.substring(0, had));
        part.leaveOut(LOST);
        assertThat(part.cut()).isEqualTo(had != FIRST.length());
        String sent = passes(whole.substring(0, cut)) + passes(whole.substring(cut));
        assertThat(sent).as("had %d, cut at %d", had, cut).isEqualTo(whole.substring(had));
        assertThat(part.isLeftOut()).isFalse();
      }
    }
    allReleased();
  }

  @Test
  void nothingMoreIsSentOfAnAnswerThatIsAnother() {
    delivers(FIRST + SECOND.substring(0, 7));
    part.leaveOut(LOST);

    assertThat(passes(message('D', "other row") + SECOND)).isEmpty();
    assertThat(passes(SECOND)).isEmpty();
    assertThat(part.isLeftOut()).isTrue();
    assertThat(part.isKnown()).as("what it has, when that is lost as well").isFalse();
    assertThat(part.cut()).isTrue();
    assertThat(part.failure()).isSameAs(LOST);
    part.end();
    part.begin();
    assertThat(passes(FIRST)).as("it waits for the rest of a message").isEmpty();
    allReleased();
  }

  @Test
  void anAnswerThatEndsTooEarlyIsAnother() {
    delivers(FIRST + SECOND);
    part.leaveOut(LOST);

    assertThat(passes(FIRST)).isEmpty();

    assertThat(part.isLeftOut()).as("when it is over").isTrue();
    part.end();
    assertThat(passes(SECOND)).isEqualTo(SECOND);
  }

  @Test
  void whatIsReadAgainMayBeLostAgain() {
    delivers(FIRST + SECOND.substring(0, 9));
    part.leaveOut(LOST);
    assertThat(passes(FIRST)).isEmpty();
    part.begin();
    part.leaveOut(LOST);
    assertThat(part.cut()).as("it has no more of that message").isTrue();
    assertThat(passes(FIRST + SECOND.substring(0, 12))).isEqualTo(SECOND.substring(9, 12));
    assertThat(part.isKnown()).isTrue();

    part.leaveOut(LOST);

    assertThat(passes(FIRST + SECOND)).isEqualTo(SECOND.substring(12));
    allReleased();
  }

  @Test
  void noticesAreNoPartOfTheAnswer() {
    delivers(FIRST + NOTICE);
    part.leaveOut(LOST);

    assertThat(passes(FIRST + SECOND)).isEqualTo(SECOND);
    delivers(NOTICE.substring(0, 7));

    assertThat(part.isKnown()).as("amid a notice").isFalse();
    assertThat(part.isThere()).isTrue();
  }

  @Test
  void withoutAChecksumNothingIsKnown() {
    DeliveredPart none = new DeliveredPart(null, () -> new byte[1]);
    ByteBuf piece = piece(FIRST);
    none.delivers(piece);
    piece.release();

    assertThat(none.isKnown()).isFalse();
    HeldReply reply = new HeldReply(UnpooledByteBufAllocator.DEFAULT, none, ByteBuf::release);
    assertThat(reply.delivery(false)).isEqualTo(Delivery.NOTHING);
    ByteBuf another = piece(FIRST);
    assertThat(reply.takes(another, false, true)).isFalse();
    another.release();
    assertThat(reply.delivery(false)).isEqualTo(Delivery.UNKNOWN);
  }

  @Test
  void whatHasWaitedIsAPartWhenItIsSent() {
    HeldReply reply = new HeldReply(UnpooledByteBufAllocator.DEFAULT, part, ByteBuf::release);
    assertThat(reply.takes(piece(FIRST), true, true)).isTrue();
    assertThat(reply.delivery(false)).isEqualTo(Delivery.NOTHING);
    reply.deliver();
    ByteBuf more = piece(SECOND);
    assertThat(reply.takes(more, true, true)).isFalse();
    more.release();
    assertThat(reply.delivery(true)).isEqualTo(Delivery.KNOWN);

    part.leaveOut(LOST);

    assertThat(passes(FIRST + SECOND + NOTICE)).isEqualTo(NOTICE);
    allReleased();
  }

  @Test
  void whatHasWaitedIsAPartWhenMoreHasComeThanMayWait() {
    HeldReply reply = new HeldReply(UnpooledByteBufAllocator.DEFAULT, part, ByteBuf::release);
    assertThat(reply.takes(piece(FIRST), true, true)).isTrue();
    ByteBuf more = piece(SECOND);
    assertThat(reply.takes(more, false, true)).isFalse();
    more.release();
    reply.takeOut().release();

    part.leaveOut(LOST);

    assertThat(passes(FIRST + SECOND + NOTICE)).isEqualTo(NOTICE);
    allReleased();
  }

  @Test
  void whatFollowsAnAnswerThatWasAnotherIsNotLeftOut() {
    Journal journal =
        new Journal(
            new HeldReply(UnpooledByteBufAllocator.DEFAULT, part, ByteBuf::release),
            UnpooledByteBufAllocator.DEFAULT);
    delivers(FIRST);
    part.leaveOut(LOST);

    journal.answered(7);

    assertThat(passes(SECOND)).isEqualTo(SECOND);
    allReleased();
  }
}
