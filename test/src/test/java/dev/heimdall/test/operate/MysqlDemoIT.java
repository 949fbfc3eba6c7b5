package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.Heimdall;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code heimdall demo --engine mysql} as a user runs it: a process of its own. */
@Tag("long")
class MysqlDemoIT {
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

  @TempDir private Path temporary;
  private Process demo;

  @AfterEach
  void end() throws InterruptedException {
    if (demo != null) {
      demo.destroyForcibly().waitFor();
    }
  }

  @Test
  void aFirstQueryComesThroughTheNode() throws Exception {
    start("--no-workload", "--for", "1");

    ended();
    assertThat(output())
        .contains("first query through it: 3000 orders")
        .contains("mariadb -h 127.0.0.1 -P ");
  }

  @Test
  void theWorkloadRunsThroughTheNodeWithoutAnError() throws Exception {
    start();
    Await.until(
        "the workload has ended",
        LONG_ENOUGH,
        () -> output().contains("Up until Ctrl-C") || !demo.isAlive(),
        this::output);

    demo.destroy();

    ended();
    assertThat(output())
        .contains("; 0 errors")
        .containsPattern("[1-9][\\d,]* reads of offers came from the node's cache");
  }

  private void start(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + Files.createDirectory(temporary.resolve("tmp")),
                "-cp",
                System.getProperty("java.class.path"),
                Heimdall.class.getName(),
                "demo",
                "--engine",
                "mysql",
                "--port-base=" + FreePort.rowOf(10)));
    command.addAll(List.of(options));
    demo =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve("output").toFile())
            .start();
  }

  private void ended() throws InterruptedException {
    assertThat(demo.waitFor(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).as(output()).isZero();
    assertThat(output()).contains("every process has ended");
  }

  private String output() {
    try {
      return Files.readString(temporary.resolve("output"));
    } catch (IOException e) {
      return "";
    }
  }
}
