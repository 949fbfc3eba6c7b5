package dev.heimdall.manager.alerts;

import dev.heimdall.model.Spelled;
import java.util.Optional;
import java.util.stream.Stream;

/** Severity of an event; the worst last. */
enum Severity implements Spelled {
  INFO,
  WARNING,
  CRITICAL;

  static Optional<Severity> of(String spelling) {
    return Stream.of(values()).filter(one -> one.spelling().equals(spelling)).findFirst();
  }
}
