package dev.heimdall.manager.login;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Wrong passwords, codes and the like: counted by address and account, far more loosely by address,
 * and by account. A device on which the account has logged in before counts for itself, as does an
 * address from which it has: whoever guesses beside them keeps their people out nowhere.
 *
 * <p>A try counts as wrong from its beginning, until it turns out right: those in progress together
 * are no more than those one after the other.
 */
final class Guesses {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** More than an address has tries in hours, so that nobody has his own forgotten by others. */
  private static final int MOST_TRIES = 16_384;

  private static final int MOST_ADDRESSES = 4096;

  /** A password that is tried. */
  interface Try {
    /** One that nothing comes of. */
    Try WRONG = later(() -> false);

    /** One of which nothing is known before it is looked at. */
    static Try later(BooleanSupplier attempt) {
      return new Try() {
        @Override
        public boolean right() {
          return false;
        }

        @Override
        public boolean rightByNow() {
          return attempt.getAsBoolean();
        }
      };
    }

    /** Whether it is the one that is known; waits for nothing. */
    boolean right();

    /** Whether it is by now, though it was not; may wait for the password's place. */
    boolean rightByNow();

    /** Whether it was looked at then. */
    default boolean seen() {
      return true;
    }
  }

  /** What came of a try. */
  sealed interface Verdict {
    record Right() implements Verdict {}

    record Wrong() implements Verdict {}

    /** It was not looked at, and may be tried again after this time. */
    record Wait(Duration time) implements Verdict {}
  }

  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition answered = lock.newCondition();
  private final Map<String, Tries> tries = new Newest<>(MOST_TRIES);
  private final Map<String, AddressTries> addresses = new Newest<>(MOST_ADDRESSES);
  private final AccountGuesses passwords = new AccountGuesses(Allowance.OF_PASSWORDS);
  private final AccountGuesses codes = new AccountGuesses(Allowance.OF_CODES);

  Guesses(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** One try, and where it is counted. */
  private final class Turn {
    private final Caller caller;
    private final Tried what;
    private final String key;
    private final String addressKey;
    private Tries own;
    private AddressTries address;
    private boolean exempt;
    private long patience = PATIENCE.toNanos();

    Turn(Caller caller, Tried what) {
      this.caller = caller;
      this.what = what;
      addressKey = Networks.key(caller.from());
      key = key(caller, what);
    }

    /** As it is now: what is not remembered any more is made anew. */
    private void look(long now) {
      own = tries.computeIfAbsent(key, name -> new Tries(now));
      own.forgetOld(now);
      address = addresses.computeIfAbsent(addressKey, name -> new AddressTries(now));
      exempt = caller.device().isPresent() || own.known();
    }

    private long left(long now) {
      long left = exempt ? 0 : address.left(now);
      if (what.kind() != Tried.Kind.PROVIDER) {
        left = Math.max(left, own.left(now));
      }
      return what.kind().isOfAnAccount()
          ? Math.max(left, accounts().left(what, caller, now))
          : left;
    }

    private boolean hasRoom() {
      boolean ownRoom = what.kind() == Tried.Kind.PROVIDER || own.hasRoom();
      return ownRoom && (exempt || address.hasRoom());
    }

    private AccountGuesses accounts() {
      return what.kind() == Tried.Kind.CODE ? codes : passwords;
    }

    /**
     * Waits until it may begin.
     *
     * @return how long it has to wait besides; 0: it may begin
     */
    long pass() {
      while (true) {
        long now = nanoClock.getAsLong();
        look(now);
        long left = left(now);
        if (hasRoom()) {
          return left;
        }
        // One of those in progress may yet turn out right.
        if (patience <= 0 || !mayWait() || !await()) {
          return Math.max(left, 1);
        }
      }
    }

    private boolean mayWait() {
      return exempt ? own.waiting() < AddressTries.WAITING : address.letsWait(own);
    }

    /** Whether it goes on, and has not made room for another one. */
    private boolean await() {
      Tries mine = own;
      AddressTries shared = address;
      mine.await();
      if (!exempt) {
        shared.enter(mine);
      }
      // Somebody who has to make room hears of it.
      answered.signalAll();
      try {
        long end = System.nanoTime() + patience;
        while (!mine.hasToMakeRoom() && !changed(mine, shared) && patience > 0) {
          answered.awaitNanos(patience);
          patience = end - System.nanoTime();
        }
        return !mine.hasToMakeRoom();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      } finally {
        mine.awaited();
        if (!exempt) {
          shared.leave(mine);
        }
      }
    }

    private boolean changed(Tries mine, AddressTries shared) {
      return (what.kind() == Tried.Kind.PROVIDER || mine.hasRoom()) && (exempt || shared.hasRoom());
    }

    void begin(long now) {
      own.begin(now);
      if (!exempt) {
        address.begin(now);
      }
      if (what.kind().isOfAnAccount()) {
        accounts().take(what, caller, now);
      }
    }

    void end(boolean right, boolean seen, long now) {
      if (right) {
        own.endedRight(now);
      } else if (seen) {
        own.wrong(now);
      } else {
        own.unseen(now);
      }
      if (!exempt) {
        if (right || !seen) {
          address.giveBack();
        } else {
          address.wrong();
        }
      }
      if (what.kind().isOfAnAccount() && (right || !seen)) {
        accounts().giveBack(what, caller);
      }
    }

    /** Where nothing is to be remembered, nothing is kept. */
    void tidy(long now) {
      if (own.isOver(now)) {
        tries.remove(key, own);
      }
      if (address.isOver(now)) {
        addresses.remove(addressKey, address);
      }
    }
  }

  private static String key(Caller caller, Tried what) {
    String from =
        caller
            .device()
            .map(device -> "device " + device)
            .orElseGet(() -> Networks.key(caller.from()));
    return from + " " + what.name();
  }

  /** Looks at a password, unless it has to wait. */
  Verdict judge(Caller caller, Tried what, Try tried) {
    Turn turn = new Turn(caller, what);
    lock.lock();
    try {
      long left = turn.pass();
      long now = nanoClock.getAsLong();
      if (left > 0) {
        turn.tidy(now);
        return new Verdict.Wait(Duration.ofNanos(left));
      }
      if (tried.right()) {
        turn.own.right(now);
        turn.tidy(now);
        return new Verdict.Right();
      }
      turn.begin(now);
    } finally {
      lock.unlock();
    }
    boolean right = false;
    boolean seen = true;
    try {
      right = tried.rightByNow();
      seen = tried.seen();
    } finally {
      answer(turn, right, seen);
    }
    if (right) {
      return new Verdict.Right();
    }
    return seen ? new Verdict.Wrong() : new Verdict.Wait(Duration.ofSeconds(1));
  }

  private void answer(Turn turn, boolean right, boolean seen) {
    lock.lock();
    try {
      long now = nanoClock.getAsLong();
      turn.end(right, seen, now);
      turn.tidy(now);
      answered.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** An account's owner is in: where he comes from is his. */
  void met(Caller caller, String user) {
    Tried password = Tried.password(user, true);
    lock.lock();
    try {
      long now = nanoClock.getAsLong();
      for (Tried what : new Tried[] {password, Tried.code(user)}) {
        tries.computeIfAbsent(key(caller, what), name -> new Tries(now)).met();
      }
      passwords.met(password, caller, now);
      codes.met(Tried.code(user), caller, now);
    } finally {
      lock.unlock();
    }
  }
}
