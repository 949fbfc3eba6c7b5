package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.util.List;

/** Writes the tokens of a node's own answers: payload, which {@link TdsPacket#write} frames. */
public final class TdsWriter {
  private static final int N_VARCHAR = 0xE7;
  private static final int MOST_BYTES = 8000;
  private static final int NULL = 0xFFFF;
  private static final int NULLABLE = 0x01;
  private static final int SELECT = 0xC1;

  /** Bytes of the return value of an int behind their number, without its name and user type. */
  private static final int INTEGER_BYTES = 1 + 1 + 2 + 3 + Integer.BYTES;

  /** Latin1_General_CI_AS: nvarchar needs one, and no client reads it for this. */
  private static final byte[] COLLATION = {0x09, 0x04, (byte) 0xD0, 0x00, 0x34};

  private TdsWriter() {}

  /** Appends the collation of a type. */
  static void writeCollation(ByteBuf out) {
    out.writeBytes(COLLATION);
  }

  /** Begins a token that has two bytes of length. */
  static int beginToken(ByteBuf out, int token) {
    int at = out.writerIndex();
    out.writeByte(token).writeShortLE(0);
    return at;
  }

  static void endToken(ByteBuf out, int at) {
    out.setShortLE(at + 1, out.writerIndex() - at - 3);
  }

  /**
   * Appends a DONE, DONEPROC or DONEINPROC.
   *
   * @param rows counted only with {@link TdsToken#DONE_COUNT}
   */
  public static void done(
      ByteBuf out, int token, int status, int command, long rows, TdsVersion version) {
    out.writeByte(token).writeShortLE(status).writeShortLE(command);
    if (version.hasHeaders()) {
      out.writeLongLE(rows);
    } else {
      out.writeIntLE((int) rows);
    }
  }

  /**
   * Appends an error and the DONE behind it. That of a fatal one says so: some drivers would use
   * the connection again.
   */
  public static void error(
      ByteBuf out, TdsMessage error, boolean inTransaction, TdsVersion version) {
    error.write(out, version);
    int fatal = error.severity() >= TdsMessage.FATAL ? TdsToken.DONE_SERVER_ERROR : 0;
    int open = inTransaction ? TdsToken.DONE_IN_TRANSACTION : 0;
    done(out, TdsToken.DONE, TdsToken.DONE_ERROR | fatal | open, 0, 0, version);
  }

  /** Appends the acknowledgement of an attention. */
  public static void attention(ByteBuf out, boolean inTransaction, TdsVersion version) {
    int status = TdsToken.DONE_ATTENTION | (inTransaction ? TdsToken.DONE_IN_TRANSACTION : 0);
    done(out, TdsToken.DONE, status, 0, 0, version);
  }

  /** Appends the collation of {@link #columns} as the session's. */
  public static void collation(ByteBuf out) {
    EnvChange.writeBytes(out, EnvChange.COLLATION, COLLATION, new byte[0]);
  }

  public static void returnStatus(ByteBuf out, int status) {
    out.writeByte(TdsToken.RETURN_STATUS).writeIntLE(status);
  }

  /** Appends the agreement to features; none appends nothing. */
  public static void features(ByteBuf out, List<LoginFeature> features) {
    if (features.isEmpty()) {
      return;
    }
    out.writeByte(TdsToken.FEATURE_EXT_ACK);
    for (LoginFeature feature : features) {
      out.writeByte(feature.id()).writeIntLE(feature.data().length).writeBytes(feature.data());
    }
    out.writeByte(LoginFeature.TERMINATOR);
  }

  /** Appends the return value of a parameter that is an int, as handles are. */
  public static void returnInteger(
      ByteBuf out, int ordinal, String name, int value, TdsVersion version) {
    int length = INTEGER_BYTES + 2 * name.length() + version.userTypeBytes();
    out.writeByte(TdsToken.RETURN_VALUE);
    out.writeShortLE(version.hasOrdinals() ? ordinal : length);
    TdsStrings.writeByte(out, name);
    out.writeByte(1).writeZero(version.userTypeBytes()).writeShortLE(0);
    out.writeByte(TypedWalk.INT_N).writeByte(4).writeByte(4).writeIntLE(value);
  }

  /** Appends the columns of a result, all of them nvarchar. */
  public static void columns(ByteBuf out, List<String> names, TdsVersion version) {
    out.writeByte(TdsToken.COL_METADATA).writeShortLE(names.size());
    for (String name : names) {
      out.writeZero(version.userTypeBytes()).writeShortLE(NULLABLE);
      out.writeByte(N_VARCHAR).writeShortLE(MOST_BYTES).writeBytes(COLLATION);
      TdsStrings.writeByte(out, name);
    }
  }

  /** Appends a row of {@link #columns}; null is NULL, and 4000 characters of a value are sent. */
  public static void row(ByteBuf out, List<String> values) {
    out.writeByte(TdsToken.ROW);
    for (String value : values) {
      if (value == null) {
        out.writeShortLE(NULL);
      } else {
        String cut = TdsStrings.cut(value, MOST_BYTES / 2);
        out.writeShortLE(2 * cut.length());
        TdsStrings.write(out, cut);
      }
    }
  }

  /** Appends the DONE of a result of so many rows. */
  public static void endResult(ByteBuf out, long rows, boolean inTransaction, TdsVersion version) {
    int status = TdsToken.DONE_COUNT | (inTransaction ? TdsToken.DONE_IN_TRANSACTION : 0);
    done(out, TdsToken.DONE, status, SELECT, rows, version);
  }
}
