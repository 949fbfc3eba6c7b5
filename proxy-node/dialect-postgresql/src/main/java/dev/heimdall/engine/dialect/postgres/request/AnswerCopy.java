package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.session.caching.AnswerRecorder;
import dev.heimdall.engine.wire.postgres.BackendType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Copies an answer up to its ReadyForQuery. One that holds anything but columns, rows and their end
 * is of no use: an error, a notice, a changed parameter, a notification.
 */
final class AnswerCopy implements AnswerRecorder {
  private static final int HEADER = 5;
  private static final int FIRST = 512;
  private static final byte[] NOTHING = {};

  private final int most;
  private byte[] bytes = NOTHING;
  private int size;

  /** Offset of the message that is still incomplete. */
  private int at;

  private int columnsAt = -1;
  private int columnsEnd;
  private int rowsAt = -1;
  private int rowsEnd = -1;

  /**
   * @param most bytes of answers that are copied
   */
  AnswerCopy(int most) {
    this.most = most;
  }

  @Override
  public State take(ByteBuf piece) {
    int length = piece.readableBytes();
    if (length > most - size) {
      bytes = null;
      return State.USELESS;
    }
    if (bytes.length - size < length) {
      bytes =
          Arrays.copyOf(
              bytes, Math.min(most, Math.max(size + length, size == 0 ? FIRST : 2 * size)));
    }
    piece.getBytes(piece.readerIndex(), bytes, size, length);
    size += length;
    State state = State.MORE;
    while (state == State.MORE && size - at >= HEADER) {
      int end = at + 1 + length(at + 1);
      if (end > size || end < at + HEADER) {
        return State.MORE;
      }
      state = message(bytes[at], end);
      at = end;
    }
    return state == State.WHOLE && at != size ? State.USELESS : state;
  }

  private int length(int from) {
    return (bytes[from] & 0xFF) << 24
        | (bytes[from + 1] & 0xFF) << 16
        | (bytes[from + 2] & 0xFF) << 8
        | (bytes[from + 3] & 0xFF);
  }

  private State message(byte type, int end) {
    switch (type) {
      case BackendType.PARSE_COMPLETE, BackendType.BIND_COMPLETE -> {
        return rowsAt < 0 && columnsAt < 0 ? State.MORE : State.USELESS;
      }
      case BackendType.ROW_DESCRIPTION -> {
        if (columnsAt >= 0 || rowsAt >= 0) {
          return State.USELESS;
        }
        columnsAt = at;
        columnsEnd = end;
      }
      case BackendType.DATA_ROW, BackendType.COMMAND_COMPLETE, BackendType.PORTAL_SUSPENDED -> {
        if (rowsEnd >= 0) {
          return State.USELESS;
        }
        rowsAt = rowsAt < 0 ? at : rowsAt;
        rowsEnd = type == BackendType.DATA_ROW ? -1 : end;
      }
      case BackendType.CLOSE_COMPLETE -> {
        return rowsEnd >= 0 ? State.MORE : State.USELESS;
      }
      case BackendType.READY -> {
        return rowsEnd >= 0 ? State.WHOLE : State.USELESS;
      }
      default -> {
        return State.USELESS;
      }
    }
    return State.MORE;
  }

  @Override
  public boolean mayHaveCopied(StoredAnswer answer) {
    AnswerCopy copy = new AnswerCopy(most);
    byte[] columns = answer.columns();
    if (columns != null
        && (copy.take(Unpooled.wrappedBuffer(columns)) != State.MORE
            || copy.columnsAt != 0
            || copy.columnsEnd != columns.length)) {
      return false;
    }
    int before = copy.size;
    return copy.take(Unpooled.wrappedBuffer(answer.rows())) == State.MORE
        && copy.columnsEnd == before
        && copy.rowsAt == before
        && copy.rowsEnd == copy.size;
  }

  @Override
  public StoredAnswer answer() {
    return new StoredAnswer(
        columnsAt < 0 ? null : Arrays.copyOfRange(bytes, columnsAt, columnsEnd),
        Arrays.copyOfRange(bytes, rowsAt, rowsEnd));
  }
}
