package dev.heimdall.manager.pages;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Points in time, as people read them: in UTC, as the log has them. */
public final class Times {
  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  private Times() {}

  /** Such as {@code 2026-01-02 03:04:05}. */
  public static String shown(Instant at) {
    return FORM.format(at);
  }

  /** The two largest units of it. */
  public static String lasting(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return "%d min %d s".formatted(seconds / 60, seconds % 60);
    }
    if (seconds < 86_400) {
      return "%d h %d min".formatted(seconds / 3600, seconds % 3600 / 60);
    }
    return "%d d %d h".formatted(seconds / 86_400, seconds % 86_400 / 3600);
  }
}
