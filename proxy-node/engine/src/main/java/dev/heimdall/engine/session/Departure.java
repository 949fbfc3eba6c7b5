package dev.heimdall.engine.session;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.Obstacle;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.client.Successor;
import dev.heimdall.engine.handover.FrameLink;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.HandedSockets;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.vdb.VdbContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.Future;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The way of a session to another process. It is offered when nothing is in progress for its
 * client, and stays this process's until the other has all of it: until then the client is not
 * read, and whatever becomes of the other process, the session goes on here.
 */
final class Departure {
  /** A client that has not asked for the warnings of its last statement by then never does. */
  private static final long ASKS_WITHIN_NANOS = 1_000_000_000;

  /** A client that was rejected is offered again when it has run statements, or after longer. */
  private static final long REJECTED_NANOS = 1_000_000_000;

  private static final int MOST_REJECTED_SECONDS = 30;

  private enum Stage {
    /** Another process takes no clients, or none that it was asked for. */
    STAYS,
    /** It is offered when its next transaction is over, or when it is asked again. */
    ASKED,
    /** Nothing is handled any more; it is offered in a moment. */
    HELD,
    /** The other process has been sent all of it. */
    OFFERED,
    /** It is the other process's. */
    GONE;

    private static final Map<Stage, EnumSet<Stage>> MOVES =
        new EnumMap<>(
            Map.of(
                STAYS, EnumSet.of(ASKED),
                ASKED, EnumSet.of(HELD, STAYS),
                HELD, EnumSet.of(OFFERED, STAYS),
                OFFERED, EnumSet.of(GONE, STAYS),
                GONE, EnumSet.noneOf(Stage.class)));
  }

  private final LoggedInSession session;
  private final Channel channel;
  private final Login login;
  private final StartupVariables given;
  private final VdbContext vdb;
  private final SessionStart start;
  private final SessionEnd end;
  private final SessionControl control;
  private final ServerLease lease;
  private final SessionState carried;
  private final NameResolution resolution;
  private final ReplicaReads reads;
  private final StatementLifecycle lifecycle;
  private final ClientOutput output;
  private final RequestReader requests;
  private final Listening listening;
  private final LoopContext loop;
  private Stage stage = Stage.STAYS;
  private Successor successor;

  private Successor.Offer offered = () -> {};

  /** Null where no process was asked that takes clients now, or it was not to blame. */
  private Rejection rejection;

  /**
   * Another process has not taken the client.
   *
   * @param times in a row
   * @param statements of the client until then
   */
  private record Rejection(Successor by, String why, int times, long at, long statements) {
    /** True if it would come to the same: nothing has changed, or it was a moment ago. */
    boolean stands(long now, long statementsNow) {
      long passed = now - at;
      if (statementsNow != statements) {
        return passed < REJECTED_NANOS;
      }
      long wait = Math.min(MOST_REJECTED_SECONDS, 1L << Math.min(times, 5));
      return passed < TimeUnit.SECONDS.toNanos(wait);
    }
  }

  Departure(
      SessionContext context,
      LoggedInSession session,
      StartupVariables given,
      SessionEnd end,
      SessionControl control,
      ReplicaReads reads,
      StatementLifecycle lifecycle,
      RequestReader requests) {
    this.session = session;
    this.channel = context.channel();
    this.login = context.login();
    this.given = given;
    this.vdb = context.vdb();
    this.start = context.start();
    this.end = end;
    this.control = control;
    this.lease = context.lease();
    this.carried = context.carried();
    this.resolution = context.resolution();
    this.reads = reads;
    this.lifecycle = lifecycle;
    this.output = context.output();
    this.requests = requests;
    this.listening = context.listening();
    this.loop = context.loop();
  }

  private void become(Stage next) {
    if (!Stage.MOVES.get(stage).contains(next)) {
      throw new IllegalStateException("a session that " + stage + " cannot become " + next);
    }
    stage = next;
    control.departs(next == Stage.ASKED);
    requests.become(
        switch (next) {
          case OFFERED -> RequestReader.Travel.OFFERED;
          case HELD -> RequestReader.Travel.BETWEEN;
          default -> RequestReader.Travel.HERE;
        });
  }

  /** Another process takes clients. */
  void request(Successor by) {
    if (!by.hasRoom() || rejects(by)) {
      return;
    }
    successor = by;
    if (stage == Stage.STAYS) {
      become(Stage.ASKED);
    }
    if (!leaves() && control.idleFor(ASKS_WITHIN_NANOS)) {
      requests.handler().letGo();
    }
  }

  private boolean rejects(Successor by) {
    if (rejection != null && rejection.by() != by) {
      rejection = null;
    }
    return rejection != null && rejection.stands(loop.now(), session.statements());
  }

  private void rejected(String why) {
    int times = rejection == null ? 1 : rejection.times() + 1;
    rejection = new Rejection(successor, why, times, loop.now(), session.statements());
  }

  /**
   * The client is between transactions: whether it goes to another process now, so that nothing
   * more is to be handled.
   */
  boolean leaves() {
    if (stage == Stage.ASKED && movable()) {
      become(Stage.HELD);
      loop.soon(this::offer, session::failed); // behind what goes to the client in this event
    }
    return holds();
  }

  /** True if what the client sends waits for the other process's answer. */
  boolean holds() {
    return stage == Stage.HELD || stage == Stage.OFFERED;
  }

  private void offer() {
    if (lease.closed()) {
      return;
    }
    if (!movable() || !allSent()) {
      stay();
      return;
    }
    requests.holdReading();
    // Not before what the transport has still to do, which may be to read.
    HandedSockets.rest(channel).addListener(out -> loop.soon(this::rested, session::failed));
  }

  private void rested() {
    if (lease.closed()) {
      return;
    }
    if (!movable() || !allSent()) {
      stay(); // for what came meanwhile
      return;
    }
    byte[] state = state();
    if (state.length > FrameLink.LARGEST_STATE) {
      rejected(Obstacle.TOO_LARGE.text());
      stay();
      return;
    }
    become(Stage.OFFERED);
    offered = successor.offer((UnixChannel) channel, state, new Answered());
  }

  /** The session has ended. */
  void ended() {
    if (stage == Stage.OFFERED) {
      offered.withdraw();
    }
  }

  private final class Answered implements Successor.Answer {
    @Override
    public void taken(Successor.Release release) {
      loop.soon(() -> letGo(release), session::failed);
    }

    @Override
    public void kept(String why, boolean ever) {
      loop.soon(
          () -> {
            if (!lease.closed()) {
              if (!ever) {
                rejected(Obstacle.REJECTED.text(why));
              }
              stay();
            }
          },
          session::failed);
    }
  }

  private void letGo(Successor.Release release) {
    if (lease.closed() || end.announced()) {
      release.keep();
    } else if (release.letGo()) {
      become(Stage.GONE);
      end.handOver("another process goes on with the client");
      HandedSockets.forget(channel);
      release.gone();
    } else {
      stay();
    }
  }

  /** Nothing comes of it now: the session goes on. */
  private void stay() {
    become(Stage.STAYS);
    HandedSockets.wake(channel).addListener(this::awake);
    requests.process();
  }

  private void awake(Future<? super Void> registered) {
    if (!registered.isSuccess()) {
      end.close("client connection failed: " + registered.cause());
    }
  }

  /** True if everything that the session has can be told to another process. */
  private boolean movable() {
    return why() == null;
  }

  /** Reason that another process does not have the client; for operators. */
  String obstacle() {
    String why = rejection == null || holds() ? why() : rejection.why();
    return why == null ? Obstacle.MOVING.text() : why;
  }

  private String why() {
    String lasting = lasting();
    if (lasting != null) {
      return lasting;
    }
    if (control.inTransaction()) {
      return Obstacle.TRANSACTION.text();
    }
    return control.rests() && settled() ? null : Obstacle.STATEMENT.text();
  }

  /** Reason that does not end with a statement or transaction. */
  private String lasting() {
    // Who is at the other end of these cannot be told apart by the other process.
    if (!(channel instanceof UnixChannel) || HandedSockets.isUnix(channel)) {
      return Obstacle.UNIX_SOCKET.text();
    }
    if (login.tls()) {
      return Obstacle.TLS.text();
    }
    if (channel.pipeline().first() != session || channel.pipeline().last() != session) {
      return Obstacle.COMPRESSION.text();
    }
    if (listening.busy() || listening.hears() || listening.undecided()) {
      return Obstacle.LISTEN.text();
    }
    if (carried.pins().any()) {
      return Obstacle.PINNED.text(carried.pinReason());
    }
    if (!lease.rulePins().isPlain()) {
      return Obstacle.RULE.text();
    }
    return login.dedicated() || lease.keepsServer() ? Obstacle.SESSION_MODE.text() : null;
  }

  /** True if nothing waits that the other process would not know of. */
  private boolean settled() {
    return !lease.awaitsSettings()
        && carried.carriesAll()
        && resolution.isSettled()
        && !reads.awaits()
        && !lifecycle.held()
        && !lifecycle.side().busy()
        && !lifecycle.running().wouldOvertake()
        && !output.delay().waits()
        && !end.announced()
        && requests.input().isPlain()
        && requests.handler().mayMove();
  }

  private boolean allSent() {
    ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    return channel.isActive() && out != null && out.isEmpty();
  }

  private byte[] state() {
    StateWriter out = new StateWriter(successor.level());
    out.number(HandedClient.VERSION).text(vdb.name());
    CancelKey key = start.cancelKey();
    new HandedClient(login, given, key, start.reported(), session.connectedAt())
        .write(loop.nanoTime(), out);
    out.texts(carried.variables().asMap());
    requests.handler().write(out);
    ByteBuf waits = requests.input().bytes();
    out.bytes(waits == null ? new byte[0] : ByteBufUtil.getBytes(waits));
    return out.toBytes();
  }
}
