package dev.heimdall.engine.toy;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;

/** What the node itself says to a client after its log-in: in the frames of servers. */
final class ToyReplyEncoder implements ClientEncoder {
  @Override
  public void welcome(
      Map<String, String> reported, String application, CancelKey key, ByteBuf out) {
    ready(TransactionState.IDLE, out);
  }

  @Override
  public void error(ServerError error, ByteBuf out) {
    ToyFrame.write(out, ToyFrame.ERROR, 0, ToyFrame.text(error.sqlState() + error.message()));
  }

  /** There are none. */
  @Override
  public void notice(ServerError notice, ByteBuf out) {}

  @Override
  public void parameter(String name, String value, ByteBuf out) {
    ToyFrame.write(out, ToyFrame.VALUE, 0, ToyFrame.text(name + "=" + value));
  }

  @Override
  public void answer(Answer answer, ByteBuf out) {
    if (answer instanceof Answer.Failed failed) {
      error(failed.error(), out);
    } else if (answer instanceof Answer.Rows rows) {
      for (List<String> row : rows.rows()) {
        ToyFrame.write(out, ToyFrame.ROW, 0, ToyFrame.text(String.join(" ", row)));
      }
    }
  }

  @Override
  public void ready(TransactionState status, ByteBuf out) {
    ToyFrame.write(out, ToyFrame.DONE, 0, ToyFrame.numbers(status.ordinal(), 0, 0));
  }
}
