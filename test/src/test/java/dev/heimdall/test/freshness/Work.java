package dev.heimdall.test.freshness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/** What clients share: how much there is to do, what was written lately, and what came of it. */
final class Work {
  private static final int RECENT = 16;

  private final long total;
  private final AtomicLong begun = new AtomicLong();
  private final AtomicInteger sessions = new AtomicInteger();
  private final AtomicLong elements = new AtomicLong();
  private final AtomicReferenceArray<String> recent = new AtomicReferenceArray<>(RECENT);
  private final AtomicInteger turn = new AtomicInteger();
  private final List<Operation> history = new ArrayList<>();
  private final Map<String, LongAdder> errors = new ConcurrentSkipListMap<>();

  Work(long total) {
    this.total = total;
  }

  /** Whether there is something left to do, which the caller then does. */
  boolean take() {
    return begun.get() < total && begun.getAndIncrement() < total;
  }

  /** Whether so much of it is done, 0 to 1. */
  boolean reached(double share) {
    return begun.get() >= total * share;
  }

  int newSession() {
    return sessions.incrementAndGet();
  }

  long newElement() {
    return elements.incrementAndGet();
  }

  /** Somebody has just been told that this was written. */
  void written(String object) {
    recent.set(Math.floorMod(turn.getAndIncrement(), RECENT), object);
  }

  /** Something that was written lately; null when nothing was. */
  String writtenLately(Random random) {
    return recent.get(random.nextInt(RECENT));
  }

  void failed(String what, String state) {
    errors.computeIfAbsent(what + " " + state, e -> new LongAdder()).increment();
  }

  synchronized void add(List<Operation> operations) {
    history.addAll(operations);
  }

  synchronized List<Operation> history() {
    return List.copyOf(history);
  }

  /** How often what failed, by SQLSTATE. */
  Map<String, LongAdder> errors() {
    return errors;
  }
}
