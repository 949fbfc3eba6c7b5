package dev.heimdall.manager.resources;

import dev.heimdall.manager.rest.Shape;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Objects that there are by name, or one that there is.
 *
 * @param path below {@code /api/v1/}
 * @param folder of their documents
 * @param member of the document that is the object; empty: all of it
 * @param one as sentences call it
 * @param schema of the object, by its place among the API's schemas
 */
record ResourceKind(
    String path, String folder, Optional<String> member, String one, String schema) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}");

  static ResourceKind documents(String folder, String one, String schema) {
    return new ResourceKind(folder, folder, Optional.empty(), one, schema);
  }

  /** Shape of the object. */
  Shape settings() {
    return Shape.named(schema);
  }

  /** The document of an object; empty: there cannot be one of this name. */
  Optional<String> document(String name) {
    return NAME.matcher(name).matches()
        ? Optional.of(folder + "/" + name + ".json")
        : Optional.empty();
  }

  /** The name of a document's object; empty: the document is of another kind. */
  Optional<String> name(String document) {
    String before = folder + "/";
    return document.startsWith(before) && document.endsWith(".json")
        ? Optional.of(document.substring(before.length(), document.length() - ".json".length()))
        : Optional.empty();
  }
}
