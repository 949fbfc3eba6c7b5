package dev.heimdall.test.suites;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One run of PostgreSQL's own regression tests, by pg_regress, against one place. */
final class RegressionRun {
  /** What {@code test/drivers/install regression} builds. */
  static final String TOOLCHAIN = "regression";

  private static final long MINUTES = 20;
  private static final int LINES_OF_A_DIFFERENCE = 60;
  private static final Pattern OUTCOME =
      Pattern.compile("(ok|not ok) +\\d+ +[-+] (\\S+) .*", Pattern.DOTALL);

  private final Map<String, Boolean> passed = new TreeMap<>();
  private final Path outputs;

  private RegressionRun(Path outputs) {
    this.outputs = outputs;
  }

  /**
   * Copies the tests to where the server may read them, whatever account it runs as.
   *
   * @param place an empty directory
   */
  static void copyTests(Path place) {
    Path from = Toolchain.built(RegressionRun.TOOLCHAIN);
    for (String part : List.of("tests", "lib")) {
      try (Stream<Path> tree = Files.walk(from.resolve(part).toRealPath())) {
        for (Path path : tree.toList()) {
          Path to = place.resolve(part).resolve(from.resolve(part).toRealPath().relativize(path));
          if (Files.isDirectory(path)) {
            Files.createDirectories(to);
          } else {
            Files.copy(path, to);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    try {
      Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The roles that tests connect as, besides the one that they begin with. */
  static List<String> roles(Path place) throws IOException {
    Pattern connect = Pattern.compile("^\\\\c(onnect)?\\b.*", Pattern.MULTILINE);
    Pattern role = Pattern.compile("\\bregress_\\w+");
    List<String> roles = new ArrayList<>();
    try (Stream<Path> scripts = Files.list(place.resolve("tests/sql"))) {
      for (Path script : scripts.filter(Files::isRegularFile).toList()) {
        Matcher line = connect.matcher(Files.readString(script, StandardCharsets.ISO_8859_1));
        while (line.find()) {
          role.matcher(line.group()).results().forEach(found -> roles.add(found.group()));
        }
      }
    }
    return roles.stream().distinct().sorted().toList();
  }

  /**
   * Runs all tests in the database {@code regression}, which exists.
   *
   * @param place where the tests were copied to
   * @param outputs an empty directory for what the tests print
   * @param cluster whose superuser runs them
   */
  static RegressionRun of(Path place, Path outputs, int port, PostgresCluster cluster)
      throws IOException {
    Path built = Toolchain.built(TOOLCHAIN);
    Path tests = place.resolve("tests");
    // The server writes there, too, as whoever it runs as.
    Files.setPosixFilePermissions(outputs, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path results = Files.createDirectory(outputs.resolve("results"));
    Files.setPosixFilePermissions(results, PosixFilePermissions.fromString("rwxrwxrwx"));
    ProcessBuilder builder =
        new ProcessBuilder(
            built.resolve("bin/pg_regress").toString(),
            "--use-existing",
            "--host=127.0.0.1",
            "--port=" + port,
            "--user=" + cluster.superuser(),
            "--dbname=regression",
            "--bindir=" + built.resolve("bin"),
            "--dlpath=" + place.resolve("lib"),
            "--inputdir=" + tests,
            "--expecteddir=" + tests,
            "--outputdir=" + outputs,
            "--max-connections=20",
            "--schedule=" + tests.resolve("parallel_schedule"));
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LD_LIBRARY_PATH", place.resolve("lib").toString());
    builder.environment().put("PGPASSWORD", cluster.password());
    Path log = outputs.resolve("pg_regress.log");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        throw new IllegalStateException(
            "pg_regress did not end within " + MINUTES + " minutes:\n" + Files.readString(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while pg_regress ran", e);
    } finally {
      Toolchain.end(process);
    }
    RegressionRun run = new RegressionRun(outputs);
    for (String line : Files.readAllLines(log)) {
      Matcher outcome = OUTCOME.matcher(line);
      if (outcome.matches()) {
        run.passed.put(outcome.group(2), outcome.group(1).equals("ok"));
      }
    }
    return run;
  }

  /** How many tests were run. */
  int size() {
    return passed.size();
  }

  /**
   * The tests that did not pass here and differ from how they went there, with the differences. A
   * test that fails there, too, must at least print the same.
   */
  Map<String, String> differencesFrom(RegressionRun direct) throws IOException {
    Map<String, String> differing = new TreeMap<>();
    for (Map.Entry<String, Boolean> test : passed.entrySet()) {
      String name = test.getKey();
      boolean there = Objects.requireNonNullElse(direct.passed.get(name), false);
      if (!test.getValue() && (there || !output(name).equals(direct.output(name)))) {
        differing.put(name, firstDifferences(name));
      }
    }
    return differing;
  }

  private String output(String test) throws IOException {
    return Files.readString(
        outputs.resolve("results").resolve(test + ".out"), StandardCharsets.ISO_8859_1);
  }

  /** As pg_regress wrote them: the part of its file that is about this test. */
  private String firstDifferences(String test) throws IOException {
    List<String> lines =
        Files.readAllLines(outputs.resolve("regression.diffs"), StandardCharsets.ISO_8859_1);
    List<String> found = new ArrayList<>();
    boolean inside = false;
    for (String line : lines) {
      inside = line.startsWith("diff ") ? line.endsWith("/" + test + ".out") : inside;
      if (inside && found.size() < LINES_OF_A_DIFFERENCE) {
        found.add(line);
      }
    }
    return String.join("\n", found);
  }
}
