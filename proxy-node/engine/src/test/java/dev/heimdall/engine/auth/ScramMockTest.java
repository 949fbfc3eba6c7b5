package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.model.ChannelBinding;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ScramMockTest {

  private static final NonceSource RANDOM = NonceSource.random(new SecureRandom());
  private static final Pattern SERVER_FIRST =
      Pattern.compile("r=c[A-Za-z0-9+/]{24},s=([A-Za-z0-9+/]{22}==),i=4096");

  private final UserSalts salts = new UserSalts(new byte[16]);

  @Test
  void unknownUserSeesTheSameMessagesAsAKnownOne() throws Exception {
    ScramServer known =
        new ScramServer(
            "u",
            ScramVerifier.ofPassword("secret", salts.saltOf("u"), ScramVerifier.DEFAULT_ITERATIONS),
            null,
            RANDOM,
            new ScramArithmetic());
    ScramServer unknown =
        ScramServer.forUnknownUser(
            "u", salts.mockVerifier("u", 4096), null, RANDOM, new ScramArithmetic());

    assertThat(unknown.mechanisms()).isEqualTo(known.mechanisms());
    assertThat(
            saltIn(
                ScramServer.forUnknownUser(
                    "u", salts.mockVerifier("u", 4096), null, RANDOM, new ScramArithmetic())))
        .isEqualTo(
            saltIn(
                new ScramServer(
                    "u",
                    ScramVerifier.ofPassword(
                        "secret", salts.saltOf("u"), ScramVerifier.DEFAULT_ITERATIONS),
                    null,
                    RANDOM,
                    new ScramArithmetic())));
    assertThat(failureOfAWrongPassword(unknown)).isEqualTo(failureOfAWrongPassword(known));
  }

  @Test
  void saltOfANameIsAlwaysTheSameAndOfNoOtherName() throws Exception {
    String salt =
        saltIn(
            ScramServer.forUnknownUser(
                "u", salts.mockVerifier("u", 4096), null, RANDOM, new ScramArithmetic()));

    assertThat(
            saltIn(
                ScramServer.forUnknownUser(
                    "u", salts.mockVerifier("u", 4096), null, RANDOM, new ScramArithmetic())))
        .isEqualTo(salt);
    assertThat(
            saltIn(
                ScramServer.forUnknownUser(
                    "v", salts.mockVerifier("v", 4096), null, RANDOM, new ScramArithmetic())))
        .isNotEqualTo(salt);
    byte[] otherSecret = new byte[16];
    otherSecret[0] = 1;
    assertThat(
            saltIn(
                ScramServer.forUnknownUser(
                    "u",
                    new UserSalts(otherSecret).mockVerifier("u", 4096),
                    null,
                    RANDOM,
                    new ScramArithmetic())))
        .isNotEqualTo(salt);
  }

  @Test
  void keysOfTheMockItselfDoNotLogIn() throws Exception {
    ScramServer unknown =
        ScramServer.forUnknownUser(
            "u", salts.mockVerifier("u", 4096), null, RANDOM, new ScramArithmetic());
    ScramClient client =
        ScramClient.withKeys(
            new ScramKeys(
                salts.mockVerifier("u", 4096).storedKey(),
                salts.mockVerifier("u", 4096).serverKey()),
            ChannelBinding.PREFER,
            null,
            List.of("SCRAM-SHA-256"),
            RANDOM);

    byte[] last = client.last(unknown.first("SCRAM-SHA-256", client.first()));

    assertThatThrownBy(() -> unknown.last(last)).isInstanceOf(AuthenticationFailed.class);
  }

  @Test
  void secretThatIsTooShortToBeOneIsRefused() {
    assertThatThrownBy(() -> new UserSalts(new byte[15]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 15");
    assertThat(salts).hasToString("UserSalts[***]");
  }

  private static String saltIn(ScramServer server) throws ScramException {
    byte[] message = server.first("SCRAM-SHA-256", "n,,n=,r=c".getBytes(StandardCharsets.US_ASCII));
    var matcher = SERVER_FIRST.matcher(new String(message, StandardCharsets.US_ASCII));
    assertThat(matcher.matches()).isTrue();
    return matcher.group(1);
  }

  private static AuthFailure failureOfAWrongPassword(ScramServer server) throws ScramException {
    ScramClient client =
        ScramClient.withPassword(
            "guess",
            new ScramKeyCache(1),
            ChannelBinding.PREFER,
            null,
            server.mechanisms(),
            RANDOM);
    byte[] last = client.last(server.first(client.mechanism(), client.first()));
    return catchThrowableOfType(AuthenticationFailed.class, () -> server.last(last)).failure();
  }
}
