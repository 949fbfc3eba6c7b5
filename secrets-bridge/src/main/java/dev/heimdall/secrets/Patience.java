package dev.heimdall.secrets;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Work on files that may never come back: a file system of NFS whose server is away holds its
 * reader, for as long as that lasts, and nothing but the end of the process gets it out of there.
 * So each work has a thread of its own, which is given up when nothing has moved for a while. As
 * long as it is stuck no other one is begun, so that threads do not add up.
 */
final class Patience {
  private final StoreLocation of;
  private final Duration limit;

  private volatile long moved;
  private volatile FutureTask<?> stuck;

  Patience(StoreLocation of, Duration limit) {
    this.of = of;
    this.limit = limit;
  }

  /** To be called by the work whenever it has got on. */
  void moved() {
    moved = System.nanoTime();
  }

  /**
   * Does some work; the failure of one that got stuck says so.
   *
   * @param otherwise what that means then, a sentence; may be empty
   */
  <T> T with(Callable<T> work, String otherwise) throws IOException, StoreException {
    FutureTask<?> before = stuck;
    moved();
    if (before != null && !isOver(before)) {
      throw silent("");
    }
    stuck = null;
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "configuration-files");
    thread.setDaemon(true);
    moved();
    thread.start();
    if (!isOver(task)) {
      stuck = task;
      throw silent(otherwise);
    }
    try {
      return task.get();
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      return failed(e.getCause());
    }
  }

  /** Waits for it; false when nothing has moved for too long. */
  private boolean isOver(FutureTask<?> task) throws StoreException {
    while (true) {
      long left = limit.toNanos() - (System.nanoTime() - moved);
      try {
        task.get(Math.max(left, 0), TimeUnit.NANOSECONDS);
        return true;
      } catch (ExecutionException e) {
        return true;
      } catch (TimeoutException e) {
        if (left <= 0) {
          return false;
        }
      } catch (InterruptedException e) {
        stuck = task;
        throw interrupted();
      }
    }
  }

  private static <T> T failed(Throwable cause) throws IOException, StoreException {
    if (cause instanceof IOException e) {
      throw e;
    }
    if (cause instanceof StoreException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) cause;
  }

  private StoreException silent(String otherwise) {
    return new StoreException(
        StoreException.Kind.UNREACHABLE,
        of + " does not answer, as when the server of a file system is away." + otherwise);
  }

  private StoreException interrupted() {
    Thread.currentThread().interrupt();
    return new StoreException(
        StoreException.Kind.UNREACHABLE, of + " was not waited for: somebody has ended that.");
  }
}
