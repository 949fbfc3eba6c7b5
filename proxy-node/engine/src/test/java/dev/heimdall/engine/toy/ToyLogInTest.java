package dev.heimdall.engine.toy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.AuthTable;
import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.FailedLogIns;
import dev.heimdall.engine.auth.Md5Password;
import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramClient;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.auth.UserDirectory;
import dev.heimdall.engine.auth.UserSalts;
import dev.heimdall.engine.client.CancelRegistry;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.ClientEvents;
import dev.heimdall.engine.client.ClientLogin;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.LoopAccess;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.client.NodeAccess;
import dev.heimdall.engine.client.SessionFactory;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.client.UserLimits;
import dev.heimdall.engine.client.VdbAccess;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.pool.Limit;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.ChannelBinding;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.VirtualDatabase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log-in of the core speaks a protocol that is unlike PostgreSQL's. */
class ToyLogInTest {
  @TempDir Path directory;

  private final SecureRandom random = new SecureRandom();
  private final ScramKeyCache keys = new ScramKeyCache(4);
  private final Metrics metrics = new Metrics("test", 1, 10);
  private final LoopClients clients = new LoopClients();
  private final List<EmbeddedChannel> channels = new ArrayList<>();
  private final List<ToySession> sessions = new ArrayList<>();
  private final List<ServerError> refusals = new ArrayList<>();
  private int protocolErrors;
  private NodeAccess node;
  private VdbAccess vdb;

  /** A frame of the server: its number, its type, and what follows. */
  private record Frame(int number, int type, ByteBuf content) {}

  @AfterEach
  void close() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    metrics.close();
  }

  /** A node whose clients prove who they are in this way. */
  private void node(String method) throws Exception {
    Files.createDirectories(directory.resolve("sources"));
    Files.createDirectories(directory.resolve("vdbs"));
    Files.createDirectories(directory.resolve("users"));
    Files.writeString(directory.resolve("node.json"), "{}");
    Files.writeString(
        directory.resolve("sources/main.json"),
        "{\"url\": \"jdbc:postgresql://server/app\", \"user\": \"db\", \"password\": \"db\","
            + " \"tls\": {\"mode\": \"disable\"}}");
    Files.writeString(
        directory.resolve("vdbs/app.json"),
        "{\"source\": \"main\", \"ports\": [1], \"clients\": {\"max\": 1},"
            + " \"auth\": [{\"method\": \"%s\"}]}".formatted(method));
    Files.writeString(directory.resolve("users/ann.json"), "{\"password\": \"secret\"}");
    Configuration configuration = ConfigurationReader.read(directory);
    VirtualDatabase settings = configuration.vdbs().get("app");
    UserDirectory users =
        new UserDirectory(configuration.users().values(), new UserSalts(new byte[32]), keys);
    node =
        new NodeAccess(
            configuration::node,
            new CancelRegistry(1, random),
            null,
            new Limit(0),
            new UserLimits(),
            NonceSource.random(random),
            new FailedLogIns(System::nanoTime),
            Runnable::run,
            new Heard());
    vdb =
        new VdbAccess(
            "app",
            null,
            new VdbAccess.Settings(
                settings,
                new Authenticator("app", new AuthTable(settings.auth()), users),
                users,
                null,
                null));
  }

  private EmbeddedChannel connect() {
    EmbeddedChannel channel = new EmbeddedChannel();
    ClientLogin login =
        new ClientLogin(
            node,
            vdb,
            new LoopAccess(new LoopContext(0, channel.eventLoop()), metrics.loop(0)),
            new ToyClients(),
            new Sessions());
    login.address(new InetSocketAddress("127.0.0.1", 1));
    channel.pipeline().addLast(login);
    channels.add(channel);
    return channel;
  }

  private static Frame frame(EmbeddedChannel channel) {
    channel.runPendingTasks();
    ByteBuf bytes = channel.readOutbound();
    assertThat(bytes).isNotNull();
    ByteBuf content = Unpooled.copiedBuffer(bytes);
    bytes.release();
    assertThat(content.readUnsignedShort()).isEqualTo(content.readableBytes() - 1);
    return new Frame(content.readUnsignedByte(), content.readUnsignedByte(), content);
  }

  private static void send(EmbeddedChannel channel, int number, Consumer<ByteBuf> content) {
    ByteBuf out = Unpooled.buffer();
    ToyFrames.frame(out, number, content);
    channel.writeInbound(out);
  }

  private static void logIn(EmbeddedChannel channel, int capabilities, String user, byte[] proof) {
    send(
        channel,
        1,
        to -> {
          to.writeByte(ToyFrames.LOG_IN).writeByte(capabilities);
          ToyFrames.text(to, user);
          ToyFrames.text(to, "shop");
          to.writeBytes(proof);
        });
  }

  /** What a client answers that knows the password, to the challenge of a greeting. */
  private static byte[] response(Frame greeting, String password) {
    assertThat(greeting.type()).isEqualTo(ToyFrames.GREETING);
    greeting.content().skipBytes(1);
    String hash = Md5Password.hash("ann", password);
    return Md5Password.response(hash, ToyFrames.rest(greeting.content()))
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void theServerSpeaksFirstAndTheProofComesWithTheRequest() throws Exception {
    node("md5");
    EmbeddedChannel channel = connect();

    Frame greeting = frame(channel);
    assertThat(greeting.number()).isZero();
    assertThat(greeting.content().getByte(greeting.content().readerIndex()))
        .as("TLS is not offered")
        .isEqualTo((byte) ToyFrames.REPORTS);
    logIn(channel, ToyFrames.REPORTS, "ann", response(greeting, "secret"));

    Frame welcome = frame(channel);
    assertThat(welcome.type()).isEqualTo(ToyFrames.OK);
    assertThat(welcome.number()).isEqualTo(2);
    assertThat(welcome.content().readInt()).isEqualTo(sessions.get(0).processId());
    welcome.content().skipBytes(8);
    assertThat(ToyFrames.text(welcome.content())).isEqualTo("schema");
    assertThat(ToyFrames.text(welcome.content())).isEqualTo("shop");
    assertThat(clients.all()).containsExactly(sessions.get(0));
    assertThat(channel.pipeline().get(ClientLogin.class)).isNull();
  }

  @Test
  void whatIsToldDependsOnTheCapabilitiesThatWereAgreed() throws Exception {
    node("md5");
    EmbeddedChannel channel = connect();
    logIn(channel, 0, "ann", response(frame(channel), "secret"));

    Frame welcome = frame(channel);

    assertThat(welcome.type()).isEqualTo(ToyFrames.OK);
    assertThat(welcome.content().readableBytes()).isEqualTo(4 + 8);
  }

  @Test
  void theServerMaySwitchToAProofInSeveralMessages() throws Exception {
    node("scram-sha-256");
    EmbeddedChannel channel = connect();
    logIn(channel, 0, "ann", response(frame(channel), "secret"));

    Frame asked = frame(channel);
    assertThat(asked.type()).isEqualTo(ToyFrames.SWITCH);
    String mechanism = ToyFrames.text(asked.content());
    ScramClient scram =
        ScramClient.withPassword(
            "secret",
            keys,
            ChannelBinding.DISABLE,
            null,
            List.of(mechanism),
            NonceSource.random(random));
    send(channel, 3, to -> to.writeByte(ToyFrames.PROOF).writeBytes(scram.first()));
    Frame challenge = frame(channel);
    assertThat(challenge.type()).isEqualTo(ToyFrames.CHALLENGE);
    byte[] last = scram.last(ToyFrames.rest(challenge.content()));
    send(channel, 5, to -> to.writeByte(ToyFrames.PROOF).writeBytes(last));

    scram.verify(ToyFrames.rest(frame(channel).content()));
    assertThat(scram.isVerified()).isTrue();
    assertThat(frame(channel).type()).isEqualTo(ToyFrames.OK);
    assertThat(sessions).hasSize(1);
  }

  @Test
  void aWrongProofIsRefusedInTheProtocolsOwnWords() throws Exception {
    node("md5");
    EmbeddedChannel channel = connect();
    logIn(channel, 0, "ann", response(frame(channel), "guess"));

    Frame error = frame(channel);

    assertThat(error.type()).isEqualTo(ToyFrames.ERROR);
    assertThat(ToyFrames.text(error.content())).isEqualTo("28P01");
    assertThat(refusals).extracting(ServerError::sqlState).containsExactly("28P01");
    assertThat(sessions).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aFrameOutOfOrderIsAProtocolError() throws Exception {
    node("md5");
    EmbeddedChannel channel = connect();
    frame(channel);

    send(channel, 7, to -> to.writeByte(ToyFrames.LOG_IN));

    assertThat(ToyFrames.text(frame(channel).content())).isEqualTo("08P01");
    assertThat(protocolErrors).isOne();
  }

  @Test
  void aConnectionOfItsOwnCancelsByTheKeyOfTheWelcome() throws Exception {
    node("md5");
    EmbeddedChannel channel = connect();
    logIn(channel, 0, "ann", response(frame(channel), "secret"));
    Frame welcome = frame(channel);
    int session = welcome.content().readInt();
    byte[] secret = ToyFrames.rest(welcome.content());

    EmbeddedChannel other = connect();
    frame(other);
    send(other, 1, to -> to.writeByte(ToyFrames.CANCEL).writeInt(session).writeBytes(secret));
    other.runPendingTasks();

    assertThat(sessions.get(0).cancelled()).isOne();
    assertThat(other.isOpen()).isFalse();
    secret[0]++;
    EmbeddedChannel guesser = connect();
    frame(guesser);
    send(guesser, 1, to -> to.writeByte(ToyFrames.CANCEL).writeInt(session).writeBytes(secret));
    assertThat(sessions.get(0).cancelled()).isOne();
  }

  @Test
  void limitsHoldForClientsOfAnyProtocol() throws Exception {
    node("trust");
    EmbeddedChannel first = connect();
    frame(first);
    logIn(first, 0, "ann", new byte[0]);
    assertThat(frame(first).type()).isEqualTo(ToyFrames.OK);

    EmbeddedChannel second = connect();
    frame(second);
    logIn(second, 0, "ann", new byte[0]);

    assertThat(ToyFrames.text(frame(second).content())).isEqualTo("53300");
  }

  private final class Sessions implements SessionFactory {
    @Override
    public ChannelHandler session(Login login, StartupVariables given, Channel channel) {
      ToySession session = new ToySession(node, vdb, clients, login, given);
      sessions.add(session);
      return session;
    }

    @Override
    public ChannelHandler console(Login login, Channel channel) {
      throw new IllegalStateException("nobody is an operator here");
    }
  }

  private final class Heard implements ClientEvents {
    @Override
    public void loggedIn(Client client) {}

    @Override
    public void refused(
        String name, SocketAddress client, String user, String database, ServerError why) {
      refusals.add(why);
    }

    @Override
    public void slowed(String name, SocketAddress client, String user, Duration delay) {}

    @Override
    public void tlsFailed(String name, SocketAddress client, String why) {}

    @Override
    public void protocolError() {
      protocolErrors++;
    }

    @Override
    public void cancelUnknown() {}

    @Override
    public void closed(Client client, String why) {}
  }
}
