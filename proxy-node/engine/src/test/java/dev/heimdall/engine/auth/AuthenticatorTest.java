package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.engine.auth.AuthDecision.Exchange;
import dev.heimdall.model.AuthMethod;
import dev.heimdall.model.ChannelBinding;
import dev.heimdall.model.ConnectionType;
import dev.heimdall.model.Secret;
import dev.heimdall.model.User;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {

  private static final NonceSource RANDOM = NonceSource.random(new SecureRandom());
  private static final byte[] SALT = {1, 2, 3, 4};
  private static final ScramVerifier VERIFIER =
      ScramVerifier.ofPassword("scram-secret", new byte[16], 64);
  private static final String MD5 = Md5Password.hash("hashed", "md5-secret");
  private static final UserSalts SALTS = new UserSalts(new byte[32]);

  private final ScramKeyCache cache = new ScramKeyCache(20);
  private final UserDirectory users =
      new UserDirectory(
          List.of(
              user("plain", "plain-secret", null),
              user("scram", null, VERIFIER.encoded()),
              user("hashed", null, MD5),
              user("bare", null, null),
              user("rsa256", null, null),
              user("elsewhere", "plain-secret", null, "other")),
          SALTS,
          cache);

  @ParameterizedTest
  @CsvSource({
    "SCRAM_SHA_256, plain,   SCRAM",
    "SCRAM_SHA_256, scram,   SCRAM",
    "SCRAM_SHA_256, hashed,  SCRAM",
    "SCRAM_SHA_256, bare,    SCRAM",
    "SCRAM_SHA_256, unknown, SCRAM",
    "MD5,           plain,   MD5",
    "MD5,           scram,   SCRAM",
    "MD5,           hashed,  MD5",
    "PASSWORD,      plain,   CLEAR_TEXT",
    "PASSWORD,      unknown, CLEAR_TEXT",
    "TRUST,         unknown, ACCEPTED",
    "REJECT,        plain,   REFUSED"
  })
  void methodAndUserDecideTheExchange(AuthMethod method, String user, Exchange exchange) {
    assertThat(decide(method, user).exchange()).isEqualTo(exchange);
  }

  @Test
  void hashesOfMysqlsOlderMethodAreOfVdbsWhoseUsersHaveThem() {
    UserDirectory some =
        new UserDirectory(
            List.of(
                user("plain", "plain-secret", null),
                user("older", null, NativePassword.hash("secret"), "shop")),
            SALTS,
            cache);
    AuthTable table = new AuthTable(List.of());
    assertThat(new Authenticator("shop", table, some).judgesByNativeHashes(true)).isTrue();
    assertThat(new Authenticator("other", table, some).judgesByNativeHashes(true)).isFalse();
    assertThat(new Authenticator("shop", table, users).judgesByNativeHashes(true)).isFalse();
  }

  @Test
  void methodMd5AsksStrangersAsItAsksUsers() {
    Set<Exchange> asked = EnumSet.noneOf(Exchange.class);
    for (int i = 0; i < 64; i++) {
      String name = "unknown" + i;
      asked.add(decide(AuthMethod.MD5, name).exchange());
      assertThat(decide(AuthMethod.MD5, name).exchange())
          .isEqualTo(decide(AuthMethod.MD5, name).exchange());
    }
    assertThat(asked).containsExactlyInAnyOrder(Exchange.MD5, Exchange.SCRAM);
  }

  @Test
  void exchangeOfAStrangerHasTheIterationsOfTheUsers() throws Exception {
    UserDirectory stored =
        new UserDirectory(List.of(user("scram", null, VERIFIER.encoded())), SALTS, cache);
    ScramServer server =
        decide(stored, AuthMethod.SCRAM_SHA_256, "unknown", true)
            .scram(null, RANDOM, new ScramArithmetic());

    assertThat(
            new String(server.first("SCRAM-SHA-256", utf8("n,,n=,r=abc")), StandardCharsets.UTF_8))
        .endsWith(",i=64");
  }

  @Test
  void strangersGetScramForMd5WhereNoUserCouldDoMd5() {
    UserDirectory scramOnly =
        new UserDirectory(List.of(user("scram", null, VERIFIER.encoded())), SALTS, cache);

    assertThat(decide(scramOnly, AuthMethod.MD5, "unknown", true).exchange())
        .isEqualTo(Exchange.SCRAM);
  }

  @ParameterizedTest
  @CsvSource({"plain, plain-secret", "scram, scram-secret"})
  void rightPasswordIsAdmittedByScramAndByClearText(String user, String password) throws Exception {
    AuthDecision scram = decide(AuthMethod.SCRAM_SHA_256, user);
    ScramServer server = scram.scram(null, RANDOM, new ScramArithmetic());
    run(server, password);
    assertThat(scram.admit(server.keys()).user()).isEqualTo(user);

    assertThat(decide(AuthMethod.PASSWORD, user).admitClearText(utf8(password)))
        .isEqualTo(ServerCredential.password(user, new Secret(password)));
  }

  @ParameterizedTest
  @CsvSource({"plain, plain-secret", "hashed, md5-secret"})
  void rightPasswordIsAdmittedByMd5AndByClearText(String user, String password) throws Exception {
    byte[] response = utf8(Md5Password.response(Md5Password.hash(user, password), SALT));

    assertThat(decide(AuthMethod.MD5, user).admitMd5(SALT, response).user()).isEqualTo(user);
    assertThat(decide(AuthMethod.PASSWORD, user).admitClearText(utf8(password)).user())
        .isEqualTo(user);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "scram", "hashed", "bare", "unknown", "elsewhere"})
  void wrongPasswordIsTheSameFailureForEveryoneByEveryMethod(String user) {
    AuthFailure wrong =
        new AuthFailure(
            "28P01", "password authentication failed for user \"" + user + "\"", null, null);

    ScramServer server =
        decide(AuthMethod.SCRAM_SHA_256, user).scram(null, RANDOM, new ScramArithmetic());
    assertThat(
            catchThrowableOfType(AuthenticationFailed.class, () -> run(server, "guess")).failure())
        .isEqualTo(wrong);
    byte[] guess = utf8("guess");
    assertThat(
            catchThrowableOfType(
                    AuthenticationFailed.class,
                    () -> decide(AuthMethod.PASSWORD, user).admitClearText(guess))
                .failure())
        .isEqualTo(wrong);
    AuthDecision md5 = decide(AuthMethod.MD5, user);
    if (md5.exchange() == Exchange.MD5) {
      byte[] response = utf8(Md5Password.response(Md5Password.hash(user, "guess"), SALT));
      assertThat(
              catchThrowableOfType(AuthenticationFailed.class, () -> md5.admitMd5(SALT, response))
                  .failure())
          .isEqualTo(wrong);
    }
  }

  @Test
  void mockHashOfAStrangerDoesNotLogIn() {
    String name =
        IntStream.range(0, 64)
            .mapToObj(i -> "unknown" + i)
            .filter(n -> decide(AuthMethod.MD5, n).exchange() == Exchange.MD5)
            .findFirst()
            .orElseThrow();
    byte[] response = utf8(Md5Password.response(SALTS.mockMd5Hash(name), SALT));

    assertThatThrownBy(() -> decide(AuthMethod.MD5, name).admitMd5(SALT, response))
        .isInstanceOf(AuthenticationFailed.class);
  }

  @Test
  void md5HashOfAUserIsNotAcceptedByScram() {
    ScramServer server =
        decide(AuthMethod.SCRAM_SHA_256, "hashed").scram(null, RANDOM, new ScramArithmetic());

    assertThatThrownBy(() -> run(server, "md5-secret")).isInstanceOf(AuthenticationFailed.class);
  }

  @Test
  void emptyPasswordInClearTextIsNamed() {
    assertThat(
            catchThrowableOfType(
                    AuthException.class,
                    () -> decide(AuthMethod.PASSWORD, "plain").admitClearText(new byte[0]))
                .failure())
        .isEqualTo(new AuthFailure("28P01", "empty password returned by client", null, null));
  }

  @Test
  void clearTextThatIsNoUtf8IsAWrongPassword() {
    byte[] latin1 = {'p', (byte) 0xe4};

    assertThatThrownBy(() -> decide(AuthMethod.PASSWORD, "plain").admitClearText(latin1))
        .isInstanceOf(AuthenticationFailed.class);
    assertThat(decide(AuthMethod.PASSWORD, "plain").clearTextDerives(latin1)).isFalse();
  }

  @Test
  void clearTextIsDerivedOnceWhenRightAndEachTimeWhenWrong() throws Exception {
    AuthDecision decision = decide(AuthMethod.PASSWORD, "scram");
    assertThat(decision.clearTextDerives(utf8("scram-secret"))).isTrue();
    decision.admitClearText(utf8("scram-secret"));
    assertThatThrownBy(() -> decision.admitClearText(utf8("guess")))
        .isInstanceOf(AuthenticationFailed.class);

    assertThat(decision.clearTextDerives(utf8("scram-secret"))).isFalse();
    assertThat(decision.clearTextDerives(utf8("guess"))).isTrue();
    assertThat(decide(AuthMethod.PASSWORD, "unknown").clearTextDerives(utf8("guess"))).isTrue();
    assertThat(decide(AuthMethod.PASSWORD, "hashed").clearTextDerives(utf8("guess"))).isTrue();
  }

  @Test
  void clearTextOutsideTlsIsRefusedBeforeItIsAskedFor() {
    AuthDecision decision = decide(users, AuthMethod.PASSWORD, "plain", false);

    assertThat(decision.exchange()).isEqualTo(Exchange.REFUSED);
    assertThat(decision.failure().sqlState()).isEqualTo("28000");
    assertThat(decision.failure().message()).contains("requires SSL encryption");
  }

  @Test
  void whatWasProvenIsWhatIsPassedThrough() throws Exception {
    AuthDecision scram = decide(AuthMethod.SCRAM_SHA_256, "scram");
    ScramServer server = scram.scram(null, RANDOM, new ScramArithmetic());
    run(server, "scram-secret");

    assertThat(scram.admit(server.keys()))
        .isEqualTo(ServerCredential.scramKeys("scram", server.keys()));
    byte[] response = utf8(Md5Password.response(MD5, SALT));
    assertThat(decide(AuthMethod.MD5, "hashed").admitMd5(SALT, response))
        .isEqualTo(ServerCredential.md5Hash("hashed", new Secret(MD5)));
    assertThat(decide(AuthMethod.TRUST, "scram").admit())
        .isEqualTo(ServerCredential.withoutSecret("scram"));
    assertThat(decide(AuthMethod.TRUST, "plain").admit())
        .isEqualTo(ServerCredential.password("plain", new Secret("plain-secret")));
  }

  @Test
  void theServerDecidesOnNobodyWhomTheDatabaseWasQueriedFor() {
    LogInRequest request =
        new LogInRequest(true, InetAddress.getLoopbackAddress(), "shopdb", "found", null);
    AuthTable table =
        new AuthTable(
            List.of(
                AuthTableTest.rule(ConnectionType.HOST, "all", "all", "all", AuthMethod.PASSWORD)));
    Authenticator passing = new Authenticator("shop", table, users, true);
    assertThat(passing.decide(request).serverDecides()).isTrue();

    for (Optional<User> found :
        List.of(Optional.<User>empty(), Optional.of(user("found", null, null)))) {
      AuthDecision decision = passing.with(found, FoundUsers.NONE).decide(request);
      assertThat(decision.serverDecides()).isFalse();
      assertThatThrownBy(() -> decision.admitClearText(utf8("at the server")))
          .isInstanceOf(AuthenticationFailed.class);
    }
  }

  @Test
  void whoeverIsQueriedForMayStillSendAPasswordThatMayBeRead() {
    LogInRequest readable =
        new LogInRequest(false, InetAddress.getLoopbackAddress(), "shopdb", "found", null);
    AuthTable table =
        new AuthTable(
            List.of(AuthTableTest.rule(ConnectionType.HOST, "all", "all", "all", AuthMethod.LDAP)));
    Authenticator clear = new Authenticator("shop", table, users, false, true);

    assertThat(clear.with(Optional.empty(), FoundUsers.NONE).decide(readable).exchange())
        .isEqualTo(Exchange.DIRECTORY);
  }

  @Test
  void trustedStrangerDoesNotExist() {
    assertThat(
            catchThrowableOfType(
                    AuthException.class, () -> decide(AuthMethod.TRUST, "unknown").admit())
                .failure())
        .isEqualTo(new AuthFailure("28000", "role \"unknown\" does not exist", null, null));
  }

  @Test
  void rightPasswordForAnotherVdbIsNotPermitted() throws Exception {
    AuthDecision decision = decide(AuthMethod.SCRAM_SHA_256, "elsewhere");
    ScramServer server = decision.scram(null, RANDOM, new ScramArithmetic());
    run(server, "plain-secret");

    assertThat(
            catchThrowableOfType(AuthException.class, () -> decision.admit(server.keys()))
                .failure())
        .isEqualTo(
            new AuthFailure(
                "42501",
                "permission denied for database \"shopdb\"",
                "User \"elsewhere\" does not have the right to use VDB \"shop\".",
                null));
  }

  @Test
  void certificateMadeOutToTheUserIsEnough() throws Exception {
    AuthDecision decision = decideByCertificate("rsa256", Certificates.RSA_SHA256);

    assertThat(decision.exchange()).isEqualTo(Exchange.ACCEPTED);
    assertThat(decision.admit()).isEqualTo(ServerCredential.withoutSecret("rsa256"));
  }

  @ParameterizedTest
  @CsvSource({
    "plain, RSA_SHA256",
    "RSA256, RSA_SHA256",
    "alice, TWO_COMMON_NAMES",
    "bob, TWO_COMMON_NAMES",
    "Only, NO_COMMON_NAME",
    "'', NO_COMMON_NAME"
  })
  void certificateMadeOutToAnybodyElseIsRefused(String user, String certificate) throws Exception {
    String base64 = (String) Certificates.class.getDeclaredField(certificate).get(null);

    AuthDecision decision = decideByCertificate(user, base64);

    assertThat(decision.failure())
        .isEqualTo(
            new AuthFailure(
                "28000",
                "certificate authentication failed for user \"" + user + "\"",
                null,
                null));
  }

  @Test
  void commonNameIsReadAsItIs() {
    assertThat(CommonName.of(Certificates.read(Certificates.COMMON_NAME_WITH_COMMA)))
        .isEqualTo("M\u00fcller, Eva");
    assertThat(CommonName.of(Certificates.read(Certificates.COMMON_NAME_BESIDE_ANOTHER)))
        .isEqualTo("carol");
  }

  @Test
  void methodCertWithoutCertificateIsRefused() {
    AuthDecision decision = decide(AuthMethod.CERT, "plain");

    assertThat(decision.failure())
        .isEqualTo(
            new AuthFailure("28000", "connection requires a valid client certificate", null, null));
  }

  @Test
  void refusalsNameTheVdbAndWhoWasRefused() throws Exception {
    InetAddress address = InetAddress.getByName("203.0.113.9");
    LogInRequest request = new LogInRequest(false, address, "d", "u", null);
    AuthTable onlyTls =
        new AuthTable(
            List.of(
                AuthTableTest.rule(
                    ConnectionType.HOSTSSL, "all", "all", "all", AuthMethod.REJECT)));
    Authenticator authenticator = new Authenticator("shop", onlyTls, users);

    assertThat(authenticator.decide(request).failure())
        .isEqualTo(
            new AuthFailure(
                "28000",
                "no entry in the auth table of VDB \"shop\" for host \"203.0.113.9\", user \"u\","
                    + " database \"d\", no encryption",
                null,
                "Rules are read from top to bottom; the first that fits decides."));
    assertThat(
            authenticator
                .decide(new LogInRequest(true, address, "d", "u", null))
                .failure()
                .message())
        .isEqualTo(
            "the auth table of VDB \"shop\" rejects connection for host \"203.0.113.9\","
                + " user \"u\", database \"d\", SSL encryption");
  }

  @Test
  void admissionByAnotherWayThanDecidedIsAProgrammingError() {
    AuthDecision decision = decide(AuthMethod.SCRAM_SHA_256, "plain");

    assertThatThrownBy(decision::admit).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> decision.admitMd5(SALT, new byte[0]))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> decision.admitClearText(new byte[1]))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> decide(AuthMethod.REJECT, "plain").admit())
        .isInstanceOf(IllegalStateException.class);
  }

  private AuthDecision decide(AuthMethod method, String user) {
    return decide(users, method, user, true);
  }

  private static AuthDecision decide(
      UserDirectory users, AuthMethod method, String user, boolean tls) {
    return decide(
        users,
        method,
        new LogInRequest(tls, InetAddress.getLoopbackAddress(), "shopdb", user, null));
  }

  private AuthDecision decideByCertificate(String user, String certificate) {
    return decide(
        users,
        AuthMethod.CERT,
        new LogInRequest(
            true,
            InetAddress.getLoopbackAddress(),
            "shopdb",
            user,
            Certificates.read(certificate)));
  }

  private static AuthDecision decide(UserDirectory users, AuthMethod method, LogInRequest request) {
    AuthTable table =
        new AuthTable(
            List.of(AuthTableTest.rule(ConnectionType.HOST, "all", "all", "all", method)));
    return new Authenticator("shop", table, users).decide(request);
  }

  private void run(ScramServer server, String password) throws AuthException {
    ScramClient client =
        ScramClient.withPassword(
            password,
            new ScramKeyCache(1),
            ChannelBinding.PREFER,
            null,
            server.mechanisms(),
            RANDOM);
    client.verify(server.last(client.last(server.first(client.mechanism(), client.first()))));
  }

  static User user(String name, String password, String verifier, String... vdbs) {
    return new User(
        name,
        Optional.ofNullable(password).map(Secret::new),
        Optional.ofNullable(verifier).map(Secret::new),
        false,
        false,
        List.of(vdbs),
        Optional.empty(),
        Optional.empty(),
        0,
        0);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
