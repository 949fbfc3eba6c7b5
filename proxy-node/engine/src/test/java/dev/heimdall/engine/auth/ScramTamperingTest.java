package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.model.ChannelBinding;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramTamperingTest {

  private static final byte[] SALT = new byte[16];
  private static final String SALT64 = Base64.getEncoder().encodeToString(SALT);
  private static final byte[] CERTIFICATE_HASH = new byte[32];
  private static final ScramVerifier VERIFIER = ScramVerifier.ofPassword("pencil", SALT, 2);
  private static final String PLUS = ScramServer.SCRAM_SHA_256_PLUS;
  private static final String PLAIN = ScramServer.SCRAM_SHA_256;
  private static final int ROUNDS = 5_000;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "SCRAM-SHA-1        | n,,n=,r=c                       | 08P01",
        "scram-sha-256      | n,,n=,r=c                       | 08P01",
        "-                  | n,,n=,r=c                       | 08P01",
        "SCRAM-SHA-256      | -                               | 08P01",
        "SCRAM-SHA-256      | ''                              | 08P01",
        "SCRAM-SHA-256      | n                               | 08P01",
        "SCRAM-SHA-256      | n,                              | 08P01",
        "SCRAM-SHA-256      | n,,                             | 08P01",
        "SCRAM-SHA-256      | n,,n=                           | 08P01",
        "SCRAM-SHA-256      | n,,n=,                          | 08P01",
        "SCRAM-SHA-256      | n,,n=,r=                        | 08P01",
        "SCRAM-SHA-256      | n,,n=,r=c,                      | 08P01",
        "SCRAM-SHA-256      | n,,n=,r=c,x                     | 08P01",
        "SCRAM-SHA-256      | n,,n=,r=c,1=x                   | 08P01",
        "SCRAM-SHA-256      | n,,r=c,n=                       | 08P01",
        "SCRAM-SHA-256      | n,,n=,r=a b                     | 08P01",
        "SCRAM-SHA-256      | n,,n=,r=\u00e4                  | 08P01",
        "SCRAM-SHA-256      | 'n,,n=,r=c\u0000'               | 08P01",
        "SCRAM-SHA-256      | x,,n=,r=c                       | 08P01",
        "SCRAM-SHA-256      | ,,n=,r=c                        | 08P01",
        "SCRAM-SHA-256      | n,a=admin,n=,r=c                | 0A000",
        "SCRAM-SHA-256      | n,,m=x,n=,r=c                   | 0A000",
        "SCRAM-SHA-256      | n,,n=,r=c,m=x                   | 0A000",
        "SCRAM-SHA-256      | p=tls-server-end-point,,n=,r=c  | 08P01",
        "SCRAM-SHA-256      | y,,n=,r=c                       | 28000",
        "SCRAM-SHA-256-PLUS | n,,n=,r=c                       | 08P01",
        "SCRAM-SHA-256-PLUS | y,,n=,r=c                       | 08P01",
        "SCRAM-SHA-256-PLUS | p=tls-unique,,n=,r=c            | 08P01",
        "SCRAM-SHA-256-PLUS | p=,,n=,r=c                      | 08P01",
      })
  void badClientFirstIsRefused(String mechanism, String clientFirst, String sqlState) {
    ScramServer server =
        new ScramServer("u", VERIFIER, CERTIFICATE_HASH, () -> "s", new ScramArithmetic());
    byte[] message = clientFirst == null ? null : latin1(clientFirst);

    ScramException e =
        catchThrowableOfType(ScramException.class, () -> server.first(mechanism, message));

    assertThat(e).isNotNull();
    assertThat(e.failure().sqlState()).isEqualTo(sqlState);
  }

  @Test
  void plusIsRefusedWhereItWasNotOffered() {
    ScramServer server = new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic());

    ScramException e =
        catchThrowableOfType(
            ScramException.class,
            () -> server.first(PLUS, latin1("p=tls-server-end-point,,n=,r=c")));

    assertThat(e.failure().sqlState()).isEqualTo("08P01");
  }

  @Test
  void noncesAndMessagesHaveALongestLength() throws Exception {
    String longest = "x".repeat(256);
    assertThat(
            new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic())
                .first(PLAIN, first(longest)))
        .isNotEmpty();
    assertThat(
            catchThrowable(
                () ->
                    new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic())
                        .first(PLAIN, first(longest + "x"))))
        .isInstanceOf(ScramException.class)
        .hasMessageContaining("257 characters");
    assertThat(
            catchThrowable(
                () ->
                    new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic())
                        .first(PLAIN, latin1("n,,n=" + "x".repeat(2050) + ",r=c"))))
        .isInstanceOf(ScramException.class)
        .hasMessageContaining("at most 2048");
  }

  @Test
  void extensionsThatNeedNotBeUnderstoodArePassedOver() throws Exception {
    ScramServer server = new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic());
    byte[] serverFirst = server.first(PLAIN, latin1("n,,n=a=3Db,r=c,x=1,Y=2=3"));

    String withoutProof = "c=biws,r=cs,z=ignored";
    String signed =
        "n=a=3Db,r=c,x=1,Y=2=3,"
            + new String(serverFirst, StandardCharsets.US_ASCII)
            + ","
            + withoutProof;
    assertThat(server.last(latin1(withoutProof + ",p=" + proof(signed)))).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "p=PROOF",
        "c=biws,p=PROOF",
        "r=cs,p=PROOF",
        "c=biws,r=cs",
        "c=biws,r=cs,",
        "c=biws,r=cs,p=",
        "c=biws,r=cs,p=PROOF,",
        "c=biws,r=cs,p=PROOF,x=1",
        "c=biws,r=cs,p=PROOF=",
        "c=biws,r=cs,p=c2hvcnQ=",
        "c=biws,r=cs,m=x,p=PROOF",
        "c=biws,r=csx,p=PROOF",
        "c=biws,r=c,p=PROOF",
        "c=biws,r=CS,p=PROOF",
        "c=biws,r=,p=PROOF",
        "c=eSws,r=cs,p=PROOF",
        "c=bi ws,r=cs,p=PROOF",
        "c=biwsYQ==,r=cs,p=PROOF",
        "c=,r=cs,p=PROOF",
        "c=cD10bHMtc2VydmVyLWVuZC1wb2ludCws,r=cs,p=PROOF",
        "c=biws,r=cs,p=PROOF\u0000",
        "c=biws,r=cs,x=added,p=PROOF"
      })
  void tamperedClientFinalIsRefused(String shape) throws Exception {
    ScramServer server = new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic());
    byte[] serverFirst = server.first(PLAIN, first("c"));
    String signed = "n=,r=c," + new String(serverFirst, StandardCharsets.US_ASCII) + ",c=biws,r=cs";
    byte[] message = latin1(shape.replace("PROOF", proof(signed)));

    assertThat(catchThrowable(() -> server.last(message))).isInstanceOf(AuthException.class);
    assertThat(catchThrowable(server::keys)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "r=cs",
        "r=cs,s=SALT",
        "s=SALT,r=cs,i=2",
        "r=cs,s=SALT,i=",
        "r=cs,s=SALT,i=0",
        "r=cs,s=SALT,i=-1",
        "r=cs,s=SALT,i=2x",
        "r=cs,s=SALT,i=02",
        "r=cs,s=SALT,i=1000001",
        "r=cs,s=SALT,i=4294967298",
        "r=cs,s=SALT,i=2,",
        "r=cs,s=SALT,i=2,x=1",
        "r=cs,s=,i=2",
        "r=cs,s=A,i=2",
        "r=cs,s=AA,i=2",
        "r=c,s=SALT,i=2",
        "r=,s=SALT,i=2",
        "r=xs,s=SALT,i=2",
        "r=Cs,s=SALT,i=2",
        "r=c s,s=SALT,i=2",
        "m=x,r=cs,s=SALT,i=2",
        "r=cs,s=SALT,i=2\u0000",
        "e=other-error"
      })
  void badServerFirstIsRefused(String shape) throws Exception {
    ScramClient client = client("c");
    client.first();
    byte[] message = latin1(shape.replace("SALT", SALT64));

    assertThat(catchThrowable(() -> client.derivesKeys(message)))
        .isInstanceOf(ScramException.class);
    assertThat(catchThrowable(() -> client.last(message))).isInstanceOf(ScramException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "v=", "v=AAAA", "v=SIGNATURE,x=1", "v=SIGNATURE,", "V=SIGNATURE", "e=x", "x"})
  void badServerFinalIsRefused(String shape) throws Exception {
    ScramServer server = new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic());
    ScramClient client = client("c");
    byte[] right = server.last(client.last(server.first(PLAIN, client.first())));
    String signature = new String(right, StandardCharsets.US_ASCII).substring(2);

    Throwable thrown =
        catchThrowable(() -> client.verify(latin1(shape.replace("SIGNATURE", signature))));

    assertThat(thrown).isInstanceOf(ScramException.class);
    assertThat(thrown.getMessage()).doesNotContain(signature);
    assertThat(client.isVerified()).isFalse();
  }

  @Test
  void stepsOutOfOrderAreRefused() throws Exception {
    ScramServer server = new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic());
    assertThat(catchThrowable(() -> server.last(latin1("c=biws,r=cs,p="))))
        .isInstanceOf(IllegalStateException.class);
    ScramClient client = client("c");
    assertThat(catchThrowable(() -> client.verify(latin1("v="))))
        .isInstanceOf(IllegalStateException.class);
    client.first();
    assertThat(catchThrowable(client::first)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void everyFlippedBitOfAProofFails() throws Exception {
    for (int bit = 0; bit < 256; bit++) {
      ScramServer server = new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic());
      ScramClient client = client("c");
      String last = text(client.last(server.first(PLAIN, client.first())));
      int at = last.indexOf(",p=") + 3;
      byte[] proof = Base64.getDecoder().decode(last.substring(at));
      proof[bit / 8] ^= (byte) (1 << (bit % 8));
      byte[] forged = latin1(last.substring(0, at) + Base64.getEncoder().encodeToString(proof));

      assertThat(catchThrowable(() -> server.last(forged)))
          .isInstanceOf(AuthenticationFailed.class);
    }
  }

  @Test
  void randomMessagesEndInAScramExceptionOrSuccessOnly() throws Exception {
    Random random = new Random(20261120);
    List<String> seeds =
        List.of(
            "n,,n=,r=cccccccc",
            "p=tls-server-end-point,,n=user,r=cccccccc",
            "c=biws,r=cs,p=" + Base64.getEncoder().encodeToString(new byte[32]),
            "r=cs,s=" + SALT64 + ",i=2",
            "v=" + Base64.getEncoder().encodeToString(new byte[32]),
            VERIFIER.encoded());
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] message = mutate(latin1(seeds.get(random.nextInt(seeds.size()))), random);

      ScramServer server =
          new ScramServer("u", VERIFIER, CERTIFICATE_HASH, () -> "s", new ScramArithmetic());
      accepted += survives(() -> server.first(random.nextBoolean() ? PLAIN : PLUS, message));

      ScramServer second = new ScramServer("u", VERIFIER, null, () -> "s", new ScramArithmetic());
      second.first(PLAIN, first("c"));
      assertThat(survives(() -> second.last(message))).as("a random proof was accepted").isZero();

      ScramClient client = client("c");
      client.first();
      accepted += survives(() -> client.derivesKeys(message));

      ScramClient third = client("c");
      third.first();
      third.last(latin1("r=cs,s=" + SALT64 + ",i=2"));
      assertThat(survives(() -> third.verify(message))).isZero();

      try {
        ScramVerifier.parse(new String(message, StandardCharsets.ISO_8859_1));
        accepted++;
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("not a SCRAM verifier");
      }
    }
    assertThat(accepted).as("mutations that stayed valid").isBetween(1, ROUNDS * 3);
  }

  private interface Step {
    void run() throws AuthException;
  }

  /**
   * 1 when the step went through, 0 when it was refused in the proper way; anything else is thrown.
   */
  private static int survives(Step step) {
    try {
      step.run();
      return 1;
    } catch (AuthException e) {
      return 0;
    }
  }

  private static byte[] mutate(byte[] seed, Random random) {
    byte[] message = seed;
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(message.length + 1);
      switch (random.nextInt(5)) {
        case 0:
          message = Arrays.copyOf(message, at);
          break;
        case 1:
          message = splice(message, at, new byte[] {(byte) random.nextInt(256)}, at);
          break;
        case 2:
          int to = at + random.nextInt(message.length - at + 1);
          message = splice(message, at, Arrays.copyOfRange(message, at, to), at);
          break;
        case 3:
          message = splice(message, at, latin1(",=npmrcsi:$".charAt(random.nextInt(11)) + ""), at);
          break;
        default:
          message = splice(message, at, new byte[0], Math.min(message.length, at + 1));
          break;
      }
    }
    return message;
  }

  private static byte[] splice(byte[] message, int from, byte[] insert, int to) {
    byte[] result = new byte[from + insert.length + message.length - to];
    System.arraycopy(message, 0, result, 0, from);
    System.arraycopy(insert, 0, result, from, insert.length);
    System.arraycopy(message, to, result, from + insert.length, message.length - to);
    return result;
  }

  private static ScramClient client(String nonce) throws ScramException {
    return ScramClient.withPassword(
        "pencil", new ScramKeyCache(1), ChannelBinding.PREFER, null, List.of(PLAIN), () -> nonce);
  }

  private static String proof(String signed) {
    ScramArithmetic arithmetic = new ScramArithmetic();
    ScramKeys keys = arithmetic.derive(SaslPrep.prepare("pencil"), SALT, 2);
    byte[] signature = arithmetic.hmac(VERIFIER.storedKey(), latin1(signed));
    return Base64.getEncoder().encodeToString(ScramArithmetic.xor(keys.clientKey(), signature));
  }

  private static byte[] first(String nonce) {
    return latin1("n,,n=,r=" + nonce);
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
