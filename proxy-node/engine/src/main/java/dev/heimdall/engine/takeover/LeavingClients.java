package dev.heimdall.engine.takeover;

import dev.heimdall.engine.client.Successor;
import dev.heimdall.engine.handover.Claims;
import dev.heimdall.engine.handover.Claims.Owner;
import dev.heimdall.engine.handover.FrameType;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.net.HandedSockets;
import io.netty.channel.unix.UnixChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The clients that go to the process which takes this one's place. Who serves a client is decided
 * by {@link Claims}; frames only report it.
 */
public final class LeavingClients implements Successor {
  private final ClientLink link;
  private final int level;
  private final Claims claims;
  private final Runnable moved;
  private final Map<Integer, Answer> offered = new ConcurrentHashMap<>();
  private volatile boolean lost;

  /**
   * @param level what the other process understands
   * @param moved runs for each client that has gone there, on any thread
   */
  public LeavingClients(ClientLink link, int level, Claims claims, Runnable moved) {
    this.link = link;
    this.level = level;
    this.claims = claims;
    this.moved = moved;
  }

  @Override
  public boolean hasRoom() {
    return !lost && claims.hasRoom();
  }

  @Override
  public int level() {
    return level;
  }

  @Override
  public Offer offer(UnixChannel client, byte[] state, Answer answer) {
    int number = noted(answer);
    if (number < 0) {
      answer.kept("the other process takes none at the moment", true);
      return () -> {};
    }
    link.sendClient(
        client,
        new StateWriter()
            .number(number)
            .flag(HandedSockets.isUnix(client))
            .text(HandedSockets.peer(client))
            .bytes(state),
        () -> unsent(number));
    return () -> claims.settle(number, Owner.OLD);
  }

  private void unsent(int client) {
    if (claims.shared()) {
      claims.free(client); // the other process never will
    }
    kept(client, "it has disconnected", true);
  }

  /** By which number it is offered; negative if it is not. */
  private synchronized int noted(Answer answer) {
    int number = lost ? -1 : claims.next();
    if (number >= 0) {
      offered.put(number, answer);
    }
    return number;
  }

  /** The other process has all of a client, and waits for it to be let go. */
  public void taken(int number) {
    Answer answer = offered.remove(number);
    if (answer != null) {
      answer.taken(new LetGo(number));
    }
  }

  /**
   * The other process does not take a client.
   *
   * @param ever whether it might at another time
   */
  public void kept(int number, String why, boolean ever) {
    Answer answer = offered.remove(number);
    if (answer != null) {
      answer.kept(why, ever);
      freeUnshared(number);
    }
  }

  /** The connection to the other process was lost. */
  public void lost() {
    synchronized (this) {
      lost = true;
    }
    for (int number : offered.keySet()) {
      if (claims.settle(number, Owner.OLD) == Owner.NEW) {
        taken(number);
      } else {
        kept(number, "the connection to the other process was lost", true);
      }
    }
  }

  private void freeUnshared(int number) {
    if (!claims.shared()) {
      claims.free(number);
    }
  }

  private final class LetGo implements Release {
    private final int number;

    LetGo(int number) {
      this.number = number;
    }

    @Override
    public boolean letGo() {
      // A process that has lost its connection ends before long: rather not there.
      if (claims.settle(number, lost ? Owner.OLD : Owner.NEW) == Owner.NEW) {
        return true;
      }
      keep();
      return false;
    }

    @Override
    public void keep() {
      claims.settle(number, Owner.OLD);
      report(FrameType.DROP);
    }

    @Override
    public void gone() {
      moved.run();
      report(FrameType.GO);
    }

    private void report(FrameType outcome) {
      if (!lost) {
        link.send(outcome, new StateWriter().number(number));
      }
      freeUnshared(number);
    }
  }
}
