package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.Writes;
import dev.heimdall.engine.wire.ServerError;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Keeps a statement back that was judged, until what has to come before it is done: what was
 * deferred on its tables, its trigger, its turn under limits, and that all nodes know of a change
 * of definitions. Whatever had to be waited for has the reader come again.
 */
final class StatementHold {
  private final SessionContext session;
  private final NextStatement next;
  private final SideActions side;
  private final Deferral deferral;
  private final Writes writes;
  private final LoopContext loop;
  private final AsyncWait awaiting;
  private Throttle throttle;

  StatementHold(
      SessionContext session,
      NextStatement next,
      SideActions side,
      Deferral deferral,
      Writes writes) {
    this.session = session;
    this.next = next;
    this.side = side;
    this.deferral = deferral;
    this.writes = writes;
    this.loop = session.loop();
    this.awaiting = new AsyncWait(loop, session::failed);
  }

  /** True if the statement may be sent at once. */
  boolean lets() {
    // What is deferred itself comes behind the others in its queue.
    CompletableFuture<Void> pending = deferral.wanted() ? null : side.pending(next.statement());
    if (pending != null && !pending.isDone()) {
      await(
          pending,
          done -> {
            writes.everything();
            comeAgainIf(trigger());
          });
      return false;
    }
    return trigger();
  }

  /** The statement's trigger comes first, and what it asks for may wait. */
  private boolean trigger() {
    CompletableFuture<Executed> before = side.before(next.decision(), next.statement());
    if (before == null) {
      return throttle();
    }
    await(
        before,
        end -> {
          writes.everything();
          if (end.succeeded()) {
            comeAgainIf(throttle());
          } else {
            goFailed(SideActions.failure(end));
          }
        });
    return false;
  }

  private boolean throttle() {
    if (Throttle.wanted(next.decision())) {
      throttle = new Throttle(loop, next.decision(), this::throttleOver, session::failed);
      if (!throttle.begin()) {
        next.become(LifecycleStage.HELD);
        return false;
      }
      takePlaces();
    }
    return announced();
  }

  private void throttleOver() {
    takePlaces();
    comeAgainIf(announced());
  }

  private void takePlaces() {
    next.places(throttle.takeOver());
    throttle = null;
  }

  /** It may be sent, once all nodes know that definitions are about to be changed, if they are. */
  boolean announced() {
    CompletableFuture<Void> known = writes.announce(next.statement(), next.effects());
    if (known != null && !known.isDone()) {
      await(
          known,
          nothing -> {
            next.become(LifecycleStage.GO);
            session.requests().resume();
          });
      return false;
    }
    next.become(LifecycleStage.GO);
    return true;
  }

  /** Keeps the statement back until something of another thread is done. */
  private <T> void await(CompletableFuture<T> something, Consumer<T> then) {
    next.become(LifecycleStage.HELD);
    awaiting.begin(something, then);
  }

  private void comeAgainIf(boolean goes) {
    if (goes) {
      session.requests().resume();
    }
  }

  /** The statement that is held back is to be refused in its place. */
  void fail(ServerError error) {
    cancel();
    giveUp();
    goFailed(error);
  }

  private void goFailed(ServerError error) {
    next.fail(error);
    next.become(LifecycleStage.GO);
    session.requests().resume();
  }

  /** It will not be sent: it wants no place any more. */
  void cancel() {
    if (throttle != null) {
      throttle.cancel();
      throttle = null;
    }
  }

  /** Nothing waits for what was awaited. */
  void giveUp() {
    awaiting.giveUp();
  }
}
