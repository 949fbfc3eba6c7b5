package dev.heimdall.model;

import java.util.Arrays;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** Names of tables as rules have them: {@code catalog.table} or {@code catalog.schema.table}. */
public final class TableText {
  static final String NONE = "none";

  private TableText() {}

  /** The one spelling of a name: the schema {@code public} is left out. */
  public static String usual(String name) {
    String[] parts = name.split("\\.", -1);
    return parts.length == 3 && parts[1].equals("public") ? parts[0] + "." + parts[2] : name;
  }

  /** The names in a text that separates them by commas or white space. */
  static SortedSet<String> names(String text) {
    SortedSet<String> names = new TreeSet<>();
    Arrays.stream(text.strip().split("[\\s,]+"))
        .filter(name -> !name.isEmpty() && !name.equals(NONE))
        .map(TableText::usual)
        .forEach(names::add);
    return Collections.unmodifiableSortedSet(names);
  }
}
