package dev.heimdall.engine.session;

import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.LoggedInSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelOption;

/**
 * A client logs in again over its connection. Its session ends as if the client had gone, with all
 * that it had, and a log-in takes over the channel: nothing of the one session gets into the next.
 */
final class LogInRenewal {
  private final LoggedInSession session;
  private final Login login;
  private final Channel channel;
  private final ClientInput input;
  private final ClientOutput output;
  private final RequestReader requests;
  private final SessionStart start;
  private final ServerLease lease;
  private final SessionEnd end;
  private final SessionControl control;
  private final LoopContext loop;
  private boolean requested;

  LogInRenewal(
      SessionContext context,
      LoggedInSession session,
      ClientInput input,
      RequestReader requests,
      SessionEnd end,
      SessionControl control) {
    this.session = session;
    this.login = context.login();
    this.channel = context.channel();
    this.input = input;
    this.output = context.output();
    this.requests = requests;
    this.start = context.start();
    this.lease = context.lease();
    this.end = end;
    this.control = control;
    this.loop = context.loop();
  }

  /**
   * Takes the waiting message as the client's request; the reader that has found it comes to its
   * end first.
   */
  void request() {
    if (output.delay().holds()) {
      requests.block(); // an answer is still to be sent
    } else if (!requested) {
      requested = true;
      loop.soon(this::begin, session::failed);
    }
  }

  private void begin() {
    if (lease.closed() || end.announced() || !channel.isActive()) {
      return;
    }
    if (control.drains()) {
      control.terminate();
      return;
    }
    int number = start.keepNumber();
    ByteBuf request = input.takeAll();
    try {
      end.handOver("the client logs in again");
      ChannelInboundHandler next = login.again().handler(login, number);
      channel.pipeline().replace(session, "login", next);
      channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
      channel.config().setAutoRead(true);
      ChannelHandlerContext ctx = channel.pipeline().context(next);
      ByteBuf given = request;
      request = null;
      next.channelRead(ctx, given);
      next.channelReadComplete(ctx);
    } catch (Exception e) {
      channel.close(); // which may have no session at this moment
      session.failed(e);
    } finally {
      if (request != null) {
        request.release();
      }
    }
  }
}
