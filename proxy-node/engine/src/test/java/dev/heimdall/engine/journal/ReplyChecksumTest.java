package dev.heimdall.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReplyChecksumTest {
  private final byte[] scratch = new byte[7];

  private static ByteBuf messages(String... typesAndBodies) {
    ByteBuf out = Unpooled.buffer();
    for (String one : typesAndBodies) {
      out.writeByte(one.charAt(0)).writeInt(3 + one.length());
      out.writeCharSequence(one.substring(1), StandardCharsets.US_ASCII);
    }
    return out;
  }

  private byte[] sum(ByteBuf... pieces) {
    ReplyChecksum checksum = new ReplyChecksum(new LetteredReplies());
    for (ByteBuf piece : pieces) {
      checksum.add(piece, Long.MAX_VALUE, scratch);
    }
    return checksum.take();
  }

  @Test
  void whatTheServerSaysBesideTheAnswerDoesNotCount() {
    byte[] plain = sum(messages("Tcolumns", "Drow one", "Drow two", "CSELECT 2", "ZT"));

    assertThat(
            sum(
                messages(
                    "Nnotice",
                    "Tcolumns",
                    "Drow one",
                    "Nname",
                    "Nheard",
                    "Drow two",
                    "CSELECT 2",
                    "Nlast",
                    "ZT")))
        .isEqualTo(plain);
    assertThat(sum(messages("Tcolumns", "Drow one", "Drow 2wo", "CSELECT 2", "ZT")))
        .isNotEqualTo(plain);
    assertThat(sum(messages("Tcolumns", "Drow two", "Drow one", "CSELECT 2", "ZT")))
        .isNotEqualTo(plain);
    assertThat(sum(messages("Tcolumns", "Drow one", "Drow two", "CSELECT 2", "ZE")))
        .isNotEqualTo(plain);
  }

  @Test
  void itDoesNotMatterWhereTheAnswerIsCut() {
    ByteBuf all = messages("Tcolumns", "Nnotice", "Drow one", "Nlong name", "Drow two", "ZT");
    byte[] whole = sum(all.duplicate());
    int[] headers = {0, 12, 23, 35, 49, 61};
    for (int at = 1; at < all.readableBytes(); at++) {
      boolean amidHeader = false;
      for (int header : headers) {
        amidHeader |= at > header && at < header + 5;
      }
      if (!amidHeader) {
        assertThat(sum(all.slice(0, at), all.slice(at, all.readableBytes() - at)))
            .as("cut at %d", at)
            .isEqualTo(whole);
      }
    }
  }

  @Test
  void theSumOfABeginningIsThatOfTheSameBeginningOfMore() {
    ReplyChecksum first = new ReplyChecksum(new LetteredReplies());
    first.add(messages("Tcolumns", "Nnotice", "Drow one").slice(0, 30), Long.MAX_VALUE, scratch);
    assertThat(first.counted()).isEqualTo(19);
    assertThat(first.amidUncounted()).isFalse();

    ReplyChecksum again = new ReplyChecksum(new LetteredReplies());
    ByteBuf more = messages("Tcolumns", "Drow one", "Drow two");
    int behind = again.add(more, first.counted(), scratch);

    assertThat(behind).isEqualTo(19);
    assertThat(again.soFar()).isEqualTo(first.soFar());
    more.readerIndex(behind);
    again.add(more, Long.MAX_VALUE, scratch);
    assertThat(again.take())
        .isEqualTo(sum(messages("Tcolumns", "Drow one", "Drow two")))
        .isNotEqualTo(first.take());
  }

  @Test
  void aBeginningThatEndsAmidANoticeIsKnownForThat() {
    ReplyChecksum checksum = new ReplyChecksum(new LetteredReplies());
    checksum.add(messages("Nnotice").slice(0, 8), Long.MAX_VALUE, scratch);
    assertThat(checksum.amidUncounted()).isTrue();
    assertThat(checksum.counted()).isZero();
  }
}
