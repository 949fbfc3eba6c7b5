package dev.heimdall.engine.listen;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * One session's part in LISTEN and NOTIFY.
 *
 * <p>Before a LISTEN is sent, the pool's hub listens for the channel; then the statement runs on
 * the session's server connection as the client sent it, so that its reply and its transaction are
 * PostgreSQL's own. When the transaction is over the server is asked what it listens for: that is
 * what the session hears from the hub from then on, and the connection is free to go. Whatever the
 * hub hears in between waits, so nothing is lost and nothing comes twice.
 */
public final class Listening {
  private static final int MAX_WAITING = 10_000;
  private static final int OF_CHANNEL = 600;

  private enum State {
    /** The session hears what it listens for, if anything. */
    SETTLED,
    /** The hub is being asked to listen; the LISTEN has not been sent. */
    ASKING,
    /** A LISTEN was, or is about to be, sent; what is heard waits for its outcome. */
    UNDECIDED,
    /** The server is being asked for the outcome, and freed of its listening. */
    DECIDING
  }

  private record Heard(String channel, ByteBuf message) {}

  private final ListeningClient client;
  private final NotificationHubs hubs;
  private final LoopContext loop;
  private final ArrayDeque<Heard> waiting = new ArrayDeque<>(0);
  private Set<String> channels = Set.of();
  private Set<String> asked = Set.of();
  private NotificationHub hub;
  private State state = State.SETTLED;
  private boolean outcomeKnown;

  public Listening(ListeningClient client, NotificationHubs hubs, LoopContext loop) {
    this.client = client;
    this.hubs = hubs;
    this.loop = loop;
  }

  /** Whether the client's next statement must wait. */
  public boolean busy() {
    return state == State.ASKING || state == State.DECIDING;
  }

  /**
   * Makes ready for a statement that is about to be sent.
   *
   * @return whether it may be sent now; if not, the reader is called again when it may
   */
  public boolean ready(StatementFacts facts) {
    Set<String> wanted = null;
    boolean listens = false;
    for (Effect effect : facts.effects()) {
      if (effect.type() == Effect.Type.LISTEN) {
        listens = true;
        if (!channels.contains(effect.name()) && !asked.contains(effect.name())) {
          wanted = wanted == null ? new LinkedHashSet<>() : wanted;
          wanted.add(effect.name());
        }
      }
    }
    if (!listens) {
      return true;
    }
    if (client.keepsServer()) {
      if (client.pinned()) {
        client.pin(PinReason.LISTEN); // what else pins it may end before the listening does
      }
      return true;
    }
    if (wanted == null) {
      // The hub listens for it already; the server connection will, until it is freed of it.
      state = State.UNDECIDED;
      return true;
    }
    Set<String> all = new HashSet<>(asked);
    all.addAll(wanted);
    if (!client.mayHold(weight(all) + weight(channels))) {
      return false;
    }
    asked = all;
    state = State.ASKING;
    if (hub == null) {
      hub = hubs.join(client.poolKey(), loop);
    }
    hub.listen(this, wanted, problem -> loop.soon(() -> hubListens(problem), client::failed));
    return false;
  }

  private void hubListens(ServerError problem) {
    if (state != State.ASKING) {
      return;
    }
    state = State.UNDECIDED;
    if (problem != null) {
      // The hub has no connection: the session listens on its own one, which it then keeps.
      stopAsking();
      client.pin(PinReason.LISTEN);
    }
    client.resumeReading();
  }

  /** Estimated: here, and in the hub when nobody else listens to them. */
  private static long weight(Set<String> names) {
    long weight = 0;
    for (String name : names) {
      weight += OF_CHANNEL + 4L * name.length();
    }
    return weight;
  }

  private void count() {
    client.holds(weight(asked) + weight(channels));
  }

  private void stopAsking() {
    Set<String> given = asked;
    asked = Set.of();
    count();
    state = State.SETTLED;
    given.stream().filter(channel -> !channels.contains(channel)).forEach(this::leave);
    deliver();
  }

  private void leave(String channel) {
    hub.unlisten(this, channel);
  }

  /**
   * The transaction is over in which a LISTEN may have been sent.
   *
   * @return whether there is something to decide; the session is told when it is done
   */
  public boolean decide(ServerConnection server) {
    if (state != State.UNDECIDED) {
      return false;
    }
    state = State.DECIDING;
    outcomeKnown = false;
    server.query(
        "SELECT pg_catalog.pg_listening_channels()",
        new StateQuery("pg_listening_channels()", true) {
          @Override
          protected void ended(ServerConnection from, ServerError error) {
            if (error == null) {
              outcomeKnown = true;
              Set<String> now = new HashSet<>(channels);
              rows().forEach(row -> now.add(row.get(0)));
              channels = now;
            }
          }
        });
    server.query(
        "UNLISTEN *",
        new StateQuery("UNLISTEN") {
          @Override
          protected void ended(ServerConnection from, ServerError error) {
            if (state == State.DECIDING) {
              decided();
            }
            if (!from.closed()) {
              client.settled(from);
            }
          }
        });
    return true;
  }

  /** The server connection is lost, and with it what was under way. */
  public void lost() {
    if (state == State.DECIDING) {
      decided();
    } else if (state == State.UNDECIDED) {
      stopAsking();
    }
  }

  /** The server has said what it listens for, or will not say it any more. */
  private void decided() {
    if (!outcomeKnown) {
      // The transaction is over, and nobody told the client that it failed: better it hears of a
      // channel too many than that it waits in vain.
      Set<String> all = new HashSet<>(channels);
      all.addAll(asked);
      channels = all;
    }
    stopAsking();
  }

  /** Whether the present server connection may be listening. */
  public boolean undecided() {
    return state == State.UNDECIDED || state == State.DECIDING;
  }

  /**
   * The client gave a channel up.
   *
   * @param channel null for all
   */
  public void unlisten(String channel) {
    if (channel == null) {
      channels.forEach(this::leave);
      channels = Set.of();
    } else if (channels.contains(channel)) {
      Set<String> fewer = new HashSet<>(channels);
      fewer.remove(channel);
      channels = fewer;
      leave(channel);
    }
    count();
  }

  /** A notification from the hub, on any thread. */
  void notified(int processId, String channel, String payload) {
    loop.soon(() -> add(processId, channel, payload), client::failed);
  }

  private void add(int processId, String channel, String payload) {
    boolean wanted = channels.contains(channel) || asked.contains(channel);
    if (client.closed() || !wanted) {
      return;
    }
    if (waiting.size() >= MAX_WAITING) {
      client.fatal(
          ServerError.fatal("53400", "too many notifications wait for this client")
              .withDetail("The limit is " + MAX_WAITING + "."));
      return;
    }
    ByteBuf out = client.alloc().buffer(64);
    hubs.format().append(processId, channel, payload, out);
    waiting.add(new Heard(channel, out));
    deliver();
  }

  /** Delivers what waits, when the client is between transactions: no sooner than PostgreSQL. */
  public void deliver() {
    if (waiting.isEmpty() || state != State.SETTLED || !client.betweenTransactions()) {
      return;
    }
    for (Heard next = waiting.poll(); next != null; next = waiting.poll()) {
      if (channels.contains(next.channel())) {
        client.write(next.message());
      } else {
        next.message().release();
      }
    }
  }

  /** The client has disconnected. */
  public void end() {
    if (hub != null) {
      hub.unlisten(this, null);
      hubs.leave(client.poolKey());
    }
    waiting.forEach(heard -> heard.message().release());
    waiting.clear();
    channels = Set.of();
    asked = Set.of();
  }
}
