package dev.heimdall.engine.events;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The last events of this node. What clients can bring about any number of times is counted: one
 * event of each cause in a period says how many there were. May be called on any thread, an event
 * loop's included.
 */
public final class NodeEvents {
  /** Number of events kept; with {@link #LONGEST} it limits the events in a report. */
  public static final int MOST = 100;

  private static final int LONGEST = 300;
  private static final int MOST_CAUSES = 256;
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * Events, the oldest first.
   *
   * @param forgotten how many there were before them
   */
  public record Last(List<NodeEvent> events, long forgotten) {
    public Last {
      events = List.copyOf(events);
    }
  }

  private record Cause(EventKind kind, String about, String server) {}

  private static final class Period {
    private long begun;
    private long counted;
    private String words;

    Period(long begun) {
      this.begun = begun;
    }
  }

  private final Clock clock;
  private final LongSupplier nanoClock;
  private final Deque<NodeEvent> events = new ArrayDeque<>();
  private final Map<Cause, Period> periods = new LinkedHashMap<>();
  private long numbers;
  private Runnable listener = () -> {};

  public NodeEvents(Clock clock, LongSupplier nanoClock) {
    this.clock = clock;
    this.nanoClock = nanoClock;
  }

  /** Sets the listener of events, which runs on their threads and must not hold them up. */
  public synchronized void listen(Runnable hears) {
    listener = hears;
  }

  /** One that happens seldom. */
  public synchronized void happened(EventKind kind, String about, String server, String words) {
    add(kind, about, server, words, 1);
  }

  /** One that may happen often: it is told of at once, and then once in a period. */
  public synchronized void counted(EventKind kind, String about, String server, String words) {
    Cause cause = new Cause(kind, cut(about), cut(server));
    Period period = periods.get(cause);
    if (period != null) {
      period.counted++;
      period.words = words;
      return;
    }
    endPeriods();
    if (periods.size() < MOST_CAUSES) {
      periods.put(cause, new Period(nanoClock.getAsLong()));
      add(kind, about, server, words, 1);
    }
  }

  /** Those that are kept, with what was counted until now. */
  public synchronized Last last() {
    endPeriods();
    return new Last(new ArrayList<>(events), numbers - events.size());
  }

  private void endPeriods() {
    long now = nanoClock.getAsLong();
    Iterator<Map.Entry<Cause, Period>> all = periods.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Cause, Period> one = all.next();
      Cause cause = one.getKey();
      Period period = one.getValue();
      if (now - period.begun < PERIOD_NANOS) {
        continue;
      }
      if (period.counted > 0) {
        add(cause.kind(), cause.about(), cause.server(), period.words, period.counted);
        period.counted = 0;
        period.begun = now;
      } else {
        all.remove();
        cause
            .kind()
            .end()
            .ifPresent(
                end ->
                    add(
                        end,
                        cause.about(),
                        cause.server(),
                        "It did not happen again for %d s."
                            .formatted(Duration.ofNanos(PERIOD_NANOS).toSeconds()),
                        1));
      }
    }
  }

  private void add(EventKind kind, String about, String server, String words, long count) {
    if (events.size() == MOST) {
      events.removeFirst();
    }
    events.add(
        new NodeEvent(
            ++numbers, clock.instant(), kind, cut(about), cut(server), cut(words), count));
    listener.run();
  }

  private static String cut(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }
}
