package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.statement.RuleQuestions;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.ReplyEncoder;
import io.netty.buffer.ByteBuf;

/** Answers what an operator asks of rules in a Query message. */
final class RuleCommands {
  private final HandledClient client;
  private final ClientRequests requests;
  private final ReplyEncoder encoder;
  private final ClientInput pending;
  private final LoopContext loop;
  private final RuleQuestions questions;

  /**
   * @param encoder of the answers
   */
  RuleCommands(
      HandledClient client,
      ClientRequests requests,
      ReplyEncoder encoder,
      ClientInput pending,
      LoopContext loop,
      RuleQuestions questions) {
    this.client = client;
    this.requests = requests;
    this.encoder = encoder;
    this.pending = pending;
    this.loop = loop;
    this.questions = questions;
  }

  /** Answers the Query message at the reader's position, if it is one of these commands. */
  Outcome answer(int total) {
    if (!recognises(total)) {
      return Outcome.NEXT;
    }
    if (client.outstanding() == 0 && answered(total)) {
      return Outcome.DONE;
    }
    requests.block();
    return Outcome.WAIT;
  }

  /**
   * True if the whole Query message at the reader's position is one of these commands; not when it
   * has no text, which is found out when it is judged.
   */
  private boolean recognises(int total) {
    return total > 6
        && questions.mayBe(total - 6, pending.bytes().getByte(pending.bytes().readerIndex() + 5))
        && questions.recognises(text(total), 0, total - 6);
  }

  private byte[] text(int total) {
    byte[] sql = loop.scratch(total - 6);
    pending.bytes().getBytes(pending.bytes().readerIndex() + 5, sql, 0, total - 6);
    return sql;
  }

  /**
   * Answers the command at the reader's position.
   *
   * @return whether that could be done now; if not, the reader comes again when it can
   */
  private boolean answered(int total) {
    Answer answer = questions.answer(text(total), 0, total - 6);
    if (answer == null) {
      return false;
    }
    pending.cut();
    pending.bytes().skipBytes(total);
    ByteBuf out = client.alloc().buffer(512);
    encoder.answer(answer, out);
    encoder.ready(client.status(), out);
    client.write(out);
    return true;
  }
}
