package dev.heimdall.test.secure;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** A client before its log-in: every byte of it in a test's hand. Reading fails after 20 s. */
final class Line implements AutoCloseable {
  private static final int MAX_MESSAGE = 1 << 20;
  private static final int SILENCE_MILLIS = 60_000;

  private final Valve valve = new Valve();
  private Socket socket = valve;
  private DataInputStream in;
  private int processId;
  private byte[] secret = {};

  private Line() {}

  static Line to(int port) throws IOException {
    return to(port, "127.0.0.1", "127.0.0.1");
  }

  /** From one of this machine's addresses. */
  static Line to(int port, String host, String from) throws IOException {
    Line line = new Line();
    line.valve.setTcpNoDelay(true);
    line.valve.setSoTimeout(SILENCE_MILLIS);
    line.valve.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
    line.valve.connect(new InetSocketAddress(host, port), SILENCE_MILLIS);
    line.in = new DataInputStream(new BufferedInputStream(line.valve.getInputStream()));
    return line;
  }

  Valve valve() {
    return valve;
  }

  /** The own end's port, which logs name. */
  int localPort() {
    return valve.getLocalPort();
  }

  /** SSLRequest, its answer and the handshake. */
  Line startTls(Tls tls) throws IOException {
    send(Frontend.sslRequest());
    char answer = receiveByte();
    if (answer != 'S') {
      throw new IOException("SSLRequest was answered " + answer);
    }
    return handshake(tls);
  }

  /** The handshake at once. */
  Line handshake(Tls tls) throws IOException {
    SSLSocket secure = tls.over(socket);
    socket = secure;
    in = new DataInputStream(new BufferedInputStream(secure.getInputStream()));
    return this;
  }

  /** What the server showed. */
  X509Certificate certificate() throws SSLException {
    return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
  }

  String tlsVersion() {
    return ((SSLSocket) socket).getSession().getProtocol();
  }

  String applicationProtocol() {
    return ((SSLSocket) socket).getApplicationProtocol();
  }

  Line send(byte[]... pieces) throws IOException {
    socket.getOutputStream().write(Frontend.all(pieces));
    return this;
  }

  /** The start-up packet. */
  static byte[] startup(String user, String database) {
    return startup(0, user, database);
  }

  static byte[] startup(int minor, String user, String database) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", user);
    parameters.put("database", database);
    return Frontend.startup(minor, parameters);
  }

  /** An answer to a request for a password. */
  static byte[] password(String text) {
    return Frontend.message('p', (text + '\0').getBytes(StandardCharsets.UTF_8));
  }

  /** Sends the start-up packet and goes on to ReadyForQuery; answers a clear text request. */
  Line logIn(String user, String database, String password) throws IOException {
    return logIn(0, user, database, password);
  }

  Line logIn(int minor, String user, String database, String password) throws IOException {
    send(startup(minor, user, database));
    return untilReady(password);
  }

  Line untilReady(String password) throws IOException {
    while (true) {
      Message message = receive();
      ByteBuffer body = ByteBuffer.wrap(message.body());
      switch (message.type()) {
        case 'R' -> {
          int kind = body.getInt();
          if (kind == 3) {
            send(password(password));
          } else if (kind != 0) {
            throw new IOException("asked for authentication " + kind);
          }
        }
        case 'K' -> {
          processId = body.getInt();
          secret = new byte[body.remaining()];
          body.get(secret);
        }
        case 'E' -> throw new IOException(message.toString());
        case 'Z' -> {
          return this;
        }
        default -> {}
      }
    }
  }

  int processId() {
    return processId;
  }

  byte[] secret() {
    return secret;
  }

  /** The first column of the first row. */
  String value(String sql) throws IOException {
    send(Frontend.query(sql));
    return value();
  }

  /** The same of a query that was sent before. */
  String value() throws IOException {
    String value = null;
    while (true) {
      Message message = receive();
      switch (message.type()) {
        case 'D' -> value = message.columns().get(0);
        case 'E' -> value = message.fields().get('C') + " " + message.fields().get('M');
        case 'Z' -> {
          return value;
        }
        default -> {}
      }
    }
  }

  Message receive() throws IOException {
    char type = (char) in.readUnsignedByte();
    int length = in.readInt();
    if (length < 4 || length > MAX_MESSAGE) {
      throw new IOException("a message of type " + type + " and length " + length);
    }
    byte[] body = new byte[length - 4];
    in.readFully(body);
    return new Message(type, body);
  }

  char receiveByte() throws IOException {
    return (char) in.readUnsignedByte();
  }

  /** Whether anything has come that was not read. */
  boolean hasInput() {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The error that comes before the other side closes; any other message is a failure. */
  Message refusal() throws IOException {
    List<Message> all = untilClosed();
    if (all.isEmpty() || all.get(all.size() - 1).type() != 'E') {
      throw new IOException("closed without an error: " + all);
    }
    return all.get(all.size() - 1);
  }

  /** Everything until the other side closes. */
  List<Message> untilClosed() throws IOException {
    List<Message> messages = new ArrayList<>();
    while (true) {
      try {
        messages.add(receive());
      } catch (EOFException | SocketException | SSLException e) {
        return messages;
      }
    }
  }

  @Override
  public void close() throws IOException {
    valve.close();
  }
}
