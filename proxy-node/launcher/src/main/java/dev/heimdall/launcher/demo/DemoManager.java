package dev.heimdall.launcher.demo;

import dev.heimdall.engine.report.Managers;
import dev.heimdall.launcher.conf.ManagerKeys;
import dev.heimdall.launcher.conf.OpenIdKeys;
import dev.heimdall.launcher.embedded.Directories;
import dev.heimdall.launcher.manager.ManagerBeside;
import dev.heimdall.launcher.manager.ManagerCommandLine;
import dev.heimdall.launcher.manager.ManagerProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The manager of the demo's configuration: a process of its own, in a directory of its own. */
final class DemoManager implements AutoCloseable {
  private static final List<String> MEMORY = List.of("-Xmx128m", "-XX:TieredStopAtLevel=1");
  private static final Duration LONGEST_START = Duration.ofSeconds(30);
  private static final long LOOK_MILLIS = 50;

  private final Path directory;
  private final ManagerBeside beside;
  private final ManagerProcess process;

  private DemoManager(Path directory, ManagerBeside beside, ManagerProcess process) {
    this.directory = directory;
    this.beside = beside;
    this.process = process;
  }

  /**
   * Starts it, without waiting.
   *
   * @param main the class that is the {@code heimdall} command
   * @param configuration what it manages
   */
  static DemoManager start(Class<?> main, DemoPorts ports, Path configuration) throws IOException {
    Path directory = Files.createTempDirectory("heimdall-demo-manager-").toRealPath();
    ManagerKeys keys =
        new ManagerKeys(
            Optional.of(DemoPorts.HOST),
            Optional.of(ports.manager()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(directory.resolve("store").toString()),
            Optional.empty(),
            Optional.empty(),
            OpenIdKeys.none());
    ManagerBeside beside = ManagerBeside.of(keys);
    File log = directory.resolve("log").toFile();
    return new DemoManager(
        directory,
        beside,
        ManagerProcess.start(
            ManagerCommandLine.of(
                main,
                MEMORY,
                configuration.toString(),
                directory.resolve("state"),
                Optional.empty(),
                keys,
                false),
            beside.key(),
            ProcessBuilder.Redirect.appendTo(log)));
  }

  /** Address and settings by which the node reaches it. */
  Managers forTheNode() {
    return beside.managers();
  }

  /** Waits until its user can log in; his password. Empty: it does not start. */
  Optional<String> password() {
    Path file = directory.resolve("state").resolve("manager-password");
    long until = System.nanoTime() + LONGEST_START.toNanos();
    while (System.nanoTime() - until < 0) {
      try {
        if (listens()) {
          return Files.readString(file).lines().findFirst();
        }
        Thread.sleep(LOOK_MILLIS);
      } catch (IOException e) {
        return Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private boolean listens() {
    try (Socket socket = new Socket(DemoPorts.HOST, beside.port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.close();
    try {
      Directories.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
