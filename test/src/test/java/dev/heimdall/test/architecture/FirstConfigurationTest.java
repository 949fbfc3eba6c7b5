package dev.heimdall.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first configurations that pages show, made as they say, are read by a node. */
class FirstConfigurationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern COMMANDS =
      Pattern.compile("(?m)^    mkdir [^\n]+\n(?:    [^\n]+\n)+");
  private static final Pattern NAME = Pattern.compile("`conf/([a-z]+/[a-z]+\\.json)`");
  private static final Pattern DOCUMENT = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path folder;

  @Test
  void theCommandsOfTheReadmeMakeAConfiguration() throws Exception {
    MatchResult found =
        COMMANDS
            .matcher(Files.readString(ROOT.resolve("README.md")))
            .results()
            .findFirst()
            .orElseThrow();
    List<String> lines = found.group().lines().map(String::strip).toList();
    assertThat(lines.get(lines.size() - 1)).startsWith("./heimdall check conf && ./heimdall proxy");
    String commands = String.join("\n", lines.subList(0, lines.size() - 1));

    Process bash =
        new ProcessBuilder("bash", "-ec", commands).directory(folder.toFile()).inheritIO().start();

    assertThat(bash.waitFor()).isZero();
    Configuration configuration = ConfigurationReader.read(folder.resolve("conf"));
    assertThat(configuration.vdbs().get("app").ports()).containsExactly(6432);
    assertThat(configuration.sources()).containsOnlyKeys("main");
    assertThat(configuration.users()).containsOnlyKeys("alice");
  }

  @Test
  void theDocumentsOfTheFirstStepsAreAConfiguration() throws Exception {
    String page = Files.readString(ROOT.resolve("docs/getting-started.md"));
    List<String> names = all(NAME, page).distinct().toList();
    List<String> documents = all(DOCUMENT, page).toList();
    assertThat(documents).hasSameSizeAs(names);
    for (int i = 0; i < names.size(); i++) {
      Path file = folder.resolve(names.get(i));
      Files.createDirectories(file.getParent());
      Files.writeString(file, documents.get(i));
    }

    Configuration configuration = ConfigurationReader.read(folder);

    assertThat(configuration.vdbs().get("app").pool().size()).isEqualTo(20);
    assertThat(configuration.users()).containsOnlyKeys("admin", "alice");
  }

  private static Stream<String> all(Pattern pattern, String page) {
    return pattern.matcher(page).results().map(found -> found.group(1));
  }
}
