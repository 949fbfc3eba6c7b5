package dev.heimdall.engine.dialect.mysql.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.NativePassword;
import dev.heimdall.engine.auth.ScramVerifier;
import dev.heimdall.engine.auth.Sha2Password;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.model.AuthMethod;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.Cipher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandshakeDialogueTest {
  private static final String SHA2 = "caching_sha2_password";
  private static final String NATIVE = "mysql_native_password";
  private static final byte[] SECRET = "secret".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NOTHING = {};

  @TempDir Path directory;
  private MysqlLogInBench bench;

  @AfterEach
  void close() {
    bench.close();
  }

  private LogInClient node(AuthMethod method, String... others) throws Exception {
    Map<String, String> users = new HashMap<>();
    users.put("ann", "{\"password\": \"secret\"}");
    for (String other : others) {
      users.put(other.substring(0, other.indexOf(' ')), other.substring(other.indexOf(' ') + 1));
    }
    bench = new MysqlLogInBench(directory, method, users);
    return connect();
  }

  private static String verifier(String name, String verifier) {
    return name + " {\"verifier\": \"" + verifier + "\"}";
  }

  private static String scram(String name) {
    return verifier(name, ScramVerifier.ofPassword("secret", new byte[16], 64).encoded());
  }

  private LogInClient connect() {
    return new LogInClient(bench.connect());
  }

  @Test
  void theNodeGreetsWithWhatItsServersSay() throws Exception {
    Handshake greeting = node(AuthMethod.PASSWORD).greeting();

    assertThat(greeting.version()).isEqualTo("9.7.4");
    assertThat(greeting.collation()).isEqualTo(255);
    assertThat(greeting.status()).isEqualTo(2);
    assertThat(greeting.plugin()).isEqualTo(SHA2);
    assertThat(greeting.offers(Capability.DEPRECATE_EOF | Capability.QUERY_ATTRIBUTES)).isTrue();
    assertThat(greeting.offers(Capability.COMPRESS | Capability.ZSTD_COMPRESSION)).isTrue();
    for (long not : List.of(Capability.SSL, Capability.LOCAL_FILES)) {
      assertThat(greeting.offers(not)).isFalse();
    }
  }

  @Test
  void aProofOfTheGreetingsChallengeIsEnough() throws Exception {
    LogInClient client = node(AuthMethod.PASSWORD);
    Handshake greeting = client.greeting();
    client.logIn("ann", SHA2, Sha2Password.response(SECRET, greeting.challenge()));

    assertThat(client.more()).containsExactly(3);
    client.expectOk();
    assertThat(bench.knows(greeting.connectionId())).isTrue();
    var login = bench.sessions.get(0);
    assertThat(login.request().applicationName()).isEqualTo("shop-web");
    assertThat(login.database()).isEqualTo("shop");
    assertThat(login.capabilities())
        .isEqualTo(new AgreedCapabilities(Capability.DEPRECATE_EOF, 45));
  }

  /** As servers do: MariaDB Connector/J takes it for the catalog. */
  @Test
  void whoReadsOfTheSessionsStateHearsInWhichDatabaseItBegins() throws Exception {
    for (String database : List.of("shop", "")) {
      for (long tracks : List.of(Capability.SESSION_TRACK, 0L)) {
        LogInClient client = node(AuthMethod.PASSWORD);
        byte[] proof = Sha2Password.response(SECRET, client.greeting().challenge());
        client.logIn(LogInClient.WANTED | tracks, "ann", database, SHA2, proof);
        client.more();

        OkPacket ok = OkPacket.read(client.packet(), tracks != 0);

        if (database.isEmpty() || tracks == 0) {
          assertThat(ok.state()).isEmpty();
        } else {
          assertThat(ok.state()).isEqualTo(new byte[] {1, 5, 4, 's', 'h', 'o', 'p'});
        }
        close();
      }
    }
  }

  @Test
  void wrongPasswordsAndStrangersAreRefusedAlikeInMysqlsWords() throws Exception {
    node(AuthMethod.PASSWORD).greeting();
    for (String user : List.of("ann", "nobody")) {
      for (String plugin : List.of(SHA2, NATIVE)) {
        LogInClient client = connect();
        int number = client.greeting().connectionId();
        client.logIn(user, plugin, new byte[plugin.equals(SHA2) ? 32 : 20]);
        if (plugin.equals(SHA2)) {
          assertThat(client.more()).containsExactly(4);
          client.send(new byte[256]);
        }
        assertThat(client.error())
            .isEqualTo(
                "1045 28000 Access denied for user '"
                    + user
                    + "'@'127.0.0.1' (using password: YES)");
        assertThat(bench.knows(number)).isFalse();
      }
      for (byte[] empty : List.of(NOTHING, new byte[1])) {
        LogInClient without = connect();
        without.greeting();
        without.logIn(user, SHA2, empty);
        assertThat(without.error())
            .isEqualTo(
                "1045 28000 Access denied for user '"
                    + user
                    + "'@'127.0.0.1' (using password: NO)");
      }
    }
    assertThat(bench.refusals()).hasSize(8);
  }

  @Test
  void whoGuessesIsSlowedOnceForEachGuess() throws Exception {
    node(AuthMethod.PASSWORD).greeting();
    for (int i = 0; i < 6; i++) {
      assertThat(bench.guessed()).hasSize(Math.max(0, i - 4));
      LogInClient client = connect();
      client.greeting();
      client.logIn("ann", SHA2, new byte[32]);
      if (i == 5) {
        assertThat(client.heardNothing()).as("it waits for its turn").isTrue();
        return;
      }
      assertThat(client.more()).containsExactly(4);
      if (i % 2 == 0) {
        client.close(); // it has learnt what it wanted to know
      } else {
        client.send(new byte[256]);
        client.error();
      }
    }
  }

  @Test
  void aWrongProofMayBeMadeGoodByThePasswordAndIsNoGuessThen() throws Exception {
    node(AuthMethod.PASSWORD).greeting();
    for (int i = 0; i < 10; i++) {
      LogInClient client = connect();
      byte[] challenge = client.greeting().challenge();
      client.logIn("ann", SHA2, new byte[32]);
      assertThat(client.more()).containsExactly(4);
      client.send(new byte[] {2});
      byte[] pem = client.more();
      client.send(encrypted(pem, "secret\0".getBytes(StandardCharsets.UTF_8), challenge));
      client.expectOk();
      client.close();
    }
    assertThat(bench.refusals()).isEmpty();
    assertThat(bench.guessed()).isEmpty();
  }

  @Test
  void olderMethodsAreTakenAndAskedForWhereTheClientWaits() throws Exception {
    LogInClient client = node(AuthMethod.PASSWORD);
    client.logIn("ann", NATIVE, NativePassword.response(SECRET, client.greeting().challenge()));
    client.expectOk();

    LogInClient waits = connect();
    waits.greeting();
    waits.logIn("ann", NATIVE, NOTHING);
    waits.send(NativePassword.response(SECRET, waits.challengeOf(NATIVE)));
    waits.expectOk();
  }

  @Test
  void aClientOfAnUnknownMethodIsAskedForAnother() throws Exception {
    LogInClient client = node(AuthMethod.PASSWORD);
    client.greeting();
    client.logIn("ann", "dialog", new byte[] {1});
    client.send(Sha2Password.response(SECRET, client.challengeOf(SHA2)));

    assertThat(client.more()).containsExactly(3);
    client.expectOk();
  }

  @Test
  void aPasswordInClearTextOutsideTlsIsNotLookedAt() throws Exception {
    LogInClient client = node(AuthMethod.PASSWORD);
    client.greeting();
    client.logIn("ann", "mysql_clear_password", "secret\0".getBytes(StandardCharsets.UTF_8));

    client.challengeOf(SHA2);
  }

  @Test
  void trustedClientsHearWhatTheirMethodWaitsFor() throws Exception {
    LogInClient client = node(AuthMethod.TRUST);
    client.greeting();
    client.logIn("ann", SHA2, new byte[32]);
    assertThat(client.more()).containsExactly(3);
    client.expectOk();

    LogInClient silent = connect();
    silent.greeting();
    silent.logIn("ann", SHA2, NOTHING);
    silent.expectOk();
  }

  private static byte[] encrypted(byte[] pem, byte[] password, byte[] challenge) throws Exception {
    String text = new String(pem, StandardCharsets.US_ASCII);
    PublicKey key =
        KeyFactory.getInstance("RSA")
            .generatePublic(
                new X509EncodedKeySpec(
                    Base64.getMimeDecoder().decode(text.replaceAll("-----.*-----", ""))));
    byte[] mixed = password.clone();
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] ^= challenge[i % challenge.length];
    }
    Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-1AndMGF1Padding");
    cipher.init(Cipher.ENCRYPT_MODE, key);
    return cipher.doFinal(mixed);
  }

  @Test
  void whatCannotBeJudgedIsFollowedByThePasswordUnderTheNodesKey() throws Exception {
    LogInClient first = node(AuthMethod.PASSWORD, scram("bob"));
    for (String method : List.of(SHA2, NATIVE)) {
      LogInClient client = first == null ? connect() : first;
      first = null;
      byte[] challenge = client.greeting().challenge();
      if (method.equals(SHA2)) {
        client.logIn("bob", SHA2, Sha2Password.response(SECRET, challenge));
      } else {
        client.logIn("bob", NATIVE, NativePassword.response(SECRET, challenge));
        challenge = client.challengeOf(SHA2);
        client.send(Sha2Password.response(SECRET, challenge));
      }
      assertThat(client.more()).containsExactly(4);
      client.send(new byte[] {2});
      byte[] pem = client.more();
      client.send(encrypted(pem, "secret\0".getBytes(StandardCharsets.UTF_8), challenge));
      client.expectOk();
    }
    assertThat(bench.sessions).hasSize(2);
  }

  @Test
  void whatIsEncryptedWronglyIsAWrongPassword() throws Exception {
    LogInClient client = node(AuthMethod.PASSWORD, scram("bob"));
    client.greeting();
    client.logIn("bob", SHA2, new byte[32]);
    client.more();
    client.send(new byte[256]);

    assertThat(client.error()).startsWith("1045 28000 Access denied for user 'bob'@'127.0.0.1'");
  }

  @Test
  void aStoredHashOfTheOlderMethodIsEnoughForIt() throws Exception {
    LogInClient client = node(AuthMethod.PASSWORD, verifier("bob", NativePassword.hash("secret")));
    client.logIn("bob", NATIVE, NativePassword.response(SECRET, client.greeting().challenge()));
    client.expectOk();
  }

  @Test
  void whereSuchHashesAreKeptTheNodeGreetsWithTheOlderMethod() throws Exception {
    String hash = NativePassword.hash("secret");
    LogInClient client = node(AuthMethod.PASSWORD, verifier("bob", hash), scram("eve"));
    for (String user : List.of("bob", "ann")) {
      Handshake greeting = client.greeting();
      assertThat(greeting.plugin()).isEqualTo(NATIVE);
      client.logIn(user, NATIVE, NativePassword.response(SECRET, greeting.challenge()));
      client.expectOk();
      client.close();
      client = connect();
    }
    byte[] challenge = client.greeting().challenge();
    client.logIn("eve", NATIVE, NativePassword.response(SECRET, challenge));
    client.challengeOf(SHA2);

    LogInClient empty = connect();
    empty.greeting();
    empty.logIn("bob", NATIVE, NOTHING);
    assertThat(empty.error()).endsWith("(using password: NO)");
  }

  @Test
  void clientsThatKnowAnotherMethodThanTheGreetingsAreAskedForTheirs() throws Exception {
    LogInClient client = node(AuthMethod.PASSWORD, verifier("bob", NativePassword.hash("secret")));
    client.greeting();
    client.logIn("ann", SHA2, NOTHING);
    client.send(Sha2Password.response(SECRET, client.challengeOf(SHA2)));
    assertThat(client.more()).containsExactly(3);
    client.expectOk();

    LogInClient other = connect();
    other.greeting();
    other.logIn("bob", "dialog", new byte[] {1});
    other.send(NativePassword.response(SECRET, other.challengeOf(NATIVE)));
    other.expectOk();
  }

  /** As mysql-connector-python does, and older clients of MariaDB. */
  @Test
  void aPasswordThatOthersCanReadIsRejectedWithTheReasonAndIsNoGuess() throws Exception {
    node(AuthMethod.PASSWORD, scram("bob")).close();
    for (int i = 0; i < 10; i++) {
      for (boolean withKey : new boolean[] {false, true}) {
        LogInClient client = connect();
        client.greeting();
        client.logIn("bob", SHA2, new byte[32]);
        assertThat(client.more()).containsExactly(4);
        if (withKey) {
          client.send(new byte[] {2});
          client.more();
        }
        client.send("secret\0".getBytes(StandardCharsets.UTF_8));
        assertThat(client.error())
            .startsWith("1045 28000 Access denied for user")
            .contains("the password came in clear text without TLS")
            .doesNotContain("secret");
      }
    }
    assertThat(bench.guessed()).isEmpty();
    assertThat(bench.refusals()).hasSize(20);
  }

  @Test
  void databasesAndLimitsAreRefusedByMysqlsNumbers() throws Exception {
    LogInClient first = node(AuthMethod.TRUST);
    for (int i = 0; i < 2; i++) {
      LogInClient client = i == 0 ? first : connect();
      client.greeting();
      client.logIn("ann", SHA2, NOTHING);
      client.expectOk();
    }
    LogInClient third = connect();
    int number = third.greeting().connectionId();
    third.logIn("ann", SHA2, NOTHING);

    assertThat(third.error()).startsWith("1040 08004 Too many connections");
    assertThat(bench.knows(number)).isFalse();
  }

  @Test
  void aClientOfTheOldProtocolIsToldSo() throws Exception {
    LogInClient client = node(AuthMethod.PASSWORD);
    client.greeting();
    client.send(out -> out.writeShortLE(0x85).writeMediumLE(0).writeBytes("ann\0".getBytes()));

    assertThat(client.error()).startsWith("1251 08004 Client does not support authentication");
  }

  @Test
  void packetsOutOfOrderAndOfAnyLengthAreRefused() throws Exception {
    node(AuthMethod.PASSWORD).greeting();
    EmbeddedChannel channel = bench.connect();
    new LogInClient(channel).greeting();
    ByteBuf out = Unpooled.buffer();
    Packet.end(out.writeZero(0), Packet.begin(out, 7));
    channel.writeInbound(out);
    assertThat(bench.refusals()).extracting(error -> error.number()).containsExactly(1156);

    EmbeddedChannel web = bench.connect();
    new LogInClient(web).greeting();
    web.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII));
    assertThat(bench.protocolErrors()).isOne();
    assertThat(web.isOpen()).isFalse();
  }

  /** Whatever strangers send, they hear an error or nothing yet; a failure of the node's closes. */
  @Test
  void noBytesAreTooStrange() throws Exception {
    node(AuthMethod.PASSWORD, scram("bob")).greeting();
    Random random = new Random(15);
    for (int i = 0; i < 300; i++) {
      EmbeddedChannel channel = bench.connect();
      LogInClient client = new LogInClient(channel);
      Handshake greeting = client.greeting();
      ByteBuf good = Unpooled.buffer();
      EmbeddedChannel recorder = new EmbeddedChannel();
      LogInClient writer = new LogInClient(recorder);
      writer.send(NOTHING);
      recorder.readInbound();
      writer.logIn("bob", random.nextBoolean() ? SHA2 : NATIVE, new byte[random.nextInt(40)]);
      ByteBuf answer = recorder.readInbound();
      good.writeBytes(answer);
      for (int flips = random.nextInt(6); flips > 0; flips--) {
        good.setByte(4 + random.nextInt(good.readableBytes() - 4), random.nextInt(256));
      }
      int length = Math.min(good.readableBytes(), 4 + random.nextInt(good.readableBytes()));
      good.writerIndex(length).setMediumLE(0, length - 4);
      channel.writeInbound(good);
      for (int more = random.nextInt(3); more > 0 && channel.isOpen(); more--) {
        byte[] junk = new byte[random.nextInt(300)];
        random.nextBytes(junk);
        channel.writeInbound(Unpooled.wrappedBuffer(junk));
      }
      assertThat(client.heardNothing() && !channel.isOpen()).as("closed without a word").isFalse();
      channel.close();
      channel.runPendingTasks();
      assertThat(bench.knows(greeting.connectionId())).isFalse();
    }
    assertThat(bench.sessions).isEmpty();
  }
}
