package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;

/** Subjects of the rules that are written: the entries of their {@code match}. */
final class RuleMatch {
  private RuleMatch() {}

  /** A user's name as an entry. */
  static String user(String name) {
    return "users:" + quoted(name);
  }

  /** A database's name as an entry. */
  static String database(String name) {
    return "catalog:" + quoted(name);
  }

  private static String quoted(String name) {
    return Pattern.quote(name).replace(",", "\\,");
  }

  /**
   * A regular expression for the text of statements as an entry: one that begins with flags is
   * never taken for an entry of another kind.
   *
   * @throws PatternSyntaxException for what is none as RE2 has it
   */
  static String text(String regex, boolean anyCase) {
    String entry = (anyCase ? "(?i)" : "(?:)") + regex;
    Pattern.compile(entry);
    return entry;
  }

  /** Writes entries, all of which have to match; none match every statement. */
  static void into(ObjectNode rule, List<String> entries) {
    if (entries.size() == 1) {
      rule.put("match", entries.get(0));
    } else if (!entries.isEmpty()) {
      entries.forEach(rule.putArray("match")::add);
    }
  }
}
