package dev.heimdall.engine.toy;

import dev.heimdall.engine.client.Admission;
import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.client.NodeAccess;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.client.VdbAccess;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Map;

/** What takes over after a log-in here: it welcomes the client, and can be cancelled. */
final class ToySession extends ChannelInboundHandlerAdapter implements Client {
  private final Admission admission;
  private final Login login;
  private final StartupVariables given;
  private int cancelled;

  ToySession(
      NodeAccess node, VdbAccess vdb, LoopClients clients, Login login, StartupVariables given) {
    this.admission = new Admission(node, vdb, clients, this);
    this.login = login;
    this.given = given;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ByteBuf out = ctx.alloc().buffer();
    ServerError full = admission.acquireSlots();
    if (full != null) {
      login.encoder().error(full, out);
    } else {
      CancelKey key = admission.register();
      login
          .encoder()
          .welcome(Greeting.of(Map.of("schema", given.carried().get("schema"))), null, key, out);
    }
    ctx.writeAndFlush(out);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    admission.release();
  }

  int cancelled() {
    return cancelled;
  }

  @Override
  public void cancelFromAnyThread(Runnable done) {
    cancelled++;
    done.run();
  }

  @Override
  public int processId() {
    return admission.processId();
  }

  @Override
  public Login login() {
    return login;
  }

  @Override
  public String vdbName() {
    return "app";
  }

  @Override
  public int loopIndex() {
    return 0;
  }

  @Override
  public String applicationName() {
    return login.request().applicationName();
  }

  @Override
  public String tlsProtocol() {
    return null;
  }

  @Override
  public long connectedAt() {
    return 0;
  }

  @Override
  public long lastActivity() {
    return 0;
  }

  @Override
  public long statements() {
    return 0;
  }

  @Override
  public void killFromAnyThread(ServerError why) {}

  @Override
  public void drain(long nanos) {}

  @Override
  public void tick() {}

  @Override
  public void endIfIdle(long nanos) {}
}
