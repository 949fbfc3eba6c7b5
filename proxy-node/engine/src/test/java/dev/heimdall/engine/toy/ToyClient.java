package dev.heimdall.engine.toy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A client of the toy protocol behind a socket, which waits for its answers. */
public final class ToyClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket;
  private final DataInputStream in;

  /** One that has logged in, or was refused. */
  public ToyClient(int port, String user) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
    read(); // the greeting
    send(
        ToyFrame.LOG_IN,
        to -> {
          to.writeInt(0);
          ToyFrame.part(to, user);
          ToyFrame.part(to, "");
        });
  }

  /** What the server says first after the log-in; a refusal is the last. */
  public List<String> welcome() throws IOException {
    return told();
  }

  private void send(byte type, Consumer<ByteBuf> body) throws IOException {
    ByteBuf out = Unpooled.buffer();
    ToyFrame.write(out, type, 1, body); // the number counts in the log-in only
    socket.getOutputStream().write(out.array(), 0, out.readableBytes());
  }

  /** Sends a statement, and says all that it is answered. */
  public List<String> asks(String sql) throws IOException {
    send(ToyFrame.QUERY, to -> to.writeBytes(ToyFrame.text(sql)));
    return told();
  }

  private List<String> told() throws IOException {
    List<String> told = new ArrayList<>();
    try {
      do {
        told.add(words(read(), 0));
      } while (!told.get(told.size() - 1).startsWith("done"));
    } catch (EOFException end) {
      // Nothing comes behind it.
    }
    return told;
  }

  private ByteBuf read() throws IOException {
    byte[] header = new byte[ToyFrame.HEADER];
    in.readFully(header);
    ByteBuf frame = Unpooled.buffer().writeBytes(header);
    byte[] body = new byte[frame.getUnsignedShort(ToyFrame.HEADER - 2)];
    in.readFully(body);
    return frame.writeBytes(body);
  }

  /** What a frame from a server says, for people and without tokens. */
  static String words(ByteBuf all, int at) {
    return switch (all.getByte(at)) {
      case ToyFrame.ROW -> "row " + ToyFrame.text(all, at);
      case ToyFrame.ERROR -> "error " + ToyFrame.text(all, at);
      case ToyFrame.HANDLE -> "handle " + ToyFrame.number(all, at, 0);
      case ToyFrame.DONE -> "done " + ToyFrame.number(all, at, 0);
      default -> "frame " + (char) all.getByte(at);
    };
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
