package dev.heimdall.engine.cache.far;

import dev.heimdall.engine.observe.LatencyHistogram;
import dev.heimdall.engine.observe.LatencySnapshot;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counters of the outcomes of gets, puts and deletes. For any thread. */
final class FarCounters {
  private final LongAdder hits = new LongAdder();
  private final Map<Miss, LongAdder> misses = new EnumMap<>(Miss.class);
  private final Map<PutOutcome, LongAdder> puts = new EnumMap<>(PutOutcome.class);
  private final LongAdder deletes = new LongAdder();
  private final LongAdder probes = new LongAdder();

  /** Of one thread at a time: guarded by itself. */
  private final LatencyHistogram times = new LatencyHistogram();

  FarCounters() {
    for (Miss miss : Miss.values()) {
      misses.put(miss, new LongAdder());
    }
    for (PutOutcome outcome : PutOutcome.values()) {
      puts.put(outcome, new LongAdder());
    }
  }

  void hit() {
    hits.increment();
  }

  void miss(Miss why) {
    misses.get(why).increment();
  }

  void put(PutOutcome outcome) {
    puts.get(outcome).increment();
  }

  void deletes(int count) {
    deletes.add(count);
  }

  void probe() {
    probes.increment();
  }

  void took(long nanos) {
    synchronized (times) {
      times.record(TimeUnit.NANOSECONDS.toMicros(nanos));
    }
  }

  long hits() {
    return hits.sum();
  }

  Map<Miss, Long> misses() {
    return sums(Miss.class, misses);
  }

  Map<PutOutcome, Long> puts() {
    return sums(PutOutcome.class, puts);
  }

  long deletes() {
    return deletes.sum();
  }

  long probes() {
    return probes.sum();
  }

  LatencySnapshot times() {
    return times.snapshot();
  }

  private static <K extends Enum<K>> Map<K, Long> sums(Class<K> kind, Map<K, LongAdder> of) {
    Map<K, Long> sums = new EnumMap<>(kind);
    of.forEach((key, sum) -> sums.put(key, sum.sum()));
    return sums;
  }
}
