package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * A request to the transaction manager.
 *
 * @param isolation of a transaction that begins with it: 0 for the session's own, then 1 READ
 *     UNCOMMITTED to 4 SERIALIZABLE, 5 SNAPSHOT
 * @param name of the transaction or the savepoint, which may be empty
 * @param begins true if a commit or a rollback begins the next transaction
 * @param nextName of that one
 */
public record TransactionRequest(
    int type, int isolation, String name, boolean begins, String nextName) {
  public static final int GET_DTC_ADDRESS = 0;
  public static final int PROPAGATE = 1;
  public static final int BEGIN = 5;
  public static final int PROMOTE = 6;
  public static final int COMMIT = 7;
  public static final int ROLLBACK = 8;
  public static final int SAVE = 9;

  private static final int BEGINS = 0x01;
  private static final int MOST_ISOLATION = 5;

  /**
   * Reads a message's payload, with its ALL_HEADERS where the version has them.
   *
   * @throws TdsProtocolException for what is none, or goes on behind its end
   */
  public static TransactionRequest read(ByteBuf payload, int from, int to, TdsVersion version) {
    int start = version.hasHeaders() ? AllHeaders.end(payload, from, to) : from;
    ByteBuf in = payload.slice(start, to - start);
    TransactionRequest request = read(in);
    if (request.isLocal() && in.isReadable()) {
      throw new TdsProtocolException(
          in.readableBytes() + " bytes behind the end of a transaction manager request");
    }
    return request;
  }

  /** True unless it is about a distributed transaction. */
  public boolean isLocal() {
    return type == BEGIN || type == COMMIT || type == ROLLBACK || type == SAVE;
  }

  private static TransactionRequest read(ByteBuf in) {
    int type = TdsStrings.need(in, 2).readUnsignedShortLE();
    switch (type) {
      case BEGIN -> {
        int isolation = isolation(in);
        return new TransactionRequest(type, isolation, name(in), false, "");
      }
      case COMMIT, ROLLBACK -> {
        String name = name(in);
        boolean begins = (TdsStrings.need(in, 1).readUnsignedByte() & BEGINS) != 0;
        int isolation = begins ? isolation(in) : 0;
        return new TransactionRequest(type, isolation, name, begins, begins ? name(in) : "");
      }
      case SAVE -> {
        return new TransactionRequest(type, 0, name(in), false, "");
      }
      case GET_DTC_ADDRESS, PROPAGATE, PROMOTE -> {
        return new TransactionRequest(type, 0, "", false, "");
      }
      default -> throw new TdsProtocolException("an unknown transaction manager request: " + type);
    }
  }

  private static int isolation(ByteBuf in) {
    int isolation = TdsStrings.need(in, 1).readUnsignedByte();
    if (isolation > MOST_ISOLATION) {
      throw new TdsProtocolException("an unknown isolation level: " + isolation);
    }
    return isolation;
  }

  private static String name(ByteBuf in) {
    int bytes = TdsStrings.need(in, 1).readUnsignedByte();
    if (bytes % 2 != 0) {
      throw new TdsProtocolException(
          "a name of " + bytes + " bytes, which ends in half a character");
    }
    TdsStrings.need(in, bytes);
    String name = in.toString(in.readerIndex(), bytes, StandardCharsets.UTF_16LE);
    in.skipBytes(bytes);
    return name;
  }

  /** Appends a message's payload. */
  public void write(ByteBuf out, long transaction) {
    AllHeaders.write(out, transaction);
    out.writeShortLE(type);
    switch (type) {
      case BEGIN -> {
        out.writeByte(isolation);
        name(out, name);
      }
      case COMMIT, ROLLBACK -> {
        name(out, name);
        out.writeByte(begins ? BEGINS : 0);
        if (begins) {
          out.writeByte(isolation);
          name(out, nextName);
        }
      }
      default -> name(out, name);
    }
  }

  private static void name(ByteBuf out, String name) {
    String cut = TdsStrings.cut(name, 127);
    out.writeByte(2 * cut.length());
    TdsStrings.write(out, cut);
  }
}
