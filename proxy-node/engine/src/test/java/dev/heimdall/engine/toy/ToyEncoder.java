package dev.heimdall.engine.toy;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What one client of the toy protocol is told: it depends on what was agreed, and counts frames.
 */
final class ToyEncoder implements ClientEncoder {
  private int capabilities;
  private int next;

  void agreed(int wanted) {
    capabilities = wanted;
  }

  /** Whether the client's frame has the number that comes next. */
  boolean follows(int number) {
    return number == (next++ & 0xff);
  }

  void frame(ByteBuf out, Consumer<ByteBuf> content) {
    ToyFrames.frame(out, next++ & 0xff, content);
  }

  @Override
  public void welcome(
      Map<String, String> reported, String application, CancelKey key, ByteBuf out) {
    frame(
        out,
        to -> {
          to.writeByte(ToyFrames.OK).writeInt(key.session()).writeBytes(key.secret());
          if ((capabilities & ToyFrames.REPORTS) != 0) {
            reported.forEach(
                (name, value) -> {
                  ToyFrames.text(to, name);
                  ToyFrames.text(to, value);
                });
          }
        });
  }

  @Override
  public void error(ServerError error, ByteBuf out) {
    frame(
        out,
        to -> {
          to.writeByte(ToyFrames.ERROR);
          ToyFrames.text(to, error.sqlState());
          ToyFrames.text(to, error.message());
        });
  }

  /** There are none. */
  @Override
  public void notice(ServerError notice, ByteBuf out) {}

  @Override
  public void parameter(String name, String value, ByteBuf out) {
    if ((capabilities & ToyFrames.REPORTS) != 0) {
      frame(
          out,
          to -> {
            to.writeByte(ToyFrames.VALUE);
            ToyFrames.text(to, name);
            ToyFrames.text(to, value);
          });
    }
  }

  @Override
  public void answer(Answer answer, ByteBuf out) {
    if (answer instanceof Answer.Failed failed) {
      error(failed.error(), out);
    } else if (answer instanceof Answer.Rows rows) {
      for (List<String> row : rows.rows()) {
        frame(
            out,
            to -> {
              to.writeByte(ToyFrames.ROW);
              row.forEach(value -> ToyFrames.text(to, value));
            });
      }
    }
  }

  /** A new command begins the count again. */
  @Override
  public void ready(TransactionState state, ByteBuf out) {
    frame(out, to -> to.writeByte(ToyFrames.OK).writeByte(state.ordinal()));
    next = 0;
  }
}
