package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.journal.LostClient;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.lease.LeaseState;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.Losses;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.Set;

/**
 * Effects on a session when what it has sent is lost: what it forgets, what it takes back, and the
 * errors that its client gets.
 */
final class LossEffects implements LostClient {
  /** Reason that a session ends with its connection; for its client. */
  static final String SETTINGS = "Settings of the session were lost with it.";

  private final Losses losses;
  private final StatementLifecycle lifecycle;
  private final SessionState carried;
  private final ClientTransaction transaction;
  private final PendingReplies pending;
  private final ServerLease lease;
  private final Listening listening;
  private final ClientInput input;
  private final ClientOutput output;
  private final SessionEnd end;
  private final LoopContext loop;
  private final SessionContext session;

  /** True if a transaction that is run again has set something that no rollback takes back. */
  private boolean settingsLost;

  LossEffects(
      SessionContext session, StatementLifecycle lifecycle, ClientInput input, SessionEnd end) {
    this.losses = session.losses();
    this.lifecycle = lifecycle;
    this.carried = session.carried();
    this.transaction = session.transaction();
    this.pending = session.pending();
    this.lease = session.lease();
    this.listening = session.listening();
    this.input = input;
    this.output = session.output();
    this.end = end;
    this.loop = session.loop();
    this.session = session;
  }

  @Override
  public boolean mayGoOn() {
    return losses.mayGoOn();
  }

  @Override
  public void unanswered(Set<Long> again, boolean onward) {
    if (again.isEmpty()) {
      lifecycle.end();
    } else {
      lifecycle.takeBack(again, onward);
      carried.settings().keepReported();
    }
    pending.forget();
    settingsLost |=
        !losses.keepsFailed() && transaction.open() && !carried.settings().touched().isEmpty();
    carried.lost();
    session.protocol().unanswered();
    lease.captureLost();
    listening.lost();
  }

  @Override
  public void ready() {
    lease.become(LeaseState.READY);
  }

  @Override
  public void fail(ServerError error, int units, boolean open) {
    if (units == 0 && !open) {
      return;
    }
    lifecycle.side().end();
    ByteBuf out = output.alloc().buffer(256);
    boolean amidBatch = open || session.protocol().takePutInEnd();
    int whole = amidBatch && !open ? units - 1 : units;
    for (int i = 0; i < whole; i++) {
      pending.refused();
      output.encoder().failure(error, transaction.status(), out);
    }
    if (amidBatch) {
      pending.refused();
      output.encoder().error(error, out);
      input.skipBatch();
    }
    output.write(out);
  }

  /** The answer to a read that was read again is not the one that its client has had a part of. */
  void unlike(ServerError error, boolean cut) {
    if (cut) {
      loop.soon(() -> end.close(SessionEnd.AMID_MESSAGE), session::failed);
    } else if (!lease.closed()) {
      fail(error, 1, false);
    }
  }

  @Override
  public void failTransaction() {
    losses.failTransaction();
  }

  @Override
  public boolean leavesServer() {
    if (lease.state() == LeaseState.ACTIVE) {
      lease.putDown();
    }
    return lease.state() == LeaseState.READY;
  }

  // ---- whole transactions

  @Override
  public void rewind(byte[] held, boolean forReplica) {
    transaction.rewind(held, forReplica);
    session.protocol().rewinds();
    ready();
  }

  @Override
  public void rollBack(Runnable then) {
    lease.waiting().stop();
    ServerConnection server = lease.server();
    if (server == null) {
      then.run();
    } else if (lease.state() == LeaseState.ACTIVE && server.quiet()) {
      server.requests().rollBack(new RollBack(then));
    } else {
      server.close("a transaction could not be run again on it");
    }
  }

  /** Ends a transaction that was run again with other answers. */
  private final class RollBack extends StateQuery {
    private final Runnable then;

    RollBack(Runnable then) {
      super("ROLLBACK");
      this.then = then;
    }

    @Override
    protected void ended(ServerConnection from, ServerError error) {
      if (lease.closed()) {
        lease.abandonment().rest(from);
      } else if (!from.closed()) {
        lease.putDown();
        then.run();
      }
    }
  }

  @Override
  public void transactionFailed(ServerError error, int pending, boolean open, boolean cut) {
    transaction.failed();
    if (lease.state() != LeaseState.READY) {
      ready();
    }
    if (cut) {
      end.close(SessionEnd.AMID_MESSAGE);
    } else if (settingsLost) {
      end.fatal(error.asFatal().withDetail(SETTINGS), "settings of its transaction were lost");
    } else {
      answer(error, true, pending, open);
    }
  }

  /** Answers what was lost with this error, after which the client goes on. */
  void answer(ServerError error, boolean inTransaction, int units, boolean open) {
    settingsLost = false;
    losses.reported(error, inTransaction, units > 0 || open);
    fail(error, units, open);
    session.requests().process();
  }

  /**
   * Error that a client gets for what was lost.
   *
   * @param lastError a FATAL that the server sent before; or null
   */
  static ServerError errorOf(ServerError lastError) {
    return lastError != null
        ? lastError.asError()
        : ServerError.connectionFailure("the connection to the database server was lost")
            .withHint("Whether a statement that changes data took effect is not known.");
  }
}
