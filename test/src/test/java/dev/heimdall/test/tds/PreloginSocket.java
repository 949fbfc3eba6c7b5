package dev.heimdall.test.tds;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/**
 * The socket below TLS: during the handshake its bytes travel in PRELOGIN packets, afterwards as
 * they are.
 */
final class PreloginSocket extends Socket {
  private static final int HEADER = 8;
  private static final int MOST = 4096 - HEADER;

  private final Socket socket;
  private final RawInput in;
  private final OutputStream out;
  private final ByteArrayOutputStream flight = new ByteArrayOutputStream();
  private volatile boolean ended;
  private boolean wrapped = true;
  private int left;

  PreloginSocket(Socket socket, RawInput in, OutputStream out) {
    this.socket = socket;
    this.in = in;
    this.out = out;
  }

  /** The handshake is done: no packets around what follows. */
  void unwrap() throws IOException {
    sendFlight();
    wrapped = false;
  }

  /** TLS is over: when the JDK collects its socket it sends an alert, and reads what is there. */
  void end() {
    ended = true;
  }

  private void sendFlight() throws IOException {
    byte[] bytes = flight.toByteArray();
    flight.reset();
    for (int from = 0; from < bytes.length; from += MOST) {
      int size = Math.min(MOST, bytes.length - from);
      boolean last = from + size == bytes.length;
      out.write(PacketType.PRELOGIN);
      out.write(last ? 1 : 0);
      out.write(size + HEADER >> 8);
      out.write(size + HEADER);
      out.write(new byte[4]);
      out.write(bytes, from, size);
    }
    out.flush();
  }

  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] to, int from, int length) throws IOException {
        if (ended) {
          return -1;
        }
        if (!wrapped) {
          return in.read(to, from, length);
        }
        sendFlight();
        while (left == 0) {
          byte[] header = in.readNBytes(HEADER);
          if (header.length < HEADER) {
            return -1;
          }
          left = ((header[2] & 0xFF) << 8 | header[3] & 0xFF) - HEADER;
        }
        int count = in.read(to, from, Math.min(length, left));
        left -= Math.max(0, count);
        return count;
      }

      @Override
      public int available() {
        return 0;
      }
    };
  }

  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        if (ended) {
          return;
        }
        if (wrapped) {
          flight.write(bytes, from, length);
        } else {
          out.write(bytes, from, length);
          out.flush();
        }
      }
    };
  }

  @Override
  public InetAddress getInetAddress() {
    return socket.getInetAddress();
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public boolean isClosed() {
    return socket.isClosed();
  }

  @Override
  public void close() throws IOException {
    if (!ended) {
      socket.close();
    }
  }
}
