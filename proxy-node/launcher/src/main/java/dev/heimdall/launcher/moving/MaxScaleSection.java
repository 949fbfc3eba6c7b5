package dev.heimdall.launcher.moving;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A section of {@code maxscale.cnf}.
 *
 * @param name as it is written; names that differ in case are two
 * @param document name of a document for it, which no other section has
 * @param type what it is about: {@code server}, {@code service} and so on
 * @param settings by their names in lower case, with {@code _} for {@code -}
 */
record MaxScaleSection(
    String name, String document, String type, Map<String, Entry> settings, Line at) {
  Optional<Entry> said(String key) {
    return Optional.ofNullable(settings.get(key));
  }

  Optional<String> text(String key) {
    return said(key).map(Entry::value).filter(value -> !value.isEmpty());
  }

  String text(String key, String otherwise) {
    return text(key).orElse(otherwise);
  }

  /** A value that is a word of the product's, in lower case. */
  String word(String key, String otherwise) {
    return text(key, otherwise).toLowerCase(Locale.ROOT);
  }

  boolean is(String key) {
    return Set.of("true", "1", "yes", "on", "required").contains(word(key, "false"));
  }

  /** The names in a list. */
  List<String> names(String key, String separator) {
    return Arrays.stream(text(key, "").split(separator))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }
}
