package dev.heimdall.engine.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyedHashTest {
  private static final long KEY0 = 0x0706050403020100L;
  private static final long KEY1 = 0x0f0e0d0c0b0a0908L;

  /** The published definition, word by word; slow and plain. */
  private static final class Reference {
    private final long[] v;
    private final int compressions;
    private final int finalizations;

    Reference(int compressions, int finalizations) {
      this.compressions = compressions;
      this.finalizations = finalizations;
      v =
          new long[] {
            KEY0 ^ 0x736f6d6570736575L,
            KEY1 ^ 0x646f72616e646f6dL ^ 0xee,
            KEY0 ^ 0x6c7967656e657261L,
            KEY1 ^ 0x7465646279746573L
          };
    }

    long[] hash(byte[] input) {
      ByteBuffer padded =
          ByteBuffer.allocate(input.length / 8 * 8 + 8).order(ByteOrder.LITTLE_ENDIAN);
      padded.put(input).put(padded.capacity() - 1, (byte) input.length).rewind();
      while (padded.hasRemaining()) {
        long m = padded.getLong();
        v[3] ^= m;
        rounds(compressions);
        v[0] ^= m;
      }
      long[] result = new long[2];
      v[2] ^= 0xee;
      rounds(finalizations);
      result[0] = v[0] ^ v[1] ^ v[2] ^ v[3];
      v[1] ^= 0xdd;
      rounds(finalizations);
      result[1] = v[0] ^ v[1] ^ v[2] ^ v[3];
      return result;
    }

    private void rounds(int n) {
      for (int i = 0; i < n; i++) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
        v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
        v[0] = Long.rotateLeft(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
        v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
        v[2] = Long.rotateLeft(v[2], 32);
      }
    }
  }

  /** The first test vector of SipHash-2-4 with 128 bits: the empty input. */
  @Test
  void theReferenceIsSipHash() {
    assertThat(new Reference(2, 4).hash(new byte[0]))
        .containsExactly(0xe6a825ba047f81a3L, 0x930255c71472f66dL);
  }

  @Test
  void hashesAsTheReferenceDoesInWhateverRuns() {
    Random random = new Random(3);
    for (int length = 0; length < 200; length++) {
      byte[] input = new byte[8 + length];
      random.nextBytes(input);
      long domain = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN).getLong();
      KeyedHash hash = new KeyedHash(KEY0, KEY1);
      hash.begin(domain);
      int words = random.nextInt(length / 8 + 1);
      hash.update(input, 8, words);
      hash.finish(input, 8 + words * 8, length - words * 8);
      assertThat(new long[] {hash.high(), hash.low()})
          .containsExactly(new Reference(1, 3).hash(input));
    }
  }
}
