package dev.heimdall.manager.alerts;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How bad something is; the worst last. */
enum Severity {
  INFO,
  WARNING,
  CRITICAL;

  String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Severity> of(String spelling) {
    return Stream.of(values()).filter(one -> one.spelling().equals(spelling)).findFirst();
  }
}
