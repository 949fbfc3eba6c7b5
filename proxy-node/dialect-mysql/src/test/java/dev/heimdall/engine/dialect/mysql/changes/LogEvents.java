package dev.heimdall.engine.dialect.mysql.changes;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** Events as servers write them, without checksums. */
final class LogEvents {
  static final long SERVER = 7;

  private LogEvents() {}

  /**
   * An event.
   *
   * @param end where it ends in the log; only the lower half is in it
   */
  static byte[] event(int type, int flags, long end, byte[] body) {
    ByteBuffer event = ByteBuffer.allocate(19 + body.length).order(ByteOrder.LITTLE_ENDIAN);
    event.putInt(0).put((byte) type).putInt((int) SERVER).putInt(19 + body.length);
    event.putInt((int) end).putShort((short) flags).put(body);
    return event.array();
  }

  /** Which checksums there are: none. */
  static byte[] description() {
    return event(15, 0, 0, new byte[100]);
  }

  /** The log goes on in another file. */
  static byte[] rotate(String file, long offset) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(little(offset));
    body.writeBytes(file.getBytes(StandardCharsets.UTF_8));
    return event(4, 0, 950, body.toByteArray());
  }

  static byte[] gtid(String uuid, long number) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(1);
    body.writeBytes(HexFormat.of().parseHex(uuid.replace("-", "")));
    body.writeBytes(little(number));
    return event(33, 0, 0, body.toByteArray());
  }

  static byte[] mariadbGtid(int domain, long sequence, boolean standalone) {
    ByteBuffer body = ByteBuffer.allocate(19).order(ByteOrder.LITTLE_ENDIAN);
    body.putLong(sequence).putInt(domain).put((byte) (standalone ? 1 : 12));
    return event(162, 0, 0, body.array());
  }

  static byte[] query(long end, long sqlMode, String database, byte[] text) {
    byte[] name = database.getBytes(StandardCharsets.UTF_8);
    ByteBuffer body =
        ByteBuffer.allocate(13 + 14 + name.length + 1 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    body.putInt(1).putInt(0).put((byte) name.length).putShort((short) 0).putShort((short) 14);
    body.put((byte) 0).putInt(0).put((byte) 1).putLong(sqlMode);
    body.put(name).put((byte) 0).put(text);
    return event(2, 0, end, body.array());
  }

  static byte[] query(String text) {
    return query(100, 0, "app", text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] table(long number, String database, String table) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(little(number), 0, 6);
    body.writeBytes(new byte[2]);
    for (String name : new String[] {database, table}) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      body.write(bytes.length);
      body.writeBytes(bytes);
      body.write(0);
    }
    body.writeBytes(new byte[20]);
    return event(19, 0, 0, body.toByteArray());
  }

  static byte[] rows(int type, long number) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(little(number), 0, 6);
    body.writeBytes(new byte[40]);
    return event(type, 0, 0, body.toByteArray());
  }

  static byte[] committed(long end) {
    return event(16, 0, end, new byte[8]);
  }

  /** Prepared. */
  static byte[] prepared(String global) {
    byte[] name = global.getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = ByteBuffer.allocate(13 + name.length).order(ByteOrder.LITTLE_ENDIAN);
    body.put((byte) 0).putInt(1).putInt(name.length).putInt(0).put(name);
    return event(38, 0, 100, body.array());
  }

  private static byte[] little(long number) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
  }

  static Optional<LoggedTransaction> read(EventReader reader, byte[] event) {
    return reader.read(event, event.length, true);
  }
}
