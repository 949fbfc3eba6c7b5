package dev.heimdall.manager.forms;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Kind of object that has a form. */
enum ObjectKind {
  VDB("vdbs/", "Virtual database", "What clients connect to."),
  SOURCE("sources/", "Data source", "A database server, or a cluster of them."),
  USER("users/", "User", "Who may log in to the virtual databases."),
  DRIVER("drivers/", "Driver", "How connections are spread over the servers of a cluster."),
  /** Its settings; each rule has a form of its own on the page of the list. */
  RULES("rules/", "Rule list", "Settings of the list as a whole."),
  NODE("node.json", "Nodes", "What all nodes of the fleet have in common.");

  private static final String JSON = ".json";

  private final String begins;
  private final String words;
  private final String meaning;

  ObjectKind(String begins, String words, String meaning) {
    this.begins = begins;
    this.words = words;
    this.meaning = meaning;
  }

  /** The kind of a document; empty: it has no form. */
  static Optional<ObjectKind> of(String document) {
    return Stream.of(values()).filter(kind -> kind.has(document)).findFirst();
  }

  private boolean has(String document) {
    return this == NODE
        ? document.equals(begins)
        : document.startsWith(begins)
            && document.matches("[a-z]+/[A-Za-z0-9_@+=,~-][A-Za-z0-9_@+=,~ .-]*\\.json");
  }

  /** Members that are edited on pages of their own. */
  Set<String> elsewhere() {
    return this == RULES ? Set.of("rules") : Set.of();
  }

  String words() {
    return words;
  }

  String meaning() {
    return meaning;
  }

  /** The object's name, by its document; empty: there is one alone. */
  String name(String document) {
    return this == NODE
        ? ""
        : document.substring(begins.length(), document.length() - JSON.length());
  }
}
