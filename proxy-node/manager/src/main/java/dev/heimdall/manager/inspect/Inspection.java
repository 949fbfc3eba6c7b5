package dev.heimdall.manager.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;

/** Something that is being looked at, or was: what was found so far. Thread-safe. */
public final class Inspection<T> {
  private final List<T> found = new ArrayList<>();
  private boolean running = true;
  private String failure = "";
  private Future<?> work;

  Inspection() {}

  /** One that was not begun. */
  static <T> Inspection<T> failed(String why) {
    Inspection<T> inspection = new Inspection<>();
    inspection.end(why);
    return inspection;
  }

  synchronized void by(Future<?> future) {
    work = future;
  }

  /** What comes after the end counts no more. */
  synchronized void found(T one) {
    if (running) {
      found.add(one);
    }
  }

  synchronized void end(String why) {
    if (running) {
      running = false;
      failure = why;
    }
  }

  /** Ends it early. */
  public void stop(String why) {
    Future<?> begun;
    synchronized (this) {
      end(why);
      begun = work;
    }
    if (begun != null) {
      begun.cancel(true);
    }
  }

  /** What was found until now. */
  public synchronized List<T> found() {
    return List.copyOf(found);
  }

  public synchronized boolean isRunning() {
    return running;
  }

  /** Why it did not come to its end; empty: it did, or will. */
  public synchronized String failure() {
    return failure;
  }
}
