package dev.heimdall.test.global;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Passes TCP connections on, each direction over a {@link Way} of its own. A connection is accepted
 * at once, which the kernel does; the time of its handshake is added to the first bytes.
 */
final class Relay implements AutoCloseable {
  /** What may be on its way in one direction of a connection, as of a window. */
  private static final int WINDOW = 4 << 20;

  private static final long LOOK_AGAIN_MILLIS = 5;

  private final EventLoopGroup loops;
  private final Supplier<InetSocketAddress> target;
  private final Way there;
  private final Way back;
  private final Channel listener;
  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();

  /**
   * @param target asked for each connection
   */
  Relay(
      EventLoopGroup loops,
      InetSocketAddress listening,
      Supplier<InetSocketAddress> target,
      Way there,
      Way back) {
    this.loops = loops;
    this.target = target;
    this.there = there;
    this.back = back;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 512)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel client) {
                    connect(client);
                  }
                })
            .bind(listening)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new UncheckedIOException(
          new IOException("cannot listen on " + listening, bound.cause()));
    }
    listener = bound.channel();
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Ends all connections, as a machine between does that has forgotten them. */
  void reset() {
    for (Channel channel : channels) {
      channel.eventLoop().execute(() -> reset(channel)); // where no one else closes it meanwhile
    }
  }

  private static void reset(Channel channel) {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
    }
  }

  private void connect(Channel client) {
    hold(client);
    new Bootstrap()
        .group(client.eventLoop())
        .channel(NioSocketChannel.class)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel server) {
                hold(server);
              }
            })
        .connect(target.get())
        .addListener(
            (ChannelFuture connected) -> {
              long handshake = there.delay() + back.delay();
              if (connected.isSuccess()) {
                Channel server = connected.channel();
                client.pipeline().addLast(new Pump(there, server, handshake));
                server.pipeline().addLast(new Pump(back, client, 0));
                client.config().setAutoRead(true);
                server.config().setAutoRead(true);
              } else {
                client.eventLoop().schedule(() -> refuse(client), handshake, TimeUnit.NANOSECONDS);
              }
            });
  }

  /** Says that nobody listens there, if the answer gets through. */
  private void refuse(Channel client) {
    if (there.isCut() || back.isCut()) {
      client.eventLoop().schedule(() -> refuse(client), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      return;
    }
    reset(client);
  }

  private void hold(Channel channel) {
    channels.add(channel);
    channel.closeFuture().addListener(closed -> channels.remove(channel));
  }

  /** What comes from one side on its way to the other. */
  private static final class Pump extends ChannelInboundHandlerAdapter {
    private final Way way;
    private final Channel to;
    private final Queue<Piece> queue = new ArrayDeque<>();
    private long extra;
    private long last;
    private int bytes;
    private boolean scheduled;

    /**
     * @param bytes null for the end of what is sent
     * @param whole whether the connection ends with it
     */
    private record Piece(long due, byte[] bytes, boolean whole) {}

    Pump(Way way, Channel to, long extra) {
      this.way = way;
      this.to = to;
      this.extra = extra;
    }

    private void add(ChannelHandlerContext ctx, byte[] piece, boolean whole) {
      last = Math.max(last, System.nanoTime() + way.next() + extra);
      extra = 0;
      queue.add(new Piece(last, piece, whole));
      if (piece != null) {
        bytes += piece.length;
        if (bytes > WINDOW) {
          ctx.channel().config().setAutoRead(false);
        }
      }
      if (!scheduled) {
        deliver(ctx);
      }
    }

    private void deliver(ChannelHandlerContext ctx) {
      scheduled = false;
      while (!queue.isEmpty()) {
        long wait = queue.peek().due() - System.nanoTime();
        if (way.isCut() || (wait <= 0 && to.isActive() && !to.isWritable())) {
          wait = TimeUnit.MILLISECONDS.toNanos(LOOK_AGAIN_MILLIS);
        }
        if (wait > 0) {
          scheduled = true;
          to.flush();
          ctx.executor().schedule(() -> deliver(ctx), wait, TimeUnit.NANOSECONDS);
          return;
        }
        pass(ctx, queue.remove());
      }
      to.flush();
    }

    private void pass(ChannelHandlerContext ctx, Piece piece) {
      if (piece.whole()) {
        to.flush();
        to.close();
      } else if (piece.bytes() == null) {
        to.flush();
        ((DuplexChannel) to).shutdownOutput();
      } else {
        bytes -= piece.bytes().length;
        to.write(Unpooled.wrappedBuffer(piece.bytes()));
        if (bytes <= WINDOW && !ctx.channel().config().isAutoRead()) {
          ctx.channel().config().setAutoRead(true);
        }
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object consumed) {
      // A copy that nobody has to release: some are on their way when all ends.
      ByteBuf read = (ByteBuf) consumed;
      add(ctx, ByteBufUtil.getBytes(read), false);
      read.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent) {
        add(ctx, null, false);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      add(ctx, null, true);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable reset) {
      ctx.close(); // the other side is closed when that has come there
    }
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    reset();
  }
}
