package dev.heimdall.engine.wire.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LengthEncodedTest {
  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "250, 1",
    "251, 3",
    "65535, 3",
    "65536, 4",
    "16777215, 4",
    "16777216, 9",
    "9223372036854775807, 9",
    "-1, 9"
  })
  void anIntegerTakesAsManyBytesAsItsValueNeeds(long value, int bytes) {
    ByteBuf out = Unpooled.buffer();
    LengthEncoded.write(out, value);

    assertThat(out.readableBytes()).isEqualTo(bytes);
    assertThat(LengthEncoded.size(out.getByte(0))).isEqualTo(bytes);
    assertThat(LengthEncoded.read(out)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(ints = {0xFB, 0xFF})
  void twoFirstBytesAreNoIntegers(int first) {
    assertThatThrownBy(() -> LengthEncoded.read(Unpooled.wrappedBuffer(new byte[] {(byte) first})))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStringThatIsCutIsRefusedBeforeMemoryIsTaken() {
    ByteBuf out = Unpooled.buffer();
    LengthEncoded.write(out, Integer.MAX_VALUE);
    out.writeByte('x');

    assertThatThrownBy(() -> LengthEncoded.readBytes(out))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
