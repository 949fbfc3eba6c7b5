package dev.heimdall.engine.session;

import dev.heimdall.engine.foreign.ForeignCall;
import dev.heimdall.engine.foreign.ForeignOutcome;
import dev.heimdall.engine.foreign.ForeignReply;
import dev.heimdall.engine.foreign.ForeignSource;
import dev.heimdall.engine.foreign.ForeignStatement;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The one statement of a session that a data source of another engine is carrying out: while there
 * is one, nothing that the client sends is read, and the source sends no more than the client
 * takes.
 */
public final class ForeignCalls {
  private static final int PIECE = 1024;

  private final HandledClient client;
  private final LoopContext loop;
  private Run running;

  ForeignCalls(HandledClient client, LoopContext loop) {
    this.client = client;
    this.loop = loop;
  }

  /** Receives the reply: on a thread of the source's, to be handed to the session's loop. */
  private final class Run implements ForeignReply {
    private final Consumer<ForeignOutcome> then;
    private ForeignCall call;
    private ScheduledFuture<?> timeout;

    /** Pieces that the source may send more when the client takes what it has. */
    private int pending;

    Run(Consumer<ForeignOutcome> then) {
      this.then = then;
    }

    @Override
    public ByteBuf buffer() {
      return client.alloc().buffer(PIECE);
    }

    @Override
    public void piece(ByteBuf consumed) {
      try {
        loop.soon(() -> take(this, consumed), client::failed);
      } catch (RejectedExecutionException e) {
        consumed.release(); // the node has stopped
        throw e;
      }
    }

    @Override
    public void done(ForeignOutcome outcome) {
      try {
        loop.soon(() -> ended(this, outcome), client::failed);
      } catch (RejectedExecutionException e) {
        return; // the node has stopped, and no session waits
      }
    }
  }

  /** True if a statement is being carried out, or waits for that. */
  boolean busy() {
    return running != null;
  }

  /**
   * @param then what follows, unless the client has disconnected
   */
  public void run(ForeignSource source, ForeignStatement what, Consumer<ForeignOutcome> then) {
    Run run = new Run(then);
    running = run;
    run.call = source.run(what, run);
    Duration timeout = client.queueTimeout();
    if (!timeout.isZero()) {
      run.timeout =
          loop.later(
              () -> run.call.giveUp(late(timeout)),
              timeout.toMillis(),
              TimeUnit.MILLISECONDS,
              client::failed);
    }
  }

  private static ServerError late(Duration timeout) {
    return ServerError.error(
            Sqlstate.TOO_MANY_CONNECTIONS,
            "no server connection became free within " + timeout.toMillis() + " ms")
        .withHint(
            "The connections to the data source of another engine are busy; see the setting"
                + " pool.size.");
  }

  private void take(Run from, ByteBuf piece) {
    if (running != from || !client.connected()) {
      piece.release();
      from.call.goOn();
      return;
    }
    client.replyElsewhere(piece);
    if (client.takesMore()) {
      from.call.goOn();
    } else {
      from.pending++;
    }
  }

  private void ended(Run from, ForeignOutcome outcome) {
    if (running != from) {
      return;
    }
    running = null;
    if (from.timeout != null) {
      from.timeout.cancel(false);
    }
    if (!client.connected()) {
      return;
    }
    from.then.accept(outcome);
    client.callEnded();
  }

  /** The client reads again. */
  void clientWritable() {
    if (running != null) {
      for (; running.pending > 0; running.pending--) {
        running.call.goOn();
      }
    }
  }

  /** Ends what runs with this error, unless it ends by itself. */
  void cancel(ServerError why) {
    running.call.cancel(why);
  }

  /** The client has disconnected. */
  void abandon() {
    if (running != null) {
      Run left = running;
      running = null;
      if (left.timeout != null) {
        left.timeout.cancel(false);
      }
      left.call.cancel(ServerError.error(Sqlstate.QUERY_CANCELED, "the client has disconnected"));
    }
  }
}
