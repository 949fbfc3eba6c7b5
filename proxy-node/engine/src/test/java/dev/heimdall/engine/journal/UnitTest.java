package dev.heimdall.engine.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class UnitTest {
  private final Unit unit = new Unit(7, Guard.READ);

  private static ByteBuf input(String bytes) {
    return Unpooled.copiedBuffer(bytes, US_ASCII);
  }

  private void message(ByteBuf input, int length, int counted) {
    if (!continues(input)) {
      unit.hold(input, input.readerIndex(), counted);
    }
    unit.add(length);
    input.skipBytes(length);
  }

  private boolean continues(ByteBuf input) {
    return unit.continues(input, input.readerIndex());
  }

  private String written() {
    ByteBuf out = Unpooled.buffer();
    unit.writeTo(out);
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
    assertThat(continues(input)).isTrue();
    message(input, 3, 50);
    assertThat(written()).isEqualTo("aabbb");
    assertThat(unit.length()).isEqualTo(5);
    assertThat(input.refCnt()).isEqualTo(2);
    assertThat(unit.held()).isEqualTo(50);
    unit.release();
    assertThat(unit.held()).isZero();
    assertThat(input.release()).isTrue();
  }

  @Test
  void theyAreFoundInEveryBufferInWhichTheyCame() {
    ByteBuf first = input("aa-b");
    ByteBuf second = input("cc");
    message(first, 2, 10);
    first.skipBytes(1);
    assertThat(continues(first)).as("something between is left out").isFalse();
    message(first, 1, 0);
    message(second, 2, 20);
    first.release();
    second.release();
    assertThat(written()).isEqualTo("aabcc");
    assertThat(unit.held()).isEqualTo(30);
    unit.release();
    assertThat(first.refCnt()).isZero();
    assertThat(second.refCnt()).isZero();
    unit.release(); // which does nothing any more
  }

  @Test
  void whatIsSearchedForIsLookedForInEachRunOfItsMessages() {
    ByteBuf first = input("aab");
    ByteBuf second = input("cc");
    message(first, 3, 0);
    message(second, 2, 0);
    assertThat(contains("aab")).isTrue();
    assertThat(contains("cc")).isTrue();
    assertThat(contains("bc")).isFalse();
    unit.release();
    assertThat(contains("cc")).as("when nothing is kept").isFalse();
  }

  private boolean contains(String run) {
    return unit.contains(
        (messages, from, to) -> messages.toString(from, to - from, US_ASCII).equals(run));
  }
}
