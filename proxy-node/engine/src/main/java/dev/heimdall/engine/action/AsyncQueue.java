package dev.heimdall.engine.action;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The statements of one queue. Guarded by the queues' lock. */
final class AsyncQueue {
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(5);

  /** Current activity of a queue. */
  enum State {
    /** Its first statement has not been examined yet. */
    READY,
    /** Its first statement waits for one of another queue. */
    BLOCKED,
    /** Its first batch may still grow. */
    COLLECTING,
    RUNNING,
    /** The server was away, and is tried again later. */
    PAUSED;

    private static final Map<State, Set<State>> MOVES =
        Map.of(
            READY, EnumSet.of(BLOCKED, COLLECTING, RUNNING),
            BLOCKED, EnumSet.of(READY),
            COLLECTING, EnumSet.of(READY),
            RUNNING, EnumSet.of(READY, PAUSED),
            PAUSED, EnumSet.of(READY));

    private boolean mayBecome(State next) {
      return MOVES.get(this).contains(next);
    }
  }

  final String name;
  private final Deque<Ticket> tickets = new ArrayDeque<>();
  private State state = State.READY;
  private int hurried;
  private int running;
  private long pause = FIRST_PAUSE;

  AsyncQueue(String name) {
    this.name = name;
  }

  State state() {
    return state;
  }

  /** The only place where the state changes. */
  void become(State next) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException("a queue cannot become " + next + " when " + state);
    }
    state = next;
  }

  void add(Ticket ticket) {
    tickets.add(ticket);
  }

  Ticket head() {
    return tickets.peek();
  }

  /** Statements that wait or are being carried out. */
  int size() {
    return tickets.size() + running;
  }

  boolean isEmpty() {
    return tickets.isEmpty();
  }

  /** Notes that a client waits for a statement of this queue. */
  void hurry(Ticket ticket) {
    if (!ticket.hurried) {
      ticket.hurried = true;
      hurried++;
    }
  }

  boolean isHurried() {
    return hurried > 0;
  }

  /** Time for which its first batch may still grow, in ns; 0 or less for no longer. */
  long collectFor(long now) {
    Ticket head = head();
    if (hurried > 0 || !head.batched || tickets.size() >= head.how.batchSize()) {
      return 0;
    }
    return head.entered + TimeUnit.MILLISECONDS.toNanos(head.how.maxPollInterval()) - now;
  }

  /** Takes the first batch out. Its statements wait for each other at most. */
  List<Ticket> take() {
    List<Ticket> batch = new ArrayList<>();
    Ticket head = head();
    do {
      Ticket next = tickets.remove();
      hurried -= next.hurried ? 1 : 0;
      batch.add(next);
    } while (batch.size() < head.how.batchSize()
        && !tickets.isEmpty()
        && head.goesWith(tickets.peek())
        && batchHasAllBlockers(tickets.peek(), batch));
    running = batch.size();
    return batch;
  }

  /** Those of this queue that are not done can only be in the batch: it runs nothing else. */
  private boolean batchHasAllBlockers(Ticket ticket, List<Ticket> batch) {
    return ticket.blockers.stream().allMatch(b -> b.done || b.queue == batch.get(0).queue);
  }

  void finished() {
    running--;
  }

  /** These were not carried out: they come first again. */
  void putBack(List<Ticket> rest) {
    for (int i = rest.size() - 1; i >= 0; i--) {
      Ticket ticket = rest.get(i);
      hurried += ticket.hurried ? 1 : 0;
      tickets.addFirst(ticket);
    }
    running -= rest.size();
  }

  /** The time until the server is to be tried again, in ns; longer each time. */
  long nextPause() {
    long now = pause;
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    return now;
  }

  void served() {
    pause = FIRST_PAUSE;
  }

  /** Takes everything out that waits. */
  List<Ticket> takeAll() {
    List<Ticket> all = List.copyOf(tickets);
    tickets.clear();
    hurried = 0;
    return all;
  }
}
