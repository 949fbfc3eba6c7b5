package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The scanner checkov, of the version that {@code test/drivers/checkov} has. */
final class Checkov {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final InstalledScanner program;

  /**
   * A finding.
   *
   * @param file the name of the template's file
   * @param id of the resource, in that template
   */
  record Finding(String rule, String file, String id) {}

  /** Installs it, unless it is there; without it the test is left out, and fails with CI=true. */
  Checkov(Path work) throws Exception {
    program = new InstalledScanner(work, "checkov", "checkov");
  }

  /** What it finds in all templates of a folder. */
  List<Finding> findings(Path folder) throws Exception {
    InstalledScanner.Said said =
        program.run(
            List.of(
                "--directory",
                folder.toString(),
                "--framework",
                "cloudformation",
                // Of its maker it asks nothing, and findings are no failure of its own.
                "--skip-download",
                "--soft-fail",
                "--compact",
                "--output",
                "json"));
    assertThat(said.status()).as(said.text()).isZero();
    JsonNode report = JSON.readTree(said.text());
    assertThat(report.at("/results/parsing_errors")).as("files it cannot read").isEmpty();
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
}
