package dev.heimdall.engine.kit;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A client: sends bytes, and keeps the messages that come. */
final class SimulatedClient {
  private static final byte[] UNNAMED = {};

  private final Turns turns;
  private final Channel channel;
  private final List<Message> messages = new ArrayList<>();
  private ByteBuf input;

  SimulatedClient(Turns turns, LocalAddress node, ByteBufAllocator buffers) {
    this.turns = turns;
    channel =
        new Bootstrap()
            .group(turns.world())
            .channel(LocalChannel.class)
            .option(ChannelOption.ALLOCATOR, buffers)
            .handler(new Receiver())
            .connect(node)
            .channel();
    turns.run();
  }

  private final class Receiver extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      input = ctx.alloc().buffer();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      input.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      input.writeBytes(bytes);
      bytes.release();
      messages.addAll(Message.in(input));
      input.discardReadBytes();
    }
  }

  /** Logs in as this user, with these start-up parameters. */
  SimulatedClient logIn(String user, Map<String, String> parameters) {
    Map<String, String> all = new java.util.LinkedHashMap<>(parameters);
    all.put("user", user);
    all.put("database", "app");
    return send(out -> PgWriter.startup(out, PgWriter.PROTOCOL_3_0, all));
  }

  /** Sends what this writes as one piece; the node has seen it when this returns. */
  SimulatedClient send(Consumer<ByteBuf> writer) {
    sendOnly(writer);
    turns.run();
    return this;
  }

  /** The same, and the node has not seen it when this returns. */
  SimulatedClient sendOnly(Consumer<ByteBuf> writer) {
    ByteBuf out = channel.alloc().buffer();
    writer.accept(out);
    channel.writeAndFlush(out);
    return this;
  }

  /** The same in pieces of so many bytes. */
  SimulatedClient sendCut(int size, Consumer<ByteBuf> writer) {
    ByteBuf all = channel.alloc().buffer();
    writer.accept(all);
    while (all.isReadable()) {
      channel.writeAndFlush(all.readRetainedSlice(Math.min(size, all.readableBytes())));
      turns.run();
    }
    all.release();
    return this;
  }

  SimulatedClient query(String sql) {
    return send(out -> PgWriter.query(out, sql));
  }

  /** A Parse of the unnamed statement up to Execute, without Sync. */
  static void statement(ByteBuf out, String sql) {
    parse(out, "", sql);
    PgWriter.bind(out, UNNAMED, UNNAMED);
    PgWriter.execute(out, UNNAMED);
  }

  static void parse(ByteBuf out, String name, String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    byte[] body = new byte[text.length + 3];
    System.arraycopy(text, 0, body, 0, text.length);
    PgWriter.parse(out, name.getBytes(StandardCharsets.UTF_8), body, body.length);
  }

  /** Bind and Execute of a statement that was parsed. */
  static void run(ByteBuf out, String name) {
    PgWriter.bind(out, UNNAMED, name.getBytes(StandardCharsets.UTF_8));
    PgWriter.execute(out, UNNAMED);
  }

  static void describe(ByteBuf out, String name) {
    PgWriter.describeStatement(out, name.getBytes(StandardCharsets.UTF_8));
  }

  /** Binds the unnamed portal. */
  static void bind(ByteBuf out, String name) {
    PgWriter.bind(out, UNNAMED, name.getBytes(StandardCharsets.UTF_8));
  }

  static void execute(ByteBuf out) {
    PgWriter.execute(out, UNNAMED);
  }

  static void close(ByteBuf out, String name) {
    PgWriter.closeStatement(out, name.getBytes(StandardCharsets.UTF_8));
  }

  /** Asks for the answers to what was sent so far. */
  static void flush(ByteBuf out) {
    out.writeByte('H').writeInt(4);
  }

  static void sync(ByteBuf out) {
    out.writeByte('S').writeInt(4);
  }

  /** What has come since this was asked last. */
  List<Message> take() {
    turns.run();
    List<Message> taken = List.copyOf(messages);
    messages.clear();
    return taken;
  }

  /** The same for people, without what only tells of settings. */
  List<String> told() {
    return take().stream()
        .filter(m -> m.type() != 'S' && m.type() != 'T')
        .map(Message::toString)
        .toList();
  }

  boolean connected() {
    return channel.isActive();
  }

  /** Whether this is the node's end of its connection. */
  boolean isAt(Channel nodesEnd) {
    return channel.localAddress().equals(nodesEnd.remoteAddress());
  }

  /** Goes without a word. */
  void leave() {
    channel.close();
    turns.run();
  }
}
