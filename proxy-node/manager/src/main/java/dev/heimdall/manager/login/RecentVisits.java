package dev.heimdall.manager.login;

import dev.heimdall.routing.bounded.BoundedMap;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;

/** Users who are already present: programs log in with each request, and that is one visit. */
final class RecentVisits {
  private static final Duration VISIT = Duration.ofMinutes(30);
  private static final int MOST = 4096;

  private final LongSupplier nanoClock;
  private final Map<String, Long> visitors = BoundedMap.ofLastUsed(MOST);

  RecentVisits(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** True if he was not there for half an hour, or never; he is from now on. */
  synchronized boolean isNew(String visitor) {
    long now = nanoClock.getAsLong();
    Long last = visitors.put(visitor, now);
    return last == null || now - last > VISIT.toNanos();
  }
}
