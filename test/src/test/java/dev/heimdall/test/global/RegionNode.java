package dev.heimdall.test.global;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.HeimdallJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A node of a region, as a process that knows no other names than those of its region. */
final class RegionNode implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Region region;
  private final Path directory;
  private final Path output;
  private final Process process;

  /**
   * Starts it and does not wait.
   *
   * @param directory an empty one
   * @param documents its configuration, by the names of the files
   * @param hosts a file with the names that it knows
   */
  RegionNode(
      Region region,
      Path directory,
      Map<String, Object> documents,
      Path hosts,
      Map<String, String> environment) {
    this.region = region;
    this.directory = directory;
    this.output = directory.resolve("output");
    try {
      Path configuration = directory.resolve("configuration");
      for (Map.Entry<String, Object> document : documents.entrySet()) {
        Path file = configuration.resolve(document.getKey());
        Files.createDirectories(file.getParent());
        Files.writeString(file, JSON.writeValueAsString(document.getValue()));
      }
      List<String> command =
          HeimdallJvm.command(
              List.of("proxy", "--config=" + configuration),
              "-Xmx256m",
              "-Djdk.net.hosts.file=" + hosts);
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
      builder.environment().putAll(environment);
      // As on a machine in it: nothing else may be asked for the region.
      builder.environment().put("AWS_REGION", region.name());
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitServing() {
    Await.until(
        "the node of " + region + " serves clients",
        PATIENCE,
        () -> output().contains("serving app on") || !process.isAlive(),
        this::output);
    if (!process.isAlive()) {
      throw new IllegalStateException("the node of " + region + " has ended: " + output());
    }
  }

  Region region() {
    return region;
  }

  long pid() {
    return process.pid();
  }

  Path directory() {
    return directory;
  }

  /** All that it has printed. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return "";
    }
  }

  /** Stands still, as its region is lost: connections stay, and nobody answers. */
  void freeze() {
    signal("STOP");
  }

  void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, "" + pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
