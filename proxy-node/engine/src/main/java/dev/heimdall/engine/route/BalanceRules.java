package dev.heimdall.engine.route;

import dev.heimdall.model.BalanceBy;
import dev.heimdall.model.BalanceSettings;

/**
 * The settings of balancing, times in nanoseconds.
 *
 * @param multiplier how many times as slow as the fastest a server may be; 0 for any
 */
record BalanceRules(
    boolean byOutstanding,
    int multiplier,
    long slowStart,
    int ejectAfter,
    long ejectFor,
    long ejectAtMost) {
  static BalanceRules of(BalanceSettings settings) {
    return new BalanceRules(
        settings.by() == BalanceBy.LEAST_OUTSTANDING,
        settings.useResponseMetrics() ? settings.responseMetricMultiplier() : 0,
        settings.slowStart().toNanos(),
        settings.ejectAfter(),
        settings.ejectFor().toNanos(),
        settings.ejectAtMost().toNanos());
  }

  boolean ejects() {
    return ejectAfter > 0;
  }

  /** Duration for which a server is put aside at the n-th time. */
  long ejection(int n) {
    long longest = ejectAtMost;
    for (int i = 1; i < n; i++) {
      longest >>= 1;
    }
    return longest <= ejectFor ? ejectAtMost : ejectFor << (n - 1);
  }
}
