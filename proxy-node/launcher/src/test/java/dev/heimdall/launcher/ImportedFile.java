package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Rule;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** A file of another proxy, and what {@code heimdall import} makes of it. */
abstract class ImportedFile {
  @TempDir Path directory;
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();
  private final String command;
  private final String file;

  /**
   * @param command behind {@code heimdall import}
   * @param file the name of what it reads
   */
  ImportedFile(String command, String file) {
    this.command = command;
    this.file = file;
  }

  final void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  /** Imports the file as it is, with more options; gives the exit code. */
  final int importWith(String... options) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "import",
                command,
                directory.resolve(file).toString(),
                "--output",
                directory.resolve("out").toString()));
    words.addAll(List.of(options));
    return Heimdall.run(
        new PrintWriter(out, true), new PrintWriter(err, true), words.toArray(String[]::new));
  }

  /** Imports a file of that text; gives the exit code. */
  final int run(String text) throws IOException {
    write(file, text);
    return importWith();
  }

  /** What was written, as a node reads it. */
  final Configuration imported(String text) throws Exception {
    assertThat(run(text)).as(err.toString()).isZero();
    return ConfigurationReader.read(directory.resolve("out"));
  }

  /** The members of an object in a document that was written, in their order. */
  final List<String> members(String document, String pointer) throws IOException {
    List<String> names = new ArrayList<>();
    new ObjectMapper()
        .readTree(directory.resolve("out").resolve(document).toFile())
        .at(pointer)
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  /** A list of rules that was written: what each looks at and does. */
  final List<String> rules(String list) throws Exception {
    return ConfigurationReader.read(directory.resolve("out")).rules().get(list).rules().stream()
        .map(ImportedFile::shown)
        .toList();
  }

  private static String shown(Rule rule) {
    return rule.match().stream().map(Object::toString).toList()
        + " "
        + rule.action().spelling()
        + (rule.parameters().general().stop() ? " stop" : "");
  }
}
