package dev.heimdall.model;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What is said of a configuration that is read; nothing where it is right. */
final class Problems {
  private Problems() {}

  static List<String> of(ThrowingCallable reading) {
    ConfigurationException refused = catchThrowableOfType(ConfigurationException.class, reading);
    return refused == null
        ? List.of()
        : refused.problems().stream().map(Problem::toString).toList();
  }

  /** Without the lines and columns, where these are not what a test is about. */
  static List<String> withoutPlaces(ThrowingCallable reading) {
    return of(reading).stream()
        .map(text -> text.replaceFirst("\\.json:[0-9]+:[0-9]+ ", ".json "))
        .toList();
  }
}
