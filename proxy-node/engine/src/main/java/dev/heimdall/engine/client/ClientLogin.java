package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.net.OwnTime;
import dev.heimdall.engine.net.ProxyProtocolGate;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ClientTlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
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
public final class ClientLogin extends ByteToMessageDecoder implements LogInHost {
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

  private final Runnable nodeStops = () -> endUnfinished(ServerError.nodeStops());
  private final LogInServices services;
  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopAccess loop;
  private final ClientProtocol protocol;
  private final Identification identification;
  private final CancelHandling cancels;
  private final ClientTls tls = new ClientTls();
  private final ClientPlace place = new ClientPlace();
  private final LogInDialogue dialogue;
  private ChannelHandlerContext ctx;
  private State state = State.READING;

  /** True if a session takes what the client sends. */
  private boolean handedOver;

  /** Reserved for the session; 0 for none. */
  private int number;

  /**
   * Reason that no server could be queried for its identity; null where one was, or no query was
   * needed.
   */
  private ServerError unknownServer;

  /** Null where there is none. */
  private OwnTime.Limit deadline;

  /** That of the TLS handshake; null before one begins. */
  private OwnTime.Limit handshakeDeadline;

  public ClientLogin(LogInServices services) {
    this(services, null, 0);
  }

  /**
   * @param before as whom a client was logged in that does so again; null at its first log-in
   * @param number that it had then; 0 for none
   */
  ClientLogin(LogInServices services, Login before, int number) {
    this.services = services;
    this.node = services.node();
    this.vdb = services.vdb();
    this.loop = services.loop();
    this.protocol = services.protocol();
    this.cancels = new CancelHandling(services);
    this.number = number;
    if (before != null) {
      this.tls.stays(before.tls());
      this.place.told(before.address());
    }
    this.dialogue = protocol.logIn(this, before);
    this.identification = new Identification(services, dialogue, this, place, tls, again(services));
  }

  /**
   * Returns the means by which a session's client may log in again; null where that is impossible.
   * The session does not keep the log-in that it comes from.
   */
  public static LogInAgain again(LogInServices services) {
    return services.protocol().logsInAgain()
        ? (before, number) -> new ClientLogin(services, before, number)
        : null;
  }

  private void become(State next) {
    if (state == State.DONE) {
      throw new IllegalStateException("log-in is over, cannot become " + next);
    }
    state = next;
  }

  /**
   * Begins the dialogue with a client behind a load balancer.
   *
   * @param told its true address by the PROXY protocol; null if it is the connection's own
   */
  public void begin(InetSocketAddress told) {
    if (told != null) {
      address(told);
    }
    dialogue.begin();
  }

  public void address(InetSocketAddress told) {
    place.told(told);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    loop.clients().addLogIn(nodeStops);
    place.connected(ctx.channel());
    Duration limit = node.settings().loginTimeout();
    if (!limit.isZero()) {
      deadline = loop.context().ownTime().after(limit, this::timedOut);
    }
    if (state == State.READING && ctx.pipeline().get(ProxyProtocolGate.class) == null) {
      dialogue.begin();
    }
  }

  private void timedOut() {
    endUnfinished(Refusals.error(AuthFailure.timeout()));
  }

  /** A client that has not said who it is may not understand an error yet. */
  private void endUnfinished(ServerError why) {
    if (state == State.DONE) {
      return;
    }
    if (identification.requested()) {
      refuse(why);
    } else {
      become(State.DONE);
      identification.refused(why);
      ctx.close();
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext removed) {
    loop.clients().removeLogIn(nodeStops);
    end(deadline);
    end(handshakeDeadline);
    if (number != 0 && !handedOver) {
      node.cancels().remove(number);
    }
    identification.left();
  }

  private static void end(OwnTime.Limit limit) {
    if (limit != null) {
      limit.cancel();
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
    return place.address();
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
    if (resume()) {
      then.accept(result);
    }
  }

  @Override
  public boolean tls() {
    return tls.inUse();
  }

  @Override
  public boolean secure() {
    return identification.secure();
  }

  @Override
  public boolean namesApplication(String name) {
    return vdb.namesApplication(name, loop.context().nanoTime());
  }

  @Override
  public boolean offersTls() {
    return vdb.settings().tls() != null && (!place.local() || protocol.tlsOnUnixSockets());
  }

  @Override
  public boolean requiresTls() {
    return vdb.settings().vdb().tls().mode() == ClientTlsMode.REQUIRE && !place.local();
  }

  @Override
  public boolean judgesByNativeHashes(boolean atServer) {
    return vdb.settings().authenticator().judgesByNativeHashes(atServer);
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

  /** The log-in counts as protected. */
  @Override
  public void endTls() {
    ctx.pipeline().remove(SslHandler.class);
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
    ClientLogin behind = new ClientLogin(services);
    behind.place.told(address());
    behind.tls.demanded(demanded);
    behind.state = State.TLS_HANDSHAKE;
    ctx.pipeline().addAfter(ctx.name(), "login-in-tls", behind);
    SslHandler handler = behind.handshake(settings);
    ctx.pipeline().addAfter(ctx.name(), "tls", handler);
    become(State.DONE);
    ctx.pipeline().remove(this);
  }

  private SslHandler handshake(VdbAccess.Settings settings) {
    handshakeDeadline =
        loop.context().ownTime().after(ClientTls.HANDSHAKE_TIMEOUT, this::handshakeTimedOut);
    return tls.begin(
        settings,
        ctx.alloc(),
        (handler, failure) -> {
          if (state == State.TLS_HANDSHAKE) {
            handshakeOver(handler, failure);
          }
        });
  }

  private void handshakeTimedOut() {
    if (state == State.TLS_HANDSHAKE) {
      closeUnanswered(ClientTls.TIMED_OUT);
    }
  }

  private void handshakeOver(SslHandler handler, Throwable failure) {
    end(handshakeDeadline);
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
    node.events().tlsFailed(vdb.name(), place.peer(), why);
    close();
  }

  @Override
  public void request(SessionRequest wanted) {
    if (address() == null) {
      close(); // the client has left before anybody asked where it came from
    } else {
      identification.request(wanted, ctx.channel(), this::failed);
    }
  }

  // ---- who has to prove who it is

  /** True if the client is still connected. */
  boolean awaited() {
    return ctx.channel().isActive();
  }

  /** Holds back what the client sends from now on. */
  void pause() {
    become(State.CHECKING);
  }

  /** Reads the client again; true if the log-in still waits for what was checked. */
  boolean resume() {
    boolean still = state == State.CHECKING && awaited();
    if (still) {
      become(State.READING);
    }
    return still;
  }

  void later(Runnable task, long nanos) {
    ctx.executor().schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  /** The client is who it says: the session takes over from here. */
  void admitted(ServerCredential own) {
    if (state == State.DONE) {
      return;
    }
    if (!ctx.channel().isActive()) {
      // It left while its password was checked: a session would wait for an end that has been.
      become(State.DONE);
      return;
    }
    become(State.DONE);
    try {
      ChannelHandler session = identification.session(own, unknownServer, ctx.channel());
      handedOver = true;
      ChannelHandler between = dialogue.onTheWire();
      if (between != null) {
        ctx.pipeline().addBefore(ctx.name(), "on-the-wire", between);
      }
      ctx.pipeline().addLast("session", session);
      ctx.pipeline().remove(this);
    } catch (StartupVariables.Rejected e) {
      fail(e.error());
    }
  }

  @Override
  public void cancel(CancelKey key) {
    become(State.DONE);
    cancels.cancel(key, () -> ctx.executor().execute(() -> ctx.close()));
  }

  @Override
  public void kill(
      KillRequest wanted,
      byte[] challenge,
      byte[] proof,
      ServerError lastWords,
      Function<KillOutcome, ByteBuf> answer) {
    if (!cancels.isProved(wanted, challenge, proof)) {
      refuse(
          ServerError.fatal(
              Sqlstate.INVALID_AUTHORIZATION,
              "a KILL of another node is not proved by \"fleetKey\""));
      return;
    }
    become(State.DONE);
    cancels.kill(
        wanted,
        lastWords,
        outcome ->
            ctx.writeAndFlush(answer.apply(outcome)).addListener(ChannelFutureListener.CLOSE),
        this::failed);
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

  void refuse(AuthFailure failure) {
    refuse(Refusals.error(failure));
  }

  @Override
  public void refuse(ServerError error) {
    if (state == State.DONE) {
      return;
    }
    become(State.DONE);
    fail(error);
  }

  private void fail(ServerError error) {
    identification.refused(error);
    ByteBuf out = ctx.alloc().buffer(128);
    dialogue.encoder().error(error, out);
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext same, Throwable cause) {
    failed(cause);
  }

  private void failed(Throwable cause) {
    if (!(cause instanceof IOException) && !(cause.getCause() instanceof IOException)) {
      LOG.error("log-in of {} ends because of an error in the node", place.peer(), cause);
    }
    ctx.close();
  }
}
