package dev.heimdall.test.freshness;

import dev.heimdall.model.Consistency;
import dev.heimdall.test.fixture.TestConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One history, from the first to the last operation, with servers of its own.
 *
 * @param onReplicas the share of its reads that went to replicas
 */
record Episode(Verdict verdict, double onReplicas) {
  private static final int CLIENTS = 12;

  /**
   * @param servers nothing is in them yet; they are closed
   * @param judged what the history is judged by, which may be another one than the nodes keep
   * @param redefines whether views and triggers are changed meanwhile
   * @param turmoil whether replicas are delayed and killed and one is promoted; else the first one
   *     is only delayed
   */
  static Episode run(
      Servers servers,
      Consistency kept,
      Consistency judged,
      long operations,
      long seed,
      boolean redefines,
      boolean turmoil,
      Consumer<TestConfiguration> wishes)
      throws Exception {
    Work work = new Work(operations);
    try (Fleet fleet = new Fleet(servers, kept, wishes)) {
      fleet.awaitReplicas();
      Turmoil trouble = new Turmoil(fleet, work);
      if (!turmoil) {
        // A busy machine may do all the work before a replica knows of a delay.
        trouble.delayReplicas();
      }
      long before = fleet.readsOnReplicas();
      List<Thread> threads = new ArrayList<>();
      Redefinitions redefinitions = redefines ? new Redefinitions(fleet) : null;
      for (int i = 0; i < CLIENTS; i++) {
        Client client =
            new Client(
                fleet,
                work,
                i % Fleet.NODES,
                i / Fleet.NODES % 2 == 0,
                i < Fleet.NODES,
                redefinitions,
                seed + i);
        Thread thread = new Thread(client, "client-" + i);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
      }
      if (turmoil) {
        trouble.run();
      } else {
        trouble.untilWorkIsDone();
      }
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(60));
        if (thread.isAlive()) {
          AssertionError stuck = new AssertionError(thread.getName() + " hangs; seed " + seed);
          stuck.setStackTrace(thread.getStackTrace());
          throw stuck;
        }
      }
      Verdict verdict =
          new Judge(judged, Fleet.STALENESS.toNanos())
              .judge(
                  work.history(),
                  fleet.counters(redefines ? Redefinitions.counters() : Stream.empty()),
                  fleet.lists());
      Episode episode =
          new Episode(
              verdict, (double) (fleet.readsOnReplicas() - before) / Math.max(1, verdict.reads));
      System.out.printf(
          "reads with consistency %s%s, seed %d: %s; %.0f %% of reads on replicas; errors %s%n",
          kept,
          redefines ? " while definitions change" : "",
          seed,
          verdict,
          episode.onReplicas * 100,
          work.errors());
      return episode;
    }
  }
}
