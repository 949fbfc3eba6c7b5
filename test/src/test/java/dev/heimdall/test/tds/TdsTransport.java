package dev.heimdall.test.tds;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Queue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Messages of one connection: packets over a socket, with TLS around them as the log-in decides.
 */
final class TdsTransport implements Closeable {
  private static final int HEADER = 8;

  /**
   * A whole message.
   *
   * @param status bits of its first packet, and of its last IGNORE
   */
  record Incoming(int type, int status, byte[] body) {
    boolean ignored() {
      return (status & PacketType.IGNORE) != 0;
    }
  }

  private final Socket socket;
  private final RawInput raw;
  private final OutputStream rawOut;
  private InputStream in;
  private OutputStream out;
  private PreloginSocket belowTls;
  private final Queue<Incoming> early = new ArrayDeque<>();
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private int partialStatus = -1;

  TdsTransport(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    raw = new RawInput(socket);
    rawOut = socket.getOutputStream();
    in = raw;
    out = rawOut;
  }

  /** First byte of the connection, which stays: a packet's type, or a TLS record's. */
  int firstByte() throws IOException {
    return raw.peek();
  }

  OutputStream out() {
    return out;
  }

  /**
   * TLS within PRELOGIN packets; no newer than 1.2, whose handshake ends with the server's word.
   */
  void startTlsInside(SSLContext context) throws IOException {
    PreloginSocket below = new PreloginSocket(socket, raw, rawOut);
    SSLSocket layer =
        (SSLSocket) context.getSocketFactory().createSocket(below, "client", 0, false);
    layer.setUseClientMode(false);
    layer.setEnabledProtocols(new String[] {"TLSv1.2"});
    layer.startHandshake();
    below.unwrap();
    belowTls = below;
    over(layer);
  }

  /** TLS before anything else (TDS 8); clients that offer no {@code tds/8.0} are refused. */
  void startTlsFirst(SSLContext context) throws IOException {
    PreloginSocket below = new PreloginSocket(socket, raw, rawOut);
    below.unwrap();
    SSLSocket layer =
        (SSLSocket) context.getSocketFactory().createSocket(below, "client", 0, false);
    layer.setUseClientMode(false);
    SSLParameters parameters = layer.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"tds/8.0"});
    layer.setSSLParameters(parameters);
    layer.startHandshake();
    over(layer);
  }

  private void over(SSLSocket layer) throws IOException {
    in = layer.getInputStream();
    out = layer.getOutputStream();
  }

  /** What follows is not encrypted. */
  void endTls() {
    belowTls.end();
    in = raw;
    out = rawOut;
  }

  /** Next message, or null at the end of the connection. */
  synchronized Incoming read() throws IOException {
    Incoming first = early.poll();
    if (first != null) {
      return first.type < 0 ? null : first;
    }
    while (true) {
      Incoming message = packet();
      if (message != null) {
        return message.type < 0 ? null : message;
      }
    }
  }

  /**
   * Reads while a statement runs, without waiting for anything.
   *
   * @return true at an attention, or at the end of the connection
   */
  synchronized boolean interrupted() throws IOException {
    while (raw.ready()) {
      Incoming message = packet();
      if (message == null) {
        continue;
      }
      early.add(message);
      if (message.type == PacketType.ATTENTION || message.type < 0) {
        return true;
      }
    }
    return false;
  }

  /** One packet; the message that it completes, or null. */
  private Incoming packet() throws IOException {
    byte[] header = in.readNBytes(HEADER);
    if (header.length < HEADER) {
      return new Incoming(-1, 0, header);
    }
    int type = header[0] & 0xFF;
    int status = header[1] & 0xFF;
    int length = ((header[2] & 0xFF) << 8 | header[3] & 0xFF) - HEADER;
    if (length < 0) {
      throw new TdsProtocolException("a packet of " + (length + HEADER) + " bytes");
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      return new Incoming(-1, 0, body);
    }
    if (partialStatus < 0) {
      partialStatus = status;
    }
    if ((status & PacketType.END) == 0) {
      partial.writeBytes(body);
      return null;
    }
    if (partial.size() > 0) {
      partial.writeBytes(body);
      body = partial.toByteArray();
      partial.reset();
    }
    Incoming whole = new Incoming(type, partialStatus | status & PacketType.IGNORE, body);
    partialStatus = -1;
    return whole;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
