package dev.heimdall.engine.observe;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Lets one event of each cause through in a period and counts the others. Holds a bounded number of
 * causes: beyond it, and until the oldest grow stale, new ones are counted together.
 */
final class EventThrottle {
  private static final int MOST_CAUSES = 1024;

  private final long periodNanos;
  private final LongSupplier nanoClock;
  private final Map<String, Window> windows = new HashMap<>();

  EventThrottle(Duration period, LongSupplier nanoClock) {
    this.periodNanos = period.toNanos();
    this.nanoClock = nanoClock;
  }

  /** Empty when the event is to be passed over, otherwise how many were since the last one. */
  synchronized OptionalLong permit(String cause) {
    long now = nanoClock.getAsLong();
    if (windows.size() >= MOST_CAUSES && !windows.containsKey(cause)) {
      windows.values().removeIf(window -> now - window.opened >= periodNanos);
    }
    String counted = windows.size() >= MOST_CAUSES && !windows.containsKey(cause) ? "" : cause;
    Window window = windows.get(counted);
    if (window == null) {
      windows.put(counted, new Window(now));
      return OptionalLong.of(0);
    }
    if (now - window.opened < periodNanos) {
      window.passedOver++;
      return OptionalLong.empty();
    }
    long passedOver = window.passedOver;
    window.opened = now;
    window.passedOver = 0;
    return OptionalLong.of(passedOver);
  }

  private static final class Window {
    private long opened;
    private long passedOver;

    Window(long opened) {
      this.opened = opened;
    }
  }
}
