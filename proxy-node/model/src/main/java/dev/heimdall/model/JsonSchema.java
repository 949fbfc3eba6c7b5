package dev.heimdall.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The JSON schemas (draft 2020-12) of the documents, for editors and for tools that write
 * configurations. A schema refuses nothing that the reader takes; what documents demand of each
 * other is checked by the reader alone.
 */
public final class JsonSchema {
  private JsonSchema() {}

  /** All schemas, by file name: {@code node.schema.json} and so on. */
  public static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    for (DocumentKind kind : DocumentKind.values()) {
      files.put(kind.key() + ".schema.json", text(schema(kind)));
    }
    return Collections.unmodifiableMap(files);
  }

  static ObjectNode schema(DocumentKind kind) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", kind.file());
    schema.put("description", kind.meaning());
    kind.shape().describe(schema);
    RegionPatterns.add(schema);
    ObjectNode ignored = JsonNodeFactory.instance.objectNode();
    ignored.put("description", "The schema of this document, for editors; ignored by the node.");
    ignored.put("type", "string");
    ((ObjectNode) schema.get("properties")).set(Shape.SCHEMA_KEY, ignored);
    return schema;
  }

  private static String text(ObjectNode schema) {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
    try {
      return new ObjectMapper().writer(printer).writeValueAsString(schema) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
