package dev.heimdall.manager.dashboard;

import java.util.Map;

/**
 * Activity of a node in an interval, which is given by the manager's clock in milliseconds.
 *
 * @param until exclusive
 */
record Delta(long from, long until, long cpuMicros, Map<String, Vdb> vdbs) {
  private static final int VDB_BYTES = 500;
  private static final int BUCKET_BYTES = 32;

  /**
   * Of a virtual database.
   *
   * @param counts by {@link Count}, since the report before
   * @param levels by {@link Level}, at the end
   */
  record Vdb(long[] counts, long[] levels, LatencyBuckets.Bucket[] times) {}

  /** About so many bytes. */
  long bytes() {
    return VDB_BYTES
        + vdbs.values().stream()
            .mapToLong(vdb -> VDB_BYTES + (long) BUCKET_BYTES * vdb.times().length)
            .sum();
  }

  /** Returns the share of the interval that lies in another one. */
  double share(long begin, long end) {
    long overlap = Math.min(until, end) - Math.max(from, begin);
    return overlap <= 0 ? 0 : (double) overlap / (until - from);
  }
}
