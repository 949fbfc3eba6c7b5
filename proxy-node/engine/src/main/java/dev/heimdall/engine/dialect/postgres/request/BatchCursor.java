package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;

/** Looks through the messages of a batch that waits, one after the other, and takes nothing. */
final class BatchCursor {
  private final ByteBuf in;
  private int at;

  /** At the reader's position. */
  BatchCursor(ByteBuf in) {
    this.in = in;
    at = in.readerIndex();
  }

  /** The type of the present message; 0 when it is not here whole. */
  byte type() {
    int left = in.writerIndex() - at;
    return left >= 5 && length() >= 4 && length() < left ? in.getByte(at) : 0;
  }

  /** The present message's length as it says itself: without its type. */
  int length() {
    return in.getInt(at + 1);
  }

  /** The first byte of the present message's body. */
  int body() {
    return at + 5;
  }

  /** One past the last byte of the present message. */
  int end() {
    return at + 1 + length();
  }

  /** Goes to the next message. */
  void skip() {
    at = end();
  }

  /** Whether the present message is a Sync; then it is the last one, and goes too. */
  boolean ends() {
    boolean sync = type() == FrontendType.SYNC;
    if (sync) {
      skip();
    }
    return sync;
  }

  /** Takes everything before the present message. */
  void take() {
    in.readerIndex(at);
  }
}
