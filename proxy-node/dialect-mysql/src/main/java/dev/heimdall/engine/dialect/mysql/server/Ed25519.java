package dev.heimdall.engine.dialect.mysql.server;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Signatures by Ed25519 (RFC 8032, section 5.1). MariaDB's method of that name takes the password
 * itself, of any length, where the standard has a seed of 32 bytes; the JDK's signatures take no
 * other seed. Its time depends on the secret: it is for log-ins, which clients cannot repeat at
 * will.
 */
final class Ed25519 {
  private static final int LENGTH = 32;

  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

  /** The order of the base point. */
  private static final BigInteger L =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  /** The curve's constant d, doubled. */
  private static final BigInteger TWO_D =
      BigInteger.valueOf(-121665)
          .multiply(BigInteger.valueOf(121666).modInverse(P))
          .shiftLeft(1)
          .mod(P);

  private static final Point BASE =
      Point.of(
          new BigInteger(
              "15112221349535400772501151409588531511454012693041857206046113283949847762202"),
          new BigInteger(
              "46316835694926478169428394003475163141307993866256225615783033603165251855960"));

  private Ed25519() {}

  /**
   * @param secret the seed, or a password
   * @return 64 bytes
   */
  static byte[] sign(byte[] secret, byte[] message) {
    byte[] expanded = sha512(secret);
    byte[] scalar = Arrays.copyOf(expanded, LENGTH);
    scalar[0] &= (byte) 0xF8;
    scalar[LENGTH - 1] = (byte) (scalar[LENGTH - 1] & 0x3F | 0x40);
    BigInteger key = number(scalar);
    byte[] publicKey = BASE.times(key).encoded();
    BigInteger nonce =
        number(sha512(Arrays.copyOfRange(expanded, LENGTH, 2 * LENGTH), message)).mod(L);
    byte[] commitment = BASE.times(nonce).encoded();
    BigInteger challenge = number(sha512(commitment, publicKey, message)).mod(L);
    byte[] signature = Arrays.copyOf(commitment, 2 * LENGTH);
    byte[] response = bytes(challenge.multiply(key).add(nonce).mod(L));
    System.arraycopy(response, 0, signature, LENGTH, LENGTH);
    return signature;
  }

  /** In extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. */
  private record Point(BigInteger x, BigInteger y, BigInteger z, BigInteger t) {
    private static final Point NEUTRAL = of(BigInteger.ZERO, BigInteger.ONE);

    static Point of(BigInteger x, BigInteger y) {
      return new Point(x, y, BigInteger.ONE, x.multiply(y).mod(P));
    }

    /** The formulas of RFC 8032, 5.1.4, which hold for doubling too. */
    Point plus(Point other) {
      BigInteger a = y.subtract(x).multiply(other.y.subtract(other.x)).mod(P);
      BigInteger b = y.add(x).multiply(other.y.add(other.x)).mod(P);
      BigInteger c = t.multiply(TWO_D).mod(P).multiply(other.t).mod(P);
      BigInteger d = z.multiply(other.z).shiftLeft(1).mod(P);
      BigInteger e = b.subtract(a);
      BigInteger f = d.subtract(c);
      BigInteger g = d.add(c);
      BigInteger h = b.add(a);
      return new Point(
          e.multiply(f).mod(P), g.multiply(h).mod(P), f.multiply(g).mod(P), e.multiply(h).mod(P));
    }

    Point times(BigInteger factor) {
      Point sum = NEUTRAL;
      for (int bit = factor.bitLength() - 1; bit >= 0; bit--) {
        sum = sum.plus(sum);
        if (factor.testBit(bit)) {
          sum = sum.plus(this);
        }
      }
      return sum;
    }

    /** The lowest bit of x stands in the highest of y. */
    byte[] encoded() {
      BigInteger inverse = z.modInverse(P);
      byte[] result = bytes(y.multiply(inverse).mod(P));
      if (x.multiply(inverse).mod(P).testBit(0)) {
        result[LENGTH - 1] |= (byte) 0x80;
      }
      return result;
    }
  }

  /** Of bytes whose first is the lowest. */
  private static BigInteger number(byte[] bytes) {
    byte[] highestFirst = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      highestFirst[i] = bytes[bytes.length - 1 - i];
    }
    return new BigInteger(1, highestFirst);
  }

  private static byte[] bytes(BigInteger number) {
    byte[] highestFirst = number.toByteArray();
    byte[] result = new byte[LENGTH];
    for (int i = 0; i < Math.min(LENGTH, highestFirst.length); i++) {
      result[i] = highestFirst[highestFirst.length - 1 - i];
    }
    return result;
  }

  private static byte[] sha512(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-512", e);
    }
  }
}
