package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Ended;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dashboards as Grafana's own schema has them, read by its library for Go, which takes a minute to
 * build.
 */
@Tag("long")
class DashboardSchemaIT {
  private static final Path FOLDER = Path.of("../templates/dashboards");

  @TempDir private Path directory;

  @BeforeEach
  void library() {
    Optional<String> missing = Toolchain.install("grafana");
    missing
        .filter(why -> why.contains("Go 1.21 or newer is missing")) // which nothing here installs
        .ifPresent(why -> Assumptions.abort("Grafana's schema cannot be built: " + why));
    missing.ifPresent(why -> Toolchain.unavailable("Grafana's schema", why));
  }

  private Ended check(List<Path> files) throws Exception {
    List<String> command =
        Stream.concat(
                Stream.of(Toolchain.built("grafana").resolve("check").toString()),
                files.stream().map(Path::toString))
            .toList();
    return Ended.of(new ProcessBuilder(command), directory.resolve("output"), 2);
  }

  private static List<Path> dashboards() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  @Test
  void allAreRight() throws Exception {
    assertThat(dashboards()).isNotEmpty();
    check(dashboards()).well();
  }

  @Test
  void aFieldThatGrafanaDoesNotHaveIsFound() throws Exception {
    Path wrong = directory.resolve("wrong.json");
    Files.writeString(
        wrong,
        Files.readString(FOLDER.resolve("pools.json")).replace("\"fillOpacity\"", "\"opacity\""));
    Ended said = check(List.of(wrong));

    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.text()).contains("unexpected field 'opacity'");
  }
}
