package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.session.statement.MessageCutter;
import dev.heimdall.engine.session.statement.ResultWatch;
import dev.heimdall.engine.session.statement.Running;
import dev.heimdall.engine.session.statement.SampledResult;
import dev.heimdall.engine.wire.mysql.EofPacket;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.StatusFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Follows the answer to each command whose result a rule wants written down: column definitions,
 * rows, and their end, by what the packets themselves say. A text may have several results, of
 * which the last one's columns count.
 */
final class CommandResults implements ResultWatch, MessageCutter.Taker {
  /** Enough of a packet to tell an end from a row. */
  private static final int BEGINNING = 16;

  private static final int EOF_LENGTH = 5;

  private enum Stage {
    /** A result begins, or something that has none. */
    HEAD,
    COLUMNS,
    /** An EOF packet may stand between columns and rows. */
    BEFORE_ROWS,
    ROWS,
    OVER
  }

  private final MessageCutter cutter = new MessageCutter(this, Packet.HEADER);
  private List<ResultColumn> columns = new ArrayList<>();
  private Stage stage = Stage.OVER;
  private int awaited;

  /** The packet before was a full one: what follows is the rest of its payload. */
  private boolean goesOn;

  private SampledResult result;
  private boolean prepared;

  @Override
  public void begin() {
    result = null;
    stage = Stage.HEAD;
    goesOn = false;
    cutter.reset();
  }

  @Override
  public void take(ByteBuf piece, Iterable<Running> running) {
    if (stage == Stage.OVER) {
      return;
    }
    if (result == null) {
      Iterator<Running> each = running.iterator();
      Running first = each.hasNext() ? each.next() : null;
      if (first == null || first.result() == null) {
        stage = Stage.OVER;
        return;
      }
      result = first.result();
      prepared = first.prepared();
    }
    cutter.take(piece);
  }

  @Override
  public void spoil(long number) {}

  @Override
  public void groupOver() {
    stage = Stage.OVER;
    result = null;
  }

  @Override
  public long length(byte[] header) {
    return (header[0] & 0xFF) | (header[1] & 0xFF) << 8 | (header[2] & 0xFF) << 16;
  }

  @Override
  public int wants(byte[] header) {
    if (goesOn || stage == Stage.OVER) {
      return 0;
    }
    boolean rows = stage == Stage.ROWS || stage == Stage.BEFORE_ROWS;
    return rows && !result.wantsRow() ? BEGINNING : MessageCutter.MOST;
  }

  @Override
  public void message(byte[] header, byte[] body, int length) {
    boolean rest = goesOn;
    goesOn = length(header) == Packet.MAX_PAYLOAD;
    if (!rest && length > 0 && stage != Stage.OVER) {
      packet(body[0] & 0xFF, (int) length(header), Unpooled.wrappedBuffer(body, 0, length));
    }
  }

  private void packet(int first, int whole, ByteBuf body) {
    if (first == ErrPacket.FIRST) {
      if (!ErrPacket.isProgress(body, 0, body.readableBytes())) {
        stage = Stage.OVER;
      }
      return;
    }
    switch (stage) {
      case HEAD -> {
        if (first == OkPacket.OK && whole > 2) {
          ended(OkPacket.read(body, false).status());
        } else {
          head(whole, body);
        }
      }
      case COLUMNS -> {
        columns.add(ResultColumn.read(body));
        if (columns.size() == awaited) {
          stage = Stage.BEFORE_ROWS;
          result.columns(columns.stream().map(ResultColumn::seen).toList());
        }
      }
      default -> {
        if (first != EofPacket.FIRST || whole == Packet.MAX_PAYLOAD) {
          stage = Stage.ROWS;
          result.row(result.wantsRow() ? ResultColumn.row(columns, body, prepared) : List.of());
        } else if (whole == EOF_LENGTH && stage == Stage.BEFORE_ROWS) {
          stage = Stage.ROWS;
        } else {
          ended(
              whole == EOF_LENGTH
                  ? EofPacket.status(body, 0)
                  : OkPacket.read(body, false).status());
        }
      }
    }
  }

  /** The number of columns, behind a byte that says whether they follow where that was agreed. */
  private void head(int whole, ByteBuf body) {
    boolean follow = whole % 2 != 0 || body.readByte() != 0;
    awaited = body.isReadable() ? ResultColumn.count(body) : 0;
    columns = new ArrayList<>();
    stage = follow && awaited > 0 ? Stage.COLUMNS : Stage.BEFORE_ROWS;
  }

  private void ended(int status) {
    stage = (status & StatusFlag.MORE_RESULTS) != 0 ? Stage.HEAD : Stage.OVER;
  }
}
