package dev.heimdall.manager.forms;

import dev.heimdall.manager.edit.StoredObjects;
import dev.heimdall.secrets.Documents;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Objects that a document's settings can name.
 *
 * @param names by the names of fields
 */
record References(Map<String, List<String>> names) {
  /** Folder of the objects that a setting names, by the folder of its document. */
  private static final Map<String, Map<String, String>> FOLDERS =
      Map.of(
          "vdbs/",
          Map.of("source", "sources/", "rules", "rules/", "ruleSources", "sources/"),
          "users/",
          Map.of("vdbs", "vdbs/"));

  static References of(String document, Documents documents) {
    Map<String, List<String>> names = new TreeMap<>();
    String folder = document.substring(0, document.indexOf('/') + 1);
    FOLDERS
        .getOrDefault(folder, Map.of())
        .forEach((field, of) -> names.put(field, StoredObjects.names(of, documents)));
    return new References(names);
  }

  /** Those that a field can name; empty: it names none, or there are none. */
  List<String> of(String field) {
    return Optional.ofNullable(names.get(field)).orElse(List.of());
  }
}
