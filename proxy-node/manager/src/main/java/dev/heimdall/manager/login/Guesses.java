package dev.heimdall.manager.login;

import dev.heimdall.manager.web.DeferredRequest;
import dev.heimdall.model.callers.Networks;
import dev.heimdall.routing.bounded.BoundedMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Wrong passwords, codes and the like: counted by address and account, far more loosely by address,
 * and by account. A device on which the account has logged in before counts for itself, as does an
 * address from which it has: guesses of neighbours keep their people out nowhere.
 *
 * <p>A try counts as wrong from its beginning, until it turns out right: those in progress together
 * are no more than those one after the other. All of them together take a part of the manager's
 * threads, and those that wait for others take none.
 */
final class Guesses {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * Interval of checks on waiting tries: one that was to go on, and could not, is no reason for
   * others to wait for longer.
   */
  private static final Duration LOOKS_AGAIN = Duration.ofSeconds(5);

  /** More than an address has tries in hours, so that no user's own are forgotten for others. */
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

    /** True if it is the one that is known; waits for nothing. */
    boolean right();

    /** True if it is by now, though it was not; may wait for the password's place. */
    boolean rightByNow();

    /** True if it was looked at then. */
    default boolean seen() {
      return true;
    }
  }

  /** Result of a try. */
  sealed interface Verdict {
    record Right() implements Verdict {}

    record Wrong() implements Verdict {}

    /** It was not looked at, and may be tried again after this time. */
    record Wait(Duration time) implements Verdict {}
  }

  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Tries> tries = BoundedMap.ofLastUsed(MOST_TRIES);
  private final Map<String, AddressTries> addresses = BoundedMap.ofLastUsed(MOST_ADDRESSES);
  private final AccountGuesses passwords = new AccountGuesses(Allowance.OF_PASSWORDS);
  private final AccountGuesses codes = new AccountGuesses(Allowance.OF_CODES);
  private final AttemptThrottle strangers = new AttemptThrottle();
  private final AttemptThrottle known = new AttemptThrottle();
  private final Set<Waiting> waiting = new LinkedHashSet<>();

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
      return ownRoom() > 0 && addressRoom() > 0 && throttle().room() > 0;
    }

    int ownRoom() {
      return what.kind() == Tried.Kind.PROVIDER ? Integer.MAX_VALUE : own.room();
    }

    int addressRoom() {
      return exempt ? Integer.MAX_VALUE : address.room();
    }

    AttemptThrottle throttle() {
      return exempt ? known : strangers;
    }

    private AccountGuesses accounts() {
      return what.kind() == Tried.Kind.CODE ? codes : passwords;
    }

    /**
     * Lets it begin.
     *
     * @return how long it has to wait besides; 0: it may begin
     * @throws Later it may begin, perhaps, once others have ended
     */
    long pass() {
      long now = nanoClock.getAsLong();
      look(now);
      long left = left(now);
      if (hasRoom()) {
        return left;
      }
      // One of those in progress may yet turn out right.
      Duration patience = PATIENCE.minus(caller.waited());
      if (patience.isNegative() || patience.isZero() || !mayWait()) {
        return Math.max(left, 1);
      }
      throw new DeferredRequest(await(patience));
    }

    private boolean mayWait() {
      return exempt
          ? known.letsWait() && own.waiting() < AddressTries.WAITING
          : (strangers.letsWait() || makesRoom()) && address.letsWait(own);
    }

    /** True if one of the address of which most wait has gone for it. */
    private boolean makesRoom() {
      Waiting most =
          waiting.stream()
              .filter(one -> !one.turn.exempt)
              .max(Comparator.comparingInt(one -> one.address.waiting()))
              .orElseThrow();
      return most.address.waiting() > address.waiting() + 1 && most.over.complete(null);
    }

    private CompletionStage<Void> await(Duration patience) {
      Waiting waiting = new Waiting(this);
      waiting.enter();
      // The waiter that has to make room hears of it.
      wake();
      Duration time = patience.compareTo(LOOKS_AGAIN) < 0 ? patience : LOOKS_AGAIN;
      return waiting
          .over
          .completeOnTimeout(null, time.toNanos(), TimeUnit.NANOSECONDS)
          .whenComplete((done, failure) -> leave(waiting));
    }

    void begin(long now) {
      own.begin(now);
      throttle().begin();
      if (!exempt) {
        address.begin(now);
      }
      if (what.kind().isOfAnAccount()) {
        accounts().take(what, caller, now);
      }
    }

    void end(boolean right, boolean seen, long now) {
      throttle().end();
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

    /** Removes entries that have nothing to remember. */
    void tidy(long now) {
      if (own.isOver(now)) {
        tries.remove(key, own);
      }
      if (address.isOver(now)) {
        addresses.remove(addressKey, address);
      }
    }
  }

  /** A request that waits for others to end; its own thread is gone. */
  private final class Waiting {
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final Turn turn;
    private final Tries own;
    private final AddressTries address;

    Waiting(Turn turn) {
      this.turn = turn;
      own = turn.own;
      address = turn.address;
    }

    void enter() {
      own.await();
      turn.throttle().enter();
      if (!turn.exempt) {
        address.enter(own);
      }
      waiting.add(this);
    }

    void leave() {
      own.awaited();
      turn.throttle().leave();
      if (!turn.exempt) {
        address.leave(own);
      }
    }
  }

  private void leave(Waiting one) {
    lock.lock();
    try {
      if (waiting.remove(one)) {
        one.leave();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has as many go on as may begin, and those that have to make room: the first ones first, but
   * those of addresses with fewer in progress before.
   */
  private void wake() {
    Map<Object, Integer> woken = new IdentityHashMap<>();
    List<Waiting> all = new ArrayList<>(waiting);
    all.sort(Comparator.comparingInt((Waiting one) -> -one.address.room()));
    for (Waiting one : all) {
      boolean room =
          woken.getOrDefault(one.own, 0) < one.turn.ownRoom()
              && woken.getOrDefault(one.address, 0) < one.turn.addressRoom()
              && woken.getOrDefault(one.turn.throttle(), 0) < one.turn.throttle().room();
      if (one.own.hasToMakeRoom()) {
        one.over.complete(null);
      } else if (room) {
        woken.merge(one.own, 1, Integer::sum);
        woken.merge(one.address, 1, Integer::sum);
        woken.merge(one.turn.throttle(), 1, Integer::sum);
        one.over.complete(null);
      }
    }
  }

  /** Number of tries that wait for others to end. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
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

  /**
   * Looks at a password, unless it has to wait.
   *
   * @throws Later others are in progress: it is to be tried again once they have ended
   */
  Verdict judge(Caller caller, Tried what, Try tried) {
    Turn turn = new Turn(caller, what);
    lock.lock();
    try {
      long left = turn.pass();
      long now = nanoClock.getAsLong();
      if (left > 0) {
        turn.tidy(now);
        wake(); // those behind it may have to hear the same
        return new Verdict.Wait(Duration.ofNanos(left));
      }
      if (tried.right()) {
        turn.own.right(now);
        turn.tidy(now);
        wake();
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
      wake();
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
