package dev.heimdall.test.tds;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/** Tokens of MS-TDS 2.2.7, as the client's version has them. */
final class TokenWriter {
  static final int MORE = 1;
  static final int ERROR = 2;
  static final int COUNT = 0x10;
  static final int ATTENTION = 0x20;

  static final int DONE = 0xFD;
  static final int DONE_PROCEDURE = 0xFE;
  static final int DONE_IN_PROCEDURE = 0xFF;

  static final int DATABASE = 1;
  static final int LANGUAGE = 2;
  static final int PACKET_SIZE = 4;
  static final int SQL_COLLATION = 7;
  static final int BEGIN = 8;
  static final int COMMIT = 9;
  static final int ROLLBACK = 10;
  static final int RESET_DONE = 18;
  static final int ROUTING = 20;

  /** A column of a result: flags are bit 0 nullable, bits 2 and 3 updatable, bit 4 identity. */
  record Column(String name, TypeInfo type, int flags) {}

  /** Bytes of a packet that holds any value of the older versions. */
  private static final int LONGEST_PACKET = 0xFFFF;

  private static final int RETURN_STATUS = 0x79;
  private static final int COLUMNS = 0x81;
  private static final int COLUMN_INFO = 0xA5;
  private static final int ERROR_TOKEN = 0xAA;
  private static final int INFO = 0xAB;
  private static final int RETURN_VALUE = 0xAC;
  private static final int LOGIN_ACK = 0xAD;
  private static final int FEATURES = 0xAE;
  private static final int ROW = 0xD1;
  private static final int NULLS_ROW = 0xD2;
  private static final int ENVIRONMENT = 0xE3;
  private static final int SESSION_STATE = 0xE4;

  static final String SERVER = "HEIMDALL-TEST";
  private static final String PRODUCT = "Microsoft SQL Server";

  private final ReplyWriter out;
  private final int version;

  TokenWriter(ReplyWriter out, int version) {
    this.out = out;
    this.version = version;
  }

  ReplyWriter out() {
    return out;
  }

  /** TDS 7.2 has wider fields than 7.1. */
  boolean wide() {
    return version >= 0x72000000 || version == TdsOptions.TDS_80;
  }

  /** TDS 7.3 has date, time, datetime2 and datetimeoffset. */
  boolean newTimes() {
    return version >= 0x73000000 || version == TdsOptions.TDS_80;
  }

  /** TDS 7.4 has rows with a bitmap of nulls (7.3.B, too) and session state. */
  boolean newest() {
    return version >= 0x74000000 || version == TdsOptions.TDS_80;
  }

  void loginAck() {
    ByteBuilder b = new ByteBuilder().u8(1).i32Big(version).shortText(PRODUCT);
    out.u8(LOGIN_ACK).sized(b.u8(16).u8(0).u8(0x03).u8(0xE8).toBytes());
  }

  /** Text that changed: database, language, packet size. */
  void changed(int what, String now, String before) {
    ByteBuilder b = new ByteBuilder().u8(what).shortText(now).shortText(before);
    out.u8(ENVIRONMENT).sized(b.toBytes());
  }

  /** Bytes that changed: collation, transactions, reset. */
  void changed(int what, byte[] now, byte[] before) {
    ByteBuilder b = new ByteBuilder().u8(what);
    b.u8(now.length).bytes(now).u8(before.length).bytes(before);
    out.u8(ENVIRONMENT).sized(b.toBytes());
  }

  void route(String host, int port) {
    ByteBuilder address = new ByteBuilder().u8(0).u16(port).text(host);
    ByteBuilder b = new ByteBuilder().u8(ROUTING).u16(address.size()).bytes(address.toBytes());
    out.u8(ENVIRONMENT).sized(b.u16(0).toBytes());
  }

  void error(SqlError error) {
    message(error.isError() ? ERROR_TOKEN : INFO, error);
  }

  private void message(int token, SqlError error) {
    ByteBuilder b = new ByteBuilder().i32(error.number()).u8(error.state()).u8(error.severity());
    b.text(error.message()).shortText(SERVER).shortText(error.procedure());
    if (wide()) {
      b.i32(error.line());
    } else {
      b.u16(error.line());
    }
    out.u8(token).sized(b.toBytes());
  }

  void done(int token, int status, int command, long rows) {
    out.u8(token).u16(status).u16(command);
    if (wide()) {
      out.i64(rows);
    } else {
      out.i32((int) rows);
    }
  }

  void returnStatus(int status) {
    out.u8(RETURN_STATUS).i32(status);
  }

  void returnValue(int ordinal, String name, TypeInfo type, Object value) {
    out.u8(RETURN_VALUE);
    if (wide()) {
      out.u16(ordinal);
      returned(out, name, type, value);
    } else {
      // Older versions have the length of what follows there: 13 for an int without a name.
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ReplyWriter packet = new ReplyWriter(bytes, LONGEST_PACKET, 0);
      returned(packet, name, type, value);
      packet.finish();
      out.sized(Arrays.copyOfRange(bytes.toByteArray(), ReplyWriter.HEADER, bytes.size()));
    }
  }

  private void returned(ReplyWriter to, String name, TypeInfo type, Object value) {
    to.shortText(name).u8(1);
    userType(to);
    to.u16(1);
    type.write(to);
    Values.write(to, type, value);
  }

  private void userType(ReplyWriter to) {
    if (wide()) {
      to.i32(0);
    } else {
      to.u16(0);
    }
  }

  void columns(List<Column> columns) {
    out.u8(COLUMNS).u16(columns.size());
    for (Column column : columns) {
      userType(out);
      out.u16(column.flags());
      column.type().write(out);
      if (column.type().isLargeOld()) {
        // Names of its table, which expressions have not.
        if (wide()) {
          out.u8(1);
        }
        out.text("");
      }
      out.shortText(column.name());
    }
  }

  /** COLINFO of a cursor: all are expressions, and the last is hidden. */
  void hideLast(int columns) {
    ByteBuilder b = new ByteBuilder();
    for (int i = 1; i <= columns; i++) {
      b.u8(i).u8(0).u8(i == columns ? 0x14 : 0x04);
    }
    out.u8(COLUMN_INFO).sized(b.toBytes());
  }

  /** Result without the description that was sent before (sp_cursorfetch, NoMetaData). */
  void noColumns() {
    out.u8(COLUMNS).u16(0xFFFF);
  }

  /** One row; with a bitmap where that is shorter and the version has it. */
  void row(List<Column> columns, Object[] values) {
    int nulls = 0;
    for (Object value : values) {
      nulls += value == null ? 1 : 0;
    }
    boolean bitmap = newest() && nulls > 1;
    out.u8(bitmap ? NULLS_ROW : ROW);
    if (bitmap) {
      byte[] bits = new byte[(values.length + 7) / 8];
      for (int i = 0; i < values.length; i++) {
        bits[i / 8] |= (byte) (values[i] == null ? 1 << i % 8 : 0);
      }
      out.bytes(bits);
    }
    for (int i = 0; i < values.length; i++) {
      if (!bitmap || values[i] != null) {
        Values.write(out, columns.get(i).type(), values[i]);
      }
    }
  }

  /** Answers to features, each with its bytes. */
  void features(byte[] acknowledgements) {
    out.u8(FEATURES).bytes(acknowledgements).u8(0xFF);
  }

  void sessionState(int sequence, boolean recoverable, byte[] states) {
    out.u8(SESSION_STATE).i32(5 + states.length).i32(sequence).u8(recoverable ? 1 : 0);
    out.bytes(states);
  }
}
