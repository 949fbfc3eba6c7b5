package dev.heimdall.manager.login;

import java.time.Duration;

/**
 * The tries of one address, or of one known device, at one account: after some wrong ones, the next
 * has to wait, twice as long each time up to half a minute.
 */
final class Tries {
  /** So many are let pass without a wait; so many are in progress at most, too. */
  static final int FREE = 5;

  private static final long LONGEST_SECONDS = 30;
  private static final Duration FORGOTTEN = Duration.ofMinutes(10);

  /** Wrong ones, with those in progress. */
  private int count;

  private int inProgress;
  private long last;
  private long until;
  private boolean known;

  private int waiting;
  private int dropped;

  Tries(long now) {
    last = now;
    until = now;
  }

  long left(long now) {
    return Math.max(0, until - now);
  }

  /**
   * Number of tries that may begin. Free ones go together; of those after them each has to have its
   * answer before the next.
   */
  int room() {
    return Math.max(FREE - count, inProgress == 0 ? 1 : 0);
  }

  /** One waits for those in progress. */
  void await() {
    waiting++;
  }

  /** It waits no more: one of those that had to make room, if there were any. */
  void awaited() {
    waiting--;
    dropped = Math.max(0, dropped - 1);
  }

  /** Number of waiting tries, without those that have to make room for others. */
  int waiting() {
    return waiting - dropped;
  }

  /** One of those that wait has to make room. */
  void drop() {
    dropped++;
  }

  boolean hasToMakeRoom() {
    return dropped > 0;
  }

  /** True if a user has logged in from here. */
  boolean known() {
    return known;
  }

  void met() {
    known = true;
  }

  /** True if nothing is to be remembered. */
  boolean isOver(long now) {
    return inProgress == 0 && waiting == 0 && !known && (count == 0 || isOld(now));
  }

  /** Wrong ones are forgotten when there was none for a while. */
  void forgetOld(long now) {
    if (inProgress == 0 && isOld(now)) {
      count = 0;
    }
  }

  private boolean isOld(long now) {
    return now - last > FORGOTTEN.toNanos();
  }

  /** One begins; it counts as wrong until it turns out right. */
  void begin(long now) {
    count++;
    inProgress++;
    slowDown(now);
  }

  /** The time goes from the answer on, however long that took. */
  void wrong(long now) {
    inProgress--;
    slowDown(now);
  }

  /** It was not looked at. */
  void unseen(long now) {
    inProgress--;
    count--;
    last = now;
    until = now;
  }

  /** One in progress was right. */
  void endedRight(long now) {
    inProgress--;
    right(now);
  }

  /** Forgets wrong ones; those in progress have no answer yet. */
  void right(long now) {
    count = inProgress;
    until = now;
  }

  private void slowDown(long now) {
    long seconds =
        count < FREE ? 0 : Math.min(LONGEST_SECONDS, 1L << Math.min(count - FREE, Integer.SIZE));
    last = now;
    until = now + Duration.ofSeconds(seconds).toNanos();
  }
}
