package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.model.Secret;
import dev.heimdall.model.User;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UserDirectoryTest {

  private static final UserSalts SALTS = new UserSalts(new byte[32]);
  private static final ScramVerifier VERIFIER =
      ScramVerifier.ofPassword("secret", new byte[16], 64);

  private final ScramKeyCache cache = new ScramKeyCache(10);

  @Test
  void preparationDerivesPlainPasswordsAndNothingElse() {
    UserDirectory users =
        directory(
            AuthenticatorTest.user("a", "one", null),
            AuthenticatorTest.user("b", "two", null),
            AuthenticatorTest.user("c", null, VERIFIER.encoded()),
            AuthenticatorTest.user("d", null, null));
    assertThat(cache.size()).isZero();

    users.prepare();

    assertThat(cache.size()).isEqualTo(2);
  }

  @Test
  void nextConfigurationReusesWhatWasDerived() {
    UserDirectory before = directory(AuthenticatorTest.user("a", "one", null));
    before.prepare();
    ScramVerifier verifier = before.verifierOf("a").orElseThrow();

    UserDirectory after =
        directory(
            AuthenticatorTest.user("a", "one", null), AuthenticatorTest.user("b", "two", null));
    after.prepare();

    assertThat(after.verifierOf("a")).contains(verifier);
    assertThat(cache.size()).isEqualTo(2);
  }

  @Test
  void changedPasswordHasAnotherVerifier() {
    UserDirectory before = directory(AuthenticatorTest.user("a", "one", null));
    UserDirectory after = directory(AuthenticatorTest.user("a", "two", null));

    assertThat(after.verifierOf("a")).isNotEqualTo(before.verifierOf("a"));
    assertThat(after.verifierOf("a"))
        .contains(ScramVerifier.ofPassword("two", SALTS.saltOf("a"), 4096));
  }

  @Test
  void storedVerifierIsUsedAsItIs() {
    UserDirectory users =
        directory(
            AuthenticatorTest.user("a", null, VERIFIER.encoded()),
            AuthenticatorTest.user("b", null, Md5Password.hash("b", "secret")));

    assertThat(users.verifierOf("a")).contains(VERIFIER);
    assertThat(users.verifierOf("b")).isEmpty();
    assertThat(users.verifierOf("unknown")).isEmpty();
    assertThat(users.find("a")).map(User::name).contains("a");
    assertThat(users.find("A")).isEmpty();
  }

  @Test
  void unusableVerifierIsReportedWithTheUserAndWithoutTheText() {
    assertThatThrownBy(
            () -> directory(AuthenticatorTest.user("eve", null, "SCRAM-SHA-256$1:c2FsdA$x:y")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("verifier of user \"eve\"")
        .message()
        .doesNotContain("c2FsdA");
  }

  @Test
  void logInAtTheServerFallsBackToTheUsersOwn() {
    UserDirectory users =
        directory(
            AuthenticatorTest.user("own", "one", null),
            AuthenticatorTest.user("none", null, VERIFIER.encoded()),
            withServer("named", "one", "app", null),
            withServer("both", "one", "app", "two"));

    assertThat(users.serverCredentialOf("own"))
        .contains(ServerCredential.password("own", new Secret("one")));
    assertThat(users.serverCredentialOf("none")).contains(ServerCredential.withoutSecret("none"));
    assertThat(users.serverCredentialOf("named"))
        .contains(ServerCredential.password("app", new Secret("one")));
    assertThat(users.serverCredentialOf("both"))
        .contains(ServerCredential.password("app", new Secret("two")));
    assertThat(users.serverCredentialOf("unknown")).isEmpty();
  }

  private UserDirectory directory(User... users) {
    return new UserDirectory(List.of(users), SALTS, cache);
  }

  private static User withServer(
      String name, String password, String serverUser, String serverPassword) {
    return new User(
        name,
        Optional.of(new Secret(password)),
        Optional.empty(),
        false,
        false,
        List.of(),
        Optional.of(serverUser),
        Optional.ofNullable(serverPassword).map(Secret::new),
        0,
        0);
  }
}
