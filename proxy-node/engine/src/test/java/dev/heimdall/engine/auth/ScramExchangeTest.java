package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.model.ChannelBinding;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramExchangeTest {

  private static final byte[] SALT = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CERTIFICATE_HASH = new byte[32];
  private static final NonceSource RANDOM = NonceSource.random(new SecureRandom());
  private static final ScramVerifier VERIFIER = ScramVerifier.ofPassword("pencil", SALT, 64);
  private static final List<String> BOTH =
      List.of(ScramServer.SCRAM_SHA_256_PLUS, ScramServer.SCRAM_SHA_256);
  private static final List<String> PLAIN = List.of(ScramServer.SCRAM_SHA_256);

  private final ScramKeyCache cache = new ScramKeyCache(10);

  @Test
  void serverSideFollowsTheVectorOfRfc7677() throws Exception {
    byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    ScramServer server =
        new ScramServer(
            "user",
            ScramVerifier.ofPassword("pencil", salt, 4096),
            null,
            () -> "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
            new ScramArithmetic());

    assertThat(server.first("SCRAM-SHA-256", ascii("n,,n=user,r=rOprNGfwEbeRWgbNEkqO")))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo(
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
    assertThat(
            server.last(
                ascii(
                    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  }

  @Test
  void clientFirstLeavesTheUserNameToTheStartupPacket() throws Exception {
    ScramClient client =
        ScramClient.withPassword(
            "pencil", cache, ChannelBinding.PREFER, null, PLAIN, () -> "clientNonce");

    assertThat(client.first()).isEqualTo(ascii("n,,n=,r=clientNonce"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pencil", "", "a,b=c", "I\u00adX", "\u00aa", "\u0627\u0031", "😀ﬁ"})
  void anyPasswordLogsInToItsOwnVerifier(String password) throws Exception {
    ScramVerifier verifier = ScramVerifier.ofPassword(password, SALT, 64);
    ScramServer server = new ScramServer("u", verifier, null, RANDOM, new ScramArithmetic());
    ScramClient client = client(password, ChannelBinding.PREFER, null, server.mechanisms());

    run(client, server);

    assertThat(client.isVerified()).isTrue();
    assertThat(verifier.accepts(server.keys())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "DISABLE, SCRAM-SHA-256",
    "PREFER, SCRAM-SHA-256-PLUS",
    "REQUIRE, SCRAM-SHA-256-PLUS"
  })
  void channelBindingChoosesTheMechanism(ChannelBinding binding, String mechanism)
      throws Exception {
    ScramServer server =
        new ScramServer("u", VERIFIER, CERTIFICATE_HASH, RANDOM, new ScramArithmetic());
    ScramClient client = client("pencil", binding, CERTIFICATE_HASH, server.mechanisms());

    assertThat(client.mechanism()).isEqualTo(mechanism);
    run(client, server);

    assertThat(client.isVerified()).isTrue();
  }

  @Test
  void clientOverTlsLogsInWhereTheServerOffersNoBinding() throws Exception {
    ScramServer server = new ScramServer("u", VERIFIER, null, RANDOM, new ScramArithmetic());
    ScramClient client =
        client("pencil", ChannelBinding.PREFER, CERTIFICATE_HASH, server.mechanisms());

    run(client, server);

    assertThat(client.isVerified()).isTrue();
  }

  @Test
  void clientWithoutTlsLogsInThoughPlusIsOffered() throws Exception {
    ScramServer server =
        new ScramServer("u", VERIFIER, CERTIFICATE_HASH, RANDOM, new ScramArithmetic());
    ScramClient client = client("pencil", ChannelBinding.PREFER, null, BOTH);

    run(client, server);

    assertThat(client.isVerified()).isTrue();
  }

  @Test
  void requiredBindingRefusesAServerThatOffersNone() {
    assertThatThrownBy(() -> client("x", ChannelBinding.REQUIRE, CERTIFICATE_HASH, PLAIN))
        .isInstanceOf(ScramException.class)
        .hasMessageContaining("does not offer SCRAM-SHA-256-PLUS");
    assertThatThrownBy(() -> client("x", ChannelBinding.REQUIRE, null, BOTH))
        .isInstanceOf(ScramException.class)
        .hasMessageContaining("no TLS certificate");
    assertThatThrownBy(
            () -> client("x", ChannelBinding.PREFER, null, List.of("SCRAM-SHA-1", "OAUTHBEARER")))
        .isInstanceOf(ScramException.class)
        .hasMessageContaining("no SASL mechanism");
  }

  @Test
  void downgradeByRemovingPlusFromTheOfferIsFound() throws Exception {
    ScramServer server =
        new ScramServer("u", VERIFIER, CERTIFICATE_HASH, RANDOM, new ScramArithmetic());
    ScramClient client = client("pencil", ChannelBinding.PREFER, CERTIFICATE_HASH, PLAIN);

    ScramException e =
        catchThrowableOfType(
            ScramException.class, () -> server.first(client.mechanism(), client.first()));

    assertThat(e.failure().sqlState()).isEqualTo("28000");
    assertThat(e).hasMessageContaining("negotiation error");
  }

  @Test
  void bindingToAnotherCertificateIsRefused() throws Exception {
    byte[] other = CERTIFICATE_HASH.clone();
    other[31] = 1;
    ScramServer server =
        new ScramServer("u", VERIFIER, CERTIFICATE_HASH, RANDOM, new ScramArithmetic());
    ScramClient client = client("pencil", ChannelBinding.REQUIRE, other, BOTH);

    ScramException e = catchThrowableOfType(ScramException.class, () -> run(client, server));

    assertThat(e.failure())
        .isEqualTo(new AuthFailure("28000", "SCRAM channel binding check failed", null, null));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keysProvenByAClientLogInToAnotherServerWithTheSameVerifier(boolean tls) throws Exception {
    byte[] binding = tls ? CERTIFICATE_HASH : null;
    ScramServer node = new ScramServer("u", VERIFIER, null, RANDOM, new ScramArithmetic());
    run(client("pencil", ChannelBinding.PREFER, null, node.mechanisms()), node);

    ScramServer database = new ScramServer("u", VERIFIER, binding, RANDOM, new ScramArithmetic());
    ScramClient passthrough =
        ScramClient.withKeys(
            node.keys(), ChannelBinding.PREFER, binding, database.mechanisms(), RANDOM);
    run(passthrough, database);

    assertThat(passthrough.isVerified()).isTrue();
    assertThat(database.keys()).isEqualTo(node.keys()).hasSameHashCodeAs(node.keys());
    assertThat(passthrough.mechanism()).endsWith(tls ? "PLUS" : "256");
  }

  @Test
  void keysOfAnotherVerifierOfTheSamePasswordAreRefused() throws Exception {
    ScramServer node = new ScramServer("u", VERIFIER, null, RANDOM, new ScramArithmetic());
    run(client("pencil", ChannelBinding.PREFER, null, PLAIN), node);
    ScramServer database =
        new ScramServer(
            "u",
            ScramVerifier.ofPassword("pencil", new byte[16], 64),
            null,
            RANDOM,
            new ScramArithmetic());
    ScramClient passthrough =
        ScramClient.withKeys(node.keys(), ChannelBinding.PREFER, null, PLAIN, RANDOM);

    assertThatThrownBy(() -> run(passthrough, database)).isInstanceOf(AuthenticationFailed.class);
  }

  @Test
  void wrongPasswordFailsAsPostgresSaysIt() throws Exception {
    ScramServer server = new ScramServer("bob", VERIFIER, null, RANDOM, new ScramArithmetic());
    ScramClient client = client("pencils", ChannelBinding.PREFER, null, PLAIN);

    AuthenticationFailed e =
        catchThrowableOfType(AuthenticationFailed.class, () -> run(client, server));

    assertThat(e.failure())
        .isEqualTo(
            new AuthFailure(
                "28P01", "password authentication failed for user \"bob\"", null, null));
    assertThatThrownBy(server::keys).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void failedExchangeCannotBeTriedAgain() throws Exception {
    ScramServer server = new ScramServer("bob", VERIFIER, null, () -> "s", new ScramArithmetic());
    server.first("SCRAM-SHA-256", ascii("n,,n=,r=c"));
    byte[] guess = ascii("c=biws,r=cs,p=" + Base64.getEncoder().encodeToString(new byte[32]));

    assertThatThrownBy(() -> server.last(guess)).isInstanceOf(AuthenticationFailed.class);
    assertThatThrownBy(() -> server.last(guess)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void serverThatDoesNotKnowTheVerifierIsNotTrusted() throws Exception {
    ScramClient client = client("pencil", ChannelBinding.PREFER, null, PLAIN);
    ScramServer server = new ScramServer("u", VERIFIER, null, RANDOM, new ScramArithmetic());
    byte[] last = client.last(server.first(client.mechanism(), client.first()));
    server.last(last);

    assertThatThrownBy(
            () -> client.verify(ascii("v=" + Base64.getEncoder().encodeToString(new byte[32]))))
        .isInstanceOf(ScramException.class)
        .hasMessageContaining("signature is wrong");
    assertThat(client.isVerified()).isFalse();
  }

  @Test
  void errorOfTheServerIsReportedWithoutControlCharacters() throws Exception {
    ScramClient client = client("pencil", ChannelBinding.PREFER, null, PLAIN);
    ScramServer server = new ScramServer("u", VERIFIER, null, RANDOM, new ScramArithmetic());
    client.last(server.first(client.mechanism(), client.first()));

    assertThatThrownBy(() -> client.verify(ascii("e=invalid-proof\u001b[2J")))
        .isInstanceOf(ScramException.class)
        .hasMessageEndingWith("invalid-proof?[2J");
  }

  @Test
  void derivedKeysAreReusedByTheNextConnection() throws Exception {
    ScramServer server = new ScramServer("u", VERIFIER, null, RANDOM, new ScramArithmetic());
    ScramClient first = client("pencil", ChannelBinding.PREFER, null, PLAIN);
    byte[] serverFirst = server.first(first.mechanism(), first.first());
    assertThat(first.derivesKeys(serverFirst)).isTrue();
    first.last(serverFirst);

    ScramServer nextServer = new ScramServer("u", VERIFIER, null, RANDOM, new ScramArithmetic());
    ScramClient next = client("pencil", ChannelBinding.PREFER, null, PLAIN);
    byte[] nextServerFirst = nextServer.first(next.mechanism(), next.first());
    assertThat(next.derivesKeys(nextServerFirst)).isFalse();
    next.verify(nextServer.last(next.last(nextServerFirst)));

    ScramClient other = client("pencils", ChannelBinding.PREFER, null, PLAIN);
    ScramServer otherServer = new ScramServer("u", VERIFIER, null, RANDOM, new ScramArithmetic());
    assertThat(other.derivesKeys(otherServer.first(other.mechanism(), other.first()))).isTrue();
  }

  @Test
  void plusIsOfferedOnlyWithACertificate() {
    assertThat(new ScramServer("u", VERIFIER, null, RANDOM, new ScramArithmetic()).mechanisms())
        .isEqualTo(PLAIN);
    assertThat(
            new ScramServer("u", VERIFIER, CERTIFICATE_HASH, RANDOM, new ScramArithmetic())
                .mechanisms())
        .isEqualTo(BOTH);
  }

  private ScramClient client(
      String password, ChannelBinding binding, byte[] certificateHash, List<String> offered)
      throws ScramException {
    return ScramClient.withPassword(password, cache, binding, certificateHash, offered, RANDOM);
  }

  private static void run(ScramClient client, ScramServer server) throws AuthException {
    byte[] serverFirst = server.first(client.mechanism(), client.first());
    client.verify(server.last(client.last(serverFirst)));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
