package dev.heimdall.engine.session.statement;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Cuts a stream of a server's messages, which comes in pieces that end anywhere, into messages, and
 * copies those that a reader wants, up to a length. The pieces are only read.
 */
public final class MessageCutter {
  /** Longer messages are shown cut. */
  public static final int MOST = 64 * 1024;

  /** Looks at messages. */
  public interface Taker {
    /** Number of bytes that follow a header. */
    long length(byte[] header);

    /** Maximum number of bytes of the message that begins now that are to be copied. */
    int wants(byte[] header);

    /**
     * A message is over.
     *
     * @param body what was copied of it, without its header; only the first {@code length} bytes
     *     count, and only until this returns
     */
    void message(byte[] header, byte[] body, int length);
  }

  private final Taker taker;
  private final byte[] header;
  private int headerLength;
  private long left;
  private int wanted;
  private byte[] body = new byte[256];
  private int copied;

  /**
   * @param headerLength bytes in front of each message
   */
  public MessageCutter(Taker taker, int headerLength) {
    this.taker = taker;
    this.header = new byte[headerLength];
  }

  /** Starts anew: what comes next begins with a message. */
  public void reset() {
    headerLength = 0;
    left = 0;
  }

  /** The next piece. */
  public void take(ByteBuf piece) {
    int at = piece.readerIndex();
    int end = piece.writerIndex();
    while (at < end) {
      if (headerLength < header.length) {
        header[headerLength++] = piece.getByte(at++);
        if (headerLength == header.length) {
          left = Math.max(0, taker.length(header));
          wanted = Math.min(MOST, taker.wants(header));
          copied = 0;
        }
      } else {
        int part = (int) Math.min(left, end - at);
        copy(piece, at, part);
        at += part;
        left -= part;
      }
      if (headerLength == header.length && left == 0) {
        headerLength = 0;
        taker.message(header, body, copied);
      }
    }
  }

  private void copy(ByteBuf piece, int at, int length) {
    int part = Math.min(length, wanted - copied);
    if (part > 0) {
      if (body.length < copied + part) {
        body = Arrays.copyOf(body, Math.min(MOST, Math.max(copied + part, body.length * 2)));
      }
      piece.getBytes(at, body, copied, part);
      copied += part;
    }
  }
}
