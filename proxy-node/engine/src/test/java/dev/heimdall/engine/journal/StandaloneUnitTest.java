package dev.heimdall.engine.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class StandaloneUnitTest {
  private final StandaloneUnit unit =
      new StandaloneUnit(new UnitMemory(UnpooledByteBufAllocator.DEFAULT));
  private final ByteBuf input = Unpooled.copiedBuffer("-first-second", US_ASCII).skipBytes(1);

  private void keep(Guard guard) {
    unit.keep(input, 6, 7, guard);
  }

  private static String text(ByteBuf messages) {
    try {
      return messages.toString(US_ASCII);
    } finally {
      messages.release();
    }
  }

  @Test
  void whatIsKeptIsKnownByItsNumberAndReleasedWhenItIsForgotten() {
    assertThat(unit.is(7)).isFalse();
    keep(Guard.WRITE);
    assertThat(unit.is(7)).isTrue();
    assertThat(unit.is(8)).isFalse();
    assertThat(input.refCnt()).isEqualTo(2);

    unit.forget();

    assertThat(unit.is(7)).isFalse();
    assertThat(unit.guard()).isEqualTo(Guard.NONE);
    assertThat(input.refCnt()).isEqualTo(1);
  }

  @Test
  void whatTakesThePlaceOfAnotherReleasesIt() {
    keep(Guard.WRITE);
    unit.remember();
    input.skipBytes(6);
    keep(Guard.SHARED);

    assertThat(unit.isRemembered()).isFalse();
    assertThat(input.refCnt()).isEqualTo(2);
    assertThat(text(unit.takeOut())).isEqualTo("second");
    assertThat(input.refCnt()).isEqualTo(1);
  }

  @Test
  void whatIsSentAgainIsKeptUnderItsNewNumber() {
    keep(Guard.REPLICA_READ);
    assertThat(unit.holdsBack()).isFalse();
    unit.sent();
    assertThat(unit.holdsBack()).isTrue();

    assertThat(unit.fails(Cause.CONNECTION_LOST, Delivery.NOTHING, true)).isTrue();
    assertThat(unit.recovery()).isEqualTo(Recovery.ELSEWHERE);
    assertThat(unit.holdsBack()).isTrue();
    assertThat(text(unit.again(9))).isEqualTo("first-");

    assertThat(unit.is(7)).isFalse();
    assertThat(unit.is(9)).isTrue();
    assertThat(unit.isUnsent()).isTrue();
    assertThat(unit.recovery()).isEqualTo(Recovery.FAIL);
    unit.forget();
  }

  @Test
  void aSecondServerThatRefusesToWriteIsTheEnd() {
    keep(Guard.WRITE);
    unit.sent();
    assertThat(unit.fails(Cause.READ_ONLY_SERVER, Delivery.NOTHING, true)).isTrue();
    unit.again(7).release();
    unit.sent();

    assertThat(unit.fails(Cause.READ_ONLY_SERVER, Delivery.NOTHING, true)).isFalse();
    assertThat(unit.isRecovering()).isFalse();
    unit.forget();
  }

  /** The error came, and the connection was lost before its end. */
  @Test
  void whatRecoversAndIsLostForGoodDoesNotRecover() {
    keep(Guard.WRITE);
    unit.sent();
    assertThat(unit.fails(Cause.READ_ONLY_SERVER, Delivery.NOTHING, true)).isTrue();

    assertThat(unit.fails(Cause.CONNECTION_LOST, Delivery.NOTHING, true)).isFalse();

    assertThat(unit.isRecovering()).isFalse();
    assertThat(unit.holdsBack()).isTrue();
    unit.forget();
  }

  @Test
  void onlyAStalePlanConcernsWhatIsRemembered() {
    keep(Guard.WRITE);
    unit.remember();
    unit.sent();

    assertThat(unit.fails(Cause.ERROR, Delivery.NOTHING, true)).isFalse();
    assertThat(unit.fails(Cause.STALE_PLAN, Delivery.NOTHING, true)).isTrue();
    assertThat(unit.recovery()).isEqualTo(Recovery.RESUME);
    unit.takeOut().release();
    assertThat(unit.isKept()).isFalse();
  }
}
