package dev.heimdall.launcher.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The process of a server with those that it starts itself: begun, stopped, killed, frozen.
 *
 * <p>The operations may be called from any thread, one at a time.
 */
public final class ServerProcess {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);
  private static final int LINES_IN_A_MESSAGE = 12;

  private final String name;
  private final Path log;
  private final ChildProcesses children;
  private volatile Process process;
  private boolean frozen;

  /**
   * @param name what messages call the server
   * @param log where its output goes
   */
  public ServerProcess(String name, Path log, ChildProcesses children) {
    this.name = name;
    this.log = log;
    this.children = children;
  }

  public Path log() {
    return log;
  }

  /** True if it is alive; a frozen one is. */
  public boolean isRunning() {
    Process current = process;
    return current != null && current.isAlive();
  }

  /** Its process id, of the last one if it has ended. */
  public long pid() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process.pid();
  }

  /** Starts it without waiting for it. */
  public synchronized void launch(List<String> command) {
    if (isRunning()) {
      throw new IllegalStateException(name + " runs already");
    }
    frozen = false;
    process = children.start(command, log);
  }

  /** Waits until a launched one is ready (at most a minute). */
  public synchronized void awaitReady(BooleanSupplier ready) {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!ready.getAsBoolean()) {
      if (ended(process, Duration.ofMillis(10))) {
        throw new ServerException(
            "%s ended with code %d while starting; its log ends:%n%s"
                .formatted(name, process.exitValue(), endOfLog()));
      }
      if (System.nanoTime() > deadline) {
        throw new ServerException(
            "%s was not ready within %d s; its log ends:%n%s"
                .formatted(name, READY_WITHIN.toSeconds(), endOfLog()));
      }
    }
  }

  /** Asks it by a signal to stop, without waiting. */
  public synchronized void askToStop(String signal) {
    if (isRunning()) {
      thaw();
      signal(signal, process.toHandle());
    }
  }

  /** Asks it by a signal to stop, and waits until it has ended (at most half a minute). */
  public synchronized void stop(String signal) {
    askToStop(signal);
    if (isRunning() && !ended(process, STOPPED_WITHIN)) {
      throw new ServerException(
          "%s did not stop (SIG%s) within %d s; its log ends:%n%s"
              .formatted(name, signal, STOPPED_WITHIN.toSeconds(), endOfLog()));
    }
  }

  /**
   * Kills it and every process of its own with SIGKILL, as when the machine dies: the kernel closes
   * the sockets, without a word of the protocol.
   */
  public synchronized void kill() {
    if (!isRunning()) {
      return;
    }
    List<ProcessHandle> all = processes();
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
    awaitEnd(all);
    ended(process, STOPPED_WITHIN); // until the JVM knows it too
    frozen = false;
  }

  /**
   * Freezes all its processes (SIGSTOP): connections stay open and new ones are still accepted by
   * the kernel, but nothing answers.
   */
  public synchronized void freeze() {
    if (isRunning() && !frozen) {
      frozen = true;
      List<ProcessHandle> all = processes();
      all.forEach(handle -> signal("STOP", handle));
      awaitNone(all, ServerProcess::runs, "do not mind SIGSTOP");
    }
  }

  /** A signal is on its way for a moment, and a thread that runs answers meanwhile. */
  private static boolean runs(ProcessHandle handle) {
    try (Stream<Path> threads = Files.list(Path.of("/proc", "" + handle.pid(), "task"))) {
      return threads.anyMatch(ServerProcess::runs);
    } catch (IOException e) {
      return false; // it has ended, or this is no Linux
    }
  }

  private static boolean runs(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
      return "RS".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends {@link #freeze()}. */
  public synchronized void thaw() {
    if (isRunning() && frozen) {
      processes().forEach(handle -> signal("CONT", handle));
    }
    frozen = false;
  }

  /** Runs a command of the shell under the server's account. */
  public void shell(String command) {
    Process process = children.start(List.of("/bin/sh", "-c", command), log);
    if (!ended(process, Duration.ofSeconds(10))) {
      throw new ServerException("`" + command + "` hangs");
    }
  }

  private List<ProcessHandle> processes() {
    ProcessHandle first = process.toHandle();
    return Stream.concat(Stream.of(first), first.descendants()).toList();
  }

  private void signal(String signal, ProcessHandle handle) {
    // Fails when the process has just gone by itself, which is as good.
    shell("kill -" + signal + " " + handle.pid());
  }

  private void awaitEnd(List<ProcessHandle> handles) {
    awaitNone(handles, ServerProcess::isAlive, "survive SIGKILL");
  }

  private void awaitNone(List<ProcessHandle> handles, Predicate<ProcessHandle> still, String what) {
    long deadline = System.nanoTime() + STOPPED_WITHIN.toNanos();
    while (handles.stream().anyMatch(still)) {
      if (System.nanoTime() > deadline) {
        throw new ServerException("%s has processes that %s: %s".formatted(name, what, handles));
      }
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ServerException("interrupted while waiting for " + name, e);
      }
    }
  }

  /** A zombie has ended, however long the machine's first process takes to bury it. */
  public static boolean isAlive(ProcessHandle handle) {
    if (!handle.isAlive()) {
      return false;
    }
    try {
      String status = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"));
      return !status.substring(status.lastIndexOf(')') + 1).strip().startsWith("Z");
    } catch (IOException e) {
      return handle.isAlive(); // gone since, or no /proc here
    }
  }

  private boolean ended(Process one, Duration limit) {
    try {
      return one.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while waiting for " + name, e);
    }
  }

  private String endOfLog() {
    try {
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - LINES_IN_A_MESSAGE), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }
}
