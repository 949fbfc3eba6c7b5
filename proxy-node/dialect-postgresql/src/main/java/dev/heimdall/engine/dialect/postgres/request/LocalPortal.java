package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.StatementOutcome;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Reply to a client in an extended-protocol batch whose statement is not run: the error of a
 * rejection, raised by the server in its place, or the result of a portal that the node answers
 * for.
 */
final class LocalPortal {
  private final HandledClient client;
  private final TransactionReplay notes;
  private final LoggedInSession owner;
  private final ClientInput pending;
  private final ServerNames names;
  private final StatementLifecycle lifecycle;
  private final ClientTransaction transaction;
  private final NextStatement next;
  private final Destinations destinations;

  /** The portal that we answer for; null when there is none. */
  private byte[] portal;

  private String tag;

  LocalPortal(
      HandledClient client,
      ClientTransaction transaction,
      TransactionReplay notes,
      ClientInput pending,
      ServerNames names,
      StatementLifecycle lifecycle,
      Destinations destinations) {
    this.notes = notes;
    this.client = client;
    this.transaction = transaction;
    this.owner = client.owner();
    this.pending = pending;
    this.names = names;
    this.lifecycle = lifecycle;
    this.next = lifecycle.next();
    this.destinations = destinations;
  }

  /** The server itself says the error, so that it fails the batch and keeps its place. */
  void raise(ServerConnection server, ServerError error, long total) {
    pending.begin(total, true);
    names.runInBatch(server, ServerNames.raising(error));
  }

  /** True if a rule's refusal or result took the place of the Bind at the reader's position. */
  boolean answersBind(ServerConnection server, long total, int portalAt, int portalEnd) {
    portal = null;
    ServerError refusal = next.refusal();
    Decision decision = next.decision();
    if (refusal == null && decision.result().isEmpty()) {
      refusal = destinations.misplaced();
      if (refusal == null) {
        return false;
      }
    }
    int outcome = refusal != null ? StatementOutcome.REFUSED : StatementOutcome.result(decision);
    if (!notes.ruled(outcome)) {
      return true;
    }
    if (refusal != null) {
      lifecycle.sent(server);
      names.undoRejected(server, next.effects(), transaction);
      raise(server, refusal, total);
    } else {
      answer(server, total, portalAt, portalEnd, decision.result().getAsInt());
    }
    return true;
  }

  /** The Bind's portal is ours from now on: as if it had been about so many rows. */
  void answer(ServerConnection server, long total, int portalAt, int portalEnd, long rows) {
    portal = new byte[portalEnd - portalAt];
    pending.bytes().getBytes(portalAt, portal);
    ClassifiedText examined = next.examined();
    tag =
        ResultTag.of(
            next.effects(), Unpooled.wrappedBuffer(examined.sql()), 0, examined.length(), rows);
    lifecycle.sent(server);
    server.expect(ReplyQueue.BIND_KNOWN, owner);
    pending.begin(total, true);
  }

  /** True if an Execute, whole at the reader's position, was answered here. */
  boolean answersExecute(ServerConnection server, int total) {
    if (!isOurs(pending.bytes().readerIndex() + 5, total - 10)) {
      return false;
    }
    client.promiseTag(tag);
    server.expect(ReplyQueue.EXECUTE_KNOWN, owner);
    pending.begin(total, true);
    return true;
  }

  /** True if a Describe of a portal, whole at the reader's position, was answered here. */
  boolean answersDescribe(ServerConnection server, int total) {
    if (!isOurs(pending.bytes().readerIndex() + 6, total - 7)) {
      return false;
    }
    server.expect(ReplyQueue.DESCRIBE_KNOWN, owner);
    pending.begin(total, true);
    return true;
  }

  /**
   * True if that is the portal's name.
   *
   * @param length that it has in a message without anything missing or left over: of others, the
   *     server itself says what is wrong
   */
  private boolean isOurs(int nameAt, int length) {
    if (portal == null || length != portal.length) {
      return false;
    }
    ByteBuf input = pending.bytes();
    for (int i = 0; i < portal.length; i++) {
      if (input.getByte(nameAt + i) != portal[i]) {
        return false;
      }
    }
    return input.getByte(nameAt + portal.length) == 0;
  }
}
