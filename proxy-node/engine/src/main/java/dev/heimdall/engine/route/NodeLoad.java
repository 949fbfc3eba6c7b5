package dev.heimdall.engine.route;

import java.time.Duration;

/** Condition of one server, as one event loop sees it. */
final class NodeLoad {
  /** Weight of the newest time in the average. */
  private static final double SHARE = 1.0 / 16;

  /** Times that are needed before an average says anything. */
  private static final int ENOUGH = 8;

  /** Time after which a server without queries is as good as unknown, so that it is tried again. */
  private static final long FORGOTTEN = Duration.ofSeconds(10).toNanos();

  private int outstanding;
  private double averageNanos;
  private int times;
  private long lastTime;
  private int failures;
  private int ejections;
  private long ejectedUntil;
  private boolean ejected;
  private long slowSince;
  private boolean slow;

  int outstanding() {
    return outstanding;
  }

  void began() {
    outstanding++;
  }

  void ended(long nanos, long now) {
    outstanding = Math.max(0, outstanding - 1);
    failures = 0;
    averageNanos = times == 0 ? nanos : averageNanos + (nanos - averageNanos) * SHARE;
    times = Math.min(times + 1, ENOUGH);
    lastTime = now;
  }

  void withdrawn() {
    outstanding = Math.max(0, outstanding - 1);
  }

  void failed(long now, BalanceRules rules) {
    outstanding = Math.max(0, outstanding - 1);
    failures++;
    if (!rules.ejects() || failures < rules.ejectAfter()) {
      return;
    }
    decay(now, rules);
    ejections++;
    ejected = true;
    ejectedUntil = now + rules.ejection(ejections);
    failures = 0;
  }

  /**
   * Half as long for each time that has gone by without a failure since the last ejection ended.
   */
  private void decay(long now, BalanceRules rules) {
    long quiet = ejected ? 0 : now - ejectedUntil;
    while (ejections > 0 && quiet > rules.ejectFor()) {
      ejections--;
      quiet -= rules.ejectFor();
    }
  }

  boolean ejected(long now) {
    if (ejected && now - ejectedUntil >= 0) {
      ejected = false;
      returned(now);
    }
    return ejected;
  }

  /** It is there again, or for the first time: it gets its share little by little. */
  void returned(long now) {
    slow = true;
    slowSince = now;
    times = 0;
    failures = 0;
  }

  /** Its share of what its weight says, from a tenth to the whole. */
  double share(long now, BalanceRules rules) {
    if (!slow) {
      return 1;
    }
    double gone = rules.slowStart() == 0 ? 1 : (double) (now - slowSince) / rules.slowStart();
    slow = gone < 1;
    return slow ? 0.1 + 0.9 * Math.max(0, gone) : 1;
  }

  /** Average time that it takes to answer; 0 while it is not known. */
  double averageNanos(long now) {
    if (now - lastTime > FORGOTTEN) {
      times = 0;
    }
    return times < ENOUGH ? 0 : averageNanos;
  }
}
