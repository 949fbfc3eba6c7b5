package dev.heimdall.engine.kit;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A client of PostgreSQL's protocol behind a socket, which waits for its answers. */
public final class SocketClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Closeable socket;
  private final InputStream in;
  private final OutputStream out;
  private final ByteBuf input = Unpooled.buffer();

  public SocketClient(int port) throws IOException {
    Socket tcp = new Socket(InetAddress.getLoopbackAddress(), port);
    tcp.setSoTimeout(PATIENCE_MILLIS);
    socket = tcp;
    in = tcp.getInputStream();
    out = tcp.getOutputStream();
  }

  /** One of a Unix domain socket. */
  public SocketClient(Path at) throws IOException {
    SocketChannel unix = SocketChannel.open(UnixDomainSocketAddress.of(at));
    socket = unix;
    in = Channels.newInputStream(unix);
    out = Channels.newOutputStream(unix);
  }

  /** Logs in, and says what it is told at last: that it may send statements, or why not. */
  public String logIn(String user) throws IOException {
    beginLogIn(user);
    return toldAtLast();
  }

  /** Asks to be let in, and does not wait for an answer. */
  public void beginLogIn(String user) throws IOException {
    send(
        out ->
            PgWriter.startup(out, PgWriter.PROTOCOL_3_0, Map.of("user", user, "database", "app")));
  }

  /** The last of what it is told next. */
  public String toldAtLast() throws IOException {
    List<String> told = told();
    return told.get(told.size() - 1);
  }

  /** Sends a statement, and says all that it is answered but for what is told of settings. */
  public List<String> asks(String sql) throws IOException {
    send(out -> PgWriter.query(out, sql));
    return told();
  }

  private void send(Consumer<ByteBuf> writer) throws IOException {
    ByteBuf bytes = Unpooled.buffer();
    writer.accept(bytes);
    out.write(bytes.array(), 0, bytes.readableBytes());
  }

  /** Up to ReadyForQuery or the end. */
  private List<String> told() throws IOException {
    List<String> told = new ArrayList<>();
    while (told.isEmpty() || !told.get(told.size() - 1).startsWith("ready")) {
      if (input.writeBytes(in, 1024) < 0) {
        break;
      }
      Message.in(input).stream()
          .filter(message -> message.type() != 'S' && message.type() != 'T')
          .forEach(message -> told.add(message.toString()));
    }
    return told;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
