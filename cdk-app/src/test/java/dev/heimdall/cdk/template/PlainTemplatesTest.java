package dev.heimdall.cdk.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Holds the committed templates and policies equal to what the app makes. After a change, {@code
 * -Dregenerate} writes them anew:
 *
 * <pre>
 * mvn -pl cdk-app -am test -Dtest=PlainTemplatesTest -Dsurefire.failIfNoSpecifiedTests=false -Dregenerate
 * </pre>
 */
class PlainTemplatesTest {
  private static final Path TEMPLATES = Path.of("..", "templates");

  @Test
  void theCommittedFilesAreThoseOfTheApp() throws IOException {
    Map<String, String> files = PlainTemplates.files();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path committed = TEMPLATES.resolve(file.getKey());
      if (System.getProperty("regenerate") != null) {
        Files.createDirectories(committed.getParent());
        Files.writeString(committed, file.getValue());
      }
      assertThat(committed).hasContent(file.getValue());
    }
    try (var committed = Files.walk(TEMPLATES)) {
      assertThat(
              committed
                  .map(path -> TEMPLATES.relativize(path).toString())
                  .filter(path -> path.endsWith(".yaml") || path.matches("iam/.*\\.json")))
          .containsExactlyInAnyOrderElementsOf(files.keySet());
    }
  }

  /**
   * CloudFormation takes 51,200 bytes; a longer one has to be put into a bucket before it can be
   * used. Who comes near that has some time to do something about it.
   */
  @Test
  void eachTemplateCanBeHandedOverAsItIs() {
    assertThat(PlainTemplates.files())
        .allSatisfy(
            (name, text) ->
                assertThat(text.getBytes(StandardCharsets.UTF_8).length).isLessThan(45_000));
  }
}
