package dev.heimdall.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What results take of the heap, by the heap of a JVM that has nothing else. */
class QueryCacheMemoryTest {
  private static final long LIMIT = CacheMemory.LIMIT;

  /** What a collector leaves for later, and tables that do not shrink. */
  private static final long SLACK = 2 << 20;

  @TempDir Path dir;

  private void keepsToItsLimit(int results, int rowBytes, int definitionsAfter) throws Exception {
    Process filling =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CacheMemory.class.getName(),
                dir.toString(),
                Integer.toString(results),
                Integer.toString(rowBytes),
                Integer.toString(definitionsAfter))
            .redirectErrorStream(true)
            .start();
    String said = new String(filling.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(filling.waitFor()).as(said).isZero();
    String[] lines = said.strip().split("\n");
    long[] numbers =
        Arrays.stream(lines[lines.length - 1].split(" ")).mapToLong(Long::parseLong).toArray();
    System.out.printf(
        "%,d results of %d bytes: %,d kept, %,d bytes counted, %,d of heap, %,d after a flush%n",
        results, rowBytes, numbers[0], numbers[1], numbers[2], numbers[3]);
    assertThat(numbers[1]).isBetween(LIMIT * 9 / 10, LIMIT);
    assertThat(numbers[2]).isLessThan(LIMIT + SLACK);
    assertThat(numbers[3]).isLessThan(SLACK);
  }

  @Test
  void smallResultsTakeNoMoreThanTheLimit() throws Exception {
    keepsToItsLimit(300_000, 40, 0);
  }

  @Test
  void largerResultsTakeNoMoreThanTheLimit() throws Exception {
    keepsToItsLimit(30_000, 4_000, 0);
  }

  /** Definitions change all the time: each change outdates whatever is kept. */
  @Test
  void changedDefinitionsAllTheTimeLeaveNothingBehind() throws Exception {
    keepsToItsLimit(300_000, 400, 100);
  }

  @Test
  @Tag("long")
  void tenMillionKeysTakeNoMoreThanTheLimit() throws Exception {
    keepsToItsLimit(10_000_000, 40, 0);
  }
}
