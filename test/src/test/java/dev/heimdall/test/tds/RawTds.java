package dev.heimdall.test.tds;

import dev.heimdall.engine.wire.sqlserver.AllHeaders;
import dev.heimdall.engine.wire.sqlserver.Login7;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** A client without encryption that sends what no driver would. */
final class RawTds implements AutoCloseable {
  private static final int PRELOGIN = 0x12;
  private static final byte[] NO_ENCRYPTION = {
    0, 0, 11, 0, 6, 1, 0, 17, 0, 1, (byte) 0xff, 16, 0, 0, 0, 0, 0, 2
  };
  private static final int NULL = 0xFFFF;
  private static final int WAIT = 60_000;

  private final Socket socket;
  private final DataInputStream in;

  RawTds(int port, String user, String password, String database) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(WAIT);
    in = new DataInputStream(socket.getInputStream());
    asks(PRELOGIN, Unpooled.wrappedBuffer(NO_ENCRYPTION));
    Login7 login =
        new Login7(
            Login7.Client.of(TdsVersion.V7_4, 0),
            Login7.Flags.ODBC,
            Login7.Credentials.of(user, password),
            new Login7.Names("host", "raw", "server", "raw", "", database, ""),
            List.of());
    ByteBuf payload = Unpooled.buffer();
    login.write(payload);
    asks(TdsPacket.LOGIN7, payload);
  }

  /** Sends a message; returns the contents of its answer. */
  private byte[] asks(int type, ByteBuf payload) throws IOException {
    ByteBuf out = Unpooled.buffer();
    TdsPacket.write(out, type, 0, 0, TdsPacket.INITIAL_SIZE, payload);
    out.readBytes(socket.getOutputStream(), out.readableBytes());
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    int status;
    do {
      in.readUnsignedByte();
      status = in.readUnsignedByte();
      int length = in.readUnsignedShort();
      in.skipNBytes(4);
      answer.write(in.readNBytes(length - TdsPacket.HEADER));
    } while ((status & TdsPacket.EOM) == 0);
    return answer.toByteArray();
  }

  byte[] batch(String sql) throws IOException {
    ByteBuf payload = Unpooled.buffer();
    AllHeaders.write(payload, 0);
    utf16(payload, sql);
    return asks(TdsPacket.SQL_BATCH, payload);
  }

  /** Calls a procedure by a name, which may be anything. */
  byte[] call(String name, Consumer<ByteBuf> parameters) throws IOException {
    ByteBuf payload = Unpooled.buffer();
    AllHeaders.write(payload, 0);
    payload.writeShortLE(name.length());
    utf16(payload, name);
    payload.writeShortLE(0);
    parameters.accept(payload);
    return asks(TdsPacket.RPC, payload);
  }

  /** A parameter as nvarchar; the value may be null. */
  static void text(ByteBuf out, String name, String value) {
    out.writeByte(name.length());
    utf16(out, name);
    out.writeByte(0).writeByte(0xE7).writeShortLE(8000).writeZero(5);
    if (value == null) {
      out.writeShortLE(NULL);
    } else {
      out.writeShortLE(2 * value.length());
      utf16(out, value);
    }
  }

  /** A parameter that returns an integer. */
  static void handle(ByteBuf out) {
    out.writeByte(0).writeByte(1).writeByte(0x26).writeByte(4).writeByte(0);
  }

  private static void utf16(ByteBuf out, String text) {
    for (char c : text.toCharArray()) {
      out.writeShortLE(c);
    }
  }

  /** True if an answer has a row with this number. */
  static boolean hasRow(byte[] answer, int number) {
    ByteBuf value = Unpooled.buffer().writeIntLE(number);
    String sought = value.toString(StandardCharsets.ISO_8859_1);
    return new String(answer, StandardCharsets.ISO_8859_1).contains(sought);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
