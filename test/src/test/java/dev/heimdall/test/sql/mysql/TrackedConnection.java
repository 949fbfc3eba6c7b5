package dev.heimdall.test.sql.mysql;

import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client without a password that is told by its server whatever changes in its session. */
final class TrackedConnection implements AutoCloseable {
  private static final int LIMIT_MILLIS = 8_000;

  /** The length of an EOF packet, which MySQL sends at times though they are deprecated. */
  private static final int OF_EOF = 5;

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final OutputStream out;
  private final boolean mariadb;
  private int sequence;
  private Map<String, String> pairs;

  /**
   * What a server has answered.
   *
   * @param error its number; 0 for none
   * @param rows whether there were any results with columns
   * @param status flags of the last packet
   * @param variables that have changed, with their values
   * @param database the new default database; null where it is the old one
   * @param changed whether the session's state has changed in whatever way
   * @param gtid of what was written; null for none
   */
  record Answer(
      int error,
      String message,
      boolean rows,
      int status,
      Map<String, String> variables,
      String database,
      boolean changed,
      String gtid) {
    boolean inTransaction() {
      return (status & StatusFlag.IN_TRANSACTION) != 0;
    }
  }

  TrackedConnection(int port, String user) throws IOException {
    socket.connect(new InetSocketAddress("127.0.0.1", port), LIMIT_MILLIS);
    socket.setSoTimeout(LIMIT_MILLIS);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
    mariadb = logIn(user);
    query(
        "SET session_track_system_variables='*', session_track_schema=1,"
            + " session_track_state_change=1, lock_wait_timeout=3, innodb_lock_wait_timeout=2"
            + (mariadb ? "" : ", session_track_gtids=OWN_GTID"));
  }

  boolean mariadb() {
    return mariadb;
  }

  private boolean logIn(String user) throws IOException {
    Handshake handshake = Handshake.read(Unpooled.wrappedBuffer(read()));
    long capabilities =
        Capability.LONG_PASSWORD
            | Capability.LONG_FLAG
            | Capability.PROTOCOL_41
            | Capability.TRANSACTIONS
            | Capability.SECURE_CONNECTION
            | Capability.MULTI_STATEMENTS
            | Capability.MULTI_RESULTS
            | Capability.PLUGIN_AUTH
            | Capability.SESSION_TRACK
            | Capability.DEPRECATE_EOF;
    ByteBuf body = Unpooled.buffer();
    body.writeIntLE((int) capabilities).writeIntLE(1 << 24).writeByte(45).writeZero(23);
    body.writeBytes(user.getBytes(StandardCharsets.UTF_8)).writeByte(0).writeByte(0);
    body.writeBytes("mysql_native_password\0".getBytes(StandardCharsets.US_ASCII));
    write(body);
    byte[] answer = read();
    while (answer[0] != OkPacket.OK) {
      if ((answer[0] & 0xff) == ErrPacket.FIRST) {
        throw new IOException(new String(answer, 9, answer.length - 9, StandardCharsets.UTF_8));
      }
      if ((answer[0] & 0xff) == 0xFE) {
        write(Unpooled.EMPTY_BUFFER); // no password, whatever the method
      }
      answer = read();
    }
    return handshake.isMariadb();
  }

  /** Sends a text and reads all of its results. */
  Answer query(String sql) throws IOException {
    return query(sql.getBytes(StandardCharsets.UTF_8));
  }

  Answer query(byte[] sql) throws IOException {
    sequence = 0;
    write(Unpooled.wrappedBuffer(new byte[] {3}, sql));
    Map<String, String> variables = new TreeMap<>();
    String[] state = new String[3];
    boolean rows = false;
    boolean calls =
        new String(sql, StandardCharsets.UTF_8).strip().regionMatches(true, 0, "call", 0, 4);
    while (true) {
      byte[] packet = read();
      int first = packet[0] & 0xff;
      if (first == 0xFB) {
        write(Unpooled.EMPTY_BUFFER); // a file of the client's: it has nothing in it
        continue;
      }
      if (first != OkPacket.OK && first != ErrPacket.FIRST) {
        rows = true;
        packet = lastOfRows(packet);
      }
      if ((packet[0] & 0xff) == ErrPacket.FIRST) {
        ByteBuf error = Unpooled.wrappedBuffer(packet);
        return new Answer(
            ErrPacket.number(error, 0),
            new String(packet, 9, Math.max(0, packet.length - 9), StandardCharsets.UTF_8),
            rows,
            0,
            variables,
            state[0],
            state[1] != null,
            state[2]);
      }
      if (packet.length == OF_EOF) {
        int status = EofPacket.status(Unpooled.wrappedBuffer(packet), 0);
        if ((status & StatusFlag.MORE_RESULTS) == 0) {
          return new Answer(0, "", rows, status, variables, state[0], state[1] != null, state[2]);
        }
        continue;
      }
      OkPacket ok = OkPacket.read(Unpooled.wrappedBuffer(packet), true);
      boolean more = (ok.status() & StatusFlag.MORE_RESULTS) != 0;
      Map<String, String> reported = new TreeMap<>();
      readState(Unpooled.wrappedBuffer(ok.state()), reported, state);
      if (more && calls) {
        reported.remove("sql_mode"); // a routine's own, which ends with it
      }
      variables.putAll(reported);
      if (!more) {
        return new Answer(
            0, "", rows, ok.status(), variables, state[0], state[1] != null, state[2]);
      }
    }
  }

  private byte[] lastOfRows(byte[] head) throws IOException {
    long columns = LengthEncoded.read(Unpooled.wrappedBuffer(head));
    for (long i = 0; i < columns; i++) {
      read();
    }
    while (true) {
      byte[] packet = read();
      int first = packet[0] & 0xff;
      if (first == ErrPacket.FIRST || (first == OkPacket.END_OF_ROWS && packet.length < 0xFFFFFF)) {
        return packet;
      }
      if (pairs != null) {
        ByteBuf row = Unpooled.wrappedBuffer(packet);
        pairs.put(LengthEncoded.readString(row), LengthEncoded.readString(row));
      }
    }
  }

  /** The values of all session variables. */
  Map<String, String> variables() throws IOException {
    return pairs("SHOW SESSION VARIABLES");
  }

  /** What a query with two columns has in the second one, by the first one. */
  Map<String, String> pairs(String sql) throws IOException {
    Map<String, String> all = new TreeMap<>();
    pairs = all;
    try {
      query(sql);
    } finally {
      pairs = null;
    }
    return all;
  }

  private static void readState(ByteBuf state, Map<String, String> variables, String[] into) {
    while (state.isReadable()) {
      int type = state.readUnsignedByte();
      ByteBuf entry = Unpooled.wrappedBuffer(LengthEncoded.readBytes(state));
      switch (type) {
        case 0 -> {
          List<String> parts = new ArrayList<>();
          while (entry.isReadable()) {
            boolean none = entry.getUnsignedByte(entry.readerIndex()) == LengthEncoded.NULL;
            parts.add(none ? skip(entry) : LengthEncoded.readString(entry));
          }
          for (int i = 0; i + 1 < parts.size(); i += 2) {
            if (parts.get(i).equals("last_gtid")) {
              into[2] = parts.get(i + 1);
            } else {
              variables.put(parts.get(i), parts.get(i + 1));
            }
          }
        }
        case 1 -> into[0] = LengthEncoded.readString(entry);
        case 2 -> into[1] = "1";
        case 3 -> into[2] = "yes";
        default -> {}
      }
    }
  }

  private static String skip(ByteBuf entry) {
    entry.readByte();
    return "";
  }

  private byte[] read() throws IOException {
    int length = in.readUnsignedByte() | in.readUnsignedByte() << 8 | in.readUnsignedByte() << 16;
    sequence = in.readUnsignedByte() + 1;
    byte[] payload = new byte[length];
    in.readFully(payload);
    return payload;
  }

  private void write(ByteBuf body) throws IOException {
    int length = body.readableBytes();
    byte[] packet = new byte[4 + length];
    packet[0] = (byte) length;
    packet[1] = (byte) (length >> 8);
    packet[2] = (byte) (length >> 16);
    packet[3] = (byte) sequence++;
    body.readBytes(packet, 4, length);
    out.write(packet);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
