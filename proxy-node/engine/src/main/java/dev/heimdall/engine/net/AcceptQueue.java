package dev.heimdall.engine.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients that the kernel has connected to a listener, and the node has not accepted yet. It
 * resets them when the listener is closed.
 */
public final class AcceptQueue {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");
  private static final int ADDRESS = 26;

  private static final int SOL_SOCKET = 1;
  private static final int SO_ATTACH_FILTER = 26;

  /** A number of instructions, and where they are. */
  private static final int PROGRAM = 16;

  private static final RawUnixChannelOption FILTER =
      new RawUnixChannelOption("SO_ATTACH_FILTER", SOL_SOCKET, SO_ATTACH_FILTER, PROGRAM);

  /** Drops a segment of TCP that begins a connection: one with SYN and without ACK. */
  private static final long[][] INSTRUCTIONS = {
    {0x30, 0, 0, 13}, // load the byte with the flags
    {0x54, 0, 0, 0x12}, // of which SYN and ACK matter
    {0x15, 0, 1, 0x02},
    {0x06, 0, 0, 0},
    {0x06, 0, 0, 0xFFFFFFFFL}
  };

  private AcceptQueue() {}

  /**
   * Lets no client connect after those that have begun to connect. A client's SYN is not answered,
   * is repeated after a second, and is refused then, as the listener is closed by that time; reset,
   * it would report a failure that it may not follow by another server. For any thread; only
   * epoll's TCP has it.
   */
  public static void shut(Channel listener) {
    if (!(listener instanceof EpollServerSocketChannel)) {
      return;
    }
    ByteBuffer code = Buffer.allocateDirectWithNativeOrder(INSTRUCTIONS.length * Long.BYTES);
    ByteBuffer program = Buffer.allocateDirectWithNativeOrder(PROGRAM);
    try {
      for (long[] each : INSTRUCTIONS) {
        code.putShort((short) each[0])
            .put((byte) each[1])
            .put((byte) each[2])
            .putInt((int) each[3]);
      }
      program
          .putShort(0, (short) INSTRUCTIONS.length)
          .putLong(Long.BYTES, Buffer.memoryAddress(code));
      listener.config().setOption(FILTER, program);
    } catch (ChannelException e) {
      LOG.debug("a listener is closed without being shut before", e);
    } finally {
      Buffer.free(code);
      Buffer.free(program);
    }
  }

  /**
   * Lets them in; on the event loop of the listener, which lets clients in and is closed next. Only
   * epoll's can be asked for them.
   *
   * @param most as many as the kernel keeps
   */
  public static void letIn(Channel listener, int most) {
    if (!(listener instanceof EpollServerSocketChannel
        || listener instanceof EpollServerDomainSocketChannel)) {
      return;
    }
    Socket socket = (Socket) ((UnixChannel) listener).fd();
    byte[] address = new byte[ADDRESS];
    try {
      for (int i = 0; i < most; i++) {
        int client = socket.accept(address);
        if (client < 0) {
          return;
        }
        boolean unix = HandedSockets.isUnix(listener);
        listener
            .pipeline()
            .fireChannelRead(HandedSockets.connection(new FileDescriptor(client), unix));
      }
    } catch (IOException e) {
      LOG.debug("clients that wait at a listener are lost", e);
    }
  }
}
