package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/**
 * The DONE that a reply ends with, for replies whose tokens are not walked: only their last bytes
 * are kept.
 */
public final class LastDone {
  private static final int MOST = 13;

  private final byte[] tail = new byte[MOST];
  private int bytes;

  /** Forgets the last reply. */
  public void restart() {
    bytes = 0;
  }

  /** Takes a run of a reply's payload. */
  public void on(ByteBuf in, int from, int to) {
    int run = to - from;
    if (run >= MOST) {
      in.getBytes(to - MOST, tail);
      bytes = MOST;
      return;
    }
    int kept = Math.min(bytes, MOST - run);
    System.arraycopy(tail, bytes - kept, tail, 0, kept);
    in.getBytes(from, tail, kept, run);
    bytes = kept + run;
  }

  /**
   * The status bits of the last token, at the end of the message.
   *
   * @return -1 if the reply ends with no DONE
   */
  public int status(TdsVersion version) {
    int at = bytes - version.doneBytes() - 1;
    if (at < 0 || (tail[at] & 0xFF) < TdsToken.DONE) {
      return -1;
    }
    return tail[at + 1] & 0xFF | (tail[at + 2] & 0xFF) << 8;
  }
}
