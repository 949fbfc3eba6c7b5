package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.wire.ReplyEncoder;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/** ErrorResponse, NoticeResponse, ParameterStatus and ReadyForQuery of the node's own. */
final class PostgresEncoder implements ReplyEncoder {
  @Override
  public void error(ServerError error, ByteBuf out) {
    ErrorMessage.encode(error, out);
  }

  @Override
  public void notice(ServerError notice, ByteBuf out) {
    ErrorMessage.encodeNotice(notice, out);
  }

  @Override
  public void parameter(String name, String value, ByteBuf out) {
    PgWriter.parameterStatus(out, name, value);
  }

  @Override
  public void ready(TransactionState status, ByteBuf out) {
    PgWriter.ready(out, status);
  }
}
