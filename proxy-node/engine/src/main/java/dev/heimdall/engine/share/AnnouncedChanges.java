package dev.heimdall.engine.share;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Changes of definitions that this node has announced and that are not over, for nodes that come
 * later. To be used by one thread at a time.
 */
final class AnnouncedChanges {
  /** No node lets one count for longer; and one whose connection is lost never ends. */
  private static final long LONGEST = Duration.ofMinutes(1).toNanos();

  private final Set<Change> present = new LinkedHashSet<>();
  private final LongSupplier clock;

  AnnouncedChanges(LongSupplier clock) {
    this.clock = clock;
  }

  /** A change, with the numbers of its announcements. */
  static final class Change {
    private final String database;
    private final long since;
    private final List<Long> numbers = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();

    private Change(String database, long since) {
      this.database = database;
      this.since = since;
    }

    String database() {
      return database;
    }

    List<Long> numbers() {
      return numbers;
    }
  }

  Change add(String database, long number) {
    Change change = new Change(database, clock.getAsLong());
    change.numbers.add(number);
    forget();
    present.add(change);
    return change;
  }

  private void forget() {
    long now = clock.getAsLong();
    present.removeIf(change -> now - change.since > LONGEST);
  }

  /** Those that still count. */
  List<Change> present() {
    forget();
    return List.copyOf(present);
  }

  /** Ends a change; says what to tell others of it, once. */
  List<Long> over(Change change) {
    present.remove(change);
    return change.over.compareAndSet(false, true) ? List.copyOf(change.numbers) : List.of();
  }
}
