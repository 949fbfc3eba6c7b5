package dev.heimdall.test.operate;

import dev.heimdall.test.fixture.HeimdallJvm;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A command that asks AWS, and came to its end.
 *
 * @param text all that it has written
 */
record HeimdallCommand(int exitCode, String text) {
  /**
   * Runs it in a JVM that runs one command after another.
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
    return CommandHost.run(List.of(arguments), variables(environment), answers);
  }

  /** The same in a process of its own, as people run it. */
  static HeimdallCommand alone(Map<String, String> environment, String... arguments)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(HeimdallJvm.command(List.of(arguments))).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().putAll(variables(environment));
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the command does not end: " + text);
    }
    return new HeimdallCommand(process.exitValue(), text);
  }

  private static Map<String, String> variables(Map<String, String> environment) {
    Map<String, String> all =
        new TreeMap<>(Map.of("AWS_ACCESS_KEY_ID", "testing", "AWS_SECRET_ACCESS_KEY", "testing"));
    if (!environment.containsKey("AWS_EC2_METADATA_SERVICE_ENDPOINT")) {
      all.put("AWS_EC2_METADATA_DISABLED", "true");
    }
    // The SDK would look there for credentials.
    all.put("HOME", "/nonexistent");
    all.putAll(environment);
    all.values().removeIf(String::isEmpty);
    return all;
  }
}
