package dev.heimdall.engine.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rules take of a small heap, whatever a configuration has in it. */
class SmallHeapRulesTest {
  private static final int VDBS = 40;

  @TempDir Path dir;

  /** Compiles the rules of all virtual databases, in a JVM of its own. */
  static final class Compiling {
    private Compiling() {}

    public static void main(String[] args) throws Exception {
      try {
        Configuration configuration = ConfigurationReader.read(Path.of(args[0]));
        RulePatterns patterns = new RulePatterns();
        List<RuleBook> books = new ArrayList<>();
        for (int again = 0; again < 2; again++) {
          for (String name : configuration.vdbs().keySet()) {
            books.add(
                RuleBook.compile(
                    configuration,
                    configuration.vdbs().get(name),
                    PostgresSql.DIALECT,
                    null,
                    patterns));
          }
        }
        System.out.println(books.size() + " books");
      } catch (ConfigurationException e) {
        System.out.println(e.problems().size() + " problems, " + e.problems().get(0).expected());
      }
    }
  }

  private String compiled(int rules) throws Exception {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    write(
        "rules/main.json",
        IntStream.range(0, rules)
            .mapToObj(
                i ->
                    "{\"match\": \"(?:[ab]{1000}){5}"
                        + i
                        + "\", \"action\": \"tag\", \"parameters\": {\"serverfilter\": \"x{900}\"}")
            .collect(Collectors.joining("},\n", "{\"rules\": [", "}]}")));
    for (int i = 0; i < VDBS; i++) {
      write(
          "vdbs/shop" + i + ".json",
          "{\"ports\": [" + (15_050 + i) + "], \"source\": \"primary\", \"rules\": [\"main\"]}");
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Compiling.class.getName(),
                dir.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.strip();
  }

  private void write(String file, String text) throws Exception {
    Path path = dir.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void allVirtualDatabasesHaveTheirRegularExpressionsInCommon() throws Exception {
    assertThat(compiled(160)).isEqualTo(2 * VDBS + " books");
  }

  @Test
  void aConfigurationWithTooManyIsRefused() throws Exception {
    assertThat(compiled(6_000))
        .startsWith("101 problems, fewer or smaller regular expressions: ")
        .endsWith("and 1000000 are allowed for all of them together");
  }
}
