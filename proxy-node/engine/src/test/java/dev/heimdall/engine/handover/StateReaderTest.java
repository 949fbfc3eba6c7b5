package dev.heimdall.engine.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** State between processes, perhaps of different releases. */
class StateReaderTest {
  private static byte[] written() {
    return new StateWriter()
        .number(3)
        .longNumber(1L << 40)
        .flag(true)
        .text("ä")
        .text(null)
        .bytes(new byte[] {1, 2})
        .texts(Map.of("name", "value"))
        .texts(null)
        .toBytes();
  }

  private static void read(byte[] state) {
    StateReader in = new StateReader(state);
    assertThat(in.number()).isEqualTo(3);
    assertThat(in.longNumber()).isEqualTo(1L << 40);
    assertThat(in.flag()).isTrue();
    assertThat(in.text()).isEqualTo("ä");
    assertThat(in.text()).isNull();
    assertThat(in.bytes()).containsExactly(1, 2);
    assertThat(in.texts()).containsExactly(Map.entry("name", "value"));
    assertThat(in.texts()).isNull();
  }

  @Test
  void whatIsWrittenIsRead() {
    read(written());
  }

  @Test
  void stateThatEndsTooEarlyIsUnreadable() {
    byte[] all = written();
    for (int length = 0; length < all.length; length++) {
      byte[] part = Arrays.copyOf(all, length);
      assertThatThrownBy(() -> read(part)).isInstanceOf(UnreadableStateException.class);
    }
  }

  @Test
  void impossibleLengthsTakeNoMemory() {
    byte[] length = new StateWriter().number(Integer.MAX_VALUE).toBytes();
    assertThatThrownBy(() -> new StateReader(length).bytes())
        .hasMessage("the state has an impossible length: 2147483647");
    assertThatThrownBy(() -> new StateReader(length).texts())
        .hasMessage("the state has an impossible number: 2147483647");
    assertThatThrownBy(() -> new StateReader(length).count())
        .hasMessage("the state has an impossible number: 2147483647");
  }

  @Test
  void anotherVersionIsSaid() {
    byte[] version = new StateWriter().number(2).toBytes();
    assertThatThrownBy(() -> new StateReader(version).version(1, "the state of a client"))
        .isInstanceOf(UnreadableStateException.class)
        .hasMessage("the state of a client is of version 2, and this release knows 1");
  }
}
