package dev.heimdall.test.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.heimdall.test.fixture.Toolchain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * The program of a driver in {@code test/drivers}: it prints a line for each behaviour, {@code ok
 * NAME} or {@code FAIL NAME: reason}; each line becomes a test.
 */
final class DriverProgram {
  private static final Pattern OUTCOME = Pattern.compile("(ok|FAIL) ([A-Za-z0-9_]+)(?:: (.*))?");

  private static final long RUN_MINUTES = 5;

  /** Long enough beside three other JVMs of tests. */
  private static final String BEHAVIOUR_SECONDS = "90";

  private DriverProgram() {}

  /** Its behaviours against an endpoint; one test that says so where it cannot be had. */
  static Stream<DynamicTest> behaviours(String driver, Map<String, String> endpoint) {
    try {
      Optional<String> missing = Toolchain.install(driver);
      if (missing.isPresent()) {
        return Stream.of(
            DynamicTest.dynamicTest(
                "toolchain", () -> Toolchain.unavailable(driver, missing.get())));
      }
      return run(driver, endpoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tests that come as the driver's program prints its lines, and a last one for its end. */
  private static Stream<DynamicTest> run(String driver, Map<String, String> endpoint)
      throws IOException {
    Path errors = Files.createTempFile("heimdall-" + driver + "-", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(Toolchain.scripts(driver).resolve("run").toString());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("(PG|MYSQL).*") || name.matches("HD_(?!TIMEOUT$).*"));
    builder.environment().putAll(endpoint);
    builder.environment().putIfAbsent("HD_TIMEOUT", BEHAVIOUR_SECONDS);
    Process process = builder.redirectError(errors.toFile()).start();
    process.getOutputStream().close();
    Thread watchdog = watchdog(process);
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    List<String> seen = new ArrayList<>();
    Stream<DynamicTest> outcomes =
        lines
            .lines()
            .map(
                line -> {
                  Matcher outcome = OUTCOME.matcher(line);
                  if (!outcome.matches()) {
                    return DynamicTest.dynamicTest(
                        "output", () -> fail("unexpected output of %s: %s", driver, line));
                  }
                  seen.add(outcome.group(1));
                  return DynamicTest.dynamicTest(
                      outcome.group(2),
                      () -> {
                        if (outcome.group(1).equals("FAIL")) {
                          fail("%s: %s: %s", driver, outcome.group(2), outcome.group(3));
                        }
                      });
                });
    DynamicTest last =
        DynamicTest.dynamicTest(
            "ran to its end",
            () -> {
              assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
              assertThat(process.exitValue())
                  .as("exit status; standard error: %s", Files.readString(errors).strip())
                  .isEqualTo(seen.contains("FAIL") ? 1 : 0);
              assertThat(seen).as("behaviours run").isNotEmpty();
            });
    return Stream.concat(outcomes, Stream.of(last))
        .onClose(
            () -> {
              watchdog.interrupt();
              Toolchain.end(process);
              try {
                lines.close();
                Files.deleteIfExists(errors);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /** A program that hangs keeps its output open: reading would never end. */
  private static Thread watchdog(Process process) {
    Thread watchdog =
        new Thread(
            () -> {
              try {
                if (!process.waitFor(RUN_MINUTES, TimeUnit.MINUTES)) {
                  Toolchain.end(process);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "driver-watchdog");
    watchdog.setDaemon(true);
    watchdog.start();
    return watchdog;
  }
}
