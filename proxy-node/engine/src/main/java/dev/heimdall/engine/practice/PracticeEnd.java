package dev.heimdall.engine.practice;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;

/** One end of a connection, for a thread that may wait. */
public final class PracticeEnd implements Closeable {
  private static final int BUFFER = 8192;
  private static final int LONGEST = 1 << 16;

  /** One of so many sends comes in two parts, the second one late. */
  private static final int WHOLE_SENDS = 128;

  private static final long LATE_NANOS = 1_000_000;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream to;
  private final ByteBuf out = Unpooled.buffer(BUFFER);
  private int sends;

  PracticeEnd(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
    to = socket.getOutputStream();
  }

  public DataInputStream in() {
    return in;
  }

  /** Bytes that were not sent yet. */
  public ByteBuf out() {
    return out;
  }

  /**
   * So many bytes that have come, or will.
   *
   * @throws IOException also if no part of the practice is as long: anybody on this machine may
   *     have connected
   */
  public ByteBuf read(int length) throws IOException {
    if (length < 0 || length > LONGEST) {
      throw new IOException("%d bytes are no part of the practice".formatted(length));
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return Unpooled.wrappedBuffer(bytes);
  }

  /** Sends what was written. */
  public void flush() throws IOException {
    if (++sends % WHOLE_SENDS == 0) {
      out.readBytes(to, out.readableBytes() / 2);
      LockSupport.parkNanos(LATE_NANOS);
    }
    out.readBytes(to, out.readableBytes());
    out.clear();
  }

  /** Sends what was written, unless the other end has sent more already. */
  public void flushIfIdle() throws IOException {
    if (in.available() == 0) {
      flush();
    }
  }

  /** Closes this end: reads and writes here fail from now on. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // it is not used any more
    }
  }
}
