package dev.heimdall.engine.takeover;

import dev.heimdall.engine.client.HandedSession;
import dev.heimdall.engine.handover.Claims;
import dev.heimdall.engine.handover.Claims.Owner;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import io.netty.channel.Channel;
import io.netty.channel.unix.FileDescriptor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients that come from the process whose place this one takes. A client that is complete here
 * is not read before it is decided in {@link Claims} that it is this process's.
 */
public final class ArrivingClients {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.node");

  /** Entry of the clients into the process where they go on. */
  public interface Door {
    /**
     * A client has come.
     *
     * @param descriptor of its socket, which is the door's from now on
     * @param unix whether that is a Unix domain socket
     * @param peer who is at its other end, or it is another client's
     */
    void enter(FileDescriptor descriptor, boolean unix, String peer, byte[] state, Entry entry);
  }

  /** Receives the outcome for a client that has come; called once, on any thread. */
  public interface Entry {
    /** It is complete; its channel is registered nowhere, so that nothing is read. */
    void taken(HandedSession session, Channel channel);

    void kept(String why);
  }

  private record Entered(HandedSession session, Channel channel) {}

  private final Frames link;
  private final Claims claims;
  private final Door door;
  private final Map<Integer, Entered> entered = new ConcurrentHashMap<>();
  private final AtomicInteger begun = new AtomicInteger();
  private volatile boolean lost;

  /**
   * Process that serves those clients for which nothing was decided; null as long as the other
   * process may.
   */
  private volatile Owner rest;

  public ArrivingClients(Frames link, Claims claims, Door door) {
    this.link = link;
    this.claims = claims;
    this.door = door;
  }

  /** A client with its socket. */
  public void client(StateReader frame, FileDescriptor descriptor) {
    int number = frame.number();
    door.enter(
        descriptor,
        frame.flag(),
        frame.text(),
        frame.bytes(),
        new Entry() {
          @Override
          public void taken(HandedSession session, Channel channel) {
            entered.put(number, new Entered(session, channel));
            if (lost) {
              decide();
            } else {
              link.send(FrameType.TAKEN, new StateWriter().number(number));
            }
          }

          @Override
          public void kept(String why) {
            keep(number, why);
          }
        });
  }

  private void keep(int number, String why) {
    LOG.info("a client stays with the process before: {}", why);
    claims.free(number);
    if (!lost) {
      link.send(FrameType.KEPT, new StateWriter().number(number).text(why).flag(false));
    }
  }

  /** The other process has let go of a client. */
  public void go(int number) {
    learnt(number, Owner.NEW);
  }

  /** The other process keeps a client, or it has ended there. */
  public void drop(int number) {
    learnt(number, Owner.OLD);
  }

  private void learnt(int number, Owner owner) {
    claims.free(number);
    leave(number, owner);
  }

  private void leave(int number, Owner owner) {
    Entered client = entered.remove(number);
    if (client == null) {
      return;
    }
    if (owner == Owner.NEW) {
      begun.incrementAndGet();
    }
    Consumer<HandedSession> then = owner == Owner.NEW ? HandedSession::begin : HandedSession::drop;
    client.channel().eventLoop().execute(() -> then.accept(client.session()));
  }

  /** The connection to the other process was lost. Frees nothing: it may still have to look. */
  public void lost() {
    lost = true;
    decide();
  }

  /**
   * The other process decides nothing any more.
   *
   * @param owner of those for whom it has decided nothing
   */
  public void end(Owner owner) {
    rest = owner;
    decide();
  }

  /** Carries out what is decided; to be called now and then after the connection was lost. */
  public void decide() {
    for (int number : entered.keySet()) {
      Owner owner = rest == null ? claims.owner(number) : claims.settle(number, rest);
      if (owner != null) {
        leave(number, owner);
      }
    }
  }

  /** Clients that have come. */
  public int begun() {
    return begun.get();
  }
}
