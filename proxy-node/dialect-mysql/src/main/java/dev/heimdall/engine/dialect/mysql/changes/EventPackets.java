package dev.heimdall.engine.dialect.mysql.changes;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts what a server sends of its log into events. However large an event is, no more of it is kept
 * in memory than its reader looks at; the buffer is the same for all. Not thread-safe.
 */
final class EventPackets {
  /** Packets of this length are continued in the next one. */
  private static final int FULL = 0xffffff;

  private static final int ERROR = 0xff;
  private static final int END = 0xfe;

  private final InputStream from;
  private final int most;
  private byte[] event = new byte[8192];
  private int length;
  private boolean whole;

  /**
   * @param most of an event, in bytes, what is beyond is dropped
   */
  EventPackets(InputStream from, int most) {
    this.from = from;
    this.most = most;
  }

  /**
   * Waits for the next event.
   *
   * @throws ServerEnd where the server sends none any more
   * @throws IOException when the connection is lost
   */
  void next() throws IOException {
    length = 0;
    whole = true;
    int left = header();
    int marker = left == 0 ? END : one();
    left--;
    if (marker != 0) {
      collect(Math.max(0, left));
      throw marker == ERROR ? ServerEnd.of(event, length) : new ServerEnd(0, "its log has ended");
    }
    boolean more = left == FULL - 1;
    collect(left);
    while (more) {
      left = header();
      more = left == FULL;
      collect(left);
    }
    if (length < EventReader.HEADER) {
      throw new IOException("an event of the binary log is too short");
    }
  }

  /** The bytes of the event, up to {@link #length}; others with the next one. */
  byte[] event() {
    return event;
  }

  int length() {
    return length;
  }

  /** True if nothing of it was dropped. */
  boolean whole() {
    return whole;
  }

  private int header() throws IOException {
    int size = one() | one() << 8 | one() << 16;
    one(); // the packet's number
    return size;
  }

  private int one() throws IOException {
    int value = from.read();
    if (value < 0) {
      throw new EOFException("the connection was closed");
    }
    return value;
  }

  private void collect(int bytes) throws IOException {
    int kept = Math.min(bytes, most - length);
    if (length + kept > event.length) {
      event = Arrays.copyOf(event, Math.min(most, Math.max(length + kept, 65536)));
    }
    if (from.readNBytes(event, length, kept) < kept) {
      throw new EOFException("the connection was closed");
    }
    length += kept;
    if (kept < bytes) {
      whole = false;
      from.skipNBytes(bytes - kept);
    }
  }
}
