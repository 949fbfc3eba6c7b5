package dev.heimdall.test.manager;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.HeimdallJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A {@code heimdall} command that goes on, as a process of its own. */
public final class Started implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path output;

  private Started(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts it.
   *
   * @param output the file that gets what it writes
   * @param environment what it knows besides credentials that the emulator takes
   */
  public static Started start(Path output, Map<String, String> environment, List<String> arguments)
      throws IOException {
    return start(output, environment, arguments, HeimdallJvm.command(arguments, "-Xmx256m"));
  }

  /** The same where passwords of accounts are hashed. */
  static Started startToHash(Path output, Map<String, String> environment, List<String> arguments)
      throws IOException {
    return start(
        output, environment, arguments, HeimdallJvm.commandThatHashes(arguments, "-Xmx256m"));
  }

  private static Started start(
      Path output, Map<String, String> environment, List<String> arguments, List<String> command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().put("AWS_ACCESS_KEY_ID", "testing");
    builder.environment().put("AWS_SECRET_ACCESS_KEY", "testing");
    builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
    if (!arguments.get(0).equals("server")) {
      builder.environment().putAll(HeimdallJvm.forItsManager());
    }
    builder.environment().putAll(environment);
    return new Started(builder.start(), output);
  }

  /** Waits until it has written this. */
  public void awaitOutput(String text) {
    Await.until(
        "it writes: " + text,
        PATIENCE,
        () -> output().contains(text) || !process.isAlive(),
        this::output);
    if (!output().contains(text)) {
      throw new AssertionError("it has ended: " + output());
    }
  }

  /** Everything that it has written so far. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return "";
    }
  }

  /** The processes that it has started and that live. */
  List<ProcessHandle> children() {
    return process.children().toList();
  }

  /** Asks it to end, with SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Ends it, as with {@code kill -9}. */
  void kill() {
    process.destroyForcibly();
  }

  /** Waits for its end; its exit code. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not end: " + output());
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    List<ProcessHandle> left = children();
    process.destroyForcibly().waitFor();
    left.forEach(ProcessHandle::destroyForcibly);
  }
}
