package dev.heimdall.manager.login;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The tries of one address at all accounts. Hashes of passwords are dear, so only some are in
 * progress at a time; others wait, and those of accounts with fewer of them go before.
 */
final class AddressTries {
  /** Requests that wait; with those in progress half of those that an address may have. */
  static final int WAITING = 27;

  private final Allowance allowance = Allowance.OF_ADDRESS;
  private final List<Tries> waiting = new ArrayList<>();
  private long used;
  private int inProgress;

  AddressTries(long now) {
    used = now;
  }

  long left(long now) {
    return allowance.left(used, now);
  }

  /** Number of tries that may begin. */
  int room() {
    return Tries.FREE - inProgress;
  }

  void begin(long now) {
    used = allowance.taken(used, now);
    inProgress++;
  }

  void wrong() {
    inProgress--;
  }

  /** It was a right one, or was not looked at. */
  void giveBack() {
    inProgress--;
    used = allowance.givenBack(used);
  }

  /** True if nothing is to be remembered. */
  boolean isOver(long now) {
    return inProgress == 0 && waiting.isEmpty() && used - now <= 0;
  }

  /** True if one more may wait; one of those of whom most wait may have to go for it. */
  boolean letsWait(Tries tries) {
    if (waiting.size() < WAITING) {
      return true;
    }
    Tries most = waiting.stream().max(Comparator.comparingInt(Tries::waiting)).orElseThrow();
    if (most.waiting() <= tries.waiting() + 1) {
      return false;
    }
    most.drop();
    return true;
  }

  int waiting() {
    return waiting.size();
  }

  void enter(Tries tries) {
    waiting.add(tries);
  }

  void leave(Tries tries) {
    waiting.remove(tries);
  }
}
