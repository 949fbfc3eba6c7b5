package dev.heimdall.manager.login;

import java.time.Duration;

/**
 * Number of wrong tries that are allowed. What was taken of it is one number: until when it is used
 * up, if there were none free.
 *
 * @param free before any wait
 * @param pace after those, one in this time
 */
record Allowance(int free, Duration pace) {
  /** At an account. */
  static final Allowance OF_PASSWORDS = new Allowance(20, Duration.ofSeconds(30));

  /**
   * Allowance of codes: a client that tries codes has the password; of a million codes three are
   * right at a time.
   */
  static final Allowance OF_CODES = new Allowance(10, Duration.ofMinutes(5));

  /** From an address, at whichever accounts: many people may be behind it. */
  static final Allowance OF_ADDRESS = new Allowance(300, Duration.ofSeconds(2));

  /** Returns the time until a try is allowed, in nanoseconds. */
  long left(long used, long now) {
    return Math.max(Math.max(used - now, 0) - pace.toNanos() * (free - 1), 0);
  }

  /** Returns the usage with one more try. */
  long taken(long used, long now) {
    return Math.max(used, now) + pace.toNanos();
  }

  /** Returns the usage without one try that was taken. */
  long givenBack(long used) {
    return used - pace.toNanos();
  }
}
