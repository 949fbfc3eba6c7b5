package dev.heimdall.engine.dialect.postgres.request;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Cuts a stream of a server's messages, which comes in pieces that end anywhere, into messages, and
 * copies those that somebody wants to look at, up to a length. The pieces are only read.
 */
final class MessageCutter {
  /** Longer messages are shown cut. */
  static final int MOST = 64 * 1024;

  private static final int HEADER = 5;

  /** Looks at messages. */
  interface Taker {
    /** Whether the message that begins now is to be copied. */
    boolean wants(byte type);

    /**
     * A message is over.
     *
     * @param body what was copied of it, without its header; only the first {@code length} bytes
     *     count, and only until this returns. Of a message that was not wanted there are none
     */
    void message(byte type, byte[] body, int length);
  }

  private final Taker taker;
  private final byte[] header = new byte[HEADER];
  private int headerLength;
  private long left;
  private boolean wanted;
  private byte[] body = new byte[256];
  private int copied;

  MessageCutter(Taker taker) {
    this.taker = taker;
  }

  /** What comes next begins with a message. */
  void reset() {
    headerLength = 0;
    left = 0;
  }

  /** The next piece. */
  void take(ByteBuf piece) {
    int at = piece.readerIndex();
    int end = piece.writerIndex();
    while (at < end) {
      if (headerLength < HEADER) {
        header[headerLength++] = piece.getByte(at++);
        if (headerLength == HEADER) {
          begin();
        }
      } else {
        int part = (int) Math.min(left, end - at);
        copy(piece, at, part);
        at += part;
        left -= part;
      }
      if (headerLength == HEADER && left == 0) {
        headerLength = 0;
        taker.message(header[0], body, copied);
      }
    }
  }

  private void begin() {
    int length =
        (header[1] & 0xff) << 24
            | (header[2] & 0xff) << 16
            | (header[3] & 0xff) << 8
            | (header[4] & 0xff);
    left = Math.max(0, length - 4L);
    wanted = taker.wants(header[0]);
    copied = 0;
  }

  private void copy(ByteBuf piece, int at, int length) {
    int part = wanted ? Math.min(length, MOST - copied) : 0;
    if (part > 0) {
      if (body.length < copied + part) {
        body = Arrays.copyOf(body, Math.min(MOST, Math.max(copied + part, body.length * 2)));
      }
      piece.getBytes(at, body, copied, part);
      copied += part;
    }
  }
}
