package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthDecision;
import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.Authenticator;
import dev.heimdall.engine.auth.LogInRequest;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.auth.UserLookup;
import dev.heimdall.engine.fleet.FleetKeys;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.net.ClientAddress;
import dev.heimdall.engine.net.LocalClient;
import dev.heimdall.engine.net.ProxyProtocolGate;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.ClientTlsMode;
import dev.heimdall.model.ConsoleRight;
import dev.heimdall.model.User;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the first byte of a client to the end of its authentication, whatever its protocol: TLS, who
 * may log in and by what proof, cancel requests, the time that all of it may take. What is said to
 * the client, and what it says, is the {@link LogInDialogue}'s.
 */
public final class ClientLogin extends ByteToMessageDecoder implements ClientAddress, LogIn {
  private static final Logger LOG = LoggerFactory.getLogger(ClientLogin.class);

  /** Of what a client sends ahead while its password is checked. */
  private static final int MAX_AHEAD = 10_000;

  private enum State {
    /** The dialogue reads what the client sends. */
    READING,
    /** The TLS handshake goes on. */
    TLS_HANDSHAKE,
    /** A password is being checked on another thread, or waits for its turn. */
    CHECKING,
    /** The session has taken over, or the connection is closing. */
    DONE
  }

  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopAccess loop;
  private final ClientProtocol protocol;
  private final SessionFactory sessions;
  private final Refusals refusals;
  private final ClientTls tls = new ClientTls();
  private final LogInDialogue dialogue;
  private ChannelHandlerContext ctx;
  private State state = State.READING;

  /** Whether a session takes what the client sends. */
  private boolean handedOver;

  private SessionRequest request;

  /** Reserved for the session; 0 for none. */
  private int number;

  /** Why no server could be asked what it is; null where one was, or nobody wanted to know. */
  private ServerError unknownServer;

  private InetSocketAddress address;

  /** Null where none is asked for. */
  private ClientProof proof;

  private Future<?> deadline;

  /**
   * @param protocol what the client speaks
   * @param sessions what takes over after the log-in
   */
  public ClientLogin(
      NodeAccess node,
      VdbAccess vdb,
      LoopAccess loop,
      ClientProtocol protocol,
      SessionFactory sessions) {
    this(node, vdb, loop, protocol, sessions, null, 0);
  }

  /**
   * @param before as whom a client was logged in that does so again; null at its first log-in
   * @param number that it had then; 0 for none
   */
  private ClientLogin(
      NodeAccess node,
      VdbAccess vdb,
      LoopAccess loop,
      ClientProtocol protocol,
      SessionFactory sessions,
      Login before,
      int number) {
    this.node = node;
    this.vdb = vdb;
    this.loop = loop;
    this.protocol = protocol;
    this.sessions = sessions;
    this.refusals = new Refusals(node, vdb, loop);
    this.number = number;
    if (before != null) {
      this.tls.stays(before.tls());
      this.address = before.address();
    }
    this.dialogue = protocol.logIn(this, before);
  }

  /**
   * Null where there is no such thing. Static, so that a session does not keep the log-in that it
   * comes from.
   */
  static LogInAgain again(
      NodeAccess node,
      VdbAccess vdb,
      LoopAccess loop,
      ClientProtocol protocol,
      SessionFactory sessions) {
    return !protocol.logsInAgain()
        ? null
        : (before, number) -> new ClientLogin(node, vdb, loop, protocol, sessions, before, number);
  }

  private void become(State next) {
    if (state == State.DONE) {
      throw new IllegalStateException("log-in is over, cannot become " + next);
    }
    state = next;
  }

  /** The true address behind a load balancer, told by the PROXY protocol. */
  @Override
  public void address(InetSocketAddress told) {
    this.address = told;
  }

  @Override
  public void settled() {
    dialogue.begin();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    long millis = node.settings().loginTimeout().toMillis();
    if (millis > 0) {
      deadline = ctx.executor().schedule(this::timedOut, millis, TimeUnit.MILLISECONDS);
    }
    if (state == State.READING && ctx.pipeline().get(ProxyProtocolGate.class) == null) {
      dialogue.begin();
    }
  }

  private void timedOut() {
    if (state == State.DONE) {
      return;
    }
    if (request == null) {
      become(State.DONE);
      refused(errorOf(AuthFailure.timeout()));
      ctx.close();
    } else {
      refuse(AuthFailure.timeout());
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext removed) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (number != 0 && !handedOver) {
      node.cancels().remove(number);
    }
    if (proof != null && proof.unanswered() != null) {
      refused(errorOf(proof.unanswered())); // it has left with what its wrong proof has told it
    }
  }

  @Override
  protected void decode(ChannelHandlerContext same, ByteBuf in, List<Object> out) {
    switch (state) {
      case READING -> dialogue.read(in);
      case TLS_HANDSHAKE -> {}
      case CHECKING -> {
        if (in.readableBytes() > MAX_AHEAD) {
          protocolError("too much data before the end of the log-in");
        }
      }
      case DONE -> {
        if (actualReadableBytes() > 0 && !handedOver) {
          in.skipBytes(in.readableBytes());
        }
      }
    }
  }

  // ---- what the dialogue asks for

  @Override
  public ByteBuf buffer(int capacity) {
    return ctx.alloc().buffer(capacity);
  }

  @Override
  public void write(ByteBuf out) {
    ctx.write(out);
  }

  @Override
  public void send(ByteBuf out) {
    ctx.writeAndFlush(out);
  }

  @Override
  public byte[] random(int length) {
    return node.cancels().newSecret(length);
  }

  @Override
  public int number() {
    if (number == 0) {
      number = node.cancels().reserve();
    }
    return number;
  }

  @Override
  public InetSocketAddress address() {
    if (address == null) {
      if (local()) {
        address = LocalClient.ADDRESS;
      } else if (ctx.channel().remoteAddress() instanceof InetSocketAddress remote) {
        address = remote;
      }
    }
    return address;
  }

  @Override
  public void greeting(Capabilities capabilities, Consumer<Greeting> known) {
    vdb.askServer(
        loop.context(),
        capabilities,
        greeting -> ifAwaited(() -> known.accept(greeting)),
        error ->
            ifAwaited(
                () -> {
                  unknownServer = error;
                  known.accept(null);
                }));
  }

  private void ifAwaited(Runnable then) {
    if (state == State.READING && ctx.channel().isActive()) {
      then.run();
    }
  }

  @Override
  public <T> void compute(Supplier<T> work, Consumer<T> then) {
    become(State.CHECKING);
    node.offLoop()
        .execute(
            () -> {
              T result = work.get();
              loop.context().soon(() -> computed(result, then), this::failed);
            });
  }

  private <T> void computed(T result, Consumer<T> then) {
    if (resumed()) {
      then.accept(result);
    }
  }

  /** Whether what was checked is still awaited; then the dialogue reads on. */
  private boolean resumed() {
    boolean awaited = state == State.CHECKING && ctx.channel().isActive();
    if (awaited) {
      become(State.READING);
    }
    return awaited;
  }

  @Override
  public boolean tls() {
    return tls.inUse();
  }

  @Override
  public boolean secure() {
    return tls() || local();
  }

  /** Whether the client has come by a Unix domain socket. */
  private boolean local() {
    return ctx.channel() instanceof DomainSocketChannel;
  }

  @Override
  public boolean offersTls() {
    return vdb.settings().tls() != null && (!local() || protocol.tlsOnUnixSockets());
  }

  @Override
  public boolean takesFiles() {
    return vdb.settings().vdb().clients().localInfile();
  }

  @Override
  public boolean compresses() {
    return vdb.settings().vdb().clients().compression();
  }

  @Override
  public void beginTls(ByteBuf begun) {
    become(State.TLS_HANDSHAKE);
    ClientTls.put(ctx, handshake(vdb.settings()), protocol.handshakePackets(), begun);
  }

  /**
   * The handshake has begun in our buffer: it goes to the TLS handler when this one leaves, and
   * another one starts behind it.
   */
  @Override
  public void tlsBegun(String demanded) {
    VdbAccess.Settings settings = vdb.settings();
    if (!offersTls()) {
      closeUnanswered("TLS is off (tls.mode), but the client began a TLS handshake");
      return;
    }
    ClientLogin behind = new ClientLogin(node, vdb, loop, protocol, sessions);
    behind.address = address;
    behind.tls.demanded(demanded);
    behind.state = State.TLS_HANDSHAKE;
    ctx.pipeline().addAfter(ctx.name(), "login-in-tls", behind);
    SslHandler handler = behind.handshake(settings);
    ctx.pipeline().addAfter(ctx.name(), "tls", handler);
    become(State.DONE);
    ctx.pipeline().remove(this);
  }

  private SslHandler handshake(VdbAccess.Settings settings) {
    return tls.begin(
        settings,
        ctx.alloc(),
        (handler, failure) -> {
          if (state == State.TLS_HANDSHAKE) {
            handshakeOver(handler, failure);
          }
        });
  }

  private void handshakeOver(SslHandler handler, Throwable failure) {
    String problem = tls.problem(handler, failure);
    if (failure instanceof ClosedChannelException) {
      close();
    } else if (problem != null) {
      closeUnanswered(problem);
    } else {
      become(State.READING);
      if (tls.direct()) {
        dialogue.begin();
      }
    }
  }

  /** Ends a connection with which no message of its protocol can be exchanged. */
  private void closeUnanswered(String why) {
    node.events().tlsFailed(vdb.name(), peer(), why);
    close();
  }

  @Override
  public void request(SessionRequest wanted) {
    request = wanted;
    if (address() == null) {
      close(); // the client has left before anybody asked where it came from
      return;
    }
    VdbAccess.Settings settings = vdb.settings();
    if (settings.vdb().tls().mode() == ClientTlsMode.REQUIRE && !secure()) {
      refuse(dialogue.tlsRequired(errorOf(AuthFailure.tlsRequired(vdb.name()))));
      return;
    }
    LogInRequest asked =
        new LogInRequest(
            tls(),
            protocol.hidesPasswords(),
            address.getAddress(),
            wanted.database(),
            wanted.user(),
            tls.certificate(ctx.pipeline()));
    Authenticator authenticator = settings.authenticator();
    if (settings.query() != null
        && settings.users().find(wanted.user()).isEmpty()
        && authenticator.asksForPassword(asked)) {
      become(State.CHECKING);
      settings
          .query()
          .find(
              wanted.user(),
              answer ->
                  loop.context().soon(() -> found(authenticator, asked, answer), this::failed));
    } else {
      decided(authenticator.decide(asked));
    }
  }

  /** The database was queried for the user. */
  private void found(Authenticator authenticator, LogInRequest asked, UserLookup.Answer answer) {
    if (!resumed()) {
      return;
    }
    if (answer.failed()) {
      refuse(
          ServerError.fatal("08006", "users cannot be looked up in the database at present")
              .withHint("The log of the node has the reason: authQuery of the virtual database."));
    } else {
      decided(authenticator.with(answer.user(), answer.others()).decide(asked));
    }
  }

  private void decided(AuthDecision decision) {
    switch (decision.exchange()) {
      case ACCEPTED -> {
        try {
          admitted(decision.admit());
        } catch (AuthException e) {
          refuse(e.failure());
        }
      }
      case REFUSED -> refuse(decision.failure());
      case SCRAM, MD5, CLEAR_TEXT, DIRECTORY -> {
        proof = new ClientProof(node, loop, refusals, address, request.user(), new AwaitedClient());
        dialogue.prove(
            new PasswordExchange(
                node,
                vdb,
                loop,
                decision,
                request.database(),
                tls.serverEndPoint(),
                dialogue,
                proof));
      }
    }
  }

  /** Who has to prove who it is. */
  private final class AwaitedClient implements ClientProof.Claimant {
    @Override
    public boolean awaited() {
      return ctx.channel().isActive();
    }

    @Override
    public void pause() {
      become(State.CHECKING);
    }

    @Override
    public boolean resume() {
      return resumed();
    }

    @Override
    public void admitted(ServerCredential credential) {
      if (state != State.DONE) {
        ClientLogin.this.admitted(credential);
      }
    }

    @Override
    public void refuse(AuthFailure failure) {
      ClientLogin.this.refuse(failure);
    }

    @Override
    public void refuse(ServerError error) {
      ClientLogin.this.refuse(error);
    }

    @Override
    public void later(Runnable task, long nanos) {
      ctx.executor().schedule(task, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** The client is who it says: the session takes over from here. */
  private void admitted(ServerCredential own) {
    if (!ctx.channel().isActive()) {
      // It left while its password was checked: a session would wait for an end that has been.
      become(State.DONE);
      return;
    }
    if (proof != null) {
      proof.succeeded();
    }
    ConsoleRight right =
        vdb.settings()
            .users()
            .find(request.user())
            .map(User::consoleRight)
            .orElse(ConsoleRight.NONE);
    Login login =
        new Login(
            request,
            dialogue.encoder(),
            dialogue.capabilities(),
            own,
            proof == null ? List.of() : proof.groups(),
            proof == null ? loop.context().nanoTime() : proof.judgedAt(),
            right,
            tls(),
            address,
            again(node, vdb, loop, protocol, sessions));
    become(State.DONE);
    boolean console = node.settings().consoleDatabase(login.database(), vdb.settings().vdb());
    if (console && right == ConsoleRight.NONE) {
      fail(
          ServerError.fatal("42501", "permission denied for database \"" + login.database() + "\"")
              .withDetail(
                  "It is the node's admin console, for users with \"admin\": true, or \"stats\":"
                      + " true for its SHOW commands."));
    } else if (console) {
      handOver("console-session", sessions.console(login, ctx.channel()));
    } else if (unknownServer != null) {
      fail(unknownServer);
    } else {
      openSession(login);
    }
  }

  private void openSession(Login login) {
    StartupVariables given;
    try {
      given = dialogue.variables();
    } catch (StartupVariables.Rejected e) {
      fail(e.error());
      return;
    }
    handOver("session", sessions.session(login, given, ctx.channel()));
  }

  private void handOver(String name, ChannelHandler session) {
    handedOver = true;
    ChannelHandler between = dialogue.onTheWire();
    if (between != null) {
      ctx.pipeline().addBefore(ctx.name(), "on-the-wire", between);
    }
    ctx.pipeline().addLast(name, session);
    ctx.pipeline().remove(this);
  }

  @Override
  public void cancel(CancelKey key) {
    become(State.DONE);
    new CancelRequest(key)
        .carryOut(
            node, vdb, loop.context(), protocol, () -> ctx.executor().execute(() -> ctx.close()));
  }

  @Override
  public void kill(
      KillRequest wanted,
      byte[] challenge,
      byte[] proof,
      ServerError lastWords,
      Function<KillOutcome, ByteBuf> answer) {
    if (!FleetKeys.of(node.settings().fleetKey()).accept(challenge, wanted, proof)) {
      refuse(ServerError.fatal("28000", "a KILL of another node is not proved by \"fleetKey\""));
      return;
    }
    become(State.DONE);
    new SessionKill(node.cancels())
        .carryOut(
            wanted,
            lastWords,
            outcome ->
                loop.context()
                    .soon(
                        () ->
                            ctx.writeAndFlush(answer.apply(outcome))
                                .addListener(ChannelFutureListener.CLOSE),
                        this::failed));
  }

  @Override
  public void protocolError(String message) {
    node.events().protocolError();
    refuse(ServerError.protocolViolation(message));
  }

  @Override
  public void close() {
    become(State.DONE);
    ctx.close();
  }

  private void refuse(AuthFailure failure) {
    refuse(errorOf(failure));
  }

  static ServerError errorOf(AuthFailure failure) {
    return new ServerError(
        "FATAL", failure.sqlState(), failure.message(), failure.detail(), failure.hint());
  }

  @Override
  public void refuse(ServerError error) {
    if (state == State.DONE) {
      return;
    }
    become(State.DONE);
    fail(error);
  }

  private SocketAddress peer() {
    return address() == null ? ctx.channel().remoteAddress() : address;
  }

  private void fail(ServerError error) {
    refused(error);
    ByteBuf out = ctx.alloc().buffer(128);
    dialogue.encoder().error(error, out);
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  private void refused(ServerError error) {
    refusals.refused(peer(), request, error);
    if (proof != null) {
      proof.failed(error);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext same, Throwable cause) {
    failed(cause);
  }

  private void failed(Throwable cause) {
    if (!(cause instanceof IOException) && !(cause.getCause() instanceof IOException)) {
      LOG.error("log-in of {} ends because of an error in the node", peer(), cause);
    }
    ctx.close();
  }
}
