package dev.heimdall.manager.dashboard;

import java.util.Optional;
import java.util.stream.Stream;

/** Time range of the figures, and their resolution. */
enum Span {
  FIVE_MINUTES("5m", "5 minutes", 2, 150),
  HOUR("1h", "1 hour", 2, 1800),
  DAY("1d", "1 day", 60, 1440),
  MONTH("30d", "30 days", 600, 4320);

  final String spelling;
  final String words;
  final int stepSeconds;
  final int moments;

  Span(String spelling, String words, int stepSeconds, int moments) {
    this.spelling = spelling;
    this.words = words;
    this.stepSeconds = stepSeconds;
    this.moments = moments;
  }

  long stepMillis() {
    return stepSeconds * 1000L;
  }

  static Optional<Span> of(String spelling) {
    return Stream.of(values()).filter(span -> span.spelling.equals(spelling)).findFirst();
  }
}
