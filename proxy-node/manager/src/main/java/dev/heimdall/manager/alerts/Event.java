package dev.heimdall.manager.alerts;

import dev.heimdall.manager.problems.Alert;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Event that happened, regardless of which node or manager has seen it.
 *
 * @param id that no other has
 * @param last when it was seen last
 * @param by who has seen it
 * @param count how often it happened, by the one who has seen it most often
 * @param alert whose beginning or end it is; empty: of none
 */
record Event(
    String id,
    Instant at,
    Instant last,
    String kind,
    Severity severity,
    String about,
    String server,
    List<String> by,
    String words,
    long count,
    Optional<Alert> alert) {
  /** One that is not of an alert. */
  Event(
      String id,
      Instant at,
      Instant last,
      String kind,
      Severity severity,
      String about,
      String server,
      List<String> by,
      String words,
      long count) {
    this(id, at, last, kind, severity, about, server, by, words, count, Optional.empty());
  }

  /** Returns the word that people read first: the severity, or that the event is over. */
  String word() {
    return Notices.isEnd(this) ? "resolved" : severity.spelling();
  }

  /** Sightings of one thing that are no further apart are of one event. */
  private static final Duration APART = Duration.ofSeconds(60);

  private record Subject(String kind, String about, String server) {}

  private static final class Open {
    private final Sighting first;
    private final Set<String> by = new TreeSet<>();
    private final Map<String, Long> counts = new HashMap<>();
    private Sighting last;
    private Instant begun;
    private Instant ended;
    private Severity severity;

    Open(Sighting first) {
      this.first = first;
      begun = first.at();
      ended = first.at();
      severity = first.severity();
      add(first);
    }

    boolean takes(Sighting next) {
      return !next.at().isBefore(begun.minus(APART)) && !next.at().isAfter(ended.plus(APART));
    }

    void add(Sighting next) {
      by.add(next.by());
      counts.merge(next.source(), next.count(), Long::sum);
      severity = severity.compareTo(next.severity()) < 0 ? next.severity() : severity;
      begun = next.at().isBefore(begun) ? next.at() : begun;
      if (!next.at().isBefore(ended)) {
        ended = next.at();
        last = next;
      }
    }

    Event event() {
      return new Event(
          first.source() + "-" + first.number(),
          begun,
          ended,
          first.kind(),
          severity,
          first.about(),
          first.server(),
          List.copyOf(by),
          last.words(),
          Collections.max(counts.values()));
    }
  }

  /**
   * Merges sightings of one event into that event; the latest first.
   *
   * @param sightings in the order in which they were taken down, which is the same for all managers
   */
  static List<Event> of(List<Sighting> sightings) {
    Map<Subject, Open> open = new HashMap<>();
    List<Open> all = new ArrayList<>();
    for (Sighting one : sightings) {
      Subject subject = new Subject(one.kind(), one.about(), one.server());
      Open known = open.get(subject);
      if (known != null && known.takes(one)) {
        known.add(one);
      } else {
        Open begun = new Open(one);
        open.put(subject, begun);
        all.add(begun);
      }
    }
    List<Event> events = new ArrayList<>();
    all.forEach(one -> events.add(one.event()));
    events.sort((a, b) -> b.last().compareTo(a.last()));
    return List.copyOf(events);
  }
}
