package dev.heimdall.engine.toy;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ServerDialogue;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Waits for the server's greeting, which says what it can do, and answers with the user and what
 * the connection is to be able to.
 */
final class ToyLogIn extends ByteToMessageDecoder implements LogInHandler {
  private final ServerTarget target;
  private final ServerCredential credential;
  private final Outcome outcome;
  private final Map<String, String> reported = new HashMap<>();
  private boolean over;

  ToyLogIn(ServerTarget target, ServerCredential credential, Outcome outcome) {
    this.target = target;
    this.credential = credential;
    this.outcome = outcome;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int at = in.readerIndex();
    int length = ToyFrame.length(in, at, in.writerIndex());
    if (length > 0 && !over) {
      frame(ctx, in, at);
      in.skipBytes(length);
    }
  }

  private void frame(ChannelHandlerContext ctx, ByteBuf in, int at) {
    switch (in.getByte(at)) {
      case ToyFrame.GREETING -> greeted(ctx, ToyFrame.number(in, at, 0));
      case ToyFrame.VALUE -> {
        String[] value = ToyFrame.text(in, at).split("=", 2);
        reported.put(value[0], value[1]);
      }
      case ToyFrame.DONE -> {
        over = true;
        int token = ToyFrame.number(in, at, 1);
        outcome.ready(
            ctx,
            new LoggedIn(
                ToyFrame.number(in, at, 2),
                Greeting.of(reported),
                (connection, replies) -> {
                  ToyRequests requests = new ToyRequests(connection, token);
                  return new ServerDialogue(
                      new ToyReplies(connection, replies, requests), requests);
                }));
      }
      default -> fail(ctx, ConnectFailure.unreachable("the server sent " + in.getByte(at)));
    }
  }

  private void greeted(ChannelHandlerContext ctx, int offered) {
    int wanted = features(target.capabilities());
    if ((offered & wanted) != wanted) {
      fail(ctx, ConnectFailure.refused(ServerError.fatal("08001", "the server cannot do that")));
      return;
    }
    ByteBuf out = ctx.alloc().buffer();
    ToyFrame.write(
        out,
        ToyFrame.LOG_IN,
        1,
        to -> {
          to.writeInt(wanted);
          ToyFrame.part(to, credential.user());
          ToyFrame.part(to, target.database());
        });
    ctx.writeAndFlush(out);
  }

  private static int features(Capabilities capabilities) {
    return capabilities instanceof ToyCapabilities toy ? toy.features() : 0;
  }

  private void fail(ChannelHandlerContext ctx, ConnectFailure failure) {
    if (!over) {
      over = true;
      ctx.close();
      outcome.failed(failure);
    }
  }

  @Override
  public void expire(ChannelHandlerContext ctx) {
    fail(ctx, ConnectFailure.unreachable("the server did not greet in time"));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    fail(ctx, ConnectFailure.unreachable("the server closed the connection"));
  }
}
