package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.statement.ResultWatch;
import dev.heimdall.engine.statement.Running;
import io.netty.buffer.ByteBuf;

/** Nothing of results is written down. */
final class UnwatchedResults implements ResultWatch {
  @Override
  public boolean begun() {
    return true;
  }

  @Override
  public void begin(boolean asked) {}

  @Override
  public void take(ByteBuf piece, Iterable<Running> running) {}

  @Override
  public void spoil(long number) {}

  @Override
  public void groupOver() {}
}
