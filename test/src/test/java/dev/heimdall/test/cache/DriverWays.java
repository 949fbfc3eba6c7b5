package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Programs that read in the ways of a driver. Each prints a line for each way: its name, and what
 * {@code SHOW QUERYINFO} said of each run.
 */
final class DriverWays {
  static final String SECOND = "hit from run 2";

  /** Not sent as the statement that the rule is for. */
  static final String OTHER = "-";

  private static final long MOST_SECONDS = 240;

  private DriverWays() {}

  /** Each way with what becomes of it. */
  static Map<String, String> ways(String... waysAndOutcomes) {
    Map<String, String> ways = new LinkedHashMap<>();
    for (int i = 0; i < waysAndOutcomes.length; i += 2) {
      ways.put(waysAndOutcomes[i], waysAndOutcomes[i + 1]);
    }
    return ways;
  }

  /** From which run on all were hits, or else what was said of the last one. */
  private static String becomes(List<String> said) {
    int hits = 0;
    while (hits < said.size() && said.get(said.size() - 1 - hits).equals("yes")) {
      hits++;
    }
    if (hits > 0) {
      return "hit from run " + (said.size() - hits + 1);
    }
    String last = said.get(said.size() - 1);
    return Arrays.stream(Uncached.values())
        .filter(reason -> last.equals(reason.answer()))
        .map(Uncached::label)
        .findFirst()
        .orElse(last);
  }

  /**
   * Runs a program.
   *
   * @param folder for what it prints
   * @param endpoint that its environment names
   */
  static Map<String, String> run(
      Path folder, String driver, Map<String, String> endpoint, String... command)
      throws IOException, InterruptedException {
    Path output = folder.resolve(driver + ".txt");
    Path errors = folder.resolve(driver + ".log");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.matches("(PG|MYSQL|HD_).*"));
    builder.environment().putAll(endpoint);
    Process process =
        builder.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
    try {
      assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).as("ended").isTrue();
    } finally {
      Toolchain.end(process);
    }
    assertThat(process.exitValue()).as("%s", Files.readString(errors).strip()).isZero();
    return Files.readAllLines(output).stream()
        .map(line -> List.of(line.split("\t")))
        .collect(
            Collectors.toMap(
                words -> words.get(0),
                words -> becomes(words.subList(1, words.size())),
                (one, other) -> one + ", " + other,
                LinkedHashMap::new));
  }
}
