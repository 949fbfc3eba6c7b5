package dev.heimdall.test.applications;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Applications as others wrote them, each installed and walked through twice directly, then through
 * a node in each way: pages and contents of the database are the same. What the two direct runs
 * show differently, such as a session's token, is left out of the comparison. The node's figures
 * are in {@code test/target/applications.txt}.
 */
@Tag("long")
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class ApplicationsIT {
  /** A walk that shows less has failed somewhere; so has one that is otherwise each time. */
  private static final int LINES = 300;

  private record Run(Transcript pages, Transcript contents, Figures figures) {}

  /** All of them, or the one that {@code -Dapplication=} names. */
  static Stream<Application> applications() {
    String only = System.getProperty("application", "");
    return Stream.<Application>of(
            new WordPress(),
            new MediaWiki(),
            new Adminer(),
            new Wagtail(),
            new Keycloak(),
            new Synapse(),
            new Unleash())
        .filter(application -> only.isEmpty() || application.name().equals(only));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("applications")
  void showsAndStoresThroughANodeWhatItDoesDirectly(Application application, @TempDir Path homes)
      throws IOException, SQLException {
    Toolchain.need(application.name());
    Run direct = run(application, Way.DIRECT, homes.resolve("direct"));
    Run again = run(application, Way.DIRECT, homes.resolve("again"));
    assertThat(direct.pages.inCommonWith(again.pages))
        .as("lines of %s that can be compared, of %s", application.name(), direct.pages.size())
        .isGreaterThan(LINES);
    List<String> differences = new ArrayList<>();
    for (Way way : Way.values()) {
      if (way == Way.DIRECT) {
        continue;
      }
      Run run = run(application, way, homes.resolve(way.toString()));
      note(application.name() + ", " + way + ": " + run.figures);
      for (String difference : direct.pages.differences(again.pages, run.pages)) {
        differences.add(way + ": " + difference);
      }
      for (String difference : direct.contents.differences(again.contents, run.contents)) {
        differences.add(way + ": " + difference);
      }
    }
    assertThat(differences).isEmpty();
  }

  private static Run run(Application application, Way way, Path home)
      throws IOException, SQLException {
    Files.createDirectory(home);
    Transcript pages = new Transcript(application.timed());
    try (Stage stage = application.stage(way)) {
      try (Running running = Running.of(application, stage.database(), home)) {
        application.walk(new Visitor(running.site(), pages), stage.database());
      }
      return new Run(
          pages, Contents.of(stage, new Transcript(application.timed())), stage.figures());
    }
  }

  static void note(String line) throws IOException {
    Path target = Toolchain.built("x").getParent().getParent();
    Files.writeString(
        Files.createDirectories(target).resolve("applications.txt"),
        line + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
