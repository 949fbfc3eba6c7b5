package dev.heimdall.engine.dialect.mysql.login;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.client.LogInDialogue;
import dev.heimdall.engine.client.LogInHost;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.PasswordExchange;
import dev.heimdall.engine.client.SessionRequest;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.dialect.mysql.answer.MysqlEncoder;
import dev.heimdall.engine.dialect.mysql.fleet.KillErrors;
import dev.heimdall.engine.dialect.mysql.fleet.KillMessage;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.ServerHello;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;

/**
 * The packets before a session: the node's greeting, which says of itself what the servers behind
 * it say, a request for TLS, the client's answer, and what proves its password.
 */
final class HandshakeDialogue implements LogInDialogue {
  /** Attributes may be 64 KiB, and a password as many. */
  private static final int LONGEST_RESPONSE = 160 * 1024;

  private static final int SECRET = 8;

  /** Capabilities of the node itself, regardless of its servers. */
  private static final long OWN =
      Capability.LONG_PASSWORD
          | Capability.LONG_FLAG
          | Capability.CONNECT_WITH_DB
          | Capability.PROTOCOL_41
          | Capability.IGNORE_SIGPIPE
          | Capability.TRANSACTIONS
          | Capability.RESERVED
          | Capability.SECURE_CONNECTION
          | Capability.PLUGIN_AUTH
          | Capability.CONNECT_ATTRS
          | Capability.PLUGIN_AUTH_LENENC_DATA
          | Capability.SESSION_TRACK;

  /** Capabilities of the node if its servers have them, and these are MariaDB's. */
  private static final long OF_MARIADB = Capability.MARIADB_BULK;

  /**
   * Greeting for clients that connect while no server can be queried: none of them reaches a
   * server.
   */
  private static final ServerHello UNKNOWN =
      new ServerHello("8.0.0-unknown", Capability.MULTI_RESULTS, 45, StatusFlag.AUTOCOMMIT);

  private final LogInHost login;
  private final RsaKey key;
  private final Compression.Tools compression;

  /** As whom the client was logged in; null at its first log-in. */
  private final Login before;

  private final MysqlEncoder encoder;
  private long offered;
  private HandshakeResponse response;

  /** True if servers take a key by the older method; unknown, and so not, at a later log-in. */
  private boolean nativeAtServer;

  /** Proof that the client has sent, or is requested to send; null before the greeting. */
  private Proof proof;

  private PasswordPackets password;

  /**
   * @param before as whom the client was logged in; null at its first log-in
   */
  HandshakeDialogue(LogInHost login, RsaKey key, Compression.Tools compression, Login before) {
    this.login = login;
    this.key = key;
    this.compression = compression;
    this.before = before;
    this.encoder = new MysqlEncoder(before != null);
  }

  @Override
  public void begin() {
    if (before == null) {
      login.greeting(new AgreedCapabilities(0), this::greet);
    } else {
      proof = wanted(preferred());
    }
  }

  /**
   * The method that clients are asked for who have not chosen one. Only proofs by the older one can
   * be compared with hashes that servers keep, if these are of the older one as well. Otherwise the
   * client is to send its password, and without TLS some do so in clear text.
   */
  private Method preferred() {
    return login.judgesByNativeHashes(nativeAtServer) ? Method.NATIVE : Method.SHA2;
  }

  private Proof wanted(Method method) {
    return Proof.wanted(method, nativeAtServer, login);
  }

  private void greet(Greeting greeting) {
    ServerHello hello = greeting == null ? UNKNOWN : ServerHello.of(greeting);
    nativeAtServer = hello.isMariadb();
    proof = wanted(preferred());
    long mariadbs = hello.capabilities() & OF_MARIADB;
    offered =
        (mariadbs == 0 ? OWN : OWN & ~Capability.LONG_PASSWORD) // which stands for none of its own
            | (hello.capabilities() & AgreedCapabilities.OF_SERVERS)
            | mariadbs
            | (login.offersTls() ? Capability.SSL : 0)
            | (login.takesFiles() ? Capability.LOCAL_FILES : 0)
            | (login.compresses() ? Capability.COMPRESS | Capability.ZSTD_COMPRESSION : 0);
    ByteBuf out = login.buffer(128);
    new Handshake(
            hello.version(),
            login.number(),
            proof.challenge(),
            offered,
            hello.collation(),
            hello.status(),
            proof.method().spelling())
        .write(out);
    encoder.follows(0);
    login.send(out);
  }

  @Override
  public void read(ByteBuf in) {
    if (in.readableBytes() < Packet.HEADER) {
      return;
    }
    int at = in.readerIndex();
    int length = Packet.payload(in, at);
    if (length > (password == null ? LONGEST_RESPONSE : password.longestAnswer())) {
      login.protocolError("a packet of " + length + " bytes");
      return;
    }
    if (proof == null || !Packet.whole(in, at, in.writerIndex())) {
      return; // the greeting is not sent yet, or the packet has not come whole
    }
    int sequence = Packet.sequence(in, at);
    boolean inOrder = sequence == encoder.upcoming();
    encoder.follows(sequence);
    if (!inOrder) {
      login.refuse(ServerError.fatal("08S01", "Got packets out of order").withNumber(1156));
      return;
    }
    ByteBuf payload = in.skipBytes(Packet.HEADER).readSlice(length);
    try {
      packet(payload, in);
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      login.protocolError("a malformed packet");
    }
  }

  private void packet(ByteBuf payload, ByteBuf behind) {
    if (response != null) {
      byte[] answer = new byte[payload.readableBytes()];
      payload.readBytes(answer);
      if (password != null) {
        password.read(answer);
      } else {
        proof = proof.answered(answer);
        request();
      }
      return;
    }
    if (before != null) {
      logInAgain(payload.skipBytes(1));
      return;
    }
    long wanted = HandshakeResponse.capabilitiesOf(payload);
    if ((wanted & Capability.PROTOCOL_41) == 0) {
      refuseOldClient();
    } else if ((wanted & Capability.SSL) != 0
        && payload.readableBytes() == HandshakeResponse.HEAD) {
      encryption(behind);
    } else {
      response = HandshakeResponse.read(payload, offered);
      if (response.plugin().equals(KillMessage.METHOD)) {
        kill();
      } else {
        logIn();
      }
    }
  }

  /** It is a node of the fleet, or says so. */
  private void kill() {
    account();
    KillRequest request = KillMessage.read(response.user(), response.attributes());
    login.kill(
        request, proof.challenge(), response.proof(), KillErrors.KILLED, o -> answer(request, o));
  }

  private ByteBuf answer(KillRequest request, KillOutcome outcome) {
    ByteBuf out = login.buffer(64);
    ServerError error = KillErrors.of(outcome, request.session());
    if (error != null) {
      encoder.error(error, out);
    } else {
      OkPacket.of(0, StatusFlag.AUTOCOMMIT).write(out, encoder.upcoming(), OkPacket.OK, false);
    }
    return out;
  }

  private void encryption(ByteBuf behind) {
    if (login.tls() || !login.offersTls()) {
      login.protocolError("TLS is not offered");
    } else {
      login.beginTls(behind); // clients do not wait for an answer to their request
    }
  }

  private void refuseOldClient() {
    login.refuse(
        ServerError.fatal(
                "08004",
                "Client does not support authentication protocol requested by server; consider"
                    + " upgrading MySQL client")
            .withNumber(1251));
  }

  /**
   * By COM_CHANGE_USER. Which challenge the client has answered in it is not certain, so that it
   * gets a new one, as from MySQL.
   */
  private void logInAgain(ByteBuf payload) {
    response =
        HandshakeResponse.readChange(
            payload,
            ((MysqlEncoder) before.encoder()).capabilities(),
            ((AgreedCapabilities) before.capabilities()).collation());
    account();
    Method method = Method.of(response.plugin());
    if ((response.capabilities() & Capability.PLUGIN_AUTH) == 0) {
      refuseOldClient();
    } else if (method == Method.CLEAR_TEXT && login.secure() && response.proof().length > 0) {
      proof = proof.by(method, response.proof());
      request();
    } else {
      ask(method);
    }
  }

  private void account() {
    encoder.agree(response.capabilities());
    encoder
        .account()
        .is(
            response.user(),
            login.address() == null ? "" : login.address().getAddress().getHostAddress(),
            response.database());
  }

  private void logIn() {
    account();
    boolean names = (response.capabilities() & Capability.PLUGIN_AUTH) != 0;
    Method method = names ? Method.of(response.plugin()) : Method.NATIVE;
    boolean sent = response.proof().length > 0;
    boolean known =
        switch (method == null ? Method.CLEAR_TEXT : method) {
          case SHA2, NATIVE -> !names || sent || method == proof.method();
          case CLEAR_TEXT -> method != null && login.secure() && sent;
        };
    if (known) {
      proof = proof.by(method, response.proof());
      request();
    } else {
      // A client that prefers another method has not looked at the challenge.
      ask(method);
    }
  }

  /**
   * @param known the client's own; null for one that the node does not know
   */
  private void ask(Method known) {
    boolean challenges = known == Method.NATIVE || known == Method.SHA2;
    proof = wanted(challenges ? known : preferred());
    ByteBuf out = login.buffer(64);
    encoder.changeMethod(proof.method().spelling(), proof.challenge(), out);
    login.send(out);
  }

  private void request() {
    encoder.account().withPassword(!proof.isEmpty());
    encoder.awaitsWord(proof.awaitsWord());
    login.request(
        new SessionRequest(
            response.user(),
            response.database(),
            response.attributes().get("program_name"),
            null,
            SECRET,
            login.number()));
  }

  @Override
  public void prove(PasswordExchange exchange) {
    password = new PasswordPackets(login, encoder, key, exchange);
    password.begin(proof);
  }

  @Override
  public ServerError tlsRequired(ServerError neutral) {
    return ServerError.fatal(
            "HY000",
            "Connections using insecure transport are prohibited while"
                + " --require_secure_transport=ON.")
        .withNumber(3159);
  }

  @Override
  public void challenge(byte[] message) {
    throw notOfThisProtocol();
  }

  @Override
  public void proved(byte[] message) {
    throw notOfThisProtocol();
  }

  private static IllegalStateException notOfThisProtocol() {
    return new IllegalStateException("MySQL's clients do not speak SCRAM");
  }

  /** The collation is the server's to know: it gets it in its own log-in. */
  @Override
  public StartupVariables variables() {
    return new StartupVariables(
        Variables.NONE, Variables.NONE, Variables.NONE, Variables.NONE, Variables.NONE);
  }

  @Override
  public Capabilities capabilities() {
    return new AgreedCapabilities(response.capabilities(), response.collation());
  }

  /** Returns the compression of packets; a client that logs in again continues as it began. */
  @Override
  public ChannelHandler onTheWire() {
    return before == null && response.compression() != null
        ? new CompressedPackets(response.compression(), response.level(), compression)
        : null;
  }

  @Override
  public ClientEncoder encoder() {
    return encoder;
  }
}
