package dev.heimdall.engine.dialect.postgres.answer;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Capabilities;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.ErrorMessage;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.engine.wire.postgres.TextEncoding;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;

/** Encoder shared by all clients: PostgreSQL's answers do not depend on what was agreed. */
public final class PostgresEncoder implements ClientEncoder {
  private static final String APPLICATION_NAME = "application_name";

  @Override
  public void welcome(Greeting greeting, String application, CancelKey key, ByteBuf out) {
    PgWriter.authenticationOk(out);
    out.writeBytes(greeting.warned());
    Charset encoding = TextEncoding.of(greeting.reported());
    greeting
        .reported()
        .forEach(
            (name, value) -> {
              if (!name.equals(APPLICATION_NAME)) {
                PgWriter.parameterStatus(out, name, value, encoding);
              }
            });
    if (application != null) {
      PgWriter.parameterStatus(out, APPLICATION_NAME, application);
    }
    PgWriter.backendKeyData(out, key.session(), key.secret());
    out.writeBytes(greeting.said());
    PgWriter.ready(out, TransactionState.IDLE);
  }

  @Override
  public void write(Capabilities agreed, StateWriter out) {
    // Nothing is.
  }

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
  public void answer(Answer answer, ByteBuf out) {
    AnswerWriter.answer(out, answer, true);
  }

  @Override
  public void ready(TransactionState state, ByteBuf out) {
    PgWriter.ready(out, state);
  }
}
