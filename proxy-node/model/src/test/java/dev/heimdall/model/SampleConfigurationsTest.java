package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configurations that users copy. */
class SampleConfigurationsTest {
  static Stream<Path> samples() throws IOException {
    return Files.list(Path.of("..", "..", "templates", "config")).filter(Files::isDirectory);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void aSampleIsRightAndServesSomebody(Path sample) throws ConfigurationException {
    Configuration read = ConfigurationReader.read(sample);

    assertThat(read.vdbs()).isNotEmpty();
    assertThat(read.users()).isNotEmpty();
  }
}
