package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramArithmeticTest {

  private static final String ALPHABET =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ~!\"\\";

  private final ScramArithmetic scram = new ScramArithmetic();

  @Test
  void keysOfTheExampleInRfc7677AreItsKeys() {
    byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");

    ScramKeys keys = scram.derive(utf8("pencil"), salt, 4096);

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

  /** RFC 7914, 11: the vectors of PBKDF2-HMAC-SHA-256, whose first 32 bytes are a block. */
  @ParameterizedTest
  @CsvSource({
    "passwd, salt, 1, 55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
    "Password, NaCl, 80000, 4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
  })
  void keysAreThoseOfTheVectorsOfRfc7914(
      String password, String salt, int iterations, String salted) {
    ScramKeys keys = scram.derive(utf8(password), utf8(salt), iterations);

    assertThat(keys.clientKey())
        .isEqualTo(scram.hmac(HexFormat.of().parseHex(salted), utf8("Client Key")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pässword",
        "пароль",
        "密码",
        "p\uD83D\uDD11",
        "ǖ is longer than a block: ǖǖǖǖǖǖǖǖǖǖǖǖǖǖǖǖǖǖǖǖ"
      })
  void passwordsBeyondAsciiHaveTheKeysOfTheirUtf8(String password) throws Exception {
    check(password, utf8("salt"), 4096);
  }

  /** Keys are of bytes; the JDK's own take characters alone. */
  @Test
  void passwordsThatAreNoTextHaveTheKeysOfTheirBytes() {
    byte[] password = {(byte) 0xff, (byte) 0xc0, 0x20, (byte) 0x80};
    byte[] salt = utf8("salt");
    byte[] round = scram.hmac(password, new byte[] {'s', 'a', 'l', 't', 0, 0, 0, 1});
    byte[] salted = ScramArithmetic.xor(round, scram.hmac(password, round));

    assertThat(scram.derive(password, salt, 2).clientKey())
        .isEqualTo(scram.hmac(salted, utf8("Client Key")));
  }

  @Test
  void whatWasDerivedBeforeLeavesNoTrace() {
    ScramKeys first = scram.derive(utf8("a"), utf8("salt"), 10);
    scram.derive(utf8("another that is longer"), utf8("salt"), 10);

    assertThat(scram.derive(utf8("a"), utf8("salt"), 10)).isEqualTo(first);
    assertThat(new ScramArithmetic().derive(utf8("a"), utf8("salt"), 10)).isEqualTo(first);
  }

  private void check(String password, byte[] salt, int iterations) throws GeneralSecurityException {
    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
            .getEncoded();

    ScramKeys keys = scram.derive(utf8(password), salt, iterations);

    assertThat(keys.clientKey())
        .as("a password of %d, a salt of %d bytes", password.length(), salt.length)
        .isEqualTo(scram.hmac(salted, utf8("Client Key")));
    assertThat(keys.serverKey()).isEqualTo(scram.hmac(salted, utf8("Server Key")));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
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
