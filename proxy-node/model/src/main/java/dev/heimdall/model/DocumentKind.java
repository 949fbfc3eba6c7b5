package dev.heimdall.model;

/** The kinds of documents that a configuration is made of. */
enum DocumentKind {
  NODE("node", "node.json", "The settings of one node.", NodeSettings.class),
  SOURCE(
      "source",
      "sources/<name>.json",
      "A database server, or a cluster of them.",
      DataSource.class),
  DRIVER(
      "driver",
      "drivers/<name>.json",
      "How connections are spread over the servers of a cluster.",
      Driver.class),
  VDB(
      "vdb",
      "vdbs/<name>.json",
      "A virtual database: what clients connect to.",
      VirtualDatabase.class),
  RULES("rules", "rules/<name>.json", "An ordered list of rules for statements.", RuleList.class),
  USER("user", "users/<name>.json", "Someone who may log in.", User.class);

  private final String key;
  private final String file;
  private final String meaning;
  private final Class<? extends Record> type;

  DocumentKind(String key, String file, String meaning, Class<? extends Record> type) {
    this.key = key;
    this.file = file;
    this.meaning = meaning;
    this.type = type;
  }

  /** A short word for the kind. */
  String key() {
    return key;
  }

  /** Path of such documents. */
  String file() {
    return file;
  }

  String meaning() {
    return meaning;
  }

  Shape<?> shape() {
    return Shape.of(type);
  }
}
