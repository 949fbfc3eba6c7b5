package dev.heimdall.engine.dialect.mysql.cluster;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When servers were started: they tell for how many seconds they have been up, of which the same
 * run is worked out each time, however those are rounded.
 */
final class StartTimes {
  private static final long ROUNDED = 2;

  private final Map<String, Run> runs = new ConcurrentHashMap<>();

  private record Run(long start, long uptime) {}

  /**
   * @param server not the same for two
   * @param now in seconds, by any clock that all calls have
   * @return the same for one run of a server
   */
  long of(String server, long now, long uptime) {
    Run run =
        runs.merge(
            server,
            new Run(now - uptime, uptime),
            (before, found) ->
                uptime >= before.uptime() && Math.abs(found.start() - before.start()) <= ROUNDED
                    ? new Run(before.start(), uptime)
                    : found);
    return run.start();
  }
}
