package dev.heimdall.launcher.process;

import java.time.Duration;
import sun.misc.Signal;

/**
 * Waits for SIGINT or SIGTERM. The first one lets a command end in good order; the second one ends
 * the process at once, with whatever shutdown hooks there are.
 */
public final class StopSignal {
  private final Thread waiting;
  private boolean requested;
  private boolean restart;

  private StopSignal(Thread waiting) {
    this.waiting = waiting;
  }

  /** Takes the signals over; the calling thread is interrupted while it does something else. */
  public static StopSignal install() {
    StopSignal stop = new StopSignal(Thread.currentThread());
    Signal.handle(new Signal("INT"), stop::arrived);
    Signal.handle(new Signal("TERM"), stop::arrived);
    return stop;
  }

  /**
   * Runs {@code action} on a thread of the JVM for each SIGHUP; nothing where there is no SIGHUP.
   */
  public static void onHangup(Runnable action) {
    try {
      Signal.handle(new Signal("HUP"), signal -> action.run());
    } catch (IllegalArgumentException e) {
      // This system has no such signal, so it cannot be sent.
    }
  }

  /** True if one has arrived. If so, the interrupt that came with it is over. */
  public boolean isRequested() {
    return await(Duration.ZERO);
  }

  /** Waits without limit. */
  public void await() {
    while (!await(Duration.ofDays(1))) {
      // nothing has arrived today
    }
  }

  /** Has {@link #awaitOrRestart} come back; callable from any thread. */
  public synchronized void requestRestart() {
    restart = true;
    notifyAll();
  }

  /**
   * Waits without limit for a signal or for {@link #requestRestart}, on the thread that has
   * installed this.
   *
   * @return whether it was the latter; it is over then
   */
  public synchronized boolean awaitOrRestart() {
    while (!requested && !restart) {
      try {
        wait();
      } catch (InterruptedException e) {
        if (!requested) {
          Thread.currentThread().interrupt(); // another thread's
          return false;
        }
      }
    }
    if (requested) {
      Thread.interrupted();
    }
    boolean again = !requested;
    restart = false;
    return again;
  }

  /** Waits for a while on the thread that has installed this; says whether a signal has arrived. */
  public synchronized boolean await(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      for (long left = limit.toMillis(); !requested && left > 0; left = millisTo(deadline)) {
        wait(left);
      }
    } catch (InterruptedException e) {
      if (!requested) {
        Thread.currentThread().interrupt(); // another thread's
      }
    }
    if (requested && Thread.currentThread() == waiting) {
      Thread.interrupted();
    }
    return requested;
  }

  private static long millisTo(long deadline) {
    return (deadline - System.nanoTime() + 999_999) / 1_000_000;
  }

  /** Lets the command end as the first signal does; callable from any thread. */
  public synchronized void request() {
    requested = true;
    notifyAll();
  }

  private synchronized void arrived(Signal signal) {
    if (requested) {
      // exit() waits for the shutdown hooks, and a hook may want what this thread holds.
      new Thread(() -> System.exit(128 + signal.getNumber()), "second-" + signal.getName()).start();
      return;
    }
    requested = true;
    waiting.interrupt();
    notifyAll();
  }
}
