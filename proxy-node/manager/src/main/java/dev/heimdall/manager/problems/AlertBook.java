package dev.heimdall.manager.problems;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The alerts that go on, those that ended last, and what is silenced: what managers share. */
record AlertBook(List<Alert> alerts, List<Silence> silences) {
  static final AlertBook EMPTY = new AlertBook(List.of(), List.of());

  /**
   * Maximum number of open alerts that are kept; more are shown, and not kept: a secret, for one,
   * holds 64 KiB.
   */
  private static final int MOST_OPEN = 100;

  private static final int MOST_ENDED = 50;

  AlertBook {
    alerts = List.copyOf(alerts);
    silences = List.copyOf(silences);
  }

  List<Alert> open() {
    return alerts.stream().filter(Alert::isOpen).toList();
  }

  Optional<Alert> open(Finding finding) {
    return alerts.stream().filter(alert -> alert.isOpen() && alert.isOf(finding)).findFirst();
  }

  boolean hasRoom() {
    return open().size() < MOST_OPEN;
  }

  /** With these alerts in the place of the others; of those that have ended the last. */
  AlertBook with(List<Alert> next) {
    List<Alert> kept = new ArrayList<>(next.stream().filter(Alert::isOpen).toList());
    next.stream()
        .filter(alert -> !alert.isOpen())
        .sorted(Comparator.comparing((Alert alert) -> alert.ended().orElseThrow()).reversed())
        .limit(MOST_ENDED)
        .forEach(kept::add);
    return new AlertBook(kept, silences);
  }

  /** With one alert as this makes it. */
  AlertBook with(String id, UnaryOperator<Alert> change) {
    return new AlertBook(
        alerts.stream().map(alert -> alert.id().equals(id) ? change.apply(alert) : alert).toList(),
        silences);
  }

  AlertBook withSilences(List<Silence> next) {
    return new AlertBook(alerts, next);
  }

  /** Returns the silence that covers an alert now; empty if there is none. */
  Optional<Silence> silence(Alert alert, Instant now) {
    return silences.stream().filter(silence -> silence.isOf(alert, now)).findFirst();
  }
}
