package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.CancelKey;
import dev.heimdall.engine.client.Successor;
import dev.heimdall.engine.handover.FrameLink;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.net.HandedSockets;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;

/** The process that takes this one's place, as this one sees it. */
final class SuccessorLink extends FrameLink implements Successor {
  /** Descriptors on their way: of more than the socket takes at once none would be sent. */
  private static final int MOST_OFFERED = 64;

  private final Handover handover;
  private final Map<Integer, Answer> offered = new ConcurrentHashMap<>();
  private final Queue<Runnable> listeners = new ArrayDeque<>();

  /** By which its second connection is known; null before it has said who it is. */
  private byte[] token;

  private long process;

  /** Takes descriptors; null before it is there. */
  private volatile Channel descriptors;

  private int number;

  /** Nothing is offered any more: of those that are, nothing becomes. */
  private boolean over;

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
      case TAKEN -> taken(body.number());
      case KEPT -> kept(body.number(), body.text(), body.flag());
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
    handover.wanted(this);
  }

  /** Its process id. */
  long process() {
    return process;
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

  /** This process serves nobody any more. */
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

  // ---- clients

  @Override
  public boolean hasRoom() {
    return offered.size() < MOST_OFFERED;
  }

  @Override
  public void offer(UnixChannel client, byte[] state, Answer answer) {
    int mine = noted(answer);
    if (mine < 0) {
      answer.kept("the other process takes none at the moment", true);
      return;
    }
    hand(
        client,
        FrameType.CLIENT,
        new StateWriter()
            .number(mine)
            .flag(HandedSockets.isUnix(client))
            .text(HandedSockets.peer(client))
            .bytes(state),
        () -> kept(mine, "it has gone", true));
  }

  /** By which number it is offered; negative if it is not. */
  private synchronized int noted(Answer answer) {
    if (over || offered.size() >= MOST_OFFERED) {
      return -1;
    }
    offered.put(++number, answer);
    return number;
  }

  private void taken(int client) {
    Answer answer = offered.remove(client);
    if (answer != null) {
      answer.taken(
          letGo -> {
            send(letGo ? FrameType.GO : FrameType.DROP, new StateWriter().number(client));
            if (letGo) {
              handover.moved();
            }
          });
    }
  }

  private void kept(int client, String why, boolean ever) {
    Answer answer = offered.remove(client);
    if (answer != null) {
      answer.kept(why, ever);
    }
  }

  @Override
  protected void lost() {
    synchronized (this) {
      over = true;
    }
    offered.values().forEach(answer -> answer.kept("the other process has gone", true));
    offered.clear();
    handover.lost(this);
  }
}
