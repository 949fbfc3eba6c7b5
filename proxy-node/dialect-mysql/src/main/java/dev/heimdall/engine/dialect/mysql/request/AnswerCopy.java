package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.session.caching.AnswerRecorder;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StateChanges;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Copies the answer to a command that one packet holds: a single result with rows, which are served
 * as they are, for its packets are numbered from 1 each time. One that holds anything else is of no
 * use: an error, warnings, a cursor, another result, what has changed of a session's state.
 *
 * <p>MariaDB says of each view in another database than the session's that the default database has
 * changed: while the view is read, it does. That is left out.
 *
 * <p>In a transaction the status in its packets says so; what is kept says what it would say
 * outside.
 *
 * <p>What is kept are its packets and, in four bytes behind them, how many rows there are.
 */
final class AnswerCopy implements AnswerRecorder {
  private static final int FIRST = 512;
  private static final int COUNT = Integer.BYTES;

  /** Offset of the status in an EOF packet, and in an OK packet at the end of rows. */
  private static final int STATUS = 3;

  private static final int OF_TRANSACTION =
      StatusFlag.IN_TRANSACTION | StatusFlag.IN_READ_ONLY_TRANSACTION;

  /** Status flags that the session gives to all answers in its transaction. */
  private static final int GIVEN = OF_TRANSACTION | StatusFlag.AUTOCOMMIT;

  /** Status flags that only an answer with a cursor, or with further results behind it, has. */
  private static final int UNSUITED =
      StatusFlag.MORE_RESULTS
          | StatusFlag.CURSOR_EXISTS
          | StatusFlag.LAST_ROW_SENT
          | StatusFlag.DATABASE_DROPPED
          | StatusFlag.METADATA_CHANGED
          | StatusFlag.OUT_PARAMETERS;

  private enum Stage {
    HEAD,
    COLUMNS,
    /** An EOF packet stands between columns and rows. */
    COLUMNS_END,
    ROWS
  }

  private final int most;
  private final boolean deprecatesEof;
  private final boolean inside;
  private byte[] bytes = {};
  private int size;

  /** Offset of the packet that is still incomplete. */
  private int at;

  /** By how much the last packet was made shorter. */
  private int cut;

  private int sequence = 1;
  private Stage stage = Stage.HEAD;
  private long columns;
  private int rows;

  /**
   * @param most bytes of answers that are copied
   * @param deprecatesEof whether rows end with an OK packet, and columns without any
   * @param inside whether it is an answer within a transaction
   */
  AnswerCopy(int most, boolean deprecatesEof, boolean inside) {
    this.most = most;
    this.deprecatesEof = deprecatesEof;
    this.inside = inside;
  }

  /** Returns the status for a session that is in no transaction, and commits each statement. */
  static int outside(int status) {
    return status & ~OF_TRANSACTION | StatusFlag.AUTOCOMMIT;
  }

  /**
   * Writes the packets of an answer that was copied so.
   *
   * @param status of the session that gets it
   */
  static void write(StoredAnswer answer, int status, boolean deprecatesEof, ByteBuf out) {
    int begin = out.writerIndex();
    out.writeBytes(answer.rows(), 0, length(answer));
    if (status == outside(status)) {
      return;
    }
    long columns = LengthEncoded.read(out.slice(begin + Packet.HEADER, Packet.payload(out, begin)));
    int last = begin;
    int number = 0;
    for (int at = begin; at < out.writerIndex(); at += Packet.HEADER + Packet.payload(out, at)) {
      if (number++ == columns + 1 && !deprecatesEof) {
        give(status, out, at);
      }
      last = at;
    }
    give(status, out, last);
  }

  private static void give(int status, ByteBuf out, int packet) {
    int at = packet + Packet.HEADER + STATUS;
    out.setShortLE(at, out.getShortLE(at) & ~GIVEN | status & GIVEN);
  }

  /** Number of rows in an answer that was copied in this way. */
  static int rows(StoredAnswer answer) {
    byte[] all = answer.rows();
    return Unpooled.wrappedBuffer(all).getInt(all.length - COUNT);
  }

  /** Number of bytes in its packets. */
  static int length(StoredAnswer answer) {
    return answer.rows().length - COUNT;
  }

  @Override
  public State take(ByteBuf piece) {
    int length = piece.readableBytes();
    if (length > most - size) {
      return useless();
    }
    if (bytes.length - size < length) {
      int wanted = Math.max(size + length, size == 0 ? FIRST : 2 * size);
      bytes = Arrays.copyOf(bytes, Math.min(most, wanted));
    }
    piece.getBytes(piece.readerIndex(), bytes, size, length);
    size += length;
    State state = State.MORE;
    ByteBuf all = Unpooled.wrappedBuffer(bytes, 0, size);
    while (state == State.MORE && Packet.whole(all, at, size)) {
      int payload = Packet.payload(all, at);
      int number = Packet.sequence(all, at);
      state =
          number == (sequence++ & 0xFF) && payload > 0 && payload < Packet.MAX_PAYLOAD
              ? packet(all.slice(at + Packet.HEADER, payload))
              : State.USELESS;
      at += Packet.HEADER + payload;
    }
    if (state == State.USELESS || (state == State.WHOLE && at != size)) {
      return useless();
    }
    size -= cut;
    return state;
  }

  private State useless() {
    bytes = new byte[0];
    size = 0;
    return State.USELESS;
  }

  private State packet(ByteBuf payload) {
    int first = payload.getUnsignedByte(0);
    if (first == ErrPacket.FIRST) {
      return State.USELESS; // also how far a long statement is
    }
    switch (stage) {
      case HEAD -> {
        return head(first, payload);
      }
      case COLUMNS -> {
        if (--columns == 0) {
          stage = deprecatesEof ? Stage.ROWS : Stage.COLUMNS_END;
        }
      }
      case COLUMNS_END -> {
        stage = Stage.ROWS;
        if (first != EofPacket.FIRST || payload.capacity() != EofPacket.LENGTH) {
          return State.USELESS;
        }
        payload.setShortLE(STATUS, outside(EofPacket.status(payload, 0)));
      }
      case ROWS -> {
        if (first == EofPacket.FIRST && (deprecatesEof || EofPacket.fits(payload.capacity()))) {
          return end(payload);
        }
        rows++;
      }
    }
    return State.MORE;
  }

  /** The number of columns and nothing else: their definitions follow. */
  private State head(int first, ByteBuf payload) {
    if (first == OkPacket.OK
        || first == LengthEncoded.NULL // asks for a file
        || payload.capacity() != LengthEncoded.size(first)) {
      return State.USELESS;
    }
    columns = LengthEncoded.read(payload);
    stage = Stage.COLUMNS;
    return State.MORE;
  }

  private State end(ByteBuf payload) {
    int status;
    int warnings;
    if (deprecatesEof) {
      OkPacket ok;
      try {
        ok = OkPacket.read(payload, true);
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        return State.USELESS;
      }
      if (ok.affectedRows() != 0
          || ok.generatedId() != 0
          || ok.info().length > 0
          || !isOfViews(ok.state())) {
        return State.USELESS;
      }
      if ((ok.status() & StatusFlag.SESSION_STATE_CHANGED) != 0) {
        shorten(ok.withoutState(), payload.capacity());
      }
      status = ok.status() & ~StatusFlag.SESSION_STATE_CHANGED;
      warnings = ok.warnings();
    } else if (payload.capacity() == EofPacket.LENGTH) {
      status = EofPacket.status(payload, 0) & ~StatusFlag.SESSION_STATE_CHANGED;
      warnings = EofPacket.warnings(payload, 0);
    } else {
      return State.USELESS;
    }
    boolean open = (status & StatusFlag.IN_TRANSACTION) != 0;
    if (warnings != 0
        || (status & UNSUITED) != 0
        || open != inside
        || (!open && (status & StatusFlag.AUTOCOMMIT) == 0)) {
      return State.USELESS;
    }
    payload.setShortLE(STATUS, outside(status & ~StatusFlag.SLOW_QUERY)); // which it is no more
    return State.WHOLE;
  }

  /** True if nothing has changed but the default database, which a read leaves as it was. */
  private static boolean isOfViews(byte[] state) {
    ByteBuf in = Unpooled.wrappedBuffer(state);
    try {
      while (in.isReadable()) {
        if (in.readUnsignedByte() != StateChanges.SCHEMA) {
          return false;
        }
        LengthEncoded.readBytes(in);
      }
      return true;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Writes the last packet anew, which is never longer. */
  private void shorten(OkPacket ok, int before) {
    ByteBuf anew = Unpooled.wrappedBuffer(bytes).writerIndex(at);
    ok.write(anew, Packet.sequence(anew, at), OkPacket.END_OF_ROWS, false);
    cut = Packet.HEADER + before - (anew.writerIndex() - at);
  }

  @Override
  public boolean mayHaveCopied(StoredAnswer answer) {
    if (answer.columns() != null || answer.rows().length < COUNT) {
      return false;
    }
    AnswerCopy copy = new AnswerCopy(most, deprecatesEof, false);
    return copy.take(Unpooled.wrappedBuffer(answer.rows(), 0, length(answer))) == State.WHOLE
        && copy.rows == rows(answer);
  }

  @Override
  public StoredAnswer answer() {
    byte[] answer = Arrays.copyOf(bytes, size + COUNT);
    Unpooled.wrappedBuffer(answer).setInt(size, rows);
    return new StoredAnswer(null, answer);
  }
}
