package dev.heimdall.manager.edit;

import dev.heimdall.secrets.Documents;
import java.util.List;

/** The objects of a configuration, which are called as their files are. */
public final class StoredObjects {
  private static final String JSON = ".json";

  private StoredObjects() {}

  /** The names of those in a folder, such as {@code vdbs/}. */
  public static List<String> names(String folder, Documents documents) {
    return documents.all().keySet().stream()
        .filter(document -> isObject(document, folder))
        .map(document -> document.substring(folder.length(), document.length() - JSON.length()))
        .toList();
  }

  /** True if a document is one of a folder's objects. */
  public static boolean isObject(String document, String folder) {
    return document.startsWith(folder)
        && document.endsWith(JSON)
        && document.indexOf('/', folder.length()) < 0;
  }
}
