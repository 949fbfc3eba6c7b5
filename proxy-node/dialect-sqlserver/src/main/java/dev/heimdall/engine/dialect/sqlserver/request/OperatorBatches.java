package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.statement.RuleQuestions;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import java.nio.charset.StandardCharsets;

/**
 * Commands of the console in batches of an administrator's session, and queries about rules. KILL
 * is left to the server: it ends one of the server's sessions there, by the server's number.
 */
final class OperatorBatches implements Responder {
  private final RequestParts parts;
  private final TdsRequest request;
  private final RuleQuestions questions;

  OperatorBatches(RequestParts parts, TdsRequest request) {
    this.parts = parts;
    this.request = request;
    this.questions =
        new RuleQuestions(
            parts.admin(),
            parts.notes()::note,
            parts.cached()::how,
            parts.cached()::by,
            parts.catalogue(),
            parts.lifecycle());
  }

  @Override
  public Outcome answer(Request asked) {
    byte[] text = request.text();
    if (request.type() != TdsPacket.SQL_BATCH || text.length == 0) {
      return Outcome.NEXT;
    }
    if ((text[0] | 0x20) != 'k' && parts.console().recognises(text, 0, text.length)) {
      request.take();
      parts.console().run(new String(text, StandardCharsets.UTF_8));
      return Outcome.DONE;
    }
    if (!questions.mayBe(text.length, text[0]) || !questions.recognises(text, 0, text.length)) {
      return Outcome.NEXT;
    }
    Answer answer = questions.answer(text, 0, text.length);
    if (answer == null) {
      parts.control().block();
      return Outcome.WAIT;
    }
    request.answer(answer);
    return Outcome.DONE;
  }
}
