package dev.heimdall.engine.session;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;

/**
 * A client of the admin database: counted, listed, killed and drained like any other. Its messages
 * go to the console's handler behind this one. It has no transactions, so that a drain closes it at
 * once.
 */
public final class ConsoleSession extends ChannelInboundHandlerAdapter implements Client {
  private final NodeContext node;
  private final VdbContext vdb;
  private final LoopContext loop;
  private final LoopSessions sessions;
  private final Login login;
  private final Channel channel;
  private final Console.Talk talk;
  private final Places places = new Places();
  private final long connectedAt = System.currentTimeMillis();
  private String closeReason = "client closed the connection";
  private int processId;
  private long lastActivity = System.nanoTime();

  ConsoleSession(
      NodeContext node,
      VdbContext vdb,
      LoopContext loop,
      LoopSessions sessions,
      Login login,
      Channel channel) {
    this.node = node;
    this.vdb = vdb;
    this.loop = loop;
    this.sessions = sessions;
    this.login = login;
    this.channel = channel;
    this.talk = node.console().talk(login.user(), login.address());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    AuthFailure full = places.take(node, vdb, login.user(), login.database());
    if (full != null) {
      PgError error =
          new PgError("FATAL", full.sqlState(), full.message(), full.detail(), full.hint());
      node.events().refused(vdb.name(), login.address(), login.user(), login.database(), error);
      fatal(error);
      return;
    }
    byte[] secret = node.cancels().newSecret(login.minor() >= 2 ? 32 : 4);
    processId = node.cancels().register(this, secret);
    sessions.add(this);
    ctx.pipeline().addAfter(ctx.name(), "console", talk.handler());
    welcome(secret);
    node.events().loggedIn(this);
  }

  private void welcome(byte[] secret) {
    ByteBuf out = channel.alloc().buffer(512);
    PgWriter.authenticationOk(out);
    PgWriter.parameterStatus(out, "server_version", "18.0 (Heimdall console)");
    PgWriter.parameterStatus(out, "server_encoding", "UTF8");
    PgWriter.parameterStatus(out, "client_encoding", "UTF8");
    PgWriter.parameterStatus(out, "DateStyle", "ISO, MDY");
    PgWriter.parameterStatus(out, "TimeZone", "UTC");
    PgWriter.parameterStatus(out, "integer_datetimes", "on");
    PgWriter.parameterStatus(out, "standard_conforming_strings", "on");
    PgWriter.backendKeyData(out, processId, secret);
    PgWriter.ready(out, TransactionState.IDLE);
    channel.writeAndFlush(out);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    lastActivity = System.nanoTime();
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    places.giveBack();
    if (processId != 0) {
      node.cancels().remove(processId);
      sessions.remove(this);
      node.events().closed(this, closeReason);
    }
    ctx.fireChannelInactive();
  }

  private void fatal(PgError error) {
    closeReason = error.message();
    ByteBuf out = channel.alloc().buffer(128);
    error.encode(out);
    channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  private void terminate() {
    if (channel.isActive()) {
      fatal(PgError.fatal("57P01", "terminating connection due to administrator command"));
    }
  }

  @Override
  public void cancelFromAnyThread(Runnable done) {
    loop.loop()
        .execute(
            () -> {
              talk.cancel();
              done.run();
            });
  }

  @Override
  public void killFromAnyThread() {
    loop.loop().execute(this::terminate);
  }

  @Override
  public void drain() {
    terminate();
  }

  @Override
  public void endIfIdle(long nanos) {
    if (!busy() && System.nanoTime() - lastActivity >= nanos) {
      terminate();
    }
  }

  /** Whether a command is being carried out. */
  public boolean busy() {
    return talk.busy();
  }

  @Override
  public int processId() {
    return processId;
  }

  @Override
  public String vdbName() {
    return vdb.name();
  }

  @Override
  public Login login() {
    return login;
  }

  @Override
  public int loopIndex() {
    return loop.index();
  }

  @Override
  public String applicationName() {
    return login.parameters().get("application_name");
  }

  @Override
  public String tlsProtocol() {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    return handler == null ? null : handler.engine().getSession().getProtocol();
  }

  @Override
  public long connectedAt() {
    return connectedAt;
  }

  @Override
  public long lastActivity() {
    return lastActivity;
  }

  @Override
  public long statements() {
    return talk.commands();
  }
}
