package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.session.AnsweringClient;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/**
 * Answers a batch that does no more than close prepared statements without a server connection:
 * their names are the session's own, no server knows of them. Drivers send such a batch right ahead
 * of something else, when they find that nobody has a statement any more. Were it on its way to a
 * server, a BEGIN behind it could not be held back, nor its transaction be run again.
 */
final class ClosingBatch {
  private final AnsweringClient client;
  private final PreparedNames names;
  private final ClientInput pending;

  ClosingBatch(AnsweringClient client, PreparedNames names, ClientInput pending) {
    this.client = client;
    this.names = names;
    this.pending = pending;
  }

  /** Whether the batch at the reader's position was answered; it is then taken. */
  boolean answer() {
    if (client.transactionLost() || client.replaying()) {
      return false;
    }
    ByteBuf in = pending.bytes();
    if (!onlyCloses(in)) {
      return false;
    }
    ByteBuf out = client.alloc().buffer(64);
    BatchCursor batch = new BatchCursor(in);
    while (!batch.ends()) {
      byte[] name = new byte[nameLength(batch)];
      in.getBytes(batch.body() + 1, name);
      names.remove(name);
      PgWriter.empty(out, BackendType.CLOSE_COMPLETE);
      batch.skip();
    }
    batch.take();
    PgWriter.ready(out, client.status());
    client.write(out);
    return true;
  }

  /** Whether it is here up to its Sync and closes statements that have names, and nothing else. */
  private static boolean onlyCloses(ByteBuf in) {
    BatchCursor batch = new BatchCursor(in);
    while (batch.type() == FrontendType.CLOSE) {
      if (nameLength(batch) <= 0
          || in.getByte(batch.body()) != 'S'
          || in.indexOf(batch.body(), batch.end(), (byte) 0) != batch.end() - 1) {
        return false; // also when it is malformed: whoever else handles it says so
      }
      batch.skip();
    }
    return batch.ends();
  }

  /** Between the kind of what is closed and the zero byte. */
  private static int nameLength(BatchCursor batch) {
    return batch.end() - batch.body() - 2;
  }
}
