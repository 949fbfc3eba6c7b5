package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The messages that wait from the reader's position on, decoded once for all who look at them: up
 * to a Sync or a request that stands alone, and no more than {@value #MOST}. They are decoded again
 * only when the input has changed.
 */
final class RequestCursor {
  /** Longer batches are sent without having been looked at as a whole. */
  static final int MOST = 128;

  private final ClientInput input;

  private byte[] types = new byte[8];

  /** Offsets of the messages; one more than there are messages. */
  private int[] starts = new int[9];

  private int count;
  private byte partial;
  private long partialTotal;

  /** Version and range of the decoded input. */
  private long version = -1;

  private int from = -1;
  private int to = -1;

  RequestCursor(ClientInput input) {
    this.input = input;
  }

  /** Decodes what waits, if that has changed. */
  RequestCursor read() {
    ByteBuf in = input.bytes();
    if (version != input.version() || from != in.readerIndex() || to != in.writerIndex()) {
      version = input.version();
      from = in.readerIndex();
      to = in.writerIndex();
      decode(in);
    }
    return this;
  }

  private void decode(ByteBuf in) {
    count = 0;
    partial = 0;
    int at = from;
    starts[0] = at;
    while (to - at >= MessageFormat.HEADER && count < MOST) {
      byte type = in.getByte(at);
      int length = in.getInt(at + 1);
      if (length < 4) {
        return;
      }
      if (length >= to - at) {
        partial = type;
        partialTotal = length + 1L;
        return;
      }
      if (count == types.length) {
        types = Arrays.copyOf(types, 2 * count);
        starts = Arrays.copyOf(starts, 2 * count + 1);
      }
      types[count++] = type;
      at += 1 + length;
      starts[count] = at;
      if (type == FrontendType.SYNC
          || type == FrontendType.QUERY
          || type == FrontendType.FUNCTION_CALL) {
        return;
      }
    }
  }

  ByteBuf bytes() {
    return input.bytes();
  }

  /** Number of complete messages. */
  int count() {
    return count;
  }

  /** The type of one of them; 0 behind the last. */
  byte type(int i) {
    return i < count ? types[i] : 0;
  }

  int start(int i) {
    return starts[i];
  }

  /** The first byte of its body. */
  int body(int i) {
    return starts[i] + MessageFormat.HEADER;
  }

  int end(int i) {
    return starts[i + 1];
  }

  /** Its length, header included. */
  int total(int i) {
    return starts[i + 1] - starts[i];
  }

  /**
   * The type of the message behind them of which only the header and a part are here; 0 for none.
   */
  byte partial() {
    return partial;
  }

  /** That message's length, header included. */
  long partialTotal() {
    return partialTotal;
  }

  /** True if one of them executes a portal. */
  boolean executes() {
    for (int i = 0; i < count; i++) {
      if (types[i] == FrontendType.EXECUTE) {
        return true;
      }
    }
    return false;
  }

  /** True if they end in a Sync. */
  boolean synced() {
    return count > 0 && types[count - 1] == FrontendType.SYNC;
  }

  /** True if they end in a request that stands alone. */
  boolean endsAlone() {
    return count > 0
        && (types[count - 1] == FrontendType.QUERY
            || types[count - 1] == FrontendType.FUNCTION_CALL);
  }

  /** True if nothing has come behind them. */
  boolean isAll() {
    return starts[count] == to;
  }

  /** True if the first is a Query: a statement in its simple spelling. */
  boolean isQuery() {
    return type(0) == FrontendType.QUERY;
  }

  /** The length of the string that begins here; negative when it has no end before that. */
  int string(int from, int end) {
    int zero = bytes().indexOf(from, end, (byte) 0);
    return zero < 0 ? -1 : zero - from;
  }

  /** A copy of a part of the input. */
  byte[] copy(int from, int to) {
    byte[] copy = new byte[to - from];
    bytes().getBytes(from, copy);
    return copy;
  }

  /** Takes the first so many out of what goes to the server. */
  void takeOut(int messages) {
    input.cut();
    take(messages);
  }

  /** Takes the first so many. */
  void take(int messages) {
    bytes().readerIndex(starts[messages]);
  }
}
