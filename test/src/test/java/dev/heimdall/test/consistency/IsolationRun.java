package dev.heimdall.test.consistency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Many clients at once against one target, of any engine. */
final class IsolationRun {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private IsolationRun() {}

  /** Makes the clients of a run. */
  interface Clients {
    /** One that works until it need not go on. */
    Runnable client(int number, Journal journal, long seed, BooleanSupplier goesOn);
  }

  /**
   * @param what kind of clients they are, for people
   * @param ignored kinds of violations that end a client's session and are not written down
   */
  static Journal run(
      String what, int clients, Clients made, Duration time, long seed, Set<String> ignored)
      throws InterruptedException {
    System.out.printf("session isolation: seed %d, %d clients %s, %s%n", seed, clients, what, time);
    Journal journal = new Journal(ignored);
    long end = System.nanoTime() + time.toNanos();
    // On a machine that is busy with something else, until there was a step for each client.
    long latest = end + PATIENCE.toNanos();
    BooleanSupplier goesOn =
        () -> System.nanoTime() < end || (journal.steps() <= clients && System.nanoTime() < latest);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Thread thread =
          new Thread(null, made.client(i, journal, seed, goesOn), "isolation-" + i, 256 * 1024);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    long deadline = latest + PATIENCE.toNanos();
    for (Thread thread : threads) {
      thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      if (thread.isAlive()) {
        AssertionError stuck = new AssertionError(thread.getName() + " hangs; seed " + seed);
        stuck.setStackTrace(thread.getStackTrace());
        throw stuck;
      }
    }
    journal.violations().stream()
        .collect(Collectors.groupingBy(Violation::kind, Collectors.counting()))
        .forEach((kind, count) -> System.out.printf("session isolation: %s %d%n", kind, count));
    journal.violations().forEach(violation -> System.out.println(violation.what()));
    System.out.printf(
        "session isolation: %d sessions, %d steps, %d server connections, %d violations%n",
        journal.sessions(), journal.steps(), journal.servers(), journal.violations().size());
    return journal;
  }
}
