package dev.heimdall.test.race;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntPredicate;

/** What a race was, in figures. */
final class Report {
  private Report() {}

  static void print(Course.Outcome outcome, long seed) {
    Course.Heat heat = outcome.heat();
    Ledger ledger = outcome.ledger();
    System.out.printf(
        "%s, %s, %s, seed %d: %d reads, %d of them while their table was written, %d hits, %d of"
            + " other nodes, %d behind others' writes; %d rests could be taken at %d steps%n",
        heat.level(),
        heat.hearing(),
        heat.wiring(),
        seed,
        ledger.reads(),
        ledger.interleaved(),
        outcome.hits(),
        outcome.hitsOfOthers(),
        ledger.behind(),
        outcome.passed().values().stream().mapToLong(LongAdder::sum).sum(),
        outcome.passed().size());
    if (heat.calm()) {
      delays("through other nodes", ledger, owner -> owner >= 0 && owner < Fleet.NODES, heat.fed());
      delays("past the nodes", ledger, owner -> owner >= Fleet.NODES, heat.fed());
    }
  }

  private static void delays(String what, Ledger ledger, IntPredicate owner, boolean fed) {
    long[] delays = ledger.delays(owner, fed);
    if (delays.length > 0) {
      System.out.printf(
          "  %s: %d writes heard after %.1f ms (median), %.1f ms (99 %%), %.1f ms (all); oldest"
              + " answer %.1f ms behind%n",
          what,
          delays.length,
          millis(delays[delays.length / 2]),
          millis(delays[delays.length * 99 / 100]),
          millis(delays[delays.length - 1]),
          millis(ledger.oldest(owner)));
    }
  }

  private static double millis(long nanos) {
    return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }
}
