package dev.heimdall.test.operate;

import dev.heimdall.test.fixture.HeimdallJvm;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A command that asks AWS, as a process of its own that came to its end.
 *
 * @param text all that it has written
 */
record HeimdallCommand(int exitCode, String text) {
  /**
   * Runs it.
   *
   * @param environment what it knows of AWS, besides credentials that the emulator takes; a
   *     variable that is empty is not there
   */
  static HeimdallCommand run(Map<String, String> environment, String... arguments)
      throws Exception {
    return answered(List.of(), environment, arguments);
  }

  /** The same, with answers to what it asks, one a line. */
  static HeimdallCommand answered(
      List<String> answers, Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = HeimdallJvm.command(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> all =
        new TreeMap<>(Map.of("AWS_ACCESS_KEY_ID", "testing", "AWS_SECRET_ACCESS_KEY", "testing"));
    if (!environment.containsKey("AWS_EC2_METADATA_SERVICE_ENDPOINT")) {
      all.put("AWS_EC2_METADATA_DISABLED", "true");
    }
    all.putAll(environment);
    all.values().removeIf(String::isEmpty);
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().putAll(all);
    // The SDK would look there for credentials.
    builder.environment().put("HOME", "/nonexistent");
    Process process = builder.start();
    try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
      for (String answer : answers) {
        in.write(answer + "\n");
      }
    } catch (IOException e) {
      // It has ended without asking.
    }
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the command does not end: " + text);
    }
    return new HeimdallCommand(process.exitValue(), text);
  }
}
