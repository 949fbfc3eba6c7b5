package dev.heimdall.engine.kit;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Stands for threads that never come to what they are given: rules want statements of the node's
 * own carried out over connections that no kit has. That they want it is heard.
 */
final class KitWorkers extends AbstractExecutorService {
  private final List<String> heard;
  private boolean over;

  KitWorkers(List<String> heard) {
    this.heard = heard;
  }

  @Override
  public void execute(Runnable task) {
    heard.add("work");
  }

  @Override
  public void shutdown() {
    over = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    over = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return over;
  }

  @Override
  public boolean isTerminated() {
    return over;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return over;
  }
}
