package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.model.User;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What MySQL and MariaDB keep of passwords, and what their clients send in place of them. */
class MysqlPasswordsTest {
  private static final byte[] CHALLENGE =
      "abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SECRET = "secret".getBytes(StandardCharsets.UTF_8);

  private final ScramKeyCache cache = new ScramKeyCache(10);

  /** Of which a proof is judged by nothing but the native hash. */
  private record Native(byte[] response, boolean opensServers) implements PasswordProof {
    Native(byte[] response) {
      this(response, true);
    }

    @Override
    public boolean isOf(byte[] password) {
      return NativePassword.matches(password, CHALLENGE, response);
    }

    @Override
    public boolean judges(String hash) {
      return NativePassword.isHash(hash);
    }

    @Override
    public boolean isOfHash(String hash) {
      return NativePassword.matchesHash(hash, CHALLENGE, response);
    }

    @Override
    public ServerCredential atServer(String user, String hash) {
      return ServerCredential.nativeKey(user, NativePassword.key(hash, CHALLENGE, response));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Hello world!, saltstring, 5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
    "x, abcdefghijklmnop, fiUnwzJyCDn7Dx53oezcP81DtfKy73q.P999JrS8fsB",
    "'a password that is much longer than thirty-two bytes, pässwörd', abcdefghijklmnop,"
        + " h7jx5EBBIUlW/MudxBJ0DvMmDQ9F1OZvuxsevRPiUVD"
  })
  void hashesAreThoseOfCryptWithSha256(String password, String salt, String hash) {
    assertThat(
            Sha2Password.crypt(
                password.getBytes(StandardCharsets.UTF_8),
                salt.getBytes(StandardCharsets.US_ASCII),
                5000))
        .isEqualTo(hash);
  }

  @Test
  void verifiersAreReadAsMysqlWritesThem() {
    String hash = Sha2Password.crypt(SECRET, CHALLENGE, 5000);
    String verifier = "$A$005$abcdefghijklmnopqrst" + hash;
    String hex =
        "0x" + HexFormat.of().formatHex(verifier.getBytes(StandardCharsets.US_ASCII)).toUpperCase();

    for (String form : List.of(verifier, hex)) {
      assertThat(Sha2Password.isVerifier(form)).isTrue();
      assertThat(Sha2Password.verifies(form, "secret")).isTrue();
      assertThat(Sha2Password.verifies(form, "Secret")).isFalse();
    }
    for (String other :
        List.of("", "0x", "0xzz", "$A$005$", "$A$000" + verifier.substring(6), verifier + "x")) {
      assertThat(Sha2Password.isVerifier(other)).as(other).isFalse();
    }
  }

  @Test
  void aVerifierOfMysqlsOwnIsThatOfItsPassword() {
    String made =
        "0x2441243030412441265C5E325F06687C161C4059604D1231265525785A3959635876664431662F46306A4A"
            + "734A63576652316F746673524A5671635736657763756930545541";

    assertThat(Sha2Password.isVerifier(made)).isTrue();
    assertThat(Sha2Password.verifies(made, "secret")).isTrue();
    assertThat(Sha2Password.verifies(made, "secret ")).isFalse();
  }

  @Test
  void anAnswerIsThatOfOnePasswordAndOneChallenge() {
    byte[] sha2 = Sha2Password.response(SECRET, CHALLENGE);
    byte[] old = NativePassword.response(SECRET, CHALLENGE);

    assertThat(sha2).hasSize(32);
    assertThat(old).hasSize(20);
    assertThat(Sha2Password.matches(SECRET, CHALLENGE, sha2)).isTrue();
    assertThat(Sha2Password.matches(SECRET, new byte[20], sha2)).isFalse();
    assertThat(Sha2Password.matches(SECRET, CHALLENGE, new byte[0])).isFalse();
    assertThat(NativePassword.matches(SECRET, CHALLENGE, old)).isTrue();
    assertThat(NativePassword.matchesHash(NativePassword.hash("secret"), CHALLENGE, old)).isTrue();
    assertThat(NativePassword.matchesHash(NativePassword.hash("other"), CHALLENGE, old)).isFalse();
    assertThat(NativePassword.matchesHash(NativePassword.hash("secret"), CHALLENGE, new byte[3]))
        .isFalse();
  }

  @Test
  void theNativeHashIsMysqlsOwn() {
    assertThat(NativePassword.hash("password"))
        .isEqualTo("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
    assertThat(NativePassword.isHash("*2470c0c06dee42fd1618bb99005adca2ec9d1e19")).isFalse();
  }

  private static User user(String name, String password, String verifier) {
    return AuthenticatorTest.user(name, password, verifier);
  }

  private AuthDecision decision(String name, boolean passesThrough, User... users) {
    UserDirectory directory = new UserDirectory(List.of(users), new UserSalts(new byte[32]), cache);
    return new AuthDecision(
        "app",
        new LogInRequest(true, true, InetAddress.getLoopbackAddress(), "app", name, null),
        directory,
        AuthDecision.Exchange.CLEAR_TEXT,
        null,
        passesThrough);
  }

  @Test
  void aNativeHashJudgesNativeProofsAndPasswords() throws Exception {
    AuthDecision decision =
        decision("ann", false, user("ann", null, NativePassword.hash("secret")));
    Native right = new Native(NativePassword.response(SECRET, CHALLENGE));

    assertThat(decision.judges(right)).isTrue();
    assertThat(decision.admitProof(right).user()).isEqualTo("ann");
    assertThatThrownBy(() -> decision.admitProof(new Native(new byte[20])))
        .isInstanceOf(AuthenticationFailed.class);
    assertThat(decision.admitClearText(SECRET).user()).isEqualTo("ann");
    assertThatThrownBy(() -> decision.admitClearText(new byte[] {'x'}))
        .isInstanceOf(AuthenticationFailed.class);
  }

  @Test
  void aSha2VerifierJudgesPasswordsAlone() throws Exception {
    String verifier = "$A$005$abcdefghijklmnopqrst" + Sha2Password.crypt(SECRET, CHALLENGE, 5000);
    AuthDecision decision = decision("ann", false, user("ann", null, verifier));

    assertThat(decision.judges(new Native(new byte[20]))).isFalse();
    assertThat(decision.admitClearText(SECRET).user()).isEqualTo("ann");
    assertThatThrownBy(() -> decision.admitClearText(new byte[] {'x'}))
        .isInstanceOf(AuthenticationFailed.class);
  }

  /** A server with the same hash is answered by what the right proof has revealed. */
  @Test
  void aProofIsPassedThroughByAKnownPasswordOrByTheServersHash() throws Exception {
    byte[] ofServer = "another-challenge-20".getBytes(StandardCharsets.UTF_8);
    Native proof = new Native(NativePassword.response(SECRET, CHALLENGE));
    for (User user :
        List.of(user("ann", null, NativePassword.hash("secret")), user("ann", "secret", null))) {
      AuthDecision decision = decision("ann", true, user);

      assertThat(decision.judges(proof)).isTrue();
      assertThat(decision.admitProof(proof).nativeProof("native", ofServer))
          .isEqualTo(NativePassword.response(SECRET, ofServer));
    }
    assertThat(
            decision("ann", true, user("ann", null, NativePassword.hash("secret")))
                .judges(new Native(proof.response(), false)))
        .as("servers want the password itself")
        .isFalse();
    assertThat(decision("ann", true, user("ann", null, null)).judges(proof)).isFalse();
    assertThat(decision("nobody", true, user("ann", "secret", null)).judges(proof))
        .as("the server decides on strangers")
        .isFalse();
    assertThat(decision("nobody", true).serverDecides()).isTrue();
  }

  @Test
  void strangersAreLikeTheOthers() {
    Native proof = new Native(new byte[20]);
    User plain = user("a", "x", null);
    User hashed = user("b", null, "md5" + "0".repeat(32));

    assertThat(decision("nobody", false, plain).judges(proof)).isTrue();
    assertThat(decision("nobody", false, hashed).judges(proof)).isFalse();
    long judged =
        List.of("c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n").stream()
            .filter(name -> decision(name, false, plain, hashed).judges(proof))
            .count();
    assertThat(judged).isBetween(1L, 11L);
    assertThatThrownBy(() -> decision("nobody", false, plain).admitProof(proof))
        .isInstanceOf(AuthenticationFailed.class);
  }
}
