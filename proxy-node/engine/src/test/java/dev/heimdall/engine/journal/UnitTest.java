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
    if (!unit.continues(input)) {
      unit.hold(input, counted);
    }
    unit.add(length);
    input.skipBytes(length);
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
    assertThat(unit.continues(input)).isTrue();
    message(input, 3, 50);
    assertThat(written()).isEqualTo("aabbb");
    assertThat(unit.length()).isEqualTo(5);
    assertThat(input.refCnt()).isEqualTo(2);
    assertThat(unit.release()).isEqualTo(50);
    assertThat(input.release()).isTrue();
  }

  @Test
  void theyAreFoundInEveryBufferInWhichTheyCame() {
    ByteBuf first = input("aa-b");
    ByteBuf second = input("cc");
    message(first, 2, 10);
    first.skipBytes(1);
    assertThat(unit.continues(first)).as("something between is left out").isFalse();
    message(first, 1, 0);
    message(second, 2, 20);
    first.release();
    second.release();
    assertThat(written()).isEqualTo("aabcc");
    assertThat(unit.release()).isEqualTo(30);
    assertThat(first.refCnt()).isZero();
    assertThat(second.refCnt()).isZero();
    assertThat(unit.release()).as("once").isZero();
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
