package dev.heimdall.engine.toy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.Md5Password;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramClient;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.ScramVerifier;
import dev.heimdall.engine.client.ClientLogin;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.kit.LogInBench;
import dev.heimdall.engine.net.HandshakeFraming;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.AuthMethod;
import dev.heimdall.model.ChannelBinding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log-in of the core speaks a protocol that is unlike PostgreSQL's. */
class ToyLogInTest {
  @TempDir Path directory;

  private final SecureRandom random = new SecureRandom();
  private final ScramKeyCache keys = new ScramKeyCache(4);
  private final Map<EmbeddedChannel, ByteBuf> unread = new HashMap<>();
  private final List<ToySession> sessions = new ArrayList<>();
  private SslContext tls;
  private Bench bench;

  /** A frame of the server: its number, its type, and what follows. */
  private record Frame(int number, int type, ByteBuf content) {}

  @AfterEach
  void close() {
    bench.close();
    unread.values().forEach(ByteBuf::release);
  }

  /** A node whose clients prove who they are in this way. */
  private void node(AuthMethod method) throws Exception {
    node(method, "{\"password\": \"secret\"}");
  }

  private void node(AuthMethod method, String ann) throws Exception {
    bench = new Bench(method, ann);
  }

  private final class Bench extends LogInBench {
    Bench(AuthMethod method, String ann) throws Exception {
      super(
          new ToyClients(),
          directory,
          "\"clients\": {\"max\": 1}",
          method,
          Map.of("ann", ann),
          tls);
    }

    @Override
    public ChannelHandler session(Login login, StartupVariables given, Channel channel) {
      ToySession session = new ToySession(node(), vdb(), clients(), login, given);
      sessions.add(session);
      return session;
    }
  }

  /** The next frame that the server sends. */
  private Frame frame(EmbeddedChannel channel) {
    channel.runPendingTasks();
    ByteBuf sent = unread.computeIfAbsent(channel, one -> Unpooled.buffer());
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      sent.writeBytes(piece);
      piece.release();
    }
    assertThat(sent.isReadable()).isTrue();
    int type = sent.readUnsignedByte();
    int number = sent.readInt();
    byte[] content = new byte[sent.readUnsignedShort()];
    sent.readBytes(content);
    return new Frame(number, type, Unpooled.wrappedBuffer(content));
  }

  private static String text(Frame frame) {
    return frame.content().toString(StandardCharsets.UTF_8);
  }

  /** The text of the next frame, which must be of this type. */
  private String frame(EmbeddedChannel channel, byte type) {
    Frame frame = frame(channel);
    assertThat(frame.type()).isEqualTo(type);
    return text(frame);
  }

  private static void send(EmbeddedChannel channel, int number, byte type, Consumer<ByteBuf> body) {
    ByteBuf out = Unpooled.buffer();
    ToyFrame.write(out, type, number, body);
    channel.writeInbound(out);
  }

  private static void logIn(EmbeddedChannel channel, int capabilities, String user, byte[] proof) {
    channel.writeInbound(logInFrame(1, capabilities, user, proof));
  }

  private static ByteBuf logInFrame(int number, int capabilities, String user, byte[] proof) {
    ByteBuf frame = Unpooled.buffer();
    ToyFrame.write(
        frame,
        ToyFrame.LOG_IN,
        number,
        to -> {
          to.writeInt(capabilities);
          ToyFrame.part(to, user);
          ToyFrame.part(to, "shop");
          to.writeBytes(proof);
        });
    return frame;
  }

  /** What a client answers that knows the password, to the challenge of a greeting. */
  private static byte[] response(Frame greeting, String password) {
    assertThat(greeting.type()).isEqualTo(ToyFrame.GREETING);
    greeting.content().skipBytes(4);
    String hash = Md5Password.hash("ann", password);
    return Md5Password.response(hash, ToyFrame.rest(greeting.content()))
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void theServerSpeaksFirstAndTheProofComesWithTheRequest() throws Exception {
    node(AuthMethod.MD5);
    EmbeddedChannel channel = bench.connect();

    Frame greeting = frame(channel);
    assertThat(greeting.number()).isZero();
    assertThat(greeting.content().getInt(greeting.content().readerIndex()))
        .as("TLS is not offered")
        .isEqualTo(~ToyFrame.TLS);
    logIn(channel, ToyFrame.REPORTS, "ann", response(greeting, "secret"));

    Frame welcome = frame(channel);
    assertThat(welcome.type()).isEqualTo(ToyFrame.WELCOME);
    assertThat(welcome.number()).isEqualTo(2);
    assertThat(welcome.content().readInt()).isEqualTo(sessions.get(0).processId());
    assertThat(frame(channel, ToyFrame.VALUE)).isEqualTo("schema=shop");
    assertThat(bench.clients().all()).containsExactly(sessions.get(0));
    assertThat(channel.pipeline().get(ClientLogin.class)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 60, 100_000})
  void aTlsHandshakeTravelsInsideFrames(int piece, @TempDir Path store) throws Exception {
    tls = ToyTls.server(store);
    node(AuthMethod.MD5);
    EmbeddedChannel channel = bench.connect();
    Frame greeting = frame(channel);
    logIn(channel, ToyFrame.TLS, "ann", new byte[0]);

    try (ToyTls client = new ToyTls(channel, piece)) {
      client.exchange();
      assertThat(client.types())
          .contains(ToyFrame.HANDSHAKE)
          .isSubsetOf(ToyFrame.HANDSHAKE, ToyFrame.HANDSHAKE_END);
      assertThat(client.received().isReadable()).as("nothing but a handshake").isFalse();
      client.send(logInFrame(2, ToyFrame.TLS, "ann", response(greeting, "secret")));

      assertThat(client.received().readByte()).isEqualTo(ToyFrame.WELCOME);
      assertThat(client.types()).as("application data by itself").endsWith((byte) 0x17);
      assertThat(channel.pipeline().get(HandshakeFraming.class)).isNull();
      assertThat(sessions).hasSize(1);
    }
  }

  @Test
  void whatIsNoHandshakeInAFrameIsRefusedAsNoTls(@TempDir Path store) throws Exception {
    tls = ToyTls.server(store);
    node(AuthMethod.MD5);
    EmbeddedChannel channel = bench.connect();
    logIn(channel, ToyFrame.TLS, "ann", new byte[0]);

    logIn(channel, 0, "ann", response(frame(channel), "secret"));

    assertThat(channel.isOpen()).isFalse();
    assertThat(bench.tlsFailures()).singleElement().asString().contains("not an SSL/TLS record");
    assertThat(sessions).isEmpty();
  }

  @Test
  void whatIsToldDependsOnTheCapabilitiesThatWereAgreed() throws Exception {
    node(AuthMethod.MD5);
    EmbeddedChannel channel = bench.connect();
    logIn(channel, 0, "ann", response(frame(channel), "secret"));

    Frame welcome = frame(channel);

    assertThat(welcome.type()).isEqualTo(ToyFrame.WELCOME);
    assertThat(welcome.content().readableBytes()).isEqualTo(4 + 8);
    assertThat(frame(channel).type()).as("nothing that servers report").isEqualTo(ToyFrame.DONE);
  }

  @Test
  void theServerMaySwitchToAProofInSeveralMessages() throws Exception {
    node(AuthMethod.SCRAM_SHA_256);
    EmbeddedChannel channel = bench.connect();
    logIn(channel, 0, "ann", response(frame(channel), "secret"));

    Frame asked = frame(channel);
    assertThat(asked.type()).isEqualTo(ToyFrame.SWITCH);
    String mechanism = text(asked);
    ScramClient scram =
        ScramClient.withPassword(
            "secret",
            keys,
            ChannelBinding.DISABLE,
            null,
            List.of(mechanism),
            NonceSource.random(random));
    send(channel, 3, ToyFrame.PROOF, to -> to.writeBytes(scram.first()));
    Frame challenge = frame(channel);
    assertThat(challenge.type()).isEqualTo(ToyFrame.CHALLENGE);
    byte[] last = scram.last(ToyFrame.rest(challenge.content()));
    send(channel, 5, ToyFrame.PROOF, to -> to.writeBytes(last));

    scram.verify(ToyFrame.rest(frame(channel).content()));
    assertThat(scram.isVerified()).isTrue();
    assertThat(frame(channel).type()).isEqualTo(ToyFrame.WELCOME);
    assertThat(sessions).hasSize(1);
  }

  @Test
  void aProofOfTheProtocolsOwnIsEnoughWhereTheNodeKnowsThePassword() throws Exception {
    node(AuthMethod.PASSWORD);
    EmbeddedChannel channel = bench.connect();
    Frame greeting = frame(channel);
    greeting.content().skipBytes(4);

    logIn(channel, 0, "ann", ToyProof.of("secret", ToyFrame.rest(greeting.content())));

    assertThat(frame(channel).type()).isEqualTo(ToyFrame.WELCOME);
  }

  @Test
  void aProofThatCannotBeJudgedIsFollowedByThePasswordUnderAKeyThatTheClientAsksFor()
      throws Exception {
    String verifier = ScramVerifier.ofPassword("secret", new byte[16], 64).encoded();
    node(AuthMethod.PASSWORD, "{\"verifier\": \"%s\"}".formatted(verifier));
    EmbeddedChannel channel = bench.connect();
    frame(channel);
    logIn(channel, 0, "ann", new byte[32]);

    assertThat(frame(channel).type()).isEqualTo(ToyFrame.FULL);
    send(channel, 3, ToyFrame.ASK_KEY, nothing -> {});
    Frame key = frame(channel);
    assertThat(key.type()).isEqualTo(ToyFrame.KEY);
    byte[] mixed =
        ToyProof.mixed("secret".getBytes(StandardCharsets.UTF_8), ToyFrame.rest(key.content()));
    send(channel, 5, ToyFrame.PROOF, to -> to.writeBytes(mixed));

    assertThat(frame(channel).type()).isEqualTo(ToyFrame.WELCOME);
    assertThat(sessions).hasSize(1);
  }

  @Test
  void strangersAndWrongProofsAreRefusedAlikeAndCountAsGuesses() throws Exception {
    node(AuthMethod.PASSWORD);
    for (String user : List.of("ann", "nobody")) {
      while (!bench.guessed().contains(user)) {
        EmbeddedChannel channel = bench.connect();
        frame(channel);
        logIn(channel, 0, user, new byte[32]);
        assertThat(text(frame(channel)).substring(0, 5)).isEqualTo("28P01");
      }
    }

    assertThat(bench.guessed()).containsExactly("ann", "nobody");
  }

  @Test
  void aWrongProofIsRefusedInTheProtocolsOwnWords() throws Exception {
    node(AuthMethod.MD5);
    EmbeddedChannel channel = bench.connect();
    logIn(channel, 0, "ann", response(frame(channel), "guess"));

    Frame error = frame(channel);

    assertThat(error.type()).isEqualTo(ToyFrame.ERROR);
    assertThat(text(error).substring(0, 5)).isEqualTo("28P01");
    assertThat(bench.refusals()).extracting(ServerError::sqlState).containsExactly("28P01");
    assertThat(sessions).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aFrameOutOfOrderIsAProtocolError() throws Exception {
    node(AuthMethod.MD5);
    EmbeddedChannel channel = bench.connect();
    frame(channel);

    send(channel, 7, ToyFrame.LOG_IN, nothing -> {});

    assertThat(text(frame(channel)).substring(0, 5)).isEqualTo("08P01");
    assertThat(bench.protocolErrors()).isOne();
  }

  @Test
  void aConnectionOfItsOwnCancelsByTheKeyOfTheWelcome() throws Exception {
    node(AuthMethod.MD5);
    EmbeddedChannel channel = bench.connect();
    logIn(channel, 0, "ann", response(frame(channel), "secret"));
    Frame welcome = frame(channel);
    int session = welcome.content().readInt();
    byte[] secret = ToyFrame.rest(welcome.content());

    EmbeddedChannel other = bench.connect();
    frame(other);
    send(other, 1, ToyFrame.CANCEL, to -> to.writeInt(session).writeBytes(secret));
    other.runPendingTasks();

    assertThat(sessions.get(0).cancelled()).isOne();
    assertThat(other.isOpen()).isFalse();
    secret[0]++;
    EmbeddedChannel guesser = bench.connect();
    frame(guesser);
    send(guesser, 1, ToyFrame.CANCEL, to -> to.writeInt(session).writeBytes(secret));
    assertThat(sessions.get(0).cancelled()).isOne();
  }

  @Test
  void limitsHoldForClientsOfAnyProtocol() throws Exception {
    node(AuthMethod.TRUST);
    EmbeddedChannel first = bench.connect();
    frame(first);
    logIn(first, 0, "ann", new byte[0]);
    assertThat(frame(first).type()).isEqualTo(ToyFrame.WELCOME);

    EmbeddedChannel second = bench.connect();
    frame(second);
    logIn(second, 0, "ann", new byte[0]);

    assertThat(text(frame(second)).substring(0, 5)).isEqualTo("53300");
  }
}
