package dev.heimdall.routing.threads;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads by their names, none of which keeps the process from ending. */
public final class DaemonThreads {
  private DaemonThreads() {}

  /** All with the same name: mostly there is one at a time. */
  public static ThreadFactory named(String name) {
    return task -> daemon(task, name);
  }

  /** The name, and which of them it is: {@code catalogue-shop-1}. */
  public static ThreadFactory numbered(String name) {
    AtomicInteger numbers = new AtomicInteger();
    return task -> daemon(task, name + "-" + numbers.incrementAndGet());
  }

  /**
   * A pool of threads that end when there has been nothing to do for so long.
   *
   * @param most threads at a time
   * @param waiting where tasks are meanwhile
   */
  public static ThreadPoolExecutor pool(
      int most, int idleSeconds, BlockingQueue<Runnable> waiting, ThreadFactory threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(most, most, idleSeconds, TimeUnit.SECONDS, waiting, threads);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
