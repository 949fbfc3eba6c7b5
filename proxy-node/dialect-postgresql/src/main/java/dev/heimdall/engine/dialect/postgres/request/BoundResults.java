package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.pipeline.FingerprintEntry;
import dev.heimdall.engine.session.statement.MessageCutter;
import dev.heimdall.engine.session.statement.ResultWatch;
import dev.heimdall.engine.session.statement.Running;
import dev.heimdall.engine.session.statement.SampledResult;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.routing.bounded.BoundedMap;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Follows each group of replies: a BindComplete in it tells whose reply comes next. */
final class BoundResults implements ResultWatch, MessageCutter.Taker {
  private static final int MOST_REMEMBERED = 64;
  private static final int HEADER = 5;

  private final MessageCutter cutter = new MessageCutter(this, HEADER);
  private int bound;
  private Iterable<Running> group = List.of();
  private long spoiled = -1;
  private RowText described;
  private Running current;

  /** Of the result that comes now. */
  private RowText columns = RowText.UNKNOWN;

  /** Columns described to the client before, by the entry of the text's fingerprint. */
  private final Map<FingerprintEntry, RowText> remembered = BoundedMap.ofNewest(MOST_REMEMBERED);

  @Override
  public void begin() {
    bound = 0;
    current = null;
    described = null;
    columns = RowText.UNKNOWN;
    cutter.reset();
  }

  @Override
  public void take(ByteBuf piece, Iterable<Running> running) {
    group = running;
    cutter.take(piece);
  }

  @Override
  public void spoil(long number) {
    spoiled = number;
  }

  @Override
  public void groupOver() {
    current = null;
    group = List.of();
  }

  @Override
  public long length(byte[] header) {
    return ByteBuffer.wrap(header).getInt(1) - 4L;
  }

  @Override
  public int wants(byte[] header) {
    if (header[0] == BackendType.ROW_DESCRIPTION) {
      return MessageCutter.MOST;
    }
    SampledResult result = header[0] == BackendType.DATA_ROW ? result() : null;
    return result != null && result.wantsRow() ? MessageCutter.MOST : 0;
  }

  @Override
  public void message(byte[] header, byte[] body, int length) {
    switch (header[0]) {
      case BackendType.BIND_COMPLETE -> next();
      case BackendType.ROW_DESCRIPTION ->
          columns(new RowText(RowText.described(body, length), false));
      case BackendType.DATA_ROW -> {
        SampledResult result = result();
        if (result != null) {
          result.row(result.wantsRow() ? columns.row(body, length) : List.of());
        }
      }
      default -> {}
    }
  }

  /** The reply to the next statement that was bound. */
  private void next() {
    current = null;
    int left = bound++;
    Iterator<Running> each = group.iterator();
    long number = -1;
    while (each.hasNext()) {
      Running running = each.next();
      number = number < 0 ? running.group() : number;
      if (running.group() != number || number == spoiled) {
        return;
      }
      if (left-- == 0) {
        current = running;
        break;
      }
    }
    if (current != null && described != null) {
      remembered.put(current.known(), described);
    }
    described = null;
    if (current != null && current.result() != null) {
      show(current.result(), remembered.getOrDefault(current.known(), RowText.UNKNOWN));
    }
  }

  private void columns(RowText found) {
    SampledResult result = result();
    if (current == null) {
      described = found; // of a statement that is bound later
      return;
    }
    remembered.put(current.known(), found);
    if (result != null) {
      show(result, new RowText(found.columns(), true));
    }
  }

  private void show(SampledResult result, RowText found) {
    columns = found;
    result.columns(found.seen());
  }

  private SampledResult result() {
    if (current == null && bound == 0) {
      Iterator<Running> each = group.iterator();
      Running first = each.hasNext() ? each.next() : null;
      current = first != null && !first.prepared() ? first : null;
    }
    return current == null ? null : current.result();
  }
}
