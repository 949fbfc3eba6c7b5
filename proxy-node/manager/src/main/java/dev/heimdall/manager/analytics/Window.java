package dev.heimdall.manager.analytics;

import java.util.Locale;
import java.util.Optional;

/** Of which time figures are. */
enum Window {
  HOUR("last hour"),
  START("since nodes started");

  private final String words;

  Window(String words) {
    this.words = words;
  }

  /** As paths have it. */
  String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }

  String words() {
    return words;
  }

  /** The one that is spelled so; empty: there is none. */
  static Optional<Window> of(String spelling) {
    for (Window window : values()) {
      if (window.spelling().equals(spelling)) {
        return Optional.of(window);
      }
    }
    return Optional.empty();
  }
}
