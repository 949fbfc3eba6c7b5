package dev.heimdall.manager.pages;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Paths of pages. */
public final class Links {
  /** Path of the forms of documents. */
  public static final String FORMS = "/forms/";

  /** Path of the page that shows a change before it is made. */
  static final String DRAFT = "/draft";

  /** Path of the page that edits such a change as a text. */
  public static final String DRAFT_EDITOR = DRAFT + "/edit";

  /** Documents' editors are below it. */
  static final String DOCUMENTS = "/documents/";

  private static final String RULES = "rules/";

  private static final String JSON = ".json";

  private Links() {}

  /** Of a document's editor. */
  public static String document(String name) {
    return DOCUMENTS + encoded(name);
  }

  /** Of a document's form. */
  public static String form(String name) {
    return FORMS + encoded(name);
  }

  private static String encoded(String name) {
    return Stream.of(name.split("/"))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }

  /** Of where an object is edited: rule lists have pages of their own, what is no JSON has text. */
  static String object(String document, String name) {
    return document.startsWith(RULES)
        ? "/" + RULES + name
        : document.endsWith(JSON) ? form(document) : document(document);
  }
}
