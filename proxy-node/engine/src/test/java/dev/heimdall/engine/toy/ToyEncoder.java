package dev.heimdall.engine.toy;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the node itself says to one client of the toy protocol: it depends on what was agreed, and
 * is counted until the log-in is over.
 */
final class ToyEncoder implements ClientEncoder {
  private int capabilities;
  private int next;
  private boolean welcomed;
  private Runnable stop = () -> {};

  /** Sets the listener for the arrival of a frame that ends a statement. */
  void onStop(Runnable listener) {
    stop = listener;
  }

  void stopped() {
    stop.run();
  }

  void agreed(int wanted) {
    capabilities = wanted;
  }

  /** Whether the client's frame has the number that comes next. */
  boolean follows(int number) {
    return number == next++;
  }

  void frame(ByteBuf out, byte type, Consumer<ByteBuf> body) {
    ToyFrame.write(out, type, welcomed ? 0 : next++, body);
  }

  private void frame(ByteBuf out, byte type, String text) {
    frame(out, type, to -> to.writeBytes(ToyFrame.text(text)));
  }

  @Override
  public void welcome(Greeting greeting, String application, CancelKey key, ByteBuf out) {
    frame(out, ToyFrame.WELCOME, to -> to.writeInt(key.session()).writeBytes(key.secret()));
    greeting.reported().forEach((name, value) -> parameter(name, value, out));
    ready(TransactionState.IDLE, out);
    welcomed = true;
  }

  @Override
  public void error(ServerError error, ByteBuf out) {
    String number = error.number() == 0 ? "" : "/" + error.number() + "/";
    frame(out, ToyFrame.ERROR, error.sqlState() + number + error.message());
  }

  /** There are none. */
  @Override
  public void notice(ServerError notice, ByteBuf out) {}

  @Override
  public void parameter(String name, String value, ByteBuf out) {
    if ((capabilities & ToyFrame.REPORTS) != 0) {
      frame(out, ToyFrame.VALUE, name + "=" + value);
    }
  }

  @Override
  public void answer(Answer answer, ByteBuf out) {
    if (answer instanceof Answer.Failed failed) {
      error(failed.error(), out);
    } else if (answer instanceof Answer.Rows rows) {
      for (List<String> row : rows.rows()) {
        frame(out, ToyFrame.ROW, String.join(" ", row));
      }
    }
  }

  @Override
  public void ready(TransactionState status, ByteBuf out) {
    frame(out, ToyFrame.DONE, to -> to.writeBytes(ToyFrame.numbers(status.ordinal(), 0, 0)));
  }
}
