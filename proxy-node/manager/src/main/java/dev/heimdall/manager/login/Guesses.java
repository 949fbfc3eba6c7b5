package dev.heimdall.manager.login;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Wrong passwords from each address: after some, the next try has to wait, twice as long each time
 * up to half a minute. Addresses of IPv6 count by their network, which one machine has to itself.
 *
 * <p>A try counts as wrong from its beginning, until it turns out right: those under way together
 * are no more than those one after the other.
 */
final class Guesses {
  /** So many are let pass without a wait; so many of an address are under way at most, too. */
  static final int FREE = 5;

  /** Requests of one address that wait for its tries; with these half of those that it may have. */
  static final int WAITING = 27;

  private static final long LONGEST_SECONDS = 30;
  private static final Duration FORGOTTEN = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MOST_ADDRESSES = 4096;
  private static final int NETWORK_BYTES = 8;
  private static final int MOST_NAMES = 64;

  /** No user is called so. */
  private static final String OTHERS = " ";

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
  }

  /** What came of a try. */
  sealed interface Verdict {
    record Right() implements Verdict {}

    record Wrong() implements Verdict {}

    /** It was not looked at, and may be tried again after this time. */
    record Wait(Duration time) implements Verdict {}
  }

  /** The tries of an address in one user's name. */
  private static final class Named {
    int count;
    int underway;
  }

  /** The tries of an address. */
  private static final class Tries {
    /** Wrong ones, with those under way. */
    int count;

    int underway;
    int waiting;
    long last;
    long until;

    private final Map<String, Named> names = new HashMap<>();

    Tries(long now) {
      last = now;
      until = now;
    }

    long left(long now) {
      return Math.max(0, until - now);
    }

    /** Free ones go together; of those after them each has to have its answer before the next. */
    boolean mayPass(long now) {
      return left(now) == 0 && (underway == 0 || count < FREE);
    }

    /** Those beyond a number count together, and are not forgotten for a right one. */
    Named named(String user) {
      return names.size() < MOST_NAMES || names.containsKey(user)
          ? names.computeIfAbsent(user, name -> new Named())
          : names.computeIfAbsent(OTHERS, name -> new Named());
    }

    void slowDown(long now) {
      long seconds =
          count < FREE ? 0 : Math.min(LONGEST_SECONDS, 1L << Math.min(count - FREE, Integer.SIZE));
      last = now;
      until = now + Duration.ofSeconds(seconds).toNanos();
    }
  }

  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition answered = lock.newCondition();
  private final Map<String, Tries> addresses =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tries> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  Guesses(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /**
   * Looks at a password, unless its address has to wait.
   *
   * @param user in whose name it is tried: a right one ends the wait for his wrong ones only, so
   *     that nobody guesses at others between log-ins of his own
   */
  Verdict judge(InetAddress from, String user, Try tried) {
    String key = key(from);
    Tries tries;
    Named named;
    lock.lock();
    try {
      tries = tries(key);
      long patience = PATIENCE.toNanos();
      while (!tries.mayPass(nanoClock.getAsLong())) {
        if (tries.underway == 0 || tries.waiting == WAITING || patience <= 0) {
          return new Verdict.Wait(Duration.ofNanos(tries.left(nanoClock.getAsLong())));
        }
        // One of those under way may yet turn out right.
        patience = await(tries, patience);
        tries = tries(key);
      }
      if (tried.right()) {
        right(key, tries, tries.named(user));
        return new Verdict.Right();
      }
      addresses.put(key, tries);
      tries.count++;
      tries.underway++;
      named = tries.named(user);
      named.count++;
      named.underway++;
      tries.slowDown(nanoClock.getAsLong());
    } finally {
      lock.unlock();
    }
    boolean right = false;
    try {
      right = tried.rightByNow();
    } finally {
      answer(key, tries, named, right);
    }
    return right ? new Verdict.Right() : new Verdict.Wrong();
  }

  /** Those of an address; ones that are not kept where there are none. */
  private Tries tries(String key) {
    long now = nanoClock.getAsLong();
    Tries tries = addresses.get(key);
    return tries == null || tries.underway == 0 && now - tries.last > FORGOTTEN.toNanos()
        ? new Tries(now)
        : tries;
  }

  /** What is left of the patience. */
  private long await(Tries tries, long patience) {
    tries.waiting++;
    try {
      return answered.awaitNanos(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } finally {
      tries.waiting--;
    }
  }

  private void answer(String key, Tries tries, Named named, boolean right) {
    lock.lock();
    try {
      tries.underway--;
      named.underway--;
      if (right) {
        right(key, tries, named);
      } else {
        // The time goes from the answer on, however long that took.
        tries.slowDown(nanoClock.getAsLong());
      }
      answered.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the user's wrong ones; those under way have no answer yet. */
  private void right(String key, Tries tries, Named named) {
    tries.count -= named.count - named.underway;
    named.count = named.underway;
    if (tries.count - tries.underway < FREE) {
      tries.until = nanoClock.getAsLong();
    }
    if (tries.count == 0) {
      addresses.remove(key, tries);
    }
  }

  /** What counts as one address. */
  static String key(InetAddress from) {
    byte[] bytes = from.getAddress();
    return HexFormat.of()
        .formatHex(from instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
  }
}
