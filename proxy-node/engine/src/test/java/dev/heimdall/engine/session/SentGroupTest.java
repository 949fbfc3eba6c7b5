package dev.heimdall.engine.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class SentGroupTest {
  private final SentGroup group = new SentGroup(7);

  private static ByteBuf input(String bytes) {
    return Unpooled.copiedBuffer(bytes, US_ASCII);
  }

  private void message(ByteBuf input, int length, int counted) {
    if (!group.continues(input)) {
      group.hold(input, counted);
    }
    group.add(length);
    input.skipBytes(length);
  }

  private String written() {
    ByteBuf out = Unpooled.buffer();
    group.writeTo(out);
    try {
      return out.toString(US_ASCII);
    } finally {
      out.release();
    }
  }

  @Test
  void messagesThatLieTogetherAreOnePiece() {
    ByteBuf input = input("-aabbb-");
    input.skipBytes(1);
    message(input, 2, 50);
    assertThat(group.continues(input)).isTrue();
    message(input, 3, 50);
    assertThat(written()).isEqualTo("aabbb");
    assertThat(group.length()).isEqualTo(5);
    assertThat(input.refCnt()).isEqualTo(2);
    assertThat(group.release()).isEqualTo(50);
    assertThat(input.release()).isTrue();
  }

  @Test
  void theyAreFoundInEveryBufferInWhichTheyCame() {
    ByteBuf first = input("aa-b");
    ByteBuf second = input("cc");
    message(first, 2, 10);
    first.skipBytes(1);
    assertThat(group.continues(first)).as("something between is left out").isFalse();
    message(first, 1, 0);
    message(second, 2, 20);
    first.release();
    second.release();
    assertThat(written()).isEqualTo("aabcc");
    assertThat(group.release()).isEqualTo(30);
    assertThat(first.refCnt()).isZero();
    assertThat(second.refCnt()).isZero();
    assertThat(group.release()).as("once").isZero();
  }

  @Test
  void whatItHasPreparedItselfIsFoundByItsWholeName() {
    ByteBuf first = Unpooled.buffer();
    PgWriter.closeStatement(first, "closed".getBytes(US_ASCII));
    message(first, first.readableBytes(), 0);
    PgWriter.parse(first, "name".getBytes(US_ASCII), new byte[3], 3);
    message(first, first.readableBytes(), 0);
    ByteBuf second = Unpooled.buffer();
    PgWriter.parse(second, "other".getBytes(US_ASCII), new byte[3], 3);
    message(second, second.readableBytes(), 0);
    assertThat(prepares("name")).isTrue();
    assertThat(prepares("other")).isTrue();
    assertThat(prepares("nam")).isFalse();
    assertThat(prepares("names")).isFalse();
    assertThat(prepares("closed")).isFalse();
    group.release();
    assertThat(prepares("name")).as("when nothing is kept").isFalse();
  }

  private boolean prepares(String name) {
    return group.prepares(input("-" + name + "-"), 1, name.length());
  }
}
