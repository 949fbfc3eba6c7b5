package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Needs;
import dev.heimdall.test.fixture.Toolchain;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/scripts.md, one block after the other, with a manager and a node. */
@Needs("shell-tools")
@Tag("long")
class ScriptsIT {
  private static final Pattern BLOCK =
      Pattern.compile("^```bash\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  @TempDir private Path directory;

  private ReportingNodes fleet;

  @BeforeEach
  void start() throws Exception {
    fleet = new ReportingNodes(directory);
    fleet.write(
        "vdbs/shop.json",
        "{\"source\": \"main\", \"address\": \"127.0.0.1\", \"ports\": [0], \"pool\": {\"size\":"
            + " 3}}");
    fleet.manager(fleet.onePort()).awaitOutput("managing on port");
    fleet.supervisedNode("a");
    fleet.awaitLive(fleet.onePort(), "a");
  }

  @AfterEach
  void end() throws InterruptedException {
    fleet.close();
  }

  private static String commands() throws Exception {
    Path here = Path.of("docs", "scripts.md");
    Path page = Files.exists(here) ? here : Path.of("..").resolve(here);
    return BLOCK
        .matcher(Files.readString(page))
        .results()
        .map((MatchResult block) -> block.group(1))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void eachRecipeDoesWhatItSays() throws Exception {
    Path script = directory.resolve("recipes.sh");
    Files.writeString(script, "set -euo pipefail\n" + commands());
    Path output = directory.resolve("recipes.out");
    ProcessBuilder bash =
        new ProcessBuilder("bash", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    bash.environment().put("M", "http://127.0.0.1:" + fleet.onePort());
    bash.environment()
        .put("PASSWORD", Files.readString(fleet.passwordFile(fleet.onePort())).strip());
    Process process = bash.start();
    try {
      assertThat(process.waitFor(3, TimeUnit.MINUTES)).as(Files.readString(output)).isTrue();
    } finally {
      Toolchain.end(process);
    }

    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    assertThat(Files.readString(output))
        .containsSubsequence(
            "$.pool.size: 3 -> 40",
            "users/reports: written",
            "users/reports: as it should be",
            "reload: done",
            "Z admin ",
            "a second database",
            "pipeline");
    // The last recipe has taken the second database away again.
    assertThat(fleet.configuration().resolve("vdbs/shop.json")).content().contains("40");
    assertThat(fleet.configuration().resolve("users/reports.json")).exists();
    assertThat(fleet.configuration().resolve("vdbs/second.json")).doesNotExist();
  }
}
