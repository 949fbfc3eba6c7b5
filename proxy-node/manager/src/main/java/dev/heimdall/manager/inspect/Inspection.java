package dev.heimdall.manager.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;

/** Inspection that is in progress, or has ended: its findings so far. Thread-safe. */
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

  /** Adds a finding; those after the end no longer count. */
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

  /** Findings until now. */
  public synchronized List<T> found() {
    return List.copyOf(found);
  }

  public synchronized boolean isRunning() {
    return running;
  }

  /** Reason that the inspection was not completed; empty if it was, or will be. */
  public synchronized String failure() {
    return failure;
  }
}
