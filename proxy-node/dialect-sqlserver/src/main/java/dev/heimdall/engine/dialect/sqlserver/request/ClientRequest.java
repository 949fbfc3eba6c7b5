package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.wire.sqlserver.AllHeaders;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import dev.heimdall.engine.wire.sqlserver.TransactionRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** The request at the reader's position, whose packets are here whole. */
final class ClientRequest {
  private static final int LAST_OF_ASCII = 0x7f;

  private ClientRequest() {}

  /** Returns a message without its packets; the caller's. */
  static ByteBuf payload(ByteBuf in, long total, ByteBufAllocator alloc) {
    ByteBuf payload = alloc.buffer((int) total);
    int at = in.readerIndex();
    int end = at + (int) total;
    while (at < end) {
      int length = in.getUnsignedShort(at + 2);
      payload.writeBytes(in, at + TdsPacket.HEADER, length - TdsPacket.HEADER);
      at += length;
    }
    return payload;
  }

  /**
   * Checks the headers of a request: servers must not find in them what the node does not.
   *
   * @throws TdsProtocolException for another form than MS-TDS has
   */
  static void checkHeaders(ByteBuf payload, TdsVersion version) {
    if (version.hasHeaders()) {
      AllHeaders.check(payload, payload.readerIndex(), payload.writerIndex());
    }
  }

  /** True if the client wants its connection reset before. */
  static boolean resets(ByteBuf in) {
    int status = in.getByte(in.readerIndex() + 1);
    return (status & (TdsPacket.RESET | TdsPacket.RESET_KEEPING_TRANSACTION)) != 0;
  }

  /** True if the client wants that, and its transaction rolled back with it. */
  static boolean resetsTransaction(ByteBuf in) {
    return (in.getByte(in.readerIndex() + 1) & TdsPacket.RESET) != 0;
  }

  /** The transaction that the client takes to be open; 0 for none, or where it names none. */
  static long ofTransaction(ByteBuf payload, TdsVersion version) {
    int at = payload.readerIndex();
    return version.hasHeaders() ? AllHeaders.transaction(payload, at, payload.writerIndex()) : 0;
  }

  private static int start(ByteBuf payload, TdsVersion version) {
    int at = payload.readerIndex();
    return version.hasHeaders() ? AllHeaders.end(payload, at, payload.writerIndex()) : at;
  }

  /**
   * Returns a batch's text in UTF-8: of plain ASCII, as nearly all are, in the one array.
   *
   * @throws TdsProtocolException for one that ends in half a character
   */
  static byte[] text(ByteBuf payload, TdsVersion version) {
    int start = start(payload, version);
    if ((payload.writerIndex() - start) % 2 != 0) {
      throw new TdsProtocolException("the text of a batch ends in half a character");
    }
    byte[] ascii = new byte[(payload.writerIndex() - start) / 2];
    for (int i = 0; i < ascii.length; i++) {
      int unit = payload.getUnsignedShortLE(start + 2 * i);
      if (unit > LAST_OF_ASCII) {
        return payload
            .toString(start, 2 * ascii.length, StandardCharsets.UTF_16LE)
            .getBytes(StandardCharsets.UTF_8);
      }
      ascii[i] = (byte) unit;
    }
    return ascii;
  }

  /** Returns the payload of a batch with another text; the caller's. */
  static ByteBuf batch(ByteBuf payload, String text, TdsVersion version) {
    int start = start(payload, version);
    ByteBuf changed = payload.alloc().buffer(start + 2 * text.length());
    changed.writeBytes(payload, payload.readerIndex(), start - payload.readerIndex());
    changed.writeCharSequence(text, StandardCharsets.UTF_16LE);
    return changed;
  }

  /** Returns a transaction manager request as a statement; null for one of another transaction. */
  static String transaction(ByteBuf payload, TdsVersion version) {
    TransactionRequest asked = read(payload, version);
    return switch (asked.type()) {
      case TransactionRequest.BEGIN -> "BEGIN TRANSACTION";
      case TransactionRequest.COMMIT -> "COMMIT TRANSACTION";
      case TransactionRequest.ROLLBACK ->
          asked.name().isEmpty() ? "ROLLBACK TRANSACTION" : "ROLLBACK TRANSACTION s";
      case TransactionRequest.SAVE -> "SAVE TRANSACTION s";
      default -> null;
    };
  }

  /**
   * Reads a transaction manager request.
   *
   * @throws TdsProtocolException for what is none
   */
  static TransactionRequest read(ByteBuf payload, TdsVersion version) {
    return TransactionRequest.read(payload, payload.readerIndex(), payload.writerIndex(), version);
  }

  /** The isolation level that a transaction manager request sets for the session; null for none. */
  static String isolation(ByteBuf payload, TdsVersion version) {
    TransactionRequest asked = read(payload, version);
    if (asked.type() != TransactionRequest.BEGIN) {
      return null;
    }
    return switch (asked.isolation()) {
      case 1 -> "READ UNCOMMITTED";
      case 2 -> "READ COMMITTED";
      case 3 -> "REPEATABLE READ";
      case 4 -> "SERIALIZABLE";
      case 5 -> "SNAPSHOT";
      default -> null;
    };
  }
}
