package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.journal.TransactionReplay;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder.Outcome;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/**
 * Answers a batch that does no more than close prepared statements without a server connection:
 * their names are the session's own, no server knows of them. Drivers send such a batch right ahead
 * of something else, when a statement is not used any more. Were it on its way to a server, a BEGIN
 * behind it could not be held back, nor its transaction be run again.
 */
final class ClosingBatch {
  private final HandledClient client;
  private final TransactionReplay notes;
  private final PreparedNames names;
  private final RequestCursor batch;

  ClosingBatch(
      HandledClient client, TransactionReplay notes, PreparedNames names, RequestCursor batch) {
    this.notes = notes;
    this.client = client;
    this.names = names;
    this.batch = batch;
  }

  /** Answers the batch, which begins with a Close. */
  Outcome answer(Request request) {
    if (request.server() != null || client.transactionLost() || notes.active()) {
      return Outcome.NEXT;
    }
    if (!onlyCloses()) {
      return Outcome.NEXT;
    }
    ByteBuf out = client.alloc().buffer(64);
    int closes = batch.count() - 1;
    for (int i = 0; i < closes; i++) {
      byte[] name = new byte[nameLength(i)];
      batch.bytes().getBytes(batch.body(i) + 1, name);
      names.remove(name);
      PgWriter.empty(out, BackendType.CLOSE_COMPLETE);
    }
    batch.take(batch.count());
    PgWriter.ready(out, client.status());
    client.write(out);
    return Outcome.DONE;
  }

  /** True if it is here up to its Sync and closes statements that have names, and nothing else. */
  private boolean onlyCloses() {
    if (!batch.read().synced()) {
      return false;
    }
    ByteBuf in = batch.bytes();
    for (int i = 0; i < batch.count() - 1; i++) {
      if (batch.type(i) != FrontendType.CLOSE
          || nameLength(i) <= 0
          || in.getByte(batch.body(i)) != 'S'
          || in.indexOf(batch.body(i), batch.end(i), (byte) 0) != batch.end(i) - 1) {
        return false; // also when it is malformed: the other part that handles it says so
      }
    }
    return true;
  }

  /** Between the kind of what is closed and the zero byte. */
  private int nameLength(int i) {
    return batch.total(i) - MessageFormat.HEADER - 2;
  }
}
