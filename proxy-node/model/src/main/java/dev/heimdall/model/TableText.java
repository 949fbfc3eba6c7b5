package dev.heimdall.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Names of tables as rules have them: {@code catalog.table} or {@code catalog.schema.table}. A part
 * with blanks, commas or dots stands in quotes, {@code "} or {@code `}; a quote in it is doubled.
 * Capitals need none: letters are never folded.
 */
public final class TableText {
  static final String NONE = "none";

  private static final String USUAL_SCHEMA = "public";
  private static final int FEWEST_PARTS = 2;
  private static final int MOST_PARTS = 3;

  private final String text;
  private int at;

  private TableText(String text) {
    this.text = text;
  }

  /** The one spelling of a name: the schema {@code public} and quotes for nothing are left out. */
  public static String usual(String name) {
    return read(name).orElse(name);
  }

  /** The usual spelling of a name; empty: it is none. */
  static Optional<String> read(String name) {
    TableText in = new TableText(name);
    Optional<String> read = in.name();
    return in.at == name.length() ? read : Optional.empty();
  }

  /**
   * The usual spelling of a name with templates in it.
   *
   * @param values gives the value of a template's name, which may have blanks or dots
   */
  public static String filled(String name, UnaryOperator<String> values) {
    List<String> parts = new TableText(name).parts().orElse(List.of(name));
    return joined(
        parts.stream().map(part -> Template.replace(part, values).orElseThrow()).toList());
  }

  /** A name without this schema, if it has it. */
  public static String without(String schema, String name) {
    List<String> parts = new TableText(name).parts().orElse(List.of());
    return parts.size() == MOST_PARTS && parts.get(1).equals(schema)
        ? joined(List.of(parts.get(0), parts.get(2)))
        : name;
  }

  /** A part of a name, in quotes where it would not be read as one part. */
  public static String part(String part) {
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (ends(c) || (i == 0 && isQuote(c))) {
        return '"' + part.replace("\"", "\"\"") + '"';
      }
    }
    return part.isEmpty() ? "\"\"" : part;
  }

  /** The names in a text that separates them by commas or white space. */
  static SortedSet<String> names(String text) {
    return Collections.unmodifiableSortedSet(
        new TreeSet<>(text.strip().equals(NONE) ? List.of() : list(text).orElse(List.of())));
  }

  /** True if a text is names that commas or white space separate. */
  static boolean isList(String text) {
    return list(text).isPresent();
  }

  private static Optional<List<String>> list(String text) {
    TableText in = new TableText(text.strip());
    List<String> names = new ArrayList<>();
    do {
      Optional<String> name = in.name();
      if (name.isEmpty()) {
        return Optional.empty();
      }
      names.add(name.get());
    } while (in.separated());
    return in.at == in.text.length() ? Optional.of(names) : Optional.empty();
  }

  private Optional<String> name() {
    return parts().map(TableText::joined);
  }

  private static String joined(List<String> parts) {
    List<String> shown = new ArrayList<>(parts);
    if (parts.size() == MOST_PARTS && parts.get(1).equals(USUAL_SCHEMA)) {
      shown.remove(1);
    }
    return String.join(".", shown.stream().map(TableText::part).toList());
  }

  private Optional<List<String>> parts() {
    List<String> parts = new ArrayList<>();
    do {
      String part = isQuote(here()) ? quoted(here()) : plain();
      if (part.isEmpty() || parts.size() == MOST_PARTS) {
        return Optional.empty();
      }
      parts.add(part);
    } while (skips('.'));
    return parts.size() < FEWEST_PARTS ? Optional.empty() : Optional.of(parts);
  }

  private String plain() {
    int begin = at;
    while (at < text.length() && !ends(here())) {
      at++;
    }
    return text.substring(begin, at);
  }

  /** Returns the text between two quotes; empty if there is none, or no second quote. */
  private String quoted(char quote) {
    StringBuilder part = new StringBuilder();
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == quote && !skips(quote)) {
        return part.toString();
      }
      part.append(c);
    }
    return "";
  }

  private boolean separated() {
    int begin = at;
    while (at < text.length() && here() != '.' && ends(here())) {
      at++;
    }
    return at > begin && at < text.length();
  }

  private boolean skips(char c) {
    boolean there = at < text.length() && here() == c;
    at += there ? 1 : 0;
    return there;
  }

  private char here() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '`';
  }

  private static boolean ends(char c) {
    return c == '.' || c == ',' || Character.isWhitespace(c);
  }
}
