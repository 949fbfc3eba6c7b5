package dev.heimdall.engine.cache.far;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.cache.far.AnswerFormat.DamagedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerFormatTest {
  private static final byte[] KEY = {1, 2, 3, -4, 0, 6, 7, 8, 9};
  private static final int MOST = 1 << 16;

  private final AnswerFormat format = new AnswerFormat(MOST, 64);

  private static byte[] chance(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] dull(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 66, 1000, MOST})
  void whatWasPutComesBack(int length) throws DamagedException {
    for (byte[] answer : new byte[][] {chance(length), dull(length)}) {
      assertThat(format.answer(KEY, format.value(KEY, answer))).isEqualTo(answer);
    }
  }

  @Test
  void onlyWhatBecomesShorterIsCompressed() {
    assertThat(AnswerFormat.isCompressed(format.value(KEY, dull(64)))).isFalse();
    assertThat(AnswerFormat.isCompressed(format.value(KEY, dull(65)))).isTrue();
    assertThat(format.value(KEY, dull(MOST))).hasSizeLessThan(1000);
    assertThat(AnswerFormat.isCompressed(format.value(KEY, chance(1000)))).isFalse();
    assertThat(format.value(KEY, chance(1000))).hasSize(1000 + AnswerFormat.HEADER);
  }

  @Test
  void aBitThatIsWrongIsFoundWhereverItIs() {
    for (byte[] answer : new byte[][] {chance(40), dull(200)}) {
      byte[] value = format.value(KEY, answer);
      for (int bit = 0; bit < value.length * 8; bit++) {
        byte[] damaged = value.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        assertDamaged(KEY, damaged);
      }
    }
  }

  @Test
  void aValueThatIsCutOffOrLongerIsFound() {
    for (byte[] answer : new byte[][] {chance(40), dull(200)}) {
      byte[] value = format.value(KEY, answer);
      for (int length = 0; length < value.length; length++) {
        assertDamaged(KEY, Arrays.copyOf(value, length));
      }
      assertDamaged(KEY, Arrays.copyOf(value, value.length + 1));
    }
  }

  @Test
  void anAnswerOfAnotherKeyIsNone() {
    byte[] other = KEY.clone();
    other[4]++;

    assertDamaged(other, format.value(KEY, chance(40)));
  }

  @Test
  void whatIsLongerThanAnswersMayBeIsNotReadAtAll() {
    AnswerFormat generous = new AnswerFormat(MOST * 16, 64);

    assertDamaged(KEY, generous.value(KEY, dull(MOST + 1)));
  }

  /** Right sums, by somebody who writes into the store. */
  @Test
  void aLengthThatDoesNotFitItsContentIsFound() {
    for (byte[] answer : new byte[][] {chance(40), dull(200)}) {
      for (int wrong : new int[] {0, answer.length - 1, answer.length + 1, MOST, MOST + 1, -1}) {
        byte[] value = format.value(KEY, answer);
        ByteBuffer.wrap(value).putInt(4, wrong);
        assertDamaged(KEY, summed(value));
      }
    }
    byte[] trailing = Arrays.copyOf(format.value(KEY, dull(200)), 100);
    assertDamaged(KEY, summed(trailing));
  }

  private static byte[] summed(byte[] value) {
    java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
    sum.update(value, 0, 16);
    sum.update(value, AnswerFormat.HEADER, value.length - AnswerFormat.HEADER);
    ByteBuffer.wrap(value).putInt(16, (int) sum.getValue());
    return value;
  }

  private void assertDamaged(byte[] key, byte[] value) {
    assertThatThrownBy(() -> format.answer(key, value)).isInstanceOf(DamagedException.class);
  }
}
