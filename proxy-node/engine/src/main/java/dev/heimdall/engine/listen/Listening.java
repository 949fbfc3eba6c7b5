package dev.heimdall.engine.listen;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One session's part in LISTEN and NOTIFY.
 *
 * <p>Before a LISTEN is sent, the pool's hub listens for the channel; then the statement runs on
 * the session's server connection as the client sent it, so that its reply and its transaction are
 * PostgreSQL's own. When the transaction is over the server is asked what it listens for: that is
 * what the session hears from the hub from then on, and the connection is free to go. Whatever the
 * hub hears in between waits, so nothing is lost and nothing comes twice.
 *
 * <p>What the session may have notified itself of comes before the end of the answer to it, as
 * PostgreSQL has it: that end is held back until the hub has delivered all that was committed.
 */
public final class Listening {
  private static final int MAX_WAITING = 10_000;
  private static final int OF_CHANNEL = 600;

  /** An answer is held back no longer than that for notifications of its own. */
  private static final int MOST_HELD_MILLIS = 1000;

  private static final ServerError MISSED =
      ServerError.fatal(
              Sqlstate.ADMIN_SHUTDOWN,
              "terminating connection because notifications may have been missed")
          .withDetail("The connection over which the node listens for its clients was lost.")
          .withHint(
              "Connect and LISTEN again, then look for what may have been notified meanwhile.");

  private final ListeningClient client;
  private final NotificationHubs hubs;
  private final LoopContext loop;
  private final ArrayDeque<Notification> waiting = new ArrayDeque<>(0);
  private Set<String> channels = Set.of();
  private Set<String> asked = Set.of();

  /** Channels that the open transaction has given up: they are heard again if that is undone. */
  private Set<String> givenUp = Set.of();

  private NotificationHub hub;
  private ListeningState state = ListeningState.SETTLED;

  /** True if senders are recorded for this client; a fact beside where its listening stands. */
  private boolean counted;

  private final NotifyingGroups notifies = new NotifyingGroups();

  /** Over which connection. */
  private ServerConnection sentOver;

  private AnswerEnd end = AnswerEnd.FREE;

  /** Over when the end of an answer may go that is held back; null when none is. */
  private CompletableFuture<Void> announcing;

  /** For the notifications that belong in front of that end; null when there is no such wait. */
  private HubWait awaited;

  /** For others' notifications from a statement's connection, so that it may be sent; or null. */
  private HubWait clearing;

  public Listening(ListeningClient client, NotificationHubs hubs, LoopContext loop) {
    this.client = client;
    this.hubs = hubs;
    this.loop = loop;
  }

  private void become(ListeningState next) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException("listening cannot go from " + state + " to " + next);
    }
    state = next;
  }

  private void become(AnswerEnd next) {
    if (!end.mayBecome(next)) {
      throw new IllegalStateException("the end of an answer cannot go from " + end + " to " + next);
    }
    end = next;
  }

  /** True if the client's next statement must wait. */
  public boolean busy() {
    return holdsServer() || announces();
  }

  /** True if something of the server connection is awaited. */
  public boolean holdsServer() {
    return clearing != null || (state != ListeningState.SETTLED && state.holdsServer());
  }

  /**
   * True if the end of an answer is held back: the server connection stays until then, so that no
   * other session's notifications come from it.
   */
  public boolean announces() {
    return end != AnswerEnd.FREE;
  }

  /**
   * Makes ready for a statement that is about to be sent.
   *
   * @param facts what it does to the session; null where that is unknown
   * @param mayNotify whether it may send notifications
   * @return whether it may be sent now; if not, the reader is called again when it may
   */
  public boolean ready(StatementFacts facts, boolean mayNotify, ServerConnection server) {
    if (mayNotify && hears() && hubs.senders().othersUnheard(server, client.processId())) {
      // Or they would be taken for its own.
      clearing =
          new HubWait(
              () -> {
                clearing = null;
                hubs.senders().heard(server);
                client.resumeReading();
              });
      return false;
    }
    return facts == null || facts.effects().isEmpty() || ready(facts);
  }

  private boolean ready(StatementFacts facts) {
    Set<String> wanted = null;
    boolean listens = false;
    for (Effect effect : facts.effects()) {
      if (effect.type() == Effect.Type.LISTEN) {
        listens = true;
        takeBack(effect.name());
        if (!channels.contains(effect.name()) && !asked.contains(effect.name())) {
          wanted = wanted == null ? new LinkedHashSet<>() : wanted;
          wanted.add(effect.name());
        }
      }
    }
    if (!listens) {
      return true;
    }
    count(true);
    if (client.keepsServer()) {
      if (client.pinned()) {
        client.pin(PinReason.LISTEN); // what else pins it may end before the listening does
      }
      return true;
    }
    if (wanted == null) {
      // The hub listens for it already; the server connection will, until it is freed of it.
      become(ListeningState.UNDECIDED);
      return true;
    }
    Set<String> all = new HashSet<>(asked);
    all.addAll(wanted);
    if (!client.mayHold(weight(all) + weight(channels))) {
      return false;
    }
    asked = all;
    become(ListeningState.ASKING);
    if (hub == null) {
      hub = hubs.join(client.poolKey(), loop);
    }
    hub.listen(this, wanted, problem -> loop.soon(() -> hubListens(problem), client::failed));
    return false;
  }

  /** The senders of each connection are recorded as long as a client listens. */
  private void count(boolean listens) {
    if (listens != counted) {
      counted = listens;
      if (listens) {
        hubs.senders().listens();
      } else {
        hubs.senders().leaves();
      }
    }
  }

  /** True if the hub listens for the client. */
  public boolean hears() {
    return !channels.isEmpty() || !asked.isEmpty();
  }

  /** The client sends something over this connection that may notify, in this group of messages. */
  public void sends(ServerConnection server, long group) {
    if (hubs.senders().areHeard()) {
      hubs.senders().sends(server, client.processId());
    }
    if (hears()) {
      notifies.sent(group);
      sentOver = server;
    }
  }

  /**
   * A transaction is over, and the answer to a group of messages about to end.
   *
   * @return over when that end may go; null for now
   */
  public CompletableFuture<Void> beforeEnd(long group) {
    if (!notifies.answered(group)) {
      return null;
    }
    if (end == AnswerEnd.FREE) {
      become(AnswerEnd.AWAITED);
      announcing = new CompletableFuture<>();
      awaited = new HubWait(this::hubIsDone);
    } else {
      become(AnswerEnd.AWAITED_AGAIN);
    }
    return announcing;
  }

  /** A wait for the hub to deliver all that is committed now, or for the time limit of that. */
  private final class HubWait implements Runnable {
    private final Runnable then;
    private ScheduledFuture<?> limit;

    HubWait(Runnable then) {
      this.then = then;
      this.limit = loop.later(this, MOST_HELD_MILLIS, TimeUnit.MILLISECONDS, client::failed);
      hub.afterAll(() -> loop.soon(this, client::failed));
    }

    @Override
    public void run() {
      if (limit != null && !client.closed()) {
        cancel();
        then.run();
      }
    }

    void cancel() {
      if (limit != null) {
        limit.cancel(false);
        limit = null;
      }
    }
  }

  private void hubIsDone() {
    if (end == AnswerEnd.AWAITED_AGAIN) {
      become(AnswerEnd.AWAITED);
      awaited = new HubWait(this::hubIsDone);
    } else if (state.decides()) {
      become(AnswerEnd.HEARD);
    } else {
      announce();
    }
  }

  /** The end of the held answer may go, behind what has come. */
  private void announce() {
    ByteBuf heard = heard();
    if (heard != null) {
      client.writeBeforeEnd(heard);
    }
    if (!notifies.any()) {
      hubs.senders().heard(sentOver);
      sentOver = null;
    }
    CompletableFuture<Void> over = announcing;
    announcing = null;
    awaited = null;
    become(AnswerEnd.FREE);
    over.complete(null);
    client.announced();
  }

  private void hubListens(ServerError problem) {
    if (state != ListeningState.ASKING) {
      return;
    }
    become(ListeningState.UNDECIDED);
    if (problem != null) {
      // The hub has no connection: the session listens on its own one, which it then keeps.
      stopAsking();
      client.pin(PinReason.LISTEN);
    }
    client.resumeReading();
  }

  /** Estimated: here, and in the hub when no other client listens to them. */
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
    become(ListeningState.SETTLED);
    given.stream().filter(channel -> !channels.contains(channel)).forEach(this::leave);
    if (end == AnswerEnd.HEARD) {
      announce();
    } else {
      deliver();
    }
  }

  private void leave(String channel) {
    hub.unlisten(this, channel);
  }

  /**
   * The transaction is over in which a LISTEN may have been sent.
   *
   * @return whether there is something to decide; the session is called when it is done
   */
  public boolean decide(ServerConnection server) {
    if (state != ListeningState.UNDECIDED) {
      return false;
    }
    become(ListeningState.DECIDING);
    server
        .requests()
        .queryApart(
            hubs.format().channels(),
            new StateQuery(hubs.format().channels(), true) {
              @Override
              protected void ended(ServerConnection from, ServerError error) {
                if (error == null && state == ListeningState.DECIDING) {
                  become(ListeningState.FREEING);
                  Set<String> now = new HashSet<>(channels);
                  rows().forEach(row -> now.add(row.get(0)));
                  channels = now;
                }
              }
            });
    server.query(
        hubs.format().unlistenAll(),
        new StateQuery("UNLISTEN") {
          @Override
          protected void ended(ServerConnection from, ServerError error) {
            if (state.decides()) {
              decided();
            }
            if (!from.closed()) {
              client.settled(from);
            }
          }
        });
    return true;
  }

  /** The server connection is lost, and with it what was in progress. */
  public void lost() {
    givenUp = Set.of();
    if (state.decides()) {
      decided();
    } else if (state == ListeningState.UNDECIDED) {
      stopAsking();
    }
  }

  /** The server has said what it listens for, or will not say it any more. */
  private void decided() {
    if (state == ListeningState.DECIDING) {
      // The transaction is over, and its client got no error: better it hears of a
      // channel too many than of none.
      Set<String> all = new HashSet<>(channels);
      all.addAll(asked);
      channels = all;
    }
    stopAsking();
  }

  /** True if the present server connection may be listening. */
  public boolean undecided() {
    return state == ListeningState.UNDECIDED || state.decides();
  }

  /**
   * The client gave a channel up, for good if its transaction is committed.
   *
   * @param channel null for all
   */
  public void unlisten(String channel) {
    if (!client.inTransaction()) {
      leaveNow(channel);
      return;
    }
    Set<String> more = new HashSet<>(givenUp);
    if (channel == null) {
      more.addAll(channels);
    } else if (channels.contains(channel)) {
      more.add(channel);
    }
    givenUp = more;
  }

  /** It listens again, in the same transaction perhaps. */
  private void takeBack(String channel) {
    if (givenUp.contains(channel)) {
      Set<String> fewer = new HashSet<>(givenUp);
      fewer.remove(channel);
      givenUp = fewer;
    }
  }

  /** A transaction block has ended. */
  public void transactionOver(boolean committed) {
    if (!givenUp.isEmpty()) {
      Set<String> those = givenUp;
      givenUp = Set.of();
      if (committed) {
        those.forEach(this::leaveNow);
      }
    }
  }

  private void leaveNow(String channel) {
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

  /**
   * The hub has lost the connection over which it listened for this client: what is notified before
   * it listens again is missed, by whichever node or program. On a direct connection the client
   * would notice, so it is ended. Callable from any thread.
   */
  void missed() {
    loop.soon(this::endMissed, client::failed);
  }

  private void endMissed() {
    if (!client.closed() && hears() && client.endsOnMissedNotifications()) {
      client.fatal(MISSED);
    }
  }

  /** Notifications from the hub, in their order; on any thread. */
  void notified(List<Notification> notifications) {
    loop.soon(() -> add(notifications), client::failed);
  }

  private void add(List<Notification> notifications) {
    for (Notification each : notifications) {
      boolean wanted = channels.contains(each.channel()) || asked.contains(each.channel());
      if (client.closed() || !wanted) {
        continue;
      }
      if (waiting.size() >= MAX_WAITING) {
        client.fatal(
            ServerError.fatal(
                    Sqlstate.CONFIGURATION_LIMIT_EXCEEDED,
                    "too many notifications wait for this client")
                .withDetail("The limit is " + MAX_WAITING + "."));
        return;
      }
      waiting.add(each);
    }
    deliver();
  }

  /** Delivers what waits, when the client is between transactions: no sooner than PostgreSQL. */
  public void deliver() {
    if (waiting.isEmpty()
        || state != ListeningState.SETTLED
        || announces()
        || !client.betweenTransactions()) {
      return;
    }
    ByteBuf heard = heard();
    if (heard != null) {
      client.write(heard);
    }
  }

  /** Returns the waiting notifications, in one piece; null for none. */
  private ByteBuf heard() {
    ByteBuf out = null;
    for (Notification next = waiting.poll(); next != null; next = waiting.poll()) {
      if (channels.contains(next.channel())) {
        out = out == null ? client.alloc().buffer(64) : out;
        hubs.format().append(next.processId(), next.channel(), next.payload(), out);
      }
    }
    return out;
  }

  /** The client has disconnected. */
  public void end() {
    if (hub != null) {
      hub.unlisten(this, null);
      hubs.leave(client.poolKey());
    }
    count(false);
    if (awaited != null) {
      awaited.cancel();
    }
    if (clearing != null) {
      clearing.cancel();
    }
    givenUp = Set.of();
    waiting.clear();
    channels = Set.of();
    asked = Set.of();
  }
}
