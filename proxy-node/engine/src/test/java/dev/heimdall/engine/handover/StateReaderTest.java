package dev.heimdall.engine.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** A level, a text among others, and how much is written. */
  @ParameterizedTest
  @CsvSource({
    "2, the, 12",
    "2, text, 12",
    "2, the text, 12",
    "2, '', 12",
    "2, he, 6",
    "2, the text., 13",
    "1, the, 7",
    "1, the text, 12",
    "0, text, 8"
  })
  void whatIsAmongOthersIsWrittenOnceToWhoUnderstandsIt(int level, String text, int written) {
    byte[] others = "the text".getBytes(StandardCharsets.UTF_8);
    byte[] longer = (text + " and more").getBytes(StandardCharsets.UTF_8);

    byte[] state = new StateWriter(level).bytes(longer, text.length(), others).flag(true).toBytes();

    assertThat(state).hasSize(written + 1);
    StateReader in = new StateReader(state);
    assertThat(in.bytes(others)).asString().isEqualTo(text);
    assertThat(in.flag()).isTrue();
    assertThat(new StateReader(new StateWriter().bytes(null).toBytes()).bytes(others)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "0, -1", "0, 4", "3, 1", "2147483647, 2147483647", "4, 0"})
  void aReferenceToWhatIsNotThereIsUnreadable(int at, int length) {
    byte[] state =
        new StateWriter().number(StateWriter.REFERENCE).number(at).number(length).toBytes();
    for (byte[] others : new byte[][] {{1, 2, 3}, null}) {
      assertThatThrownBy(() -> new StateReader(state).bytes(others))
          .isInstanceOf(UnreadableStateException.class);
    }
  }

  @Test
  void anotherVersionIsSaid() {
    byte[] version = new StateWriter().number(2).toBytes();
    assertThatThrownBy(() -> new StateReader(version).version(1, "the state of a client"))
        .isInstanceOf(UnreadableStateException.class)
        .hasMessage("the state of a client is of version 2, and this release knows 1");
  }
}
