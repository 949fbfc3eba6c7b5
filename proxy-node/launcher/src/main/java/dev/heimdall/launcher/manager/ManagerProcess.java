package dev.heimdall.launcher.manager;

import dev.heimdall.model.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the manager running beside this process, whose business it never disturbs. Its input is a
 * pipe that gets one line, the key of the node's reports: it ends when that does, which the system
 * sees to whatever becomes of this process.
 */
public final class ManagerProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall");

  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** Run time after which a process was healthy, and is started again soon. */
  private static final Duration WELL = Duration.ofMinutes(1);

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final List<String> command;
  private final Secret key;
  private final ProcessBuilder.Redirect output;
  private final Thread thread;

  // Guarded by this.
  private boolean ending;
  private Process process;

  private ManagerProcess(List<String> command, Secret key, ProcessBuilder.Redirect output) {
    this.command = command;
    this.key = key;
    this.output = output;
    thread = new Thread(this::run, "manager-process");
    thread.setDaemon(true);
  }

  /**
   * Starts it; what it writes goes where this process writes to.
   *
   * @param key what the node beside it signs its reports with
   */
  public static ManagerProcess start(List<String> command, Secret key) {
    return start(command, key, ProcessBuilder.Redirect.INHERIT);
  }

  /** Starts it; its output goes there. */
  public static ManagerProcess start(
      List<String> command, Secret key, ProcessBuilder.Redirect output) {
    ManagerProcess manager = new ManagerProcess(List.copyOf(command), key, output);
    manager.thread.start();
    return manager;
  }

  private void run() {
    Duration pause = SHORTEST_PAUSE;
    try {
      while (true) {
        long begun = System.nanoTime();
        String end = once();
        if (Duration.ofNanos(System.nanoTime() - begun).compareTo(WELL) > 0) {
          pause = SHORTEST_PAUSE;
        }
        if (waited(pause, end)) {
          return;
        }
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs it until it ends; how it did. */
  private String once() throws InterruptedException {
    Process started;
    try {
      synchronized (this) {
        if (ending) {
          return "";
        }
        started =
            new ProcessBuilder(command)
                .redirectErrorStream(output != ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(output)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process = started;
        tell(started.getOutputStream());
      }
    } catch (IOException e) {
      return "could not be started: " + e.getMessage();
    }
    return "ended with exit code " + started.waitFor();
  }

  private void tell(OutputStream input) {
    try {
      input.write((key.value() + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    } catch (IOException e) {
      // It has ended already, which is noticed.
    }
  }

  /** Waits before it is begun again; true: it is not to be. */
  private synchronized boolean waited(Duration pause, String end) throws InterruptedException {
    if (!ending) {
      LOG.warn(
          "the manager {}; the node goes on, and it is started again in {} s",
          end,
          pause.toSeconds());
    }
    long until = System.nanoTime() + pause.toNanos();
    for (long left = pause.toMillis();
        !ending && left > 0;
        left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())) {
      wait(left);
    }
    return ending;
  }

  /** Has it end, without waiting for that. */
  public synchronized void end() {
    ending = true;
    notifyAll();
    if (process != null) {
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        process.destroy();
      }
    }
  }

  /** Ends it, within seconds. */
  @Override
  public void close() {
    end();
    try {
      thread.join(CLOSING.toMillis());
      Process last;
      synchronized (this) {
        last = process;
      }
      if (last != null && last.isAlive()) {
        last.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
