package dev.heimdall.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts in which {@code ${name}} stands for something that is known only with a statement. */
public final class Template {
  /** Names that stand for a fact of the session. */
  public static final List<String> BUILT_INS =
      List.of("catalog", "database", "vdb", "user", "connid");

  private static final Pattern NAME = Pattern.compile("\\$\\{([^{}]*)\\}");

  private Template() {}

  /** True if anything in the text is to be replaced. */
  public static boolean isTemplate(String text) {
    return text.contains("${");
  }

  /** The names in the text, in order. */
  public static List<String> names(String text) {
    List<String> names = new ArrayList<>();
    Matcher matcher = NAME.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /**
   * The text with each name replaced.
   *
   * @param values gives the value of a name, or null when there is none
   * @return empty when a name has no value
   */
  public static Optional<String> replace(String text, Function<String, String> values) {
    StringBuilder replaced = new StringBuilder();
    Matcher matcher = NAME.matcher(text);
    while (matcher.find()) {
      String value = values.apply(matcher.group(1));
      if (value == null) {
        return Optional.empty();
      }
      matcher.appendReplacement(replaced, Matcher.quoteReplacement(value));
    }
    return Optional.of(matcher.appendTail(replaced).toString());
  }
}
