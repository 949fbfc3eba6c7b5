package dev.heimdall.test.tds;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** Bytes of a socket below TLS, read ahead, which can be looked at without waiting. */
final class RawInput extends InputStream {
  private static final int AHEAD = 16 * 1024;

  private final Socket socket;
  private final InputStream in;
  private final byte[] ahead = new byte[AHEAD];
  private int at;
  private int end;

  RawInput(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
  }

  @Override
  public int read() throws IOException {
    return fill() ? ahead[at++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, end - at);
    System.arraycopy(ahead, at, to, from, count);
    at += count;
    return count;
  }

  @Override
  public int available() {
    return end - at;
  }

  /** The next byte, which stays; -1 at the end. */
  int peek() throws IOException {
    return fill() ? ahead[at] & 0xFF : -1;
  }

  /** If a read would not wait; also at the end of the stream. */
  boolean ready() throws IOException {
    if (at < end) {
      return true;
    }
    socket.setSoTimeout(1);
    try {
      fill();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(0);
    }
  }

  private boolean fill() throws IOException {
    if (at < end) {
      return true;
    }
    int count = in.read(ahead, 0, AHEAD);
    at = 0;
    end = Math.max(0, count);
    return count > 0;
  }
}
