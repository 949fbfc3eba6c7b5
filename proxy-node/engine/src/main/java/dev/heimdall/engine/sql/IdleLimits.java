package dev.heimdall.engine.sql;

/**
 * Times for which a session lets itself be silent, in nanoseconds; 0 for no limit.
 *
 * @param outside of transactions
 * @param reading in a transaction that has changed nothing
 * @param writing in one that has
 * @param transaction from the beginning of a transaction to its end
 */
public record IdleLimits(long outside, long reading, long writing, long transaction) {
  public static final IdleLimits NONE = new IdleLimits(0, 0, 0, 0);

  /** The shortest of those in transactions; 0 where there is none. */
  public long shortestInside() {
    return shorter(shorter(reading, writing), transaction);
  }

  private static long shorter(long one, long other) {
    return one == 0 || (other != 0 && other < one) ? other : one;
  }
}
