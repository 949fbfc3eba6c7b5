package dev.heimdall.secrets.credentials;

import dev.heimdall.routing.bounded.BoundedMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Servers that have refused all that there is. Each is left alone for a while, longer each time,
 * however many want to connect: servers count refusals against a host. Not thread-safe.
 */
final class Refusals {
  private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(2);

  /** Time without a rejection after which a server begins anew. */
  private static final long FORGOTTEN = TimeUnit.SECONDS.toNanos(30);

  private record Refusal(long until, long pause) {}

  private final Map<String, Refusal> byServer =
      BoundedMap.ofLastUsed(CredentialSources.MOST_SERVERS);

  /** It has refused everything. */
  void add(String server, long now) {
    Refusal last = byServer.get(server);
    if (last != null && now - last.until() < 0) {
      return; // one of several that were under way
    }
    long pause =
        last == null || now - last.until() > FORGOTTEN
            ? FIRST
            : Math.min(LONGEST, 2 * last.pause());
    byServer.put(server, new Refusal(now + pause, pause));
  }

  /** True if it is to be left alone. */
  boolean bars(String server, long now) {
    Refusal last = byServer.get(server);
    return last != null && now - last.until() < 0;
  }
}
