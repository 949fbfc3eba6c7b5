package dev.heimdall.engine.action;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps statements on one table of a data source in the order in which they came, over all queues.
 * A statement that may touch anything comes after all earlier ones and before all later ones. Each
 * statement waits only for earlier ones, so that they cannot wait for each other in a circle.
 * Guarded by the queues' lock, but for {@link #anyLocked}.
 */
final class TableOrder {
  private final Map<String, Source> sources = new HashMap<>();
  private final AtomicInteger locked = new AtomicInteger();

  private static final class Source {
    final Map<String, Line> lines = new HashMap<>();

    /** Lines with a statement that came after the last one that may touch anything. */
    final Set<Line> open = new HashSet<>();

    final Line anything = new Line();
    int tickets;
  }

  /** The statements that touch one table, or anything. */
  private static final class Line {
    Ticket last;
    Ticket lastLocked;
    int tickets;

    void add(Ticket ticket) {
      last = ticket;
      lastLocked = ticket.how.lockTable() ? ticket : lastLocked;
      tickets++;
    }

    void collect(boolean onlyLocked, Collection<Ticket> to) {
      Ticket end = onlyLocked ? lastLocked : last;
      if (end != null && !end.done) {
        to.add(end);
      }
    }
  }

  /** A statement has come: whom it has to wait for is in its blockers then. */
  void enter(Ticket ticket) {
    Source source = sources.computeIfAbsent(ticket.target.source().name(), name -> new Source());
    source.anything.collect(false, ticket.blockers);
    if (ticket.anything) {
      source.open.forEach(line -> line.collect(false, ticket.blockers));
      source.open.clear();
      source.anything.add(ticket);
    }
    for (String table : ticket.tables) {
      Line line = source.lines.computeIfAbsent(table, name -> new Line());
      if (!ticket.anything) {
        line.collect(false, ticket.blockers);
        source.open.add(line);
      }
      line.add(ticket);
    }
    source.tickets++;
    if (ticket.how.lockTable()) {
      locked.incrementAndGet();
    }
  }

  /** A statement is done. */
  void leave(Ticket ticket) {
    ticket.done = true;
    ticket.blockers.clear();
    Source source = sources.get(ticket.target.source().name());
    for (String table : ticket.tables) {
      Line line = source.lines.get(table);
      if (--line.tickets == 0) {
        source.lines.remove(table);
        source.open.remove(line);
      }
    }
    if (ticket.anything && --source.anything.tickets == 0) {
      source.anything.last = null;
      source.anything.lastLocked = null;
    }
    if (--source.tickets == 0) {
      sources.remove(ticket.target.source().name());
    }
    if (ticket.how.lockTable()) {
      locked.decrementAndGet();
    }
  }

  /** True if there is any statement at all for which others wait. Needs no lock. */
  boolean anyLocked() {
    return locked.get() > 0;
  }

  /**
   * The statements after whose end all that there are now on these tables are done.
   *
   * @param onlyLocked leave out those that are not to be waited for
   */
  List<Ticket> lastOn(
      String sourceName, Collection<String> tables, boolean anything, boolean onlyLocked) {
    Source source = sources.get(sourceName);
    if (source == null) {
      return List.of();
    }
    Set<Ticket> last = new LinkedHashSet<>();
    source.anything.collect(onlyLocked, last);
    if (anything) {
      source.lines.values().forEach(line -> line.collect(onlyLocked, last));
    } else {
      for (String table : tables) {
        Line line = source.lines.get(table);
        if (line != null) {
          line.collect(onlyLocked, last);
        }
      }
    }
    return new ArrayList<>(last);
  }
}
