package dev.heimdall.test.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages byte streams, mostly a little. */
final class Mutator {
  private static final int[] LENGTHS = {
    0,
    1,
    3,
    4,
    5,
    7,
    8,
    9,
    255,
    256,
    65_535,
    65_536,
    1 << 20,
    1 << 30,
    -1,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE
  };

  private final Random random;
  private final List<byte[]> samples;

  Mutator(Random random, List<byte[]> samples) {
    this.random = random;
    this.samples = samples;
  }

  byte[] next() {
    if (random.nextInt(20) == 0) {
      byte[] noise = new byte[1 + random.nextInt(400)];
      random.nextBytes(noise);
      return noise;
    }
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = random.nextInt(3); i >= 0; i--) {
      stream.writeBytes(samples.get(random.nextInt(samples.size())));
    }
    byte[] bytes = stream.toByteArray();
    for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
      bytes = mutated(bytes);
    }
    return bytes;
  }

  /** The same bytes, but for something. */
  byte[] damaged(byte[] bytes) {
    return bytes.length == 0 ? bytes : mutated(bytes);
  }

  private byte[] mutated(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(7)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 3 -> { // a run is left out
        int end = Math.min(bytes.length, at + 1 + random.nextInt(8));
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - (end - at));
        System.arraycopy(bytes, end, shorter, at, bytes.length - end);
        return shorter;
      }
      case 4 -> { // a run comes twice
        int size = Math.min(bytes.length - at, 1 + random.nextInt(60));
        byte[] longer = Arrays.copyOf(bytes, bytes.length + size);
        System.arraycopy(bytes, at, longer, at + size, bytes.length - at);
        return longer;
      }
      default -> { // what may be a length
        int value = LENGTHS[random.nextInt(LENGTHS.length)];
        for (int i = 0; i < 4 && at + i < bytes.length; i++) {
          bytes[at + i] = (byte) (value >>> 24 - 8 * i);
        }
      }
    }
    return bytes;
  }
}
