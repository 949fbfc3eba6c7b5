package dev.heimdall.test.operate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Little of one processor for a process and all its threads, as an instance has that has used up
 * its credits: by the quota of a control group where this account may make one, else by signals
 * that stop the process and let it go on.
 */
final class Starvation implements AutoCloseable {
  private static final int PERIOD_MICROS = 100_000;
  private static final Path GROUPS = Path.of("/sys/fs/cgroup");
  private static final String SIGNALS =
      "while kill -CONT $0 2>&-; do sleep $1; kill -STOP $0; sleep $2; done";

  private final Process process;
  private final Path group;
  private final Process signals;

  private Starvation(Process process, Path group, Process signals) {
    this.process = process;
    this.group = group;
    this.signals = signals;
  }

  /**
   * Gives a process a part of one processor until this is closed.
   *
   * @param percent of one processor
   */
  static Starvation of(Process process, int percent) throws IOException {
    int micros = PERIOD_MICROS / 100 * percent;
    Path group = group(process, micros);
    return group != null
        ? new Starvation(process, group, null)
        : new Starvation(process, null, signals(process, micros));
  }

  /** Puts the process into a new group with a quota; null where that is not possible. */
  private static Path group(Process process, int micros) {
    boolean second = Files.exists(GROUPS.resolve("cgroup.subtree_control"));
    Path group =
        (second ? GROUPS : GROUPS.resolve("cpu")).resolve("heimdall-starved-" + process.pid());
    try {
      Files.createDirectory(group);
    } catch (IOException e) {
      return null;
    }
    try {
      if (second) {
        Files.writeString(group.resolve("cpu.max"), micros + " " + PERIOD_MICROS);
      } else {
        Files.writeString(group.resolve("cpu.cfs_period_us"), "" + PERIOD_MICROS);
        Files.writeString(group.resolve("cpu.cfs_quota_us"), "" + micros);
      }
      Files.writeString(group.resolve("cgroup.procs"), "" + process.pid());
      return group;
    } catch (IOException e) {
      group.toFile().delete();
      return null;
    }
  }

  private static Process signals(Process process, int micros) throws IOException {
    String pid = "" + process.pid();
    String runs = micros / 1e6 + "";
    String stands = (PERIOD_MICROS - micros) / 1e6 + "";
    return new ProcessBuilder(List.of("sh", "-c", SIGNALS, pid, runs, stands)).start();
  }

  /** Gives it back all that there is; nothing the second time. */
  @Override
  public void close() throws InterruptedException {
    if (signals != null) {
      signals.destroyForcibly().waitFor();
      signal("CONT");
    } else if (Files.exists(group)) {
      leave();
    }
  }

  private void signal(String name) throws InterruptedException {
    try {
      new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void leave() {
    try {
      if (process.isAlive()) {
        Files.writeString(group.resolveSibling("cgroup.procs"), "" + process.pid());
      }
      Files.delete(group);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
