package dev.heimdall.engine.kit;

import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A client of PostgreSQL's protocol behind a socket, which waits for its answers. */
public final class SocketClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket;
  private final ByteBuf input = Unpooled.buffer();

  public SocketClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
  }

  /** Logs in, and says what it is told at last: that it may send statements, or why not. */
  public String logIn(String user) throws IOException {
    send(
        out ->
            PgWriter.startup(out, PgWriter.PROTOCOL_3_0, Map.of("user", user, "database", "app")));
    List<String> told = told();
    return told.get(told.size() - 1);
  }

  /** Sends a statement, and says all that it is answered but for what is told of settings. */
  public List<String> asks(String sql) throws IOException {
    send(out -> PgWriter.query(out, sql));
    return told();
  }

  private void send(Consumer<ByteBuf> writer) throws IOException {
    ByteBuf out = Unpooled.buffer();
    writer.accept(out);
    socket.getOutputStream().write(out.array(), 0, out.readableBytes());
  }

  /** Up to ReadyForQuery or the end. */
  private List<String> told() throws IOException {
    List<String> told = new ArrayList<>();
    InputStream in = socket.getInputStream();
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
