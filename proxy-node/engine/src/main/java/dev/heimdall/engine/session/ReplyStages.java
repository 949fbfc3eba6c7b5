package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.SentUnits;
import dev.heimdall.engine.observe.PoolMetrics;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.reply.ReplyGate;
import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.reply.ReplyStage;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.session.sharing.PipelineSharing;
import dev.heimdall.engine.session.statement.RunningStatements;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.wire.Position;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** The stages of the gate that servers' answers pass on their way to one client, in their order. */
final class ReplyStages {
  private final SentUnits sent;
  private final StatementLifecycle lifecycle;
  private final RunningStatements running;
  private final ServerLease lease;
  private final PipelineSharing sharing;
  private final Writes writes;
  private final PendingReplies pending;
  private final RequestHandler handler;
  private final ClientOutput output;
  private final PoolMetrics counters;
  private final ReplyStage recoverable = this::recoverable;
  private final ReplyGate gate;

  /** Bytes that were passed on since the last statement by itself was answered. */
  private long received;

  /** Bytes of the piece that comes now, and of what was kept before it, that went on. */
  private int passed;

  ReplyStages(
      SessionContext session,
      StatementLifecycle lifecycle,
      PipelineSharing sharing,
      Writes writes,
      CachedReads cached,
      RequestHandler handler) {
    this.sent = session.sent();
    this.lifecycle = lifecycle;
    this.running = lifecycle.running();
    this.lease = session.lease();
    this.sharing = sharing;
    this.writes = writes;
    this.pending = session.pending();
    this.handler = handler;
    this.output = session.output();
    this.counters = session.counters();
    this.gate =
        new ReplyGate(
            List.of(
                this::observed,
                this::replayed,
                recoverable,
                cached,
                this::counted,
                this::triggering,
                this::metered),
            List.of(this::silenced, output.delay()),
            output::send);
    output.passes(gate);
  }

  // ---- what comes

  void reply(ServerConnection from, ByteBuf consumed) {
    byte unanswered = sharing.takeUntold();
    if (unanswered != 0) {
      known(from, unanswered);
    }
    writes.beforeReply(from);
    if (lease.closed()) {
      consumed.release();
      return;
    }
    gate.reply(from, consumed);
    if (passed > 0) {
      received += passed;
      if (sharing.active()) {
        sharing.received(from, passed);
      } else if (from == lease.server()) {
        lease.backpressure().passed(from);
      }
      passed = 0;
    }
  }

  /** The server says how far its data goes, in what comes next. */
  void wrote(Position position) {
    writes.wrote(position);
  }

  /** The server says how many rows a statement has affected, in what comes next. */
  void affected(long rows) {
    writes.affected(rows);
  }

  void knownReply(ServerConnection from, byte kind) {
    if (sharing.active() && handler.isPrepared(kind)) {
      sharing.prepared(kind);
    } else {
      known(from, kind);
    }
  }

  private void known(ServerConnection from, byte kind) {
    ByteBuf out = output.alloc().buffer(32);
    handler.known(kind, pending::takeTag, out);
    reply(from, out);
  }

  /** A part of an answer that comes from another engine. */
  void replyElsewhere(ByteBuf consumed) {
    running.seen(consumed);
    gate.release(recoverable, null, consumed);
  }

  /** Passes to the client what was kept of an answer so that its statement could be sent again. */
  void deliver(ByteBuf consumed) {
    gate.release(recoverable, null, consumed);
  }

  /**
   * Ends the count for a statement: later bytes are of another one; returns the number of bytes.
   */
  long takeReceived() {
    long bytes = received;
    received = 0;
    return bytes;
  }

  // ---- the stages

  private boolean observed(ReplySource from, ByteBuf piece) {
    running.seen(piece);
    return false;
  }

  /** Compares the answers of a transaction that is run again, which its client has had already. */
  private boolean replayed(ReplySource from, ByteBuf consumed) {
    return sent.takes(consumed);
  }

  /** The beginning of an answer waits, so that its statement may be sent again. */
  private boolean recoverable(ReplySource from, ByteBuf consumed) {
    if (sent.holdsReply(from, consumed)) {
      return true;
    }
    ByteBuf held = sent.reply().takeOut();
    if (held != null) {
      gate.release(recoverable, from, held);
    }
    return false;
  }

  private boolean counted(ReplySource from, ByteBuf piece) {
    counters.bytesToClient(piece.readableBytes());
    running.data();
    return false;
  }

  /** An answer waits for the trigger that a rule runs behind its statement. */
  private boolean triggering(ReplySource from, ByteBuf consumed) {
    if (!running.holdsReply()) {
      return false;
    }
    if (lease.server() != null && lease.server().copyIn()) {
      lifecycle.side().passOn(); // without it the client does not send what the server waits for
      return false;
    }
    return lifecycle.side().take(consumed);
  }

  /** A server that sends faster than the client reads is to pause. */
  private boolean metered(ReplySource from, ByteBuf piece) {
    passed += from == null ? 0 : piece.readableBytes();
    return false;
  }

  /**
   * While a transaction is run again, or the rest of an answer is awaited, the client has had all
   * that is said, or waits for it.
   */
  private boolean silenced(ReplySource from, ByteBuf consumed) {
    if (sent.silent()) {
      consumed.release();
      return true;
    }
    return false;
  }
}
