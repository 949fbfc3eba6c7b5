package dev.heimdall.engine.console;

import dev.heimdall.engine.client.Admission;
import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.ClientEvents;
import dev.heimdall.engine.client.CloseReason;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.client.NodeAccess;
import dev.heimdall.engine.client.VdbAccess;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
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
  private final ClientEvents events;
  private final String vdb;
  private final LoopContext loop;
  private final Login login;
  private final Channel channel;
  private final ConsoleProtocol protocol;
  private final ConsoleChannel talk;
  private final Admission admission;
  private final long connectedAt = System.currentTimeMillis();
  private CloseReason closeReason = CloseReason.BY_CLIENT;
  private long lastActivity = System.nanoTime();

  /**
   * @param clients those of its loop
   */
  public ConsoleSession(
      NodeAccess node,
      VdbAccess vdb,
      LoopContext loop,
      LoopClients clients,
      Console console,
      ConsoleProtocol protocol,
      Login login,
      Channel channel) {
    this.events = node.events();
    this.vdb = vdb.name();
    this.loop = loop;
    this.login = login;
    this.channel = channel;
    this.admission = new Admission(node, vdb, clients, this);
    this.protocol = protocol;
    this.talk = protocol.talk(console, Operator.of(login, vdb.name(), false), login.encoder());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ServerError full = admission.acquireSlots();
    if (full != null) {
      events.refused(vdb, login.address(), login.user(), login.database(), full);
      fatal(full);
      return;
    }
    CancelKey key = admission.register();
    ctx.pipeline().addAfter(ctx.name(), "console", talk.handler());
    welcome(key);
    events.loggedIn(this);
  }

  private void welcome(CancelKey key) {
    ByteBuf out = channel.alloc().buffer(512);
    login.encoder().welcome(Greeting.of(protocol.reported()), null, key, out);
    channel.writeAndFlush(out);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    lastActivity = System.nanoTime();
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    admission.release();
    if (processId() != 0) {
      events.closed(this, closeReason);
    }
    ctx.fireChannelInactive();
  }

  private void fatal(ServerError error) {
    closeReason = CloseReason.of(error.message());
    ByteBuf out = channel.alloc().buffer(128);
    login.encoder().error(error, out);
    channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  private void terminate() {
    if (channel.isActive()) {
      fatal(
          ServerError.fatal(
              Sqlstate.ADMIN_SHUTDOWN, "terminating connection due to administrator command"));
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
  public void killFromAnyThread(ServerError why) {
    loop.loop()
        .execute(
            () -> {
              if (channel.isActive()) {
                fatal(why);
              }
            });
  }

  @Override
  public void drain(long nanos) {
    terminate();
  }

  @Override
  public void endIfIdle(long nanos) {
    if (!busy() && System.nanoTime() - lastActivity >= nanos) {
      terminate();
    }
  }

  @Override
  public void tick() {}

  /** True if a command is being carried out. */
  public boolean busy() {
    return talk.busy();
  }

  @Override
  public int processId() {
    return admission.processId();
  }

  @Override
  public String vdbName() {
    return vdb;
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
    return login.request().applicationName();
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
