package dev.heimdall.test.suites;

import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run of a driver's own tests, by {@code test/drivers/DRIVER/suite}, against one place. */
final class DriverSuiteRun {
  private static final long MINUTES = 15;
  private static final int LINES_OF_A_DIFFERENCE = 60;
  private static final Pattern OUTCOME = Pattern.compile("(ok|skip|FAIL) (\\S+?)(?:: (.*))?");

  private final Map<String, String> outcomes = new TreeMap<>();
  private final Path told;

  private DriverSuiteRun(Path told) {
    this.told = told;
  }

  /**
   * Runs all tests.
   *
   * @param outputs an empty directory for what they print
   * @param endpoint the variables HD_HOST and so on
   */
  static DriverSuiteRun of(String driver, Path outputs, Map<String, String> endpoint)
      throws IOException {
    Path lines = outputs.resolve("outcomes");
    DriverSuiteRun run = new DriverSuiteRun(outputs.resolve("told"));
    ProcessBuilder builder =
        new ProcessBuilder(Toolchain.scripts(driver).resolve("suite").toString());
    builder.environment().keySet().removeIf(name -> name.matches("(PG|HD_).*"));
    builder.environment().putAll(endpoint);
    Process process =
        builder.redirectOutput(lines.toFile()).redirectError(run.told.toFile()).start();
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        throw new IllegalStateException(
            "the tests of "
                + driver
                + " did not end within "
                + MINUTES
                + " minutes; they told:\n"
                + run.around(read(run.told).size()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the tests of " + driver + " ran", e);
    } finally {
      Toolchain.end(process);
    }
    for (String line : read(lines)) {
      Matcher outcome = OUTCOME.matcher(line);
      if (!outcome.matches()) {
        throw new IllegalStateException(
            "unexpected output of the tests of " + driver + ": " + line);
      }
      run.outcomes.merge(outcome.group(2), outcome.group(1), DriverSuiteRun::worse);
    }
    return run;
  }

  /** A name that several tests have stands for all of them. */
  private static String worse(String one, String other) {
    return one.equals("FAIL") ? one : other;
  }

  /** The tests that ended so: {@code ok}, {@code skip} or {@code FAIL}. */
  List<String> ended(String outcome) {
    return outcomes.entrySet().stream()
        .filter(test -> test.getValue().equals(outcome))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * The tests that ended otherwise here, those that were not run at all included. Of those that
   * fail directly nothing can be said.
   */
  Map<String, String> differencesFrom(DriverSuiteRun direct) throws IOException {
    Map<String, String> differing = new TreeMap<>();
    for (Map.Entry<String, String> test : direct.outcomes.entrySet()) {
      String name = test.getKey();
      String here = outcomes.getOrDefault(name, "not run");
      if (!here.equals(test.getValue()) && !test.getValue().equals("FAIL")) {
        differing.put(
            name,
            "directly: " + test.getValue() + ", through the node: " + here + "\n" + toldOf(name));
      }
    }
    for (String name : outcomes.keySet()) {
      if (!direct.outcomes.containsKey(name)) {
        differing.put(name, "not run directly\n" + toldOf(name));
      }
    }
    return differing;
  }

  /** What was told where the test is named last. */
  private String toldOf(String test) throws IOException {
    List<String> lines = read(told);
    String name = test.substring(test.lastIndexOf('.') + 1);
    int last = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(name)) {
        last = i;
      }
    }
    return around(last);
  }

  private String around(int line) throws IOException {
    List<String> lines = read(told);
    int from = Math.max(0, line - LINES_OF_A_DIFFERENCE / 2);
    List<String> part = new ArrayList<>();
    for (String each : lines.subList(from, Math.min(lines.size(), from + LINES_OF_A_DIFFERENCE))) {
      part.add(each.length() > 300 ? each.substring(0, 300) + " ..." : each);
    }
    return String.join("\n", part);
  }

  /** What tests print need not be text. */
  private static List<String> read(Path file) throws IOException {
    return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
  }
}
