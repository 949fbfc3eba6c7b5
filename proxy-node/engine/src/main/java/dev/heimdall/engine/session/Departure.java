package dev.heimdall.engine.session;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.HandedClient;
import dev.heimdall.engine.client.Login;
import dev.heimdall.engine.client.SessionStart;
import dev.heimdall.engine.client.StartupVariables;
import dev.heimdall.engine.client.Successor;
import dev.heimdall.engine.handover.FrameLink;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.lease.ServerLease;
import dev.heimdall.engine.lease.SessionContext;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.listen.Listening;
import dev.heimdall.engine.net.HandedSockets;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.placement.ReplicaReads;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.reply.ClientOutput;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.vdb.VdbContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.UnixChannel;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The way of a session to another process. It is offered when nothing is in progress for its
 * client, and stays this process's until the other has all of it: until then the client is not
 * read, and whatever becomes of the other process, the session goes on here.
 */
final class Departure {
  /** A client that has not asked for the warnings of its last statement by then never does. */
  private static final long ASKS_WITHIN_NANOS = 1_000_000_000;

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

  private final WiredSession session;
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

  /** The one that does not take it, whatever it does; null where there is none. */
  private Successor refusedBy;

  Departure(
      SessionContext context,
      WiredSession session,
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
    if (by == refusedBy || !by.hasRoom()) {
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

  /** Whether what the client sends waits for the other process's answer. */
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
    byte[] state = state();
    if (state.length > FrameLink.LARGEST_STATE) {
      refusedBy = successor; // it does not get smaller while the client rests
      stay();
      return;
    }
    become(Stage.OFFERED);
    requests.holdReading();
    successor.offer((UnixChannel) channel, state, new Answered());
  }

  private final class Answered implements Successor.Answer {
    @Override
    public void taken(Consumer<Boolean> letGo) {
      loop.soon(() -> letGo(letGo), session::failed);
    }

    @Override
    public void kept(String why, boolean ever) {
      loop.soon(
          () -> {
            if (!lease.closed()) {
              refusedBy = ever ? null : successor;
              stay();
            }
          },
          session::failed);
    }
  }

  private void letGo(Consumer<Boolean> letGo) {
    if (lease.closed() || end.announced()) {
      letGo.accept(false);
      return;
    }
    become(Stage.GONE);
    end.handOver("another process goes on with the client");
    HandedSockets.forget(channel);
    letGo.accept(true);
  }

  /** Nothing comes of it now: the session goes on. */
  private void stay() {
    become(Stage.STAYS);
    requests.process();
  }

  /** Whether everything that the session has can be told to another process. */
  private boolean movable() {
    return control.rests()
        && !listening.busy()
        && !listening.hears()
        && !listening.undecided()
        && channel instanceof UnixChannel
        // Who is at the other end of these cannot be told apart by the other process.
        && !HandedSockets.isUnix(channel)
        && channel.pipeline().first() == session
        && channel.pipeline().last() == session
        && !login.tls()
        && !login.dedicated()
        && !lease.keepsServer()
        && lease.stickiness().isPlain()
        && !lease.awaitsSettings()
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
    StateWriter out = new StateWriter();
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
