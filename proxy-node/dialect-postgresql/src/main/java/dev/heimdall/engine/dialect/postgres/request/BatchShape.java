package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;

/** Shape of a waiting batch of messages, before any of it is handled. */
final class BatchShape {
  /** A batch this large is sent on before its Sync has come. */
  private static final int MAX_HELD_BATCH = 32 * 1024;

  /** Few of these make a batch long, so that it can be looked through again as it grows. */
  private static final int LONG_PARSE = 4 * 1024;

  /** Of a Bind: its portal's and its statement's; of a Parse. PostgreSQL cuts SQL names at 63. */
  static final int MAX_NAMES = 8 * 1024;

  /**
   * Offset at which the waiting messages bind a statement that was parsed before; negative if they
   * do not.
   */
  private int bindAt = -1;

  /**
   * Offset at which the batch that {@link #shareable} has seen last binds a statement that was
   * parsed before it.
   */
  int bindAt() {
    return bindAt;
  }

  /**
   * True if what waits is one Query, or one batch that binds and executes once and ends in Sync,
   * and nothing else. Notes where it binds a statement that was parsed before.
   *
   * @param most bytes
   */
  boolean shareable(RequestCursor batch, int most) {
    bindAt = -1;
    if (batch.end(batch.count() - 1) - batch.start(0) > most || !batch.isAll()) {
      return false;
    }
    if (batch.isQuery()) {
      return true;
    }
    ByteBuf in = batch.bytes();
    int binds = 0;
    int executions = 0;
    for (int i = 0; i < batch.count(); i++) {
      switch (batch.type(i)) {
        case FrontendType.PARSE -> {
          if (i > 0 || in.getByte(batch.body(i)) != 0) {
            return false; // a name can be given once only
          }
        }
        case FrontendType.BIND -> {
          binds++;
          bindAt = i == 0 ? batch.start(i) : -1;
        }
        case FrontendType.DESCRIBE -> {
          if (batch.total(i) < 7 || in.getByte(batch.body(i)) != 'P' || binds != 1) {
            return false;
          }
        }
        case FrontendType.EXECUTE -> {
          executions++;
          if (batch.total(i) < 10 || in.getInt(batch.end(i) - 4) != 0 || binds != 1) {
            return false; // not all rows
          }
        }
        case FrontendType.SYNC -> {
          return binds == 1 && executions == 1;
        }
        default -> {
          return false;
        }
      }
    }
    return false;
  }

  /**
   * The length of the batch up to its Sync, or 0 when it is not one that can be kept. It may parse
   * one statement before anything else, except that it closes others before that.
   *
   * @param describes whether it may describe a statement
   * @param most bytes
   */
  static int standingAlone(ByteBuf input, boolean describes, int most) {
    int begin = input.readerIndex();
    int end = Math.min(input.writerIndex(), begin + most);
    int at = begin;
    boolean mayParse = true;
    while (end - at >= 5) {
      byte type = input.getByte(at);
      switch (type) {
        case FrontendType.SYNC -> {
          return at + 5 == input.writerIndex() ? at + 5 - begin : 0;
        }
        case FrontendType.PARSE -> {
          if (!mayParse) {
            return 0;
          }
        }
        case FrontendType.DESCRIBE -> {
          if (end - at < 6 || (!describes && input.getByte(at + 5) == 'S')) {
            return 0;
          }
        }
        case FrontendType.BIND, FrontendType.EXECUTE, FrontendType.CLOSE -> {}
        default -> {
          return 0;
        }
      }
      int length = input.getInt(at + 1);
      if (length < 4 || length >= end - at) {
        return 0;
      }
      mayParse &= type == FrontendType.CLOSE;
      at += length + 1;
    }
    return 0;
  }

  /**
   * True if the extended-protocol messages that wait end in one that asks for an answer, or are too
   * many to be held back. A long Parse does not count among these, so that the Bind behind it is
   * here, as far as it names its statement, when rules are asked where the batch is to go.
   *
   * @param maxStatement of Parse
   */
  static boolean ready(RequestCursor batch, long maxStatement) {
    if (batch.synced() || batch.endsAlone()) {
      return true;
    }
    ByteBuf input = batch.bytes();
    int at = input.readerIndex();
    int end = input.writerIndex();
    long longParses = 0;
    while (end - at >= 5) {
      byte type = input.getByte(at);
      switch (type) {
        case FrontendType.SYNC,
            FrontendType.FLUSH,
            FrontendType.QUERY,
            FrontendType.FUNCTION_CALL,
            FrontendType.TERMINATE -> {
          return true;
        }
        default -> {}
      }
      int length = input.getInt(at + 1);
      if (length < 4) {
        return true; // the error comes when it is read
      }
      int here = (int) Math.min(length + 1L, end - at);
      if (type == FrontendType.PARSE && length > LONG_PARSE) {
        longParses += here;
      } else if (type == FrontendType.BIND && here <= length && !namesAreHere(input, at + 5, end)) {
        return false;
      }
      at += here;
    }
    int waits = end - input.readerIndex();
    return waits - longParses > MAX_HELD_BATCH || waits > maxStatement + MAX_HELD_BATCH;
  }

  /**
   * True if the names of a Bind, its portal and its statement, are here; names longer than that are
   * wrong.
   */
  private static boolean namesAreHere(ByteBuf input, int from, int end) {
    int portalEnd = input.indexOf(from, end, (byte) 0);
    return (portalEnd >= 0 && input.indexOf(portalEnd + 1, end, (byte) 0) >= 0)
        || end - from > MAX_NAMES;
  }
}
