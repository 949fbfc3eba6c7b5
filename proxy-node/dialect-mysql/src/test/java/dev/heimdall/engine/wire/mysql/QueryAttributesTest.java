package dev.heimdall.engine.wire.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryAttributesTest {
  private static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
  }

  @Test
  void theTextBehindThemIsFound() {
    for (String attributes : new String[] {"0001", "01010001fe0001610176", "01010101fe000161"}) {
      ByteBuf in = bytes(attributes + "53");
      QueryAttributes.skip(in);
      assertThat(in.readableBytes()).as(attributes).isEqualTo(1);
    }
  }

  /** Numbers of attributes and lengths of values that no packet holds. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "feffffffffffffffff0100010203",
        "fe0000000000000080010001",
        "feffffff7f00000000010001",
        "fd0000ff010001",
        "ff01",
        "01010001fe000161feffffffffffffffff"
      })
  void numbersThatNoneAreMalformed(String hex) {
    assertThatThrownBy(() -> QueryAttributes.skip(bytes(hex)))
        .isInstanceOfAny(
            IndexOutOfBoundsException.class,
            IllegalArgumentException.class,
            ArithmeticException.class);
  }
}
