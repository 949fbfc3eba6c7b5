package dev.heimdall.launcher.embedded;

import dev.heimdall.routing.threads.DaemonThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Starts the processes of one cluster, all from one thread.
 *
 * <p>The kernel sends the parent-death signal when the <em>thread</em> that started a process ends,
 * so that thread has to live as long as the cluster does.
 */
public final class ChildProcesses implements AutoCloseable {
  private final ServerAccount account;
  private final ExecutorService parent =
      Executors.newSingleThreadExecutor(DaemonThreads.named("server-parent"));

  public ChildProcesses(ServerAccount account) {
    this.account = account;
  }

  /** Starts a program under the cluster's account; its output is appended to {@code log}. */
  public Process start(List<String> command, Path log) {
    List<String> words = new ArrayList<>(account.prefix());
    words.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(log.getParent().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.matches("(PG|MYSQL|MARIADB).*"));
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("TZ", "UTC");
    try {
      return parent.submit(() -> builder.start()).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw new UncheckedIOException("cannot start " + command.get(0), failure);
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while starting " + command.get(0), e);
    }
  }

  /** Runs a program to its end, which it has to reach in time and well. */
  public void run(String what, List<String> command, Path log, Duration limit) throws IOException {
    Process process = start(command, log);
    try {
      if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new ServerException("%s did not end within %d s".formatted(what, limit.toSeconds()));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while " + what + " ran", e);
    }
    if (process.exitValue() != 0) {
      throw new ServerException(
          "%s ended with code %d:%n%s".formatted(what, process.exitValue(), Files.readString(log)));
    }
  }

  /** To be called when the processes have ended: it would end them. */
  @Override
  public void close() {
    parent.shutdown();
  }
}
