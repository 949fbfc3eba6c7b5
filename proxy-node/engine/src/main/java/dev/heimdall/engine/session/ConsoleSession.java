package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A client of the admin database: commands by simple query or, without parameters, by the extended
 * protocol.
 */
final class ConsoleSession extends ByteToMessageDecoder {
  private static final int MAX_MESSAGE = 64 * 1024;

  private final NodeContext node;
  private final VdbContext vdb;
  private final Login login;
  private final Map<String, String> statements = new HashMap<>();
  private final Map<String, String> portals = new HashMap<>();
  private boolean running;
  private boolean failed;

  ConsoleSession(NodeContext node, VdbContext vdb, Login login) {
    this.node = node;
    this.vdb = vdb;
    this.login = login;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ByteBuf out = ctx.alloc().buffer(512);
    if (!login.admin()) {
      PgError error =
          PgError.fatal("42501", "permission denied for database \"" + login.database() + "\"")
              .withDetail(
                  "It is the node's admin console: the user's document must say \"admin\": true.");
      node.events().refused(vdb.name(), login.address(), login.user(), login.database(), error);
      error.encode(out);
      ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    PgWriter.authenticationOk(out);
    PgWriter.parameterStatus(out, "server_version", "18.0 (heimdall)");
    PgWriter.parameterStatus(out, "server_encoding", "UTF8");
    PgWriter.parameterStatus(out, "client_encoding", "UTF8");
    PgWriter.parameterStatus(out, "DateStyle", "ISO, MDY");
    PgWriter.parameterStatus(out, "TimeZone", "UTC");
    PgWriter.parameterStatus(out, "integer_datetimes", "on");
    PgWriter.parameterStatus(out, "standard_conforming_strings", "on");
    PgWriter.parameterStatus(out, "is_superuser", "off");
    PgWriter.backendKeyData(out, 0, new byte[4]);
    PgWriter.ready(out, (byte) 'I');
    ctx.writeAndFlush(out);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    while (!running && in.readableBytes() >= 5) {
      int length = in.getInt(in.readerIndex() + 1);
      if (length < 4 || length > MAX_MESSAGE) {
        fatal(ctx, "invalid message length " + length);
        return;
      }
      if (in.readableBytes() < length + 1) {
        return;
      }
      ByteBuf message = in.readSlice(length + 1);
      byte type = message.readByte();
      message.skipBytes(4);
      try {
        message(ctx, type, message);
      } catch (IndexOutOfBoundsException e) {
        fatal(ctx, "invalid string in message");
        return;
      }
    }
  }

  private void message(ChannelHandlerContext ctx, byte type, ByteBuf body) {
    if (failed && type != FrontendType.SYNC && type != FrontendType.TERMINATE) {
      return;
    }
    ByteBuf out = ctx.alloc().buffer(64);
    switch (type) {
      case FrontendType.QUERY -> {
        out.release();
        run(ctx, string(body), true, true);
        return;
      }
      case FrontendType.PARSE -> {
        statements.put(string(body), string(body));
        PgWriter.empty(out, BackendType.PARSE_COMPLETE);
      }
      case FrontendType.BIND -> {
        String portal = string(body);
        String statement = statements.get(string(body));
        if (statement == null) {
          failed = true;
          PgError.error("26000", "prepared statement does not exist").encode(out);
        } else {
          portals.put(portal, statement);
          PgWriter.empty(out, BackendType.BIND_COMPLETE);
        }
      }
      case FrontendType.DESCRIBE -> {
        // The rows come described with the Execute; drivers take the description whenever it comes
        // before them.
        if (body.readByte() == 'S') {
          out.writeByte(BackendType.PARAMETER_DESCRIPTION).writeInt(6).writeShort(0);
          PgWriter.empty(out, BackendType.NO_DATA);
        }
      }
      case FrontendType.EXECUTE -> {
        out.release();
        String sql = portals.get(string(body));
        run(ctx, sql == null ? "" : sql, true, false);
        return;
      }
      case FrontendType.CLOSE -> PgWriter.empty(out, BackendType.CLOSE_COMPLETE);
      case FrontendType.SYNC -> {
        failed = false;
        PgWriter.ready(out, (byte) 'I');
      }
      case FrontendType.FLUSH -> {}
      case FrontendType.TERMINATE -> ctx.close();
      default -> {
        out.release();
        fatal(ctx, "invalid frontend message type " + (type & 0xff));
        return;
      }
    }
    ctx.writeAndFlush(out);
  }

  private void run(ChannelHandlerContext ctx, String sql, boolean described, boolean ready) {
    running = true;
    node.console()
        .run(sql, login.user(), true, described, ready, (byte) 'I')
        .whenComplete(
            (reply, failure) ->
                ctx.executor()
                    .execute(
                        () -> {
                          running = false;
                          if (!ready
                              && reply.isReadable()
                              && reply.getByte(0) == BackendType.ERROR) {
                            failed = true;
                          }
                          ctx.writeAndFlush(reply);
                          resume(ctx);
                        }));
  }

  private void resume(ChannelHandlerContext ctx) {
    if (!ctx.isRemoved() && actualReadableBytes() > 0) {
      ctx.pipeline().fireUserEventTriggered(this);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event == this) {
      channelRead(ctx, ctx.alloc().buffer(0));
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  private static String string(ByteBuf body) {
    int length = body.bytesBefore((byte) 0);
    if (length < 0) {
      throw new IndexOutOfBoundsException("a string has no end");
    }
    String value = body.readCharSequence(length, StandardCharsets.UTF_8).toString();
    body.skipBytes(1);
    return value;
  }

  private static void fatal(ChannelHandlerContext ctx, String message) {
    ByteBuf out = ctx.alloc().buffer(128);
    PgError.protocolViolation(message).encode(out);
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
