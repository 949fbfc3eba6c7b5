package dev.heimdall.manager.pages;

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
}
