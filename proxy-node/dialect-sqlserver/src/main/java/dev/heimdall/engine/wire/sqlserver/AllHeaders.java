package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/** The headers that requests begin with since TDS 7.2: which transaction a request belongs to. */
public final class AllHeaders {
  /** Bytes of what {@link #write} appends. */
  public static final int LENGTH = 22;

  private static final int NONE = -1;
  private static final int TOTAL_BYTES = 4;
  private static final int HEADER_BYTES = 6;
  private static final int TRANSACTION_TYPE = 2;
  private static final int TRANSACTION_BYTES = HEADER_BYTES + 8 + 4;

  private AllHeaders() {}

  /** Appends a transaction descriptor header, and no other. */
  public static void write(ByteBuf out, long descriptor) {
    out.writeIntLE(LENGTH).writeIntLE(TRANSACTION_BYTES).writeShortLE(TRANSACTION_TYPE);
    out.writeLongLE(descriptor).writeIntLE(1);
  }

  /**
   * Where the request goes on behind its headers.
   *
   * @param end of the bytes that are there
   * @throws TdsProtocolException if the headers go beyond it
   */
  public static int end(ByteBuf in, int at, int end) {
    if (end - at < TOTAL_BYTES) {
      throw new TdsProtocolException("a request without its ALL_HEADERS");
    }
    long total = in.getUnsignedIntLE(at);
    if (total < TOTAL_BYTES || total > end - at) {
      throw new TdsProtocolException("ALL_HEADERS of " + total + " bytes");
    }
    return at + (int) total;
  }

  /**
   * Checks the form of the headers: each within their total, which they fill, and the transaction
   * descriptor among them once.
   *
   * @return where the request goes on behind them
   * @throws TdsProtocolException for any other form
   */
  public static int check(ByteBuf in, int at, int end) {
    int stop = end(in, at, end);
    int descriptors = 0;
    int place = at + TOTAL_BYTES;
    while (place < stop) {
      long length = stop - place < HEADER_BYTES ? 0 : in.getUnsignedIntLE(place);
      boolean descriptor = length > 0 && in.getUnsignedShortLE(place + 4) == TRANSACTION_TYPE;
      if (length < HEADER_BYTES
          || length > stop - place
          || (descriptor && length != TRANSACTION_BYTES)) {
        throw new TdsProtocolException(
            "a header of %d bytes in ALL_HEADERS, of which %d are left"
                .formatted(length, stop - place));
      }
      descriptors += descriptor ? 1 : 0;
      place += (int) length;
    }
    if (descriptors != 1) {
      throw new TdsProtocolException(
          "ALL_HEADERS with " + descriptors + " transaction descriptors: 1 is needed");
    }
    return stop;
  }

  /** True if the headers at this place have that one and no other. */
  public static boolean hasTransactionAlone(ByteBuf in, int at, int end) {
    return find(in, at, end) != NONE && in.getUnsignedIntLE(at) == LENGTH;
  }

  /** The transaction descriptor in the headers at this place, or 0. */
  public static long transaction(ByteBuf in, int at, int end) {
    int place = find(in, at, end);
    return place == NONE ? 0 : in.getLongLE(place);
  }

  /**
   * Replaces the transaction descriptor.
   *
   * @throws TdsProtocolException if there is none to replace
   */
  static void transaction(ByteBuf in, int at, int end, long descriptor) {
    int place = find(in, at, end);
    if (place == NONE) {
      throw new TdsProtocolException("a request without a transaction descriptor");
    }
    in.setLongLE(place, descriptor);
  }

  private static int find(ByteBuf in, int at, int end) {
    if (end - at < TOTAL_BYTES) {
      return NONE;
    }
    long total = Math.min(in.getUnsignedIntLE(at), end - at);
    int stop = at + (int) total;
    int place = at + TOTAL_BYTES;
    while (stop - place >= HEADER_BYTES) {
      long length = in.getUnsignedIntLE(place);
      if (length < HEADER_BYTES) {
        throw new TdsProtocolException("a header of " + length + " bytes in ALL_HEADERS");
      }
      if (in.getUnsignedShortLE(place + 4) == TRANSACTION_TYPE
          && length >= TRANSACTION_BYTES
          && stop - place >= TRANSACTION_BYTES) {
        return place + HEADER_BYTES;
      }
      if (length > stop - place) {
        return NONE;
      }
      place += (int) length;
    }
    return NONE;
  }
}
