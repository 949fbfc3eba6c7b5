package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.AwsEmulator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Figures of managers on different machines, which have nothing in common but a bucket. */
@Tag("long")
class SharedFiguresIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final AwsEmulator aws = AwsEmulator.shared();

  @TempDir private Path directory;

  private ReportingNodes fleet;

  @BeforeEach
  void start() throws Exception {
    aws.reset();
    aws.makeBucket("own");
    fleet = new ReportingNodes(directory);
  }

  @AfterEach
  void end() throws Exception {
    fleet.close();
  }

  private Started manager(int port) throws IOException {
    Started manager =
        fleet.start(
            "manager-" + port,
            aws.environment(),
            "server",
            "--config=" + fleet.configuration(),
            "--state=" + directory.resolve("state-" + port),
            "--manager-store=s3://own/fleet-manager?region=eu-west-1&endpoint=" + aws.endpoint(),
            "--manager-port=" + port);
    manager.awaitOutput("managing on port");
    return manager;
  }

  private JsonNode figures(int manager, String range) {
    return fleet.answer(manager, "/api/v1/figures?range=" + range);
  }

  @Test
  void aManagerOnANewMachineHasTheFiguresOfTheOneBefore() throws Exception {
    int one = fleet.onePort();
    int other = fleet.otherPort();
    Started before = manager(one);
    Started node = fleet.node("shop-a");
    Await.until(
        "a minute is on its disk",
        PATIENCE,
        () -> figures(one, "30d").path("queriesByNode").has("shop-a"),
        () -> figures(one, "30d") + "\n" + before.output());
    JsonNode month = figures(one, "30d");
    long first = month.at("/times/0").asLong();
    node.close();
    before.terminate();
    before.exitCode();
    assertThat(before.output()).doesNotContain("cannot be copied");
    try (S3Client s3 = aws.s3()) {
      List<String> keys =
          s3
              .listObjectsV2(r -> r.bucket("own").prefix("fleet-manager/figures/"))
              .contents()
              .stream()
              .map(S3Object::key)
              .toList();
      assertThat(keys).singleElement().asString().endsWith("_" + one + ".figures");
    }

    Started after = manager(other);
    Await.until(
        "another one has it",
        PATIENCE,
        () -> figures(other, "30d").path("queriesByNode").has("shop-a"),
        () -> figures(other, "30d") + "\n" + after.output());
    assertThat(figures(other, "30d").at("/times/0").asLong()).isEqualTo(first);
    assertThat(figures(other, "1d").path("queriesByNode").has("shop-a"))
        .as("of the last day by minutes, too")
        .isTrue();
  }
}
