package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How much of the engine somebody has to read who follows one warm read: files and calls may become
 * fewer, never more. {@code -Dwarm.path=print} prints which they are. Each spelling takes a JVM of
 * its own.
 */
@Tag("ci")
class WarmPathTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"SIMPLE, 162, 1071", "EXTENDED, 172, 1586", "PREPARED, 147, 1128"})
  void aWarmReadEntersNoMoreThanThis(WarmReads.Spelling spelling, int files, int calls)
      throws IOException {
    CallTrace trace = CallTrace.of(spelling, directory);

    if ("print".equals(System.getProperty("warm.path"))) {
      System.out.println(
          spelling
              + ": "
              + trace.files()
              + " files, "
              + trace.sending()
              + " before the server is written to, "
              + trace.total()
              + " calls");
      trace.calls().forEach((file, times) -> System.out.printf("%6d %s%n", times, file));
    }
    assertThat(trace.sending()).isPositive();
    assertThat(trace.files()).as("files").isLessThanOrEqualTo(files);
    assertThat(trace.total()).as("calls").isLessThanOrEqualTo(calls);
  }
}
