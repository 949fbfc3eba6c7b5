package dev.heimdall.manager.forms;

import dev.heimdall.secrets.Documents;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which objects a document's settings can name.
 *
 * @param names by the names of fields
 */
record References(Map<String, List<String>> names) {
  private static final String JSON = ".json";

  /** Which folder has the objects that a setting names, by the folder of its document. */
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
        .forEach((field, of) -> names.put(field, objects(of, documents)));
    return new References(names);
  }

  private static List<String> objects(String folder, Documents documents) {
    return documents.all().keySet().stream()
        .filter(document -> document.startsWith(folder) && document.endsWith(JSON))
        .map(document -> document.substring(folder.length(), document.length() - JSON.length()))
        .filter(name -> name.indexOf('/') < 0)
        .toList();
  }

  /** Those that a field can name; empty: it names none, or there are none. */
  List<String> of(String field) {
    return Optional.ofNullable(names.get(field)).orElse(List.of());
  }
}
