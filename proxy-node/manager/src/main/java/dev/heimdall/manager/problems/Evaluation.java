package dev.heimdall.manager.problems;

import dev.heimdall.manager.store.Unchanged;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Effect of one manager's observations on the alerts. An alert begins as soon as one manager sees
 * it, and ends when none does any more: managers do not see the same at the same moment, and one
 * that nodes do not reach sees little.
 *
 * @param manager who looks: the same word after a restart
 * @param tracks what it sees
 * @param settled whether it has looked for long enough to know what is not there
 * @param heard whether any node reports: else only that is known
 * @param confirmed for how long other managers have not said again that they see an alert
 */
record Evaluation(
    String manager,
    Tracks tracks,
    boolean settled,
    boolean heard,
    Unchanged<Sight, Instant> confirmed,
    Instant now) {
  /** That a manager sees an alert. */
  record Sight(String alert, String manager) {}

  /** A manager that sees an alert says so again, so that others know that it still runs. */
  static final Duration CONFIRMED = Duration.ofMinutes(5);

  private static final Duration TRUSTED = CONFIRMED.plusMinutes(2);
  private static final Duration KEPT = Duration.ofDays(7);

  private static final Set<String> OF_PRESENCE =
      Set.of(ProblemKind.NO_NODE_REPORTS.spelling(), ProblemKind.NODES_LOST.spelling());

  /**
   * The next state; the same object if nothing is different.
   *
   * @param unsaved what this manager knew before, which may not be written down yet
   */
  AlertBook of(AlertBook book, AlertBook unsaved) {
    List<Alert> next = new ArrayList<>();
    boolean changed = false;
    for (Alert alert : book.alerts()) {
      Alert after = alert.isOpen() ? ofOpen(alert) : alert;
      boolean gone = after.ended().filter(end -> end.isBefore(now.minus(KEPT))).isPresent();
      if (!gone) {
        next.add(after);
      }
      changed |= after != alert || gone;
    }
    AlertBook known = changed ? book.with(next) : book;
    Set<String> ids = new HashSet<>();
    next.forEach(alert -> ids.add(alert.id()));
    // Where there is no room for all, the critical ones have it.
    List<Tracks.Track> found =
        tracks.present().stream()
            .sorted(Comparator.comparing((Tracks.Track track) -> !track.finding().critical()))
            .toList();
    for (Tracks.Track track : found) {
      if (track.isDue() && known.open(track.finding()).isEmpty() && known.hasRoom()) {
        Alert begun =
            unsaved
                .open(track.finding())
                .filter(alert -> !ids.contains(alert.id()))
                .orElseGet(() -> begun(track));
        next.add(begun.foundBy(manager, track.finding(), now));
        known = known.with(next);
      }
    }
    for (Alert alert : unsaved.open()) {
      if (!ids.contains(alert.id()) && hasTwin(alert, known)) {
        // Targets that were notified of it in the meantime are to be notified of its end.
        next.add(alert.endedAt(now));
        known = known.with(next);
      }
    }
    return withoutOldSilences(known);
  }

  /** True if another manager has begun the same while this one could not write it down. */
  private static boolean hasTwin(Alert unsaved, AlertBook known) {
    return known.open().stream()
        .anyMatch(
            alert ->
                alert.kind().equals(unsaved.kind())
                    && alert.about().equals(unsaved.about())
                    && !alert.id().equals(unsaved.id()));
  }

  /** True if it is about nodes that do not report. */
  static boolean isOfPresence(Alert alert) {
    return OF_PRESENCE.contains(alert.kind());
  }

  private static Alert begun(Tracks.Track track) {
    Finding finding = track.finding();
    return new Alert(
        UUID.randomUUID().toString(),
        finding.kind().spelling(),
        finding.about(),
        finding.critical(),
        finding.words(),
        finding.detail(),
        finding.nodes(),
        track.begun(),
        Optional.empty(),
        Map.of(),
        Optional.empty());
  }

  /**
   * True if another manager still sees it, whatever the clocks say. How long one has been quiet is
   * known from its first look on: each alert has one with each evaluation.
   */
  private boolean lookForOthers(Alert alert) {
    boolean see = false;
    for (Map.Entry<String, Instant> other : alert.seenBy().entrySet()) {
      if (!other.getKey().equals(manager)) {
        Duration quiet = confirmed.since(new Sight(alert.id(), other.getKey()), other.getValue());
        see |= quiet.compareTo(TRUSTED) < 0;
      }
    }
    return see;
  }

  private Alert ofOpen(Alert alert) {
    boolean othersSee = lookForOthers(alert);
    Optional<Tracks.Track> track = tracks.of(alert);
    if (track.isPresent() && track.get().present()) {
      return found(alert, track.get().finding());
    }
    boolean knows = settled && (heard || isOfPresence(alert));
    if (!knows || track.isPresent() && !track.get().isOver(now)) {
      return alert;
    }
    Alert without = alert.seenBy().containsKey(manager) ? alert.notSeenBy(manager) : alert;
    if (othersSee) {
      return without;
    }
    return track.isEmpty()
        ? without.endedAt(now)
        : without.foundBy(manager, track.get().finding(), now).endedAt(track.get().last());
  }

  /** Words change with each look: they are written with what matters. */
  private Alert found(Alert alert, Finding finding) {
    Instant said = alert.seenBy().get(manager);
    boolean confirms =
        said == null
            || said.isBefore(now.minus(CONFIRMED))
            || said.isAfter(now); // a clock put back
    boolean worse = finding.critical() && !alert.critical();
    boolean others = isOfPresence(alert) && !alert.nodes().equals(finding.nodes());
    return confirms || worse || others ? alert.foundBy(manager, finding, now) : alert;
  }

  private AlertBook withoutOldSilences(AlertBook book) {
    List<Silence> left =
        book.silences().stream()
            .filter(silence -> silence.until().isAfter(now.minus(KEPT)))
            .toList();
    return left.size() == book.silences().size() ? book : book.withSilences(left);
  }
}
