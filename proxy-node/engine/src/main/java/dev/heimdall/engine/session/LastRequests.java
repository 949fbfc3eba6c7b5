package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.lease.PendingReplies;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The end of a client that sends nothing more: it has said so, or has closed its sending half, be
 * it alone or with the other one. What it has sent whole is still run and answered, as a server
 * does it, within a time limit; then the session ends.
 */
final class LastRequests {
  private static final long LONGEST_MILLIS = 100;

  private enum Stage {
    /** The client may send more. */
    SENDS,
    /** The client's requests are not answered yet. */
    RUN,
    /** All answers are on their way to it. */
    ANSWERED
  }

  private final Channel channel;
  private final PendingReplies pending;
  private final ServerLease lease;
  private final LoopContext loop;
  private final SessionContext session;
  private final ClientInput input;
  private final SessionEnd end;
  private final BooleanSupplier awaitsRest;
  private final BooleanSupplier rests;
  private Stage stage = Stage.SENDS;
  private long since;

  /**
   * @param awaitsRest whether nothing but more of the client's input would have any of it handled
   * @param rests whether nothing that was sent before is in progress
   */
  LastRequests(
      SessionContext session,
      ClientInput input,
      SessionEnd end,
      BooleanSupplier awaitsRest,
      BooleanSupplier rests) {
    this.channel = session.channel();
    this.pending = session.pending();
    this.lease = session.lease();
    this.loop = session.loop();
    this.session = session;
    this.input = input;
    this.end = end;
    this.awaitsRest = awaitsRest;
    this.rests = rests;
  }

  private void become(Stage next) {
    stage = next;
  }

  /** True if the client sends nothing more. */
  boolean begun() {
    return stage != Stage.SENDS;
  }

  /** The client sends nothing more. */
  void begin() {
    if (stage == Stage.SENDS) {
      become(Stage.RUN);
      since = loop.now();
      lease.abandonment().finishes(limit());
      lookAgain(1);
    }
    check();
  }

  /** Soon at first, so that most clients need not wait for their end; then the ticks are enough. */
  private void lookAgain(long millis) {
    if (stage == Stage.RUN && !lease.closed() && millis < LONGEST_MILLIS) {
      loop.later(
          () -> {
            check();
            lookAgain(2 * millis);
          },
          millis,
          TimeUnit.MILLISECONDS,
          session::failed);
    }
  }

  /** Some time has passed: the session may be at its end. */
  private void check() {
    if (stage != Stage.RUN || lease.closed() || end.announced()) {
      return;
    }
    if (session.login().dedicated() || isOver()) {
      become(Stage.ANSWERED);
      channel
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(sent -> loop.inEvent(end::close, session::failed));
    }
  }

  /** Ends what takes longer than it may; called about ten times a second. */
  void tick(long now) {
    check();
    Duration limit = limit();
    if (stage != Stage.SENDS && !limit.isZero() && now - since > limit.toNanos()) {
      lease.abandonment().finishesNoMore();
      end.close("what the client has sent before it left took too long");
    }
  }

  private Duration limit() {
    return session.vdb().settings().vdb().clients().halfClosedTimeout();
  }

  /** True if all that can be done without more of the client's has been done. */
  private boolean isOver() {
    if (!awaitsRest.getAsBoolean() || input.isSetAside()) {
      return false;
    }
    ServerConnection server = lease.server();
    // The reply of a function call is pending from its first byte on.
    boolean cut =
        server != null && input.streaming() && pending.outstanding() == 1 && !server.groupOpen();
    return cut || (server != null && server.copyIn()) || rests.getAsBoolean();
  }
}
