package dev.heimdall.manager.alerts;

import dev.heimdall.manager.problems.Alert;
import dev.heimdall.manager.problems.Problems;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The beginnings and ends of alerts, as what targets are told of. */
final class Notices {
  private static final String PREFIX = "alert:";
  private static final String RESOLVED = "/resolved";
  private static final String ACKNOWLEDGED = "/acknowledged";

  /** Events that are the beginning or the end of an alert, which says more. */
  private static final Set<String> TOLD_AS_ALERTS =
      Set.of(
          "failover-begun",
          "failover-ended",
          "writers-in-conflict",
          "writer-read-only",
          "writer-fenced",
          "writer-confirmed",
          "node-lost",
          "node-back",
          "server-lost",
          "server-back",
          "configuration-refused",
          "configuration-taken-over",
          "store-away",
          "store-back",
          "store-slow",
          "store-fast");

  private Notices() {}

  /** True if such an event is told as an alert, unless the event itself is configured. */
  static boolean tellsAsAlert(String kind) {
    return TOLD_AS_ALERTS.contains(kind);
  }

  /**
   * Returns the notices due for the alerts, in the order in which the alerts begin. What is
   * silenced is not told, but its end is, to who knows of its beginning.
   */
  static List<Event> of(Problems problems) {
    List<Event> notices = new ArrayList<>();
    for (Alert alert : problems.alerts()) {
      if (!alert.isOpen()) {
        notices.add(event(alert, RESOLVED));
      } else if (!problems.isSilenced(alert)) {
        notices.add(event(alert, "/" + alert.severity()));
        if (alert.acknowledged().isPresent()) {
          notices.add(event(alert, ACKNOWLEDGED));
        }
      }
    }
    return notices;
  }

  /**
   * The alerts as they are, for who wants to know of all again and again, and knows them by what
   * they are about: of several that are alike the one that goes on, else the one that ended last.
   */
  static List<Event> held(Problems problems, Instant endedAfter) {
    return newest(
        of(problems).stream()
            .filter(notice -> !isAcknowledgement(notice))
            .filter(
                notice ->
                    notice.alert().orElseThrow().ended().filter(endedAfter::isAfter).isEmpty())
            .toList());
  }

  private record Alike(String kind, Severity severity, String about) {}

  static List<Event> newest(List<Event> notices) {
    Map<Alike, Event> newest = new LinkedHashMap<>();
    for (Event notice : notices) {
      newest.merge(
          new Alike(notice.kind(), notice.severity(), notice.about()),
          notice,
          (one, other) -> last(one).isBefore(last(other)) ? other : one);
    }
    return List.copyOf(newest.values());
  }

  /** Returns the end of the alert; an alert that continues ends later than any other. */
  private static Instant last(Event notice) {
    return notice.alert().flatMap(Alert::ended).orElse(Instant.MAX);
  }

  private static Event event(Alert alert, String step) {
    return new Event(
        PREFIX + alert.id() + step,
        alert.started(),
        alert.ended().orElse(alert.started()),
        alert.kind(),
        alert.critical() ? Severity.CRITICAL : Severity.WARNING,
        alert.about(),
        "",
        alert.nodes(),
        alert.words() + ".",
        1,
        Optional.of(alert));
  }

  static boolean isEnd(Event event) {
    return event.id().startsWith(PREFIX) && event.id().endsWith(RESOLVED);
  }

  static boolean isAcknowledgement(Event event) {
    return event.id().startsWith(PREFIX) && event.id().endsWith(ACKNOWLEDGED);
  }

  /** The id of the notice of its end. */
  static String end(Alert alert) {
    return PREFIX + alert.id() + RESOLVED;
  }

  /** Common prefix of the notice ids of one alert. */
  static String prefix(Alert alert) {
    return PREFIX + alert.id() + "/";
  }

  static boolean isNotice(String id) {
    return id.startsWith(PREFIX);
  }

  /** The alerts that notices may be of. */
  static Set<String> prefixes(Problems problems) {
    return problems.alerts().stream().map(Notices::prefix).collect(Collectors.toSet());
  }
}
