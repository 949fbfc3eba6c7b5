package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The scanner checkov, of the version that {@code test/drivers/checkov} has. */
final class Checkov {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DRIVERS = Path.of("..", "test", "drivers").toAbsolutePath().normalize();
  private static final Path PROGRAM =
      DRIVERS.resolveSibling("target").resolve("drivers/checkov/bin/checkov");

  /** Everything may have to be downloaded, and others may be busy with that. */
  private static final long MINUTES = 15;

  private final Path work;

  /**
   * A finding.
   *
   * @param file the name of the template's file
   * @param id of the resource, in that template
   */
  record Finding(String rule, String file, String id) {}

  /** Installs it, unless it is there; without it the test is left out, and fails with CI=true. */
  Checkov(Path work) throws Exception {
    this.work = work;
    Path said = work.resolve("install");
    int status = run(said, List.of(DRIVERS.resolve("install").toString(), "checkov"));
    if (status != 0) {
      String why = "checkov cannot be run: " + Files.readString(said).strip();
      if ("true".equals(System.getenv("CI"))) {
        fail(why);
      }
      abort(why);
    }
  }

  /** What it finds in all templates of a folder. */
  List<Finding> findings(Path folder) throws Exception {
    Path said = work.resolve("findings");
    List<String> command =
        List.of(
            PROGRAM.toString(),
            "--directory",
            folder.toString(),
            "--framework",
            "cloudformation",
            // Of its maker it asks nothing, and findings are no failure of its own.
            "--skip-download",
            "--soft-fail",
            "--compact",
            "--output",
            "json");
    assertThat(run(said, command)).as(Files.readString(said)).isZero();
    JsonNode report = JSON.readTree(said.toFile());
    assertThat(report.at("/summary/parsing_errors").asInt(-1)).isZero();
    assertThat(report.at("/summary/passed").asInt()).isPositive();
    List<Finding> findings = new ArrayList<>();
    for (JsonNode failed : report.at("/results/failed_checks")) {
      String resource = failed.get("resource").asText();
      findings.add(
          new Finding(
              failed.get("check_id").asText(),
              Path.of(failed.get("file_path").asText()).getFileName().toString(),
              resource.substring(resource.lastIndexOf('.') + 1)));
    }
    return findings;
  }

  private int run(Path output, List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectOutput(output.toFile())
            .redirectError(
                command.size() > 2 ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.PIPE)
            .redirectErrorStream(command.size() <= 2);
    // There may be no git.
    builder.environment().put("GIT_PYTHON_REFRESH", "quiet");
    builder.environment().put("LOG_LEVEL", "ERROR");
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      fail(command + " did not end within " + MINUTES + " minutes");
    }
    return process.exitValue();
  }
}
