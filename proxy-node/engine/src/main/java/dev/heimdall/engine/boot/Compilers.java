package dev.heimdall.engine.boot;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Detects if Java still compiles. It postpones what is called less often while much waits to be
 * compiled, so the number of calls does not tell.
 */
final class Compilers {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Of an interval, in milliseconds; waiting for less made no difference. */
  private static final long LITTLE = 100;

  private final LongSupplier clock;
  private final LongSupplier spent;
  private long since;
  private long spentUntilThen;
  private boolean rest;

  /**
   * @param clock in nanoseconds
   * @param spent milliseconds of all compilers since the process began
   */
  Compilers(LongSupplier clock, LongSupplier spent) {
    this.clock = clock;
    this.spent = spent;
    since = clock.getAsLong();
    spentUntilThen = spent.getAsLong();
  }

  static Compilers ofThisProcess() {
    CompilationMXBean bean = ManagementFactory.getCompilationMXBean();
    boolean told = bean != null && bean.isCompilationTimeMonitoringSupported();
    return new Compilers(System::nanoTime, told ? bean::getTotalCompilationTime : () -> 0);
  }

  /** True if next to nothing was compiled in the last whole interval; any thread may ask. */
  synchronized boolean rest() {
    long now = clock.getAsLong();
    if (now - since >= INTERVAL_NANOS) {
      long until = spent.getAsLong();
      rest = (until - spentUntilThen) * INTERVAL_NANOS <= LITTLE * (now - since);
      since = now;
      spentUntilThen = until;
    }
    return rest;
  }
}
