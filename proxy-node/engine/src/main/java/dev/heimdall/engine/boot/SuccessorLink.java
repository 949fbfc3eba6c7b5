package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.handover.Claims;
import dev.heimdall.engine.handover.FrameLink;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.takeover.ClientLink;
import dev.heimdall.engine.takeover.LeavingClients;
import dev.heimdall.engine.takeover.Remaining;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Queue;

/** The process that takes this one's place, as this one sees it. */
final class SuccessorLink extends FrameLink implements ClientLink {
  private final Handover handover;
  private final Queue<Runnable> listeners = new ArrayDeque<>();

  /** By which its second connection is known; null before it has said who it is. */
  private byte[] token;

  private long process;

  /** Takes descriptors; null before it is there. */
  private volatile Channel descriptors;

  /** Protocol level that it understands; 0 for a process of the first release. */
  private int level;

  private LeavingClients clients;

  SuccessorLink(Channel channel, Handover handover) {
    super(channel);
    this.handover = handover;
  }

  @Override
  protected void received(FrameType type, StateReader body) {
    switch (type) {
      case HELLO -> hello(body);
      case DESCRIPTORS -> handover.descriptors(channel(), body.bytes());
      case LISTENER_TAKEN -> handListeners();
      case RELEASE_HTTP -> handover.releaseHttp(this);
      case READY -> handover.ready(this);
      case TAKEN -> clients.taken(body.number());
      case KEPT -> clients.kept(body.number(), body.text(), body.flag());
      case CANCEL -> {
        int request = body.number();
        handover.cancel(
            new CancelKey(body.number(), body.bytes()),
            () -> send(FrameType.CANCELLED, new StateWriter().number(request)));
      }
      case KILL -> {
        int request = body.number();
        handover.kill(
            KillFrames.request(body),
            KillFrames.lastWords(body),
            outcome -> send(FrameType.KILLED, KillFrames.outcome(request, outcome)));
      }
      default -> channel().close();
    }
  }

  private void hello(StateReader body) {
    int version = body.number();
    if (version != FrameType.VERSION) {
      refuse(
          "it speaks version %d of the take-over, and the running process version %d: drain this one and start the other"
              .formatted(version, FrameType.VERSION));
      return;
    }
    token = body.bytes();
    process = body.longNumber();
    level = body.isOver() ? 0 : body.number();
    handover.wanted(this);
  }

  /** Its process id. */
  long process() {
    return process;
  }

  /** True if it knows {@link Claims}. */
  boolean shares() {
    return level >= FrameType.CLAIMS;
  }

  /** It is let in. */
  void welcome(Claims claims, StateWriter words) {
    clients = new LeavingClients(this, level, claims, handover::moved);
    send(FrameType.WELCOME, words);
  }

  /** Those that go there. */
  LeavingClients clients() {
    return clients;
  }

  void refuse(String why) {
    sendAndClose(FrameType.REFUSED, new StateWriter().text(why));
  }

  boolean isMeant(byte[] shown) {
    return token != null && shown != null && MessageDigest.isEqual(token, shown);
  }

  /** Its second connection is there. */
  void descriptors(Channel second) {
    descriptors = second;
    second.closeFuture().addListener(closed -> end());
  }

  /** A socket to be handed over by {@link #handListeners}. */
  void listener(String place, Channel socket) {
    listeners.add(
        () ->
            hand(
                (UnixChannel) socket,
                FrameType.LISTENER,
                new StateWriter().text(place),
                this::handListeners));
  }

  /** One after the other: descriptors on their way are few, as the system bounds them. */
  void handListeners() {
    Runnable next = listeners.poll();
    if (next == null) {
      send(FrameType.LISTENERS_END);
    } else {
      next.run();
    }
  }

  /**
   * The frame goes behind the descriptor, so that it is there when it comes. Both are written by
   * the one thread of the two connections, or frames and descriptors would not match.
   */
  private void hand(UnixChannel socket, FrameType type, StateWriter body, Runnable closed) {
    channel()
        .eventLoop()
        .execute(
            () -> {
              if (!socket.isOpen()) {
                closed.run(); // its number may be another's by now
                return;
              }
              descriptors
                  .writeAndFlush(socket.fd())
                  .addListener(
                      sent -> {
                        if (sent.isSuccess()) {
                          send(type, body);
                        } else {
                          channel().close();
                        }
                      });
            });
  }

  /** This process serves no client any more. */
  void gone() {
    sendAndClose(FrameType.GONE, new StateWriter());
  }

  void end() {
    Channel second = descriptors;
    if (second != null) {
      second.close();
    }
    channel().close();
  }

  /** Reports the clients that are still here. */
  void remaining(Remaining clients) {
    if (shares()) {
      StateWriter out = new StateWriter();
      clients.write(out);
      send(FrameType.REMAINING, out);
    }
  }

  @Override
  public void sendClient(UnixChannel socket, StateWriter client, Runnable closed) {
    hand(socket, FrameType.CLIENT, client, closed);
  }

  @Override
  protected void lost() {
    if (clients != null) {
      clients.lost();
    }
    handover.lost(this);
  }
}
