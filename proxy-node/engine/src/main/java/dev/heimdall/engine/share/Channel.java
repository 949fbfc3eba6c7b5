package dev.heimdall.engine.share;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is told and heard of one data source, apart from how it travels. May be used from any
 * thread.
 */
final class Channel implements Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(SharedStore.class);

  /** Names in one message; with more, it says that anything may have been written. */
  private static final int MOST_TABLES = 500;

  private static final int LAPSE = 10;
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final String self;
  private final WritePositions positions;
  private final boolean strict;
  private final Duration maxStaleness;
  private final Consumer<String> out;
  private final LongSupplier clock;
  private final Touch touch;
  private final Acknowledgements acknowledgements = new Acknowledgements();
  private long number;

  /**
   * @param self this node's name; another one after each start
   * @param strict whether others must know of a write before its client does
   * @param out sends a text to all nodes, this one included, or drops it, at once
   * @param clock {@link System#nanoTime}
   */
  Channel(
      String self,
      WritePositions positions,
      boolean strict,
      Duration maxStaleness,
      Consumer<String> out,
      LongSupplier clock) {
    this.self = self;
    this.positions = positions;
    this.strict = strict;
    this.maxStaleness = maxStaleness;
    this.out = out;
    this.clock = clock;
    touch = new Touch(self, maxStaleness.toNanos(), LAPSE * maxStaleness.toNanos());
  }

  @Override
  public CompletableFuture<Void> announce(Collection<String> tables, boolean others) {
    boolean any = others || tables.size() > MOST_TABLES;
    if (!strict) {
      send(n -> Message.wrote(self, n, tables, any));
      return DONE;
    }
    CompletableFuture<Void> done;
    synchronized (this) {
      Set<String> awaited = touch.others();
      if (touch.hearsItself(clock.getAsLong())) {
        // A node may have come of which this one has not heard yet: before its own words it will.
        awaited.add(self);
      }
      done = acknowledgements.awaited(number + 1, awaited);
      send(n -> Message.wrote(self, n, tables, any));
    }
    // Whoever has not answered by then has not heard itself either, and answers no more reads.
    return done.isDone()
        ? done
        : done.completeOnTimeout(null, maxStaleness.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Makes a message of the next number. */
  private interface Numbered {
    Message of(long number);
  }

  /** In the order of the numbers. */
  private synchronized void send(Numbered message) {
    number++;
    out.accept(message.of(number).encoded());
  }

  /** Says that this node is there; to be done several times within {@code maxStaleness}. */
  void here() {
    send(n -> new Message(Message.Kind.HERE, self, n, List.of()));
  }

  /** The same, for a timer that would do it no more after an error. */
  void beat() {
    try {
      here();
    } catch (RuntimeException | Error e) {
      LOG.error("an error in the node has kept it from telling others that it is there", e);
    }
  }

  /** The way to the others was lost and is open again. */
  void reopened() {
    touch.lost();
    positions.missed();
  }

  /** A text has come. */
  void heard(String text) {
    Optional<Message> decoded = Message.decode(text);
    if (decoded.isEmpty()) {
      // Of a node with another version, perhaps: it may have written anything.
      positions.missed();
      return;
    }
    Message message = decoded.get();
    boolean own = message.node().equals(self);
    boolean missed = touch.heard(message.node(), message.number(), clock.getAsLong());
    if (missed && !own) {
      positions.missed();
    }
    if (!own) {
      act(message);
    } else if (strict) {
      acknowledgements.echoed(self, message.number(), touch.others());
    }
  }

  private void act(Message message) {
    switch (message.kind()) {
      case WROTE, WROTE_ANY -> {
        positions.committed(message.details(), message.kind() == Message.Kind.WROTE_ANY);
        if (strict) {
          List<String> what = List.of(message.node(), Long.toString(message.number()));
          send(n -> new Message(Message.Kind.KNOWN, self, n, what));
        }
      }
      case KNOWN -> {
        List<String> what = message.details();
        if (what.size() == 2 && what.get(0).equals(self) && Message.isNumber(what.get(1))) {
          acknowledgements.known(message.node(), Long.parseLong(what.get(1)));
        }
      }
      case GONE -> {
        touch.gone(message.node(), clock.getAsLong());
        acknowledgements.gone(message.node());
      }
      case HERE -> {
        // That it was heard is all that it says.
      }
    }
  }

  @Override
  public boolean inTouch() {
    return touch.inTouch(clock.getAsLong());
  }

  /** The other nodes that are known, for people. */
  int others() {
    return touch.others().size();
  }

  @Override
  public void close() {
    send(n -> new Message(Message.Kind.GONE, self, n, List.of()));
  }
}
