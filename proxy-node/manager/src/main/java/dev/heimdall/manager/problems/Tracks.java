package dev.heimdall.manager.problems;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** For how long this manager has seen what it sees, and when it saw last what it sees no more. */
final class Tracks {
  /** Time since its end after which a problem is no longer considered. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  /** Duration below which a past problem need not be reported. */
  private static final Duration MOMENT = Duration.ofSeconds(2);

  private record Subject(String kind, String about) {
    static Subject of(Finding finding) {
      return new Subject(finding.kind().spelling(), finding.about());
    }
  }

  /**
   * Of one thing that is wrong.
   *
   * @param begun since when it goes on
   * @param last when it was found last
   * @param present whether it was found at the last look
   */
  record Track(Finding finding, Instant begun, Instant last, boolean present) {
    Duration lasted() {
      return Duration.between(begun, last);
    }

    /** True if it has lasted for long enough. */
    boolean isDue() {
      return lasted().compareTo(finding.timing().lasting()) >= 0;
    }

    /** True if it has been gone for no longer than what lasts may be. */
    boolean pauses(Instant now) {
      Duration most = finding.timing().pause();
      return !most.isZero() && Duration.between(last, now).compareTo(most) <= 0;
    }

    /** True if it was found at the last look, or may have slipped through that. */
    boolean lasts(Instant now) {
      return present || pauses(now);
    }

    /** True if it has been gone for long enough. */
    boolean isOver(Instant now) {
      return !present && Duration.between(last, now).compareTo(finding.timing().ending()) >= 0;
    }
  }

  private Map<Subject, Track> all = Map.of();

  /** Looks again. What comes back before it is over has gone on. */
  void look(List<Finding> findings, Instant now) {
    Map<Subject, Track> next = new HashMap<>();
    all.forEach(
        (subject, track) -> {
          if (track.last().isAfter(now.minus(REMEMBERED))) {
            next.put(subject, new Track(track.finding(), track.begun(), track.last(), false));
          }
        });
    for (Finding finding : findings) {
      Subject subject = Subject.of(finding);
      Track before = all.get(subject);
      boolean goesOn =
          before != null
              && (before.present() || before.isDue() && !before.isOver(now) || before.pauses(now));
      Instant seen = goesOn ? before.begun() : now;
      Instant begun = finding.since().filter(told -> told.isBefore(seen)).orElse(seen);
      next.put(subject, new Track(finding, begun, now, true));
    }
    all = next;
  }

  /** True if it was found at the last look, or has not been gone for long. */
  boolean has(ProblemKind kind, String about) {
    Track track = all.get(new Subject(kind.spelling(), about));
    return track != null && track.present();
  }

  /** All that was found at the last look. */
  List<Track> present() {
    return all.values().stream().filter(Track::present).toList();
  }

  /** All that was found at the last look, and what may have slipped through it. */
  List<Track> lasting(Instant now) {
    return all.values().stream().filter(track -> track.lasts(now)).toList();
  }

  /** Returns what ended last, within this time, unless it was a moment. */
  Optional<Track> over(Instant now, Duration within) {
    return all.values().stream()
        .filter(track -> !track.lasts(now) && track.last().isAfter(now.minus(within)))
        .filter(track -> track.finding().kind() != ProblemKind.NODES_OVERDUE)
        .filter(track -> track.lasted().compareTo(MOMENT) >= 0)
        .max(Comparator.comparing(Track::last));
  }

  /** Returns the known track of an alert's subject. */
  Optional<Track> of(Alert alert) {
    return Optional.ofNullable(all.get(new Subject(alert.kind(), alert.about())));
  }

  Optional<Track> of(Finding finding) {
    return Optional.ofNullable(all.get(Subject.of(finding)));
  }

  /** As it is now, for another thread. */
  Tracks copy() {
    Tracks copy = new Tracks();
    copy.all = all;
    return copy;
  }
}
