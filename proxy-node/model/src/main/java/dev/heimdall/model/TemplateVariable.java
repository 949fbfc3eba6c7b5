package dev.heimdall.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Variable that may stand in place of a host in a URL template, with the templates that allow it.
 */
enum TemplateVariable {
  LISTENER("listener", true, false, true),
  WRITER("writer", true, false, true),
  WRITERS("writers", true, false, false),
  READER("reader", false, true, true),
  READERS("readers", true, true, false),
  WRITE_ENDPOINT("writeEndpoint", true, false, false),
  READ_ENDPOINT("readEndpoint", false, true, false);

  private final String name;
  private final boolean inWriterUrl;
  private final boolean inReaderUrl;
  private final boolean singular;

  TemplateVariable(String name, boolean inWriterUrl, boolean inReaderUrl, boolean singular) {
    this.name = name;
    this.inWriterUrl = inWriterUrl;
    this.inReaderUrl = inReaderUrl;
    this.singular = singular;
  }

  boolean fits(UrlTemplate.Use use) {
    return use == UrlTemplate.Use.WRITER ? inWriterUrl : inReaderUrl;
  }

  /** True if each server makes an entry of its own; else all of them are hosts of one entry. */
  boolean singular() {
    return singular;
  }

  String written() {
    return "${" + name + "}";
  }

  static Optional<TemplateVariable> of(String written) {
    return Arrays.stream(values()).filter(v -> v.written().equals(written)).findFirst();
  }

  /** True if such a URL can have it, wherever it is used. */
  boolean fits(UrlDialect dialect) {
    return switch (this) {
      case LISTENER -> dialect == UrlDialect.SQLSERVER;
      case WRITERS, READERS -> dialect.takesLists();
      default -> true;
    };
  }

  static List<String> fitting(UrlTemplate.Use use, UrlDialect dialect) {
    return Arrays.stream(values())
        .filter(v -> v.fits(use) && v.fits(dialect))
        .map(TemplateVariable::written)
        .toList();
  }

  static List<String> names() {
    return Arrays.stream(values()).map(v -> v.name).toList();
  }
}
