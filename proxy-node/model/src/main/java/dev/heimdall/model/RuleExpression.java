package dev.heimdall.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One expression of a rule.
 *
 * @param specifier what it looks at
 * @param values the regular expression, or the entries of the list
 * @param written the expression as the user wrote it
 */
public record RuleExpression(Specifier specifier, List<String> values, String written) {
  /** The regular expression that matches everything. */
  static final RuleExpression ANYTHING = new RuleExpression(Specifier.REGEX, List.of(""), "");

  public RuleExpression {
    values = List.copyOf(values);
  }

  /** Says what is wrong with a text that is no expression. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Optional<String> suggestion;

    Wrong(String expected, Optional<String> suggestion) {
      super(expected);
      this.suggestion = suggestion;
    }

    Optional<String> suggestion() {
      return suggestion;
    }
  }

  /**
   * Reads a regular expression, or {@code word:entry,entry}.
   *
   * @param regexes the regular expressions of the configuration
   * @throws Wrong with what is expected instead
   */
  static RuleExpression parse(String written, RegexBudget regexes) throws Wrong {
    int colon = written.indexOf(':');
    String word = colon < 0 ? "" : written.substring(0, colon);
    Optional<Specifier> specifier = Specifier.of(word);
    if (specifier.isPresent()) {
      return list(specifier.get(), written.substring(colon + 1), written, regexes);
    }
    if (word.matches("[A-Za-z]{3,20}")) {
      Optional<String> near = NearestName.of(word.toLowerCase(Locale.ROOT), Specifier.words());
      if (near.isPresent()) {
        throw new Wrong(
            "one of the specifiers "
                + String.join(", ", Specifier.words())
                + " before the colon, or (?:) in front of a regular expression that begins like"
                + " one",
            near.map(n -> n + written.substring(colon)));
      }
    }
    Optional<String> fault = regexes.fault(written);
    if (fault.isPresent()) {
      throw new Wrong(fault.get(), Optional.empty());
    }
    return new RuleExpression(Specifier.REGEX, List.of(written), written);
  }

  private static RuleExpression list(
      Specifier specifier, String text, String written, RegexBudget regexes) throws Wrong {
    List<String> entries = new ArrayList<>();
    for (String entry : split(text, specifier.items() == Specifier.Items.TABLE)) {
      String fault = fault(specifier, entry, regexes).orElse(null);
      if (fault != null) {
        throw new Wrong(
            fault + " instead of the entry " + JsonValue.quote(entry), Optional.empty());
      }
      entries.add(specifier.items() == Specifier.Items.TABLE ? TableText.usual(entry) : entry);
    }
    if (specifier == Specifier.UNDERSTOOD && entries.size() > 1) {
      throw new Wrong("either true or false after the colon", Optional.empty());
    }
    return new RuleExpression(specifier, entries, written);
  }

  private static Optional<String> fault(Specifier specifier, String entry, RegexBudget regexes) {
    if (entry.isEmpty()) {
      return Optional.of("entries separated by single commas");
    }
    String filled = entry;
    if (specifier.takesBuiltIns()) {
      for (String name : Template.names(entry)) {
        if (!Template.BUILT_INS.contains(name)) {
          return Optional.of("only ${" + String.join("}, ${", Template.BUILT_INS) + "} in a list,");
        }
      }
      filled = Template.replace(entry, name -> "x").orElseThrow();
    }
    return switch (specifier.items()) {
      case TEXT -> Optional.empty();
      case REGEX -> regexes.fault(filled);
      case TABLE ->
          Format.TABLE.accepts(filled) ? Optional.empty() : Optional.of(Format.TABLE.expected());
      case TRUTH ->
          entry.equals("true") || entry.equals("false")
              ? Optional.empty()
              : Optional.of("true or false");
      case PORT ->
          entry.matches("[1-9][0-9]{0,4}") && Integer.parseInt(entry) <= 65535
              ? Optional.empty()
              : Optional.of("a port from 1 to 65535");
      case NETWORK ->
          IpLiteral.parse(entry).isPresent() || Cidr.read(entry).isPresent()
              ? Optional.empty()
              : Optional.of("an IP address, or a network such as 10.0.0.0/8,");
    };
  }

  /**
   * Splits at commas outside of brackets; a backslash keeps the next character from splitting.
   *
   * @param quotes whether a comma between quotes does not split either
   */
  private static List<String> split(String text, boolean quotes) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    int depth = 0;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && quote == 0 && i + 1 < text.length()) {
        char next = text.charAt(++i);
        part.append(next == ',' ? "" : "\\").append(next);
        continue;
      }
      if (quotes && (quote == 0 ? c == '"' || c == '`' : c == quote)) {
        quote = quote == 0 ? c : 0;
      }
      if (quote != 0) {
        part.append(c);
        continue;
      }
      if (c == ',' && depth == 0) {
        parts.add(part.toString().strip());
        part.setLength(0);
        continue;
      }
      depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 && depth > 0 ? -1 : 0;
      part.append(c);
    }
    parts.add(part.toString().strip());
    return parts;
  }

  @Override
  public String toString() {
    return written;
  }
}
