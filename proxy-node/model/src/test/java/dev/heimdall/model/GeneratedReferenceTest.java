package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the committed schemas and tables equal to the model. After a change of the model, {@code
 * -Dregenerate} writes them anew:
 *
 * <pre>mvn -pl proxy-node/model test -Dtest=GeneratedReferenceTest -Dregenerate</pre>
 */
class GeneratedReferenceTest {
  private static final Path DOCS = Path.of("..", "..", "docs");
  private static final String BEGIN = "<!-- generated from the model: begin -->\n";
  private static final String END = "<!-- generated from the model: end -->\n";

  private static boolean regenerate() {
    return System.getProperty("regenerate") != null;
  }

  @Test
  void theCommittedSchemasAreThoseOfTheModel() throws IOException {
    Path folder = DOCS.resolve("schema");
    for (Map.Entry<String, String> schema : JsonSchema.files().entrySet()) {
      Path file = folder.resolve(schema.getKey());
      if (regenerate()) {
        Files.createDirectories(folder);
        Files.writeString(file, schema.getValue());
      }
      assertThat(file).hasContent(schema.getValue());
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(JsonSchema.files().keySet());
    }
  }

  @Test
  void theTablesInTheReferenceAreThoseOfTheModel() throws IOException {
    Path file = DOCS.resolve("configuration.md");
    String text = Files.readString(file);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    assertThat(begin).isGreaterThanOrEqualTo(BEGIN.length());
    assertThat(end).isGreaterThanOrEqualTo(begin);
    if (regenerate()) {
      text =
          text.substring(0, begin) + "\n" + SettingTables.markdown() + "\n" + text.substring(end);
      Files.writeString(file, text);
      end = text.indexOf(END);
    }
    assertThat(text.substring(begin, end)).isEqualTo("\n" + SettingTables.markdown() + "\n");
  }
}
