package dev.heimdall.test.it;

import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The most memory outside the heap that Netty held while this was open, more than at the beginning.
 * Clients in the tests use none of it: it is the node's. Nothing more is a good answer, where what
 * earlier tests have left in the pools was enough.
 */
final class MemoryWatch implements AutoCloseable {
  private final long before = PlatformDependent.usedDirectMemory();
  private final AtomicLong most = new AtomicLong(before);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread sampler = new Thread(this::sample, "memory-watch");

  MemoryWatch() {
    if (before < 0) {
      throw new IllegalStateException("Netty does not count its direct memory in this JVM");
    }
    sampler.setDaemon(true);
    sampler.start();
  }

  private void sample() {
    while (!closed.get()) {
      most.accumulateAndGet(PlatformDependent.usedDirectMemory(), Math::max);
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  long mostDirectMemory() {
    most.accumulateAndGet(PlatformDependent.usedDirectMemory(), Math::max);
    if (most.get() == 0) {
      throw new IllegalStateException("Netty held no direct memory that it counts");
    }
    return most.get() - before;
  }

  @Override
  public void close() {
    closed.set(true);
    try {
      sampler.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
