package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.session.caching.AnswerRecorder;
import dev.heimdall.engine.wire.sqlserver.EnvChange;
import dev.heimdall.engine.wire.sqlserver.TdsPacketWalker;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import dev.heimdall.engine.wire.sqlserver.TdsReplyListener;
import dev.heimdall.engine.wire.sqlserver.TdsReplyScanner;
import dev.heimdall.engine.wire.sqlserver.TdsToken;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import dev.heimdall.engine.wire.sqlserver.TdsWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Copies the tokens of an answer with one result: of a batch up to its DONE, of a call up to the
 * DONEINPROC of its statement. One that holds anything else is of no use: an error, a message, what
 * has changed of the session, another result, values that parameters return. The acknowledgement of
 * a reset ahead of it, and the beginning of a transaction behind that, are left out.
 *
 * <p>The end of a call is written anew for each client: prepared statements have handles of their
 * own.
 */
final class AnswerCopy implements AnswerRecorder, TdsReplyListener {
  private static final int FIRST = 512;
  private static final int STATUS_BYTES = 1 + Integer.BYTES;

  /** Bytes of a returned handle without its name and its user type. */
  private static final int HANDLE_BYTES = 1 + 2 + 1 + 1 + 2 + 2 + 1 + Integer.BYTES;

  /** Parameters that a preparing call returns: the first. */
  private static final int HANDLE = 1;

  private static final int LONGEST_NAME = 128;

  /** Bytes of the token that acknowledges a reset. */
  private static final int RESET_BYTES = 6;

  /** Bytes of the token that reports the beginning of a transaction. */
  private static final int BEGIN_BYTES = 14;

  /** Bits of a DONE that an answer may have which is kept. */
  private static final int SUITED = TdsToken.DONE_COUNT | TdsToken.DONE_IN_TRANSACTION;

  /** Form of a request, as far as it decides on the form of its answer. */
  enum Form {
    BATCH,
    CALL,
    /** A call that returns the handle of the statement that it runs. */
    PREPARING_CALL
  }

  /** The place in an answer. */
  private enum Stage {
    /** Ahead of the acknowledgement of a reset. */
    RESET,
    COLUMNS,
    ROWS,
    /** Behind the statement of a call. */
    STATUS,
    HANDLE,
    END,
    OVER
  }

  private final int most;
  private final Form form;
  private final TdsVersion version;
  private final boolean inside;
  private final boolean resets;
  private final boolean begins;
  private final TdsPacketWalker walker = new TdsPacketWalker();
  private final TdsReplyScanner scanner;
  private byte[] bytes = {};
  private int size;

  /** Bytes ahead of the result. */
  private int from;

  private Stage stage;
  private boolean begun;
  private boolean useless;

  /**
   * @param most bytes of an answer that are copied
   * @param inside whether it is an answer within a transaction
   * @param resets whether it acknowledges a reset
   * @param begins whether its statement begins a transaction
   */
  AnswerCopy(
      int most, Form form, TdsVersion version, boolean inside, boolean resets, boolean begins) {
    this.most = most;
    this.form = form;
    this.version = version;
    this.inside = inside || begins;
    this.resets = resets;
    this.begins = begins;
    this.stage = resets ? Stage.RESET : Stage.COLUMNS;
    this.scanner = new TdsReplyScanner(this, version);
    this.scanner.returns(form == Form.PREPARING_CALL ? HANDLE : 0);
  }

  /**
   * Writes the tokens of an answer that was copied so.
   *
   * @param handle that a preparing call returns; 0 for none
   * @param inside whether the client is in a transaction
   */
  static void write(
      StoredAnswer kept, Form form, int handle, boolean inside, TdsVersion version, ByteBuf out) {
    out.writeBytes(kept.rows());
    if (inside) {
      int done = out.writerIndex() - version.doneBytes();
      out.setShortLE(done, out.getUnsignedShortLE(done) | TdsToken.DONE_IN_TRANSACTION);
    }
    if (form == Form.BATCH) {
      return;
    }
    TdsWriter.returnStatus(out, 0);
    if (handle != 0) {
      TdsWriter.returnInteger(out, 0, "", handle, version);
    }
    int status = inside ? TdsToken.DONE_IN_TRANSACTION : 0;
    TdsWriter.done(out, TdsToken.DONE_PROC, status, 0, 0, version);
  }

  @Override
  public State take(ByteBuf piece) {
    try {
      int at = piece.readerIndex();
      int end = piece.writerIndex();
      while (at < end && !useless) {
        at = walker.walk(piece, at, end);
        copy(piece, walker.from(), walker.to());
        if (walker.ended()) {
          return at == end && ends() ? State.WHOLE : useless();
        }
      }
      return useless ? useless() : State.MORE;
    } catch (TdsProtocolException | IndexOutOfBoundsException e) {
      return useless();
    }
  }

  private State useless() {
    useless = true;
    bytes = new byte[0];
    size = 0;
    return State.USELESS;
  }

  private void copy(ByteBuf in, int from, int to) {
    int length = to - from;
    if (length > most - size) {
      useless = true;
      return;
    }
    if (bytes.length - size < length) {
      int wanted = Math.max(size + length, size == 0 ? FIRST : 2 * size);
      bytes = Arrays.copyOf(bytes, Math.min(most, wanted));
    }
    in.getBytes(from, bytes, size, length);
    scanner.on(in, from, to);
    useless |= scanner.isBlind();
    size += length;
  }

  /** The message is over: true if it was an answer that may be kept, of which the end is cut. */
  private boolean ends() {
    if (useless || stage != Stage.OVER || !scanner.isBetweenTokens()) {
      return false;
    }
    if (form != Form.BATCH) {
      size -= doneBytes() + handleBytes() + STATUS_BYTES;
    }
    int done = size - doneBytes();
    int token = form == Form.BATCH ? TdsToken.DONE : TdsToken.DONE_IN_PROC;
    if (!isReset() || !isBegun() || done < from || (bytes[done] & 0xFF) != token) {
      return false;
    }
    bytes[done + 1] &= ~TdsToken.DONE_IN_TRANSACTION;
    return true;
  }

  /** True if the result begins behind an acknowledgement as servers write it, where one is due. */
  private boolean isReset() {
    if (!resets) {
      return true;
    }
    ByteBuf expected = Unpooled.buffer(RESET_BYTES);
    EnvChange.writeReset(expected);
    int at = (bytes[0] & 0xFF) == TdsToken.DONE ? doneBytes() : 0; // Babelfish ends the reset first
    from = Math.min(size, at + RESET_BYTES);
    return expected.equals(Unpooled.wrappedBuffer(bytes, at, from - at));
  }

  /** True if the result begins behind the report on its transaction, where there was one. */
  private boolean isBegun() {
    if (!begun) {
      return true;
    }
    int at = from;
    from += BEGIN_BYTES;
    return from < size
        && (bytes[at] & 0xFF) == TdsToken.ENV_CHANGE
        && bytes[at + 1] == BEGIN_BYTES - 3
        && bytes[at + 2] == 0
        && bytes[at + 3] == EnvChange.BEGIN_TRANSACTION;
  }

  private int doneBytes() {
    return 1 + version.doneBytes();
  }

  /** Bytes of the token that returns a handle, ahead of the last DONE; its name may be any. */
  private int handleBytes() {
    if (form != Form.PREPARING_CALL) {
      return 0;
    }
    int end = size - doneBytes();
    int found = 0;
    for (int name = 0; name <= LONGEST_NAME; name++) {
      int length = HANDLE_BYTES + version.userTypeBytes() + 2 * name;
      int at = end - length;
      boolean fits =
          at >= STATUS_BYTES
              && (bytes[at] & 0xFF) == TdsToken.RETURN_VALUE
              && (bytes[at + 3] & 0xFF) == name
              && (bytes[at - STATUS_BYTES] & 0xFF) == TdsToken.RETURN_STATUS;
      if (fits && found > 0) {
        return size; // none can be told from the name of another
      }
      found = fits ? length : found;
    }
    return found;
  }

  // ---- tokens

  @Override
  public void columns(int count) {
    move(stage == Stage.COLUMNS, Stage.ROWS);
  }

  @Override
  public void done(int token, int status, int command, long rows) {
    boolean open = (status & TdsToken.DONE_IN_TRANSACTION) != 0;
    if (stage == Stage.RESET && status == TdsToken.DONE_MORE) {
      return;
    }
    switch (token) {
      case TdsToken.DONE ->
          move(form == Form.BATCH && stage == Stage.ROWS && isSuited(status), Stage.OVER);
      case TdsToken.DONE_IN_PROC -> {
        boolean more = (status & TdsToken.DONE_MORE) != 0;
        boolean suited = more && isSuited(status & ~TdsToken.DONE_MORE);
        move(form != Form.BATCH && stage == Stage.ROWS && suited, Stage.STATUS);
      }
      default -> move(stage == Stage.END && isSuited(status), Stage.OVER);
    }
    useless |= open && !inside; // SQL Server itself never says so of a transaction
  }

  private static boolean isSuited(int status) {
    return (status & ~SUITED) == 0;
  }

  @Override
  public void returnStatus(int status) {
    boolean prepares = form == Form.PREPARING_CALL;
    move(stage == Stage.STATUS && status == 0, prepares ? Stage.HANDLE : Stage.END);
  }

  @Override
  public void returnInteger(int ordinal, int value) {
    move(stage == Stage.HANDLE && ordinal == 0, Stage.END);
  }

  private void move(boolean expected, Stage next) {
    useless |= !expected;
    stage = next;
  }

  @Override
  public void returnOther(int ordinal) {
    useless = true;
  }

  @Override
  public void environment(int type, ByteBuf in, int at, int length) {
    if (type == EnvChange.BEGIN_TRANSACTION) {
      move(begins && !begun && stage == Stage.COLUMNS, Stage.COLUMNS);
      begun = true;
    } else {
      move(stage == Stage.RESET && type == EnvChange.RESET_ACKNOWLEDGED, Stage.COLUMNS);
    }
  }

  @Override
  public void error(ByteBuf in, int at, int length) {
    useless = true;
  }

  @Override
  public void info(ByteBuf in, int at, int length) {
    useless = true;
  }

  @Override
  public void loginAck(ByteBuf in, int at, int length) {
    useless = true;
  }

  @Override
  public void feature(int id, ByteBuf in, int at, int length) {
    useless = true;
  }

  @Override
  public void sessionState(ByteBuf in, int at, int length) {
    useless = true;
  }

  @Override
  public void sspi(ByteBuf in, int at, int length) {
    useless = true;
  }

  @Override
  public void fedAuthInfo(ByteBuf in, int at, int length) {
    useless = true;
  }

  // ---- what it was

  /** Tokens alone: the end of a call is written behind them. */
  @Override
  public boolean mayHaveCopied(StoredAnswer answer) {
    if (answer.columns() != null || answer.rows().length > most) {
      return false;
    }
    AnswerCopy copy = new AnswerCopy(Integer.MAX_VALUE, form, version, false, false, false);
    byte[] tokens = answer.rows();
    Stage last = form == Form.BATCH ? Stage.OVER : Stage.STATUS;
    try {
      copy.scanner.on(Unpooled.wrappedBuffer(tokens), 0, tokens.length);
    } catch (TdsProtocolException | IndexOutOfBoundsException e) {
      return false;
    }
    int done = tokens.length - doneBytes();
    int token = form == Form.BATCH ? TdsToken.DONE : TdsToken.DONE_IN_PROC;
    return !copy.useless
        && copy.stage == last
        && copy.scanner.isBetweenTokens()
        && done > 0
        && (tokens[done] & 0xFF) == token;
  }

  @Override
  public StoredAnswer answer() {
    return new StoredAnswer(null, Arrays.copyOfRange(bytes, from, size));
  }
}
