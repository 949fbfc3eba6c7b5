package dev.heimdall.engine.share;

import dev.heimdall.model.Consistency;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages sent and heard about one data source, apart from their transport. May be used from any
 * thread.
 */
final class Channel implements Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);

  /** Names in one message; with more, it says that anything may have been written. */
  private static final int MOST_TABLES = 500;

  /** Number of times in one {@code maxStaleness} that a node reports that it is there. */
  static final int BEATS = 5;

  private static final int LAPSE = 10;
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final String self;
  private final WritePositions positions;
  private final Definitions definitions;
  private final Consistency consistency;
  private final Duration maxStaleness;
  private final Consumer<String> out;
  private final LongSupplier clock;
  private final PeerHeartbeats heartbeats;
  private final Acknowledgements acknowledgements = new Acknowledgements();
  private final ChangesOfOthers inProgress = new ChangesOfOthers();
  private final AnnouncedChanges announced;
  private final Membership membership;
  private final SentMessages sent = new SentMessages();
  private long number;

  /** True if messages were missed that others can send again. */
  private volatile boolean missed;

  /**
   * @param self this node's name; another one after each start
   * @param definitions what this node has to doubt when others write it
   * @param consistency {@code STRICT}: others must know of a write before its client does; {@code
   *     SESSION}: they need not know of any but those to definitions
   * @param out sends a text to all nodes, this one included, or drops it, at once
   * @param clock {@link System#nanoTime}
   */
  Channel(
      String self,
      WritePositions positions,
      Definitions definitions,
      Consistency consistency,
      Duration maxStaleness,
      Consumer<String> out,
      LongSupplier clock) {
    this.self = self;
    this.positions = positions;
    this.definitions = definitions;
    this.consistency = consistency;
    this.maxStaleness = maxStaleness;
    this.out = out;
    this.clock = clock;
    heartbeats = new PeerHeartbeats(self, maxStaleness.toNanos(), LAPSE * maxStaleness.toNanos());
    announced = new AnnouncedChanges(clock);
    membership = new Membership(definitions);
  }

  @Override
  public CompletableFuture<Void> announce(
      Collection<String> tables, boolean others, Redefinition redefinition) {
    if (redefinition == null && consistency == Consistency.SESSION) {
      return DONE;
    }
    boolean any = others || tables.size() > MOST_TABLES;
    Numbered message =
        redefinition != null
            ? n -> Message.redefined(self, n, redefinition)
            : n -> Message.wrote(self, n, tables, any);
    boolean held =
        consistency == Consistency.STRICT || (redefinition != null && redefinition.how().awaited());
    if (!held) {
      send(message);
      return DONE;
    }
    return sendAwaited(message).known();
  }

  @Override
  public void doubted(Collection<String> tables, boolean others) {
    if (consistency != Consistency.SESSION) {
      long lasts = DoubtfulWrites.LASTS.toNanos();
      tell(new DoubtfulWrites.Doubt(others ? List.of() : List.copyOf(tables), lasts));
    }
  }

  private void tell(DoubtfulWrites.Doubt doubt) {
    boolean all = doubt.tables().size() > MOST_TABLES;
    DoubtfulWrites.Doubt said = all ? new DoubtfulWrites.Doubt(List.of(), doubt.nanos()) : doubt;
    send(n -> Message.doubted(self, n, said));
  }

  @Override
  public HeardMessages heardSoFar() {
    return heartbeats.soFar();
  }

  @Override
  public OptionalLong notedBefore(HeardMessages heard) {
    Long mine = heard.last().get(self);
    return mine == null ? OptionalLong.empty() : sent.notedBefore(mine);
  }

  @Override
  public ChangeInProgress changing(String database) {
    CompletableFuture<Void> joined = membership.joined();
    if (joined.isDone()) {
      return announced(database);
    }
    // Other nodes may neither hear it yet nor be known to this one; and what is not heard is not
    // told again.
    CompletableFuture<ChangeInProgress> later =
        joined
            .copy()
            .completeOnTimeout(null, maxStaleness.toNanos(), TimeUnit.NANOSECONDS)
            .thenApply(nothing -> announced(database));
    return new ChangeInProgress(
        later.thenCompose(ChangeInProgress::known),
        () -> later.thenAccept(change -> change.over().run()));
  }

  private ChangeInProgress announced(String database) {
    AnnouncedChanges.Change change;
    Sent sent;
    synchronized (this) {
      sent = sendAwaited(n -> Message.changing(self, n, database));
      change = announced.add(database, sent.number());
    }
    return new ChangeInProgress(sent.known(), () -> over(change));
  }

  private synchronized void over(AnnouncedChanges.Change change) {
    for (long which : announced.over(change)) {
      send(n -> Message.changed(self, n, which));
    }
  }

  /** A node has come that was not told of the changes in progress. */
  private synchronized void announceAgain() {
    for (AnnouncedChanges.Change change : announced.present()) {
      send(n -> Message.changing(self, n, change.database()));
      change.numbers().add(number);
    }
  }

  @Override
  public void free(String database) {
    send(n -> Message.free(self, n, database));
  }

  @Override
  public void sessionDefaultsChanged() {
    send(n -> Message.defaults(self, n));
  }

  /**
   * A message that others acknowledge.
   *
   * @param known done when they have, or can no longer be waited for
   */
  private record Sent(long number, CompletableFuture<Void> known) {}

  private Sent sendAwaited(Numbered message) {
    CompletableFuture<Void> done;
    long sent;
    synchronized (this) {
      Set<String> awaited = heartbeats.others();
      if (heartbeats.hearsItself(clock.getAsLong())) {
        // A node may have come of which this one has not heard yet: before its own words it will.
        awaited.add(self);
      }
      sent = number + 1;
      done = acknowledgements.awaited(sent, awaited);
      send(message);
    }
    // A node that has not answered by then has not heard itself either, and answers no more reads.
    return new Sent(
        sent,
        done.isDone()
            ? done
            : done.completeOnTimeout(null, maxStaleness.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** Makes a message of the next number. */
  private interface Numbered {
    Message of(long number);
  }

  /** In the order of the numbers. */
  private synchronized void send(Numbered message) {
    number++;
    sent.sending(number, positions.noted());
    out.accept(message.of(number).encoded());
  }

  /** Says that this node is there; to be done several times within {@code maxStaleness}. */
  void here() {
    List<String> again = missed ? List.of(Message.AGAIN) : List.of();
    send(n -> new Message(Message.Kind.HERE, self, n, again));
    missed &= again.isEmpty();
    // As it will be when this is done the next time.
    membership.heard(
        heartbeats.connectedToPeers(clock.getAsLong() + maxStaleness.toNanos() / BEATS));
  }

  /** Sends a heartbeat, for a timer that would do it no more after an error. */
  void beat() {
    try {
      here();
    } catch (RuntimeException | Error e) {
      LOG.error("an error in the node has kept it from telling others that it is there", e);
    }
  }

  /** The way to the others was lost and is open again. */
  void reopened() {
    heartbeats.lost();
    membership.heard(false);
    missed();
  }

  /** Whatever others have written may have been missed. */
  private void missed() {
    missed = true;
    definitions.missed();
    positions.missed();
  }

  /** A text has come. */
  void heard(String text) {
    Optional<Message> decoded = Message.decode(text);
    if (decoded.isEmpty()) {
      // Of a node with another version, perhaps: it may have written anything.
      missed();
      return;
    }
    Message message = decoded.get();
    boolean own = message.node().equals(self);
    boolean known = own || heartbeats.knows(message.node());
    boolean gap = heartbeats.heard(message.node(), message.number(), clock.getAsLong());
    if (gap && !own) {
      inProgress.forget(message.node());
      missed();
    }
    if (!own) {
      act(message);
      if (!known && message.kind() != Message.Kind.GONE) {
        announceAgain();
      }
    } else if (acknowledgements.any()) {
      acknowledgements.echoed(self, message.number(), heartbeats.others());
    }
  }

  private void act(Message message) {
    switch (message.kind()) {
      case WROTE, WROTE_ANY -> {
        if (wrote(message)) {
          acknowledge(message);
        }
      }
      case DOUBTED -> doubted(message.details());
      case CHANGING -> {
        message.details().stream().findFirst().ifPresent(database -> changing(message, database));
        acknowledge(message);
      }
      case CHANGED -> message.details().stream().findFirst().ifPresent(n -> changed(message, n));
      case KNOWN -> {
        List<String> what = message.details();
        if (what.size() == 2 && what.get(0).equals(self) && Message.isNumber(what.get(1))) {
          acknowledgements.known(message.node(), Long.parseLong(what.get(1)));
        }
      }
      case GONE -> {
        inProgress.forget(message.node());
        heartbeats.gone(message.node(), clock.getAsLong());
        acknowledgements.gone(message.node());
      }
      case FREE -> message.details().stream().findFirst().ifPresent(definitions::free);
      case DEFAULTS -> definitions.sessionDefaultsChanged();
      case HERE -> {
        if (message.details().contains(Message.AGAIN) && consistency != Consistency.SESSION) {
          positions.doubts().forEach(this::tell);
        }
      }
    }
  }

  private void doubted(List<String> details) {
    if (!details.isEmpty() && Message.isNumber(details.get(0))) {
      List<String> tables = details.subList(1, details.size());
      long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(details.get(0)));
      positions.doubted(tables, tables.isEmpty(), nanos);
    }
  }

  private void acknowledge(Message message) {
    List<String> what = List.of(message.node(), Long.toString(message.number()));
    send(n -> new Message(Message.Kind.KNOWN, self, n, what));
  }

  private void changing(Message message, String database) {
    inProgress.begun(message.node(), message.number(), definitions.changing(database));
  }

  private void changed(Message message, String number) {
    if (Message.isNumber(number)) {
      inProgress.over(message.node(), Long.parseLong(number));
    }
  }

  /**
   * Notes what another node has written.
   *
   * @return whether that node waits to hear that it is known
   */
  private boolean wrote(Message message) {
    boolean awaited = consistency != Consistency.FLEET;
    if (message.kind() == Message.Kind.WROTE) {
      List<String> told = message.details();
      positions.committedElsewhere(SparedTables.tables(told), SparedTables.read(told));
      return awaited;
    }
    for (String detail : message.details()) {
      Redefinition redefinition = Redefinition.decode(detail);
      if (redefinition == null) {
        definitions.missed();
      } else {
        definitions.written(redefinition);
        awaited |= redefinition.how().awaited();
      }
    }
    // After the definitions: who reads from here on doubts them, and goes by this.
    positions.committed(List.of(), true);
    return awaited;
  }

  @Override
  public boolean connectedToPeers() {
    return heartbeats.connectedToPeers(clock.getAsLong());
  }

  /** The other nodes that are known, for people. */
  int others() {
    return heartbeats.others().size();
  }

  @Override
  public void close() {
    membership.close();
    send(n -> new Message(Message.Kind.GONE, self, n, List.of()));
  }
}
