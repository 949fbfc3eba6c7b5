package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;

/**
 * Finds out whether what waits begins with one statement that stands alone: a Query, or a batch
 * that binds and executes once and ends in Sync, and may close and describe statements before it
 * does. Whatever may stand behind it does not matter.
 */
final class SingleStatement {
  /** Of a Describe or Close that ends before it says what it is about. */
  private static final byte NO_KIND = 0;

  private SingleStatement() {}

  /**
   * Its length up to its end.
   *
   * @param statements how many may be bound and executed up to one Sync at most
   * @return 0 when it does not stand alone, is longer than that, or is not here whole
   */
  static int length(ByteBuf input, int most, int statements) {
    int begin = input.readerIndex();
    int end = Math.min(input.writerIndex(), begin + most);
    int at = begin;
    int binds = 0;
    int executions = 0;
    boolean parsed = false;
    while (end - at >= 5) {
      byte type = input.getByte(at);
      int length = input.getInt(at + 1);
      if (length < 4 || length >= end - at) {
        return 0;
      }
      switch (type) {
        case FrontendType.QUERY -> {
          return at == begin ? 1 + length : 0;
        }
        case FrontendType.PARSE -> {
          if (parsed || binds == statements) {
            return 0;
          }
          parsed = true;
        }
        case FrontendType.BIND -> {
          binds++;
          parsed = false;
        }
        case FrontendType.DESCRIBE -> {
          byte kind = kind(input, at, length);
          if (kind == NO_KIND || (kind == 'P' && binds == 0)) {
            return 0;
          }
        }
        case FrontendType.EXECUTE -> executions++;
        case FrontendType.CLOSE -> {
          byte kind = kind(input, at, length);
          if (kind == NO_KIND || (kind == 'P' ? executions == 0 : binds > 0)) {
            return 0; // the name of a statement that was run would be gone when it is sent again
          }
        }
        case FrontendType.SYNC -> {
          boolean all = binds == executions && binds > 0 && binds <= statements;
          return all ? at + 1 + length - begin : 0;
        }
        default -> {
          return 0;
        }
      }
      at += 1 + length;
    }
    return 0;
  }

  /** Returns the target of the Describe or Close there: a statement or a portal. */
  private static byte kind(ByteBuf input, int at, int length) {
    return length > 4 ? input.getByte(at + 5) : NO_KIND;
  }

  /**
   * True if a batch is here up to its Sync that parses one statement and runs nothing. Drivers
   * close before it what their clients have dropped.
   */
  static boolean onlyPrepares(ByteBuf input) {
    return prepares(input, FrontendType.SYNC);
  }

  /**
   * True if a batch begins with one statement that is parsed and described up to a Flush: its
   * client waits for that before it goes on.
   */
  static boolean describesAhead(ByteBuf input) {
    return prepares(input, FrontendType.FLUSH);
  }

  private static boolean prepares(ByteBuf input, byte last) {
    int at = input.readerIndex();
    int end = input.writerIndex();
    boolean parsed = false;
    while (end - at >= 5) {
      int length = input.getInt(at + 1);
      if (length < 4 || length >= end - at) {
        return false;
      }
      switch (input.getByte(at)) {
        case FrontendType.PARSE -> {
          if (parsed) {
            return false;
          }
          parsed = true;
        }
        case FrontendType.CLOSE -> {
          if (parsed) {
            return false;
          }
        }
        case FrontendType.DESCRIBE -> {
          if (!parsed || kind(input, at, length) != 'S') {
            return false;
          }
        }
        default -> {
          return parsed && input.getByte(at) == last;
        }
      }
      at += 1 + length;
    }
    return false;
  }
}
