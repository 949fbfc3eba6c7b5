package dev.heimdall.manager.pages;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Paths of pages. */
final class Links {
  private static final String RULES = "rules/";

  private Links() {}

  /** Of a document's editor. */
  static String document(String name) {
    return DocumentPages.PATH
        + Stream.of(name.split("/"))
            .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
            .collect(Collectors.joining("/"));
  }

  /** Of where an object is edited: rule lists have pages of their own. */
  static String object(String document, String name) {
    return document.startsWith(RULES) ? "/" + RULES + name : document(document);
  }
}
