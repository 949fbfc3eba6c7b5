package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Random;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramArithmeticTest {

  private static final String ALPHABET =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ~!\"\\";

  private final ScramArithmetic scram = new ScramArithmetic();

  @Test
  void keysOfTheExampleInRfc7677AreItsKeys() {
    byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");

    ScramKeys keys = scram.derive("pencil".getBytes(StandardCharsets.US_ASCII), salt, 4096);

    assertThat(Base64.getEncoder().encodeToString(scram.hash(keys.clientKey())))
        .isEqualTo("WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=");
    assertThat(Base64.getEncoder().encodeToString(keys.serverKey()))
        .isEqualTo("wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  }

  /** Around the lengths at which a password or salt takes a block more, or is hashed first. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 32, 33, 55, 56, 63, 64, 65, 100, 127, 128, 129, 1000})
  void keysAreThoseOfTheJdkWhateverTheLengths(int length) throws Exception {
    Random random = new Random(length);
    for (int iterations : new int[] {1, 2, 3, 100, 1 + random.nextInt(5000)}) {
      check(password(random, length), bytes(random, 16), iterations);
      check(password(random, 12), bytes(random, length), iterations);
    }
  }

  @Test
  void keysAreThoseOfTheJdkForRandomPasswordsAndSalts() throws Exception {
    Random random = new Random(20261122);
    for (int i = 0; i < 500; i++) {
      String password = password(random, 1 + random.nextInt(80));
      check(password, bytes(random, 1 + random.nextInt(40)), 1 + random.nextInt(30));
    }
  }

  @Test
  void anEmptyPasswordHasTheKeysOfAZeroByte() {
    byte[] salt = {1, 2, 3};

    ScramKeys empty = scram.derive(new byte[0], salt, 10);
    ScramKeys zero = scram.derive(new byte[1], salt, 10);

    assertThat(empty.clientKey()).isEqualTo(zero.clientKey());
    assertThat(empty.serverKey()).isEqualTo(zero.serverKey());
  }

  @Test
  void keysLongerThanABlockAreNotTakenUnhashed() {
    assertThatThrownBy(() -> new Pbkdf2(new byte[65]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a key of 65 bytes is longer than a block");
  }

  private void check(String password, byte[] salt, int iterations) throws GeneralSecurityException {
    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
            .getEncoded();

    ScramKeys keys = scram.derive(password.getBytes(StandardCharsets.US_ASCII), salt, iterations);

    assertThat(keys.clientKey())
        .as("a password of %d, a salt of %d bytes", password.length(), salt.length)
        .isEqualTo(scram.hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII)));
    assertThat(keys.serverKey())
        .isEqualTo(scram.hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII)));
  }

  private static String password(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return text.toString();
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
