package dev.heimdall.engine.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * Amount of data that is read from a connection at a time. Left alone Netty reads the less the
 * shorter the last messages were, so that behind a few short ones a longer one takes several reads.
 */
public final class ReadBuffers {
  /** Size of a single write of MySQL's servers; PostgreSQL's write half of it. */
  private static final int LEAST_OF_SERVERS = 16 * 1024;

  /** Most statements are shorter. */
  private static final int LEAST_OF_CLIENTS = 512;

  private static final int FIRST_OF_CLIENTS = 2048;
  private static final int MOST = 64 * 1024;

  /** Fraction of a buffer: smaller contents are put into a buffer of their own. */
  private static final int SMALL_PART = 8;

  private ReadBuffers() {}

  /** For connections to servers: an answer that was written at once is read at once. */
  public static RecvByteBufAllocator ofServers() {
    return new AdaptiveRecvByteBufAllocator(LEAST_OF_SERVERS, LEAST_OF_SERVERS, MOST);
  }

  /** For connections of clients. */
  public static RecvByteBufAllocator ofClients() {
    return new AdaptiveRecvByteBufAllocator(LEAST_OF_CLIENTS, FIRST_OF_CLIENTS, MOST);
  }

  /**
   * Returns these bytes in a buffer of which they fill a good part: a component that keeps them,
   * for a client that does not read for instance, keeps no buffer that is many times as large.
   */
  public static ByteBuf fitted(ByteBuf consumed) {
    int length = consumed.readableBytes();
    if (consumed.capacity() < LEAST_OF_SERVERS || length > consumed.capacity() / SMALL_PART) {
      return consumed;
    }
    try {
      return consumed.alloc().buffer(length).writeBytes(consumed);
    } finally {
      consumed.release();
    }
  }
}
