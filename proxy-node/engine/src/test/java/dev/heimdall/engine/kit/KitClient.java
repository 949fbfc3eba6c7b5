package dev.heimdall.engine.kit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.local.LocalChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A client of one dialect. What it is told it says in the words of the kit: {@code row x}, then
 * {@code idle}, {@code open} or {@code failed} for where its transaction stands; {@code error} with
 * a SQLSTATE ends an answer.
 */
public abstract class KitClient {
  /** What it hears where it has to go on with its log-in. */
  protected static final String ASKED = "asked";

  private final Turns turns;
  private final Channel channel;
  private final List<String> told = new ArrayList<>();
  private ByteBuf input;
  private int numbers = 100;
  private KitLine line = new KitLine(KitLine.Fault.NONE);

  protected KitClient(KitNode<?> node) {
    turns = node.turns();
    channel =
        new Bootstrap()
            .group(turns.world())
            .channel(LocalChannel.class)
            .option(ChannelOption.ALLOCATOR, node.buffers())
            .handler(new Receiver())
            .connect(node.address())
            .channel();
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
      read(input);
      input.discardReadBytes();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      hears("client: " + cause);
    }
  }

  /** Takes what is whole of the input, and {@link #hears} what it says. */
  protected abstract void read(ByteBuf in);

  /** One word of the kit has come. */
  protected final void hears(String word) {
    told.add(word);
  }

  /** Begins to log in; what it is asked then it answers by itself, and hears {@link #ASKED}. */
  protected abstract void logIn(String user, String password);

  /** The same with the right password, where one is asked for. */
  final void logIn(String user) {
    logIn(user, user);
  }

  /** Writes a statement as one request. */
  protected abstract void write(ByteBuf out, String sql);

  /** Prepares a statement by this number of the client's own. */
  protected abstract void prepare(int number, String sql);

  /** Runs the one that has this number. */
  protected abstract void execute(int number);

  /** Writes what no client may send. */
  protected abstract void writeNonsense(ByteBuf out);

  /** Has what runs cancelled, as clients do it. */
  protected abstract void cancel();

  /** Sends what this writes as one piece; the node has seen it when this returns. */
  protected final void send(Consumer<ByteBuf> writer) {
    turns.run();
    sendLater(writer);
    turns.run();
  }

  /** The same, and the node has not seen it when this returns: for answers to what it hears. */
  protected final void sendLater(Consumer<ByteBuf> writer) {
    ByteBuf out = channel.alloc().buffer();
    writer.accept(out);
    line.send(out, channel);
  }

  /** How its bytes go to the node from now on. */
  final void line(KitLine.Fault fault) {
    line = new KitLine(fault);
  }

  /** What its line has kept goes to the node, and all else after that. */
  final void goOn() {
    byte[] kept = line.kept();
    line = new KitLine(KitLine.Fault.NONE);
    send(out -> out.writeBytes(kept));
  }

  /** How many bytes it would have sent since the line was last changed. */
  final int said() {
    return line.said();
  }

  /**
   * The same as {@link #send}, in pieces of so many bytes, of which the last so many are left out.
   */
  final void sendCut(int size, int without, Consumer<ByteBuf> writer) {
    ByteBuf all = channel.alloc().buffer();
    writer.accept(all);
    while (all.readableBytes() > without) {
      int next = Math.min(size, all.readableBytes() - without);
      channel.writeAndFlush(all.readRetainedSlice(next));
      turns.run();
    }
    all.release();
  }

  /** Sends a statement. */
  protected final void sends(String sql) {
    send(out -> write(out, sql));
  }

  /** Sends a statement, and says what it was told since that was last asked. */
  final List<String> asks(String sql) {
    sends(sql);
    return told();
  }

  /** What it was told since this was last asked. */
  final List<String> told() {
    turns.run();
    List<String> since = List.copyOf(told);
    told.clear();
    return since;
  }

  /** One that no statement of its has, other than those that tests number. */
  final int anotherNumber() {
    return ++numbers;
  }

  /** Whether this was answered, and not by an error, which it is told; all else it forgets. */
  final boolean prepares(Runnable sends) {
    sends.run();
    List<String> errors = told().stream().filter(KitContract::isError).toList();
    told.addAll(errors);
    return errors.isEmpty();
  }

  final boolean connected() {
    return channel.isActive();
  }

  /** Goes without a word. */
  protected final void leave() {
    channel.close();
    turns.run();
  }
}
