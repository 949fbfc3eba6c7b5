package dev.heimdall.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads one JSON document that does not belong to a configuration directory, as strictly as the
 * documents there: into a public record whose components are described by {@link Setting}.
 */
public final class StrictDocument {
  private StrictDocument() {}

  /**
   * Checks of dependencies between the settings of a document; made only where each alone is right.
   */
  @FunctionalInterface
  public interface Checks<T> {
    void check(T document, Findings findings);
  }

  /** Collector of the problems that checks find. */
  public static final class Findings {
    private final Reading in;

    Findings(Reading in) {
      this.in = in;
    }

    /** True if these settings were read well, so that they can be relied on. */
    public boolean sound(String... paths) {
      return in.sound(paths);
    }

    /**
     * A setting is wrong.
     *
     * @param path such as {@code $.regions[0].name}
     * @param got what is there
     * @param expected what may be there
     */
    public void problem(String path, String got, String expected) {
      in.problem(path, got, expected);
    }
  }

  /**
   * Reads a document.
   *
   * @param file the document; relative paths in it begin where it lies
   * @throws ConfigurationException with the problems that were found
   */
  public static <T extends Record> T read(Path file, Class<T> type, Checks<T> checks)
      throws ConfigurationException {
    Path absolute = file.toAbsolutePath().normalize();
    Reading in = new Reading(file.toString(), "", absolute.getParent(), new FoundProblems());
    return read(JsonText.parse(absolute, in), type, checks, in);
  }

  /**
   * Reads one that is in no file.
   *
   * @param text in UTF-8
   * @throws ConfigurationException with the problems that were found
   */
  public static <T extends Record> T read(byte[] text, Class<T> type, Checks<T> checks)
      throws ConfigurationException {
    Reading in = new Reading("", "", Path.of(""), new FoundProblems());
    return read(JsonText.parse(text, in), type, checks, in);
  }

  private static <T extends Record> T read(
      Optional<JsonValue> parsed, Class<T> type, Checks<T> checks, Reading in)
      throws ConfigurationException {
    Optional<T> document = parsed.flatMap(root -> Shape.of(type).read(root, "$", in));
    document.ifPresent(value -> checks.check(value, new Findings(in)));
    if (!in.problems().isEmpty()) {
      throw new ConfigurationException(in.problems().all());
    }
    return document.orElseThrow();
  }

  /** The reference tables of such a document, as Markdown. */
  public static String tables(Class<? extends Record> type) {
    return SettingTables.markdown(Shape.of(type));
  }

  /**
   * Removes references from a schema: content of Secrets Manager can only stand in documents of a
   * configuration.
   */
  private static void withoutReferences(ObjectNode schema) {
    for (JsonNode property : schema.path("properties")) {
      if (property.path("writeOnly").asBoolean()) {
        ObjectNode secret = (ObjectNode) property;
        JsonNode text = secret.remove("anyOf").get(0);
        secret.set("type", text.get("type"));
        secret.set("pattern", text.get("pattern"));
      } else if (property.path("type").asText().equals("object")) {
        withoutReferences((ObjectNode) property);
      }
    }
  }

  /** The JSON schema of such a document. */
  public static ObjectNode schema(Class<? extends Record> type) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    Shape.of(type).describe(schema);
    withoutReferences(schema);
    return schema;
  }
}
