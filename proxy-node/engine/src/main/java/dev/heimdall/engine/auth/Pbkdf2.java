package dev.heimdall.engine.auth;

import static java.lang.Integer.rotateRight;

import java.nio.ByteBuffer;

/**
 * The rounds of PBKDF2 with HMAC-SHA-256 (RFC 8018), which SCRAM calls Hi. Each round is an HMAC
 * with the same key over 32 bytes: two blocks of SHA-256, once the states behind the two padded
 * keys are known. The JDK's {@code Mac} hashes the padded keys again in each round, twice as much.
 */
final class Pbkdf2 {

  private static final int LENGTH = 32;
  private static final int BLOCK = 64;
  private static final int STATE_WORDS = LENGTH / Integer.BYTES;
  private static final int BLOCK_WORDS = BLOCK / Integer.BYTES;
  private static final int ROUNDS = 64;

  /** FIPS 180-4, 5.3.3. */
  private static final int[] INITIAL = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  };

  /** FIPS 180-4, 4.2.2. */
  private static final int[] CONSTANTS = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
  };

  private final int[] behindInnerKey = new int[STATE_WORDS];
  private final int[] behindOuterKey = new int[STATE_WORDS];

  /**
   * @param key of the HMAC, at most 64 bytes: a longer one is hashed first (RFC 2104)
   */
  Pbkdf2(byte[] key) {
    if (key.length > BLOCK) {
      throw new IllegalArgumentException(
          "a key of " + key.length + " bytes is longer than a block");
    }
    behindPadded(key, 0x36363636, behindInnerKey);
    behindPadded(key, 0x5c5c5c5c, behindOuterKey);
  }

  private static void behindPadded(byte[] key, int padding, int[] state) {
    int[] block = new int[ROUNDS];
    ByteBuffer.allocate(BLOCK).put(key).rewind().asIntBuffer().get(block, 0, BLOCK_WORDS);
    for (int i = 0; i < BLOCK_WORDS; i++) {
      block[i] ^= padding;
    }
    compress(INITIAL, block, state);
  }

  /**
   * The exclusive or of {@code first} and of all that follow it, each the HMAC of the one before.
   *
   * @param first the HMAC of the salt and the block's number: 32 bytes
   * @param iterations how many there are, {@code first} included
   */
  byte[] rounds(byte[] first, int iterations) {
    int[] inner = paddedDigest();
    int[] outer = paddedDigest();
    ByteBuffer.wrap(first).asIntBuffer().get(inner, 0, STATE_WORDS);
    int[] sum = new int[STATE_WORDS];
    System.arraycopy(inner, 0, sum, 0, STATE_WORDS);
    for (int i = 1; i < iterations; i++) {
      compress(behindInnerKey, inner, outer);
      compress(behindOuterKey, outer, inner);
      for (int word = 0; word < STATE_WORDS; word++) {
        sum[word] ^= inner[word];
      }
    }
    byte[] result = new byte[LENGTH];
    ByteBuffer.wrap(result).asIntBuffer().put(sum);
    return result;
  }

  /** The second and last block of a message of 96 bytes, whose digest goes to its first words. */
  private static int[] paddedDigest() {
    int[] block = new int[ROUNDS];
    block[STATE_WORDS] = 0x80000000;
    block[BLOCK_WORDS - 1] = (BLOCK + LENGTH) * Byte.SIZE;
    return block;
  }

  /**
   * FIPS 180-4, 6.2.2: the state behind a block.
   *
   * @param words the block in the first 16, which stay; the schedule goes behind them
   * @param behind where the 8 words of the state go, may be an array of more
   */
  private static void compress(int[] state, int[] words, int[] behind) {
    for (int t = BLOCK_WORDS; t < ROUNDS; t++) {
      int x = words[t - 15];
      int y = words[t - 2];
      words[t] =
          words[t - 16]
              + (rotateRight(x, 7) ^ rotateRight(x, 18) ^ (x >>> 3))
              + words[t - 7]
              + (rotateRight(y, 17) ^ rotateRight(y, 19) ^ (y >>> 10));
    }
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    int e = state[4];
    int f = state[5];
    int g = state[6];
    int h = state[7];
    for (int t = 0; t < ROUNDS; t++) {
      int sigma1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
      int t1 = h + sigma1 + (((f ^ g) & e) ^ g) + CONSTANTS[t] + words[t];
      int sigma0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
      int t2 = sigma0 + ((a & b) | (c & (a | b)));
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    behind[0] = state[0] + a;
    behind[1] = state[1] + b;
    behind[2] = state[2] + c;
    behind[3] = state[3] + d;
    behind[4] = state[4] + e;
    behind[5] = state[5] + f;
    behind[6] = state[6] + g;
    behind[7] = state[7] + h;
  }
}
