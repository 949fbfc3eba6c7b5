package dev.heimdall.engine.rules;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.heimdall.model.RuleExpression;
import dev.heimdall.model.Specifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One expression about the text of statements, with the cheapest way to try it. Most expressions
 * that people write are a word, or a word at the beginning; those need no automaton.
 */
final class TextExpression {
  private enum Way {
    ALWAYS,
    BEGINS,
    CONTAINS,
    REGEX,
    LITERALS
  }

  private static final java.util.regex.Pattern PLAIN =
      java.util.regex.Pattern.compile(
          "(\\(\\?i\\))?(\\^)?((?:[A-Za-z0-9 _,=<>'\"`~!@#%&;:/-]|\\\\[^A-Za-z0-9\\x80-\\x{10ffff}])*)");

  private final int id;
  private final Way way;
  private final boolean ignoreCase;
  private final byte[] word;
  private final Pattern pattern;
  private final Set<String> literals;
  private final Set<String> needed;
  private boolean capturing;
  private boolean replacing;

  TextExpression(int id, RuleExpression expression, RulePatterns patterns) {
    this.id = id;
    if (expression.specifier() == Specifier.LITERALS) {
      way = Way.LITERALS;
      ignoreCase = false;
      word = null;
      pattern = null;
      literals = Set.copyOf(expression.values());
      needed = null;
      return;
    }
    String regex = expression.values().get(0);
    literals = null;
    pattern = patterns.of(regex);
    java.util.regex.Matcher plain = PLAIN.matcher(regex);
    if (!plain.matches()) {
      way = Way.REGEX;
      ignoreCase = false;
      word = null;
      needed = NeededWords.of(regex);
      return;
    }
    ignoreCase = plain.group(1) != null;
    String text = plain.group(3).replaceAll("\\\\(.)", "$1");
    word = text.getBytes(StandardCharsets.US_ASCII);
    way = word.length == 0 ? Way.ALWAYS : plain.group(2) != null ? Way.BEGINS : Way.CONTAINS;
    needed = way == Way.CONTAINS ? Set.of(lower(text)) : null;
  }

  private static String lower(String text) {
    StringBuilder lower = new StringBuilder(text);
    for (int i = 0; i < lower.length(); i++) {
      lower.setCharAt(i, NeededWords.lower(lower.charAt(i)));
    }
    return lower.toString();
  }

  int id() {
    return id;
  }

  /** Words, in lower case, of which one is in every text that matches; null when none is. */
  Set<String> needed() {
    return needed;
  }

  /** From now on what the groups hold is kept, too. */
  void capture() {
    capturing = true;
  }

  /** From now on all places where it matches are kept, too. */
  void replace() {
    capturing = true;
    replacing = true;
  }

  boolean isCapturing() {
    return capturing;
  }

  boolean isReplacing() {
    return replacing;
  }

  boolean looksAtLiterals() {
    return way == Way.LITERALS;
  }

  Pattern pattern() {
    return pattern;
  }

  /** Steps that it takes to try it on a text, roughly. */
  long cost(int length, boolean caseIsSafe) {
    boolean automaton =
        way == Way.REGEX || capturing || (way == Way.CONTAINS && ignoreCase && !caseIsSafe);
    return automaton ? (long) pattern.programSize() * length * (capturing ? 2 : 1) : 0;
  }

  /**
   * True if the text matches.
   *
   * @param caseIsSafe whether only ASCII letters can be equal but for their case to ASCII letters
   */
  boolean matches(MatchInput text, boolean caseIsSafe) {
    if (way == Way.LITERALS) {
      return text.hasLiteral(literals);
    }
    if (way == Way.ALWAYS) {
      return true;
    }
    if (way == Way.BEGINS) {
      return begins(text.bytes());
    }
    return way == Way.REGEX || (ignoreCase && !caseIsSafe)
        ? pattern.matcher(text.whole()).find()
        : contains(text.bytes());
  }

  /** True if it has to look at more of a text than its beginning. */
  boolean looksAtAll() {
    return capturing || (way != Way.ALWAYS && way != Way.BEGINS);
  }

  /** Length of the part of a text that it looks at, where that is only the beginning. */
  int longest() {
    return way == Way.BEGINS ? 3 * word.length : 0;
  }

  /** Letters outside of ASCII can be equal to those of the word; then the automaton knows. */
  private boolean begins(byte[] text) {
    if (isAt(text, 0)) {
      return true;
    }
    int most = Math.min(text.length, longest());
    for (int i = 0; ignoreCase && i < most; i++) {
      if (text[i] < 0) {
        return pattern.matcher(new String(text, 0, most, StandardCharsets.UTF_8)).find();
      }
    }
    return false;
  }

  private boolean isAt(byte[] text, int at) {
    if (text.length - at < word.length) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      byte a = text[at + i];
      byte b = word[i];
      if (a != b && !(ignoreCase && lower(a) == lower(b))) {
        return false;
      }
    }
    return true;
  }

  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + 32 : b;
  }

  private boolean contains(byte[] text) {
    for (int at = 0; at <= text.length - word.length; at++) {
      if (isAt(text, at)) {
        return true;
      }
    }
    return false;
  }

  /** Content of the groups, for a text that matches. */
  TextMatches.Found found(MatchInput text) {
    Matcher matcher = pattern.matcher(text.whole());
    if (!matcher.find()) {
      return null;
    }
    String[] groups = groups(matcher);
    if (!replacing) {
      return new TextMatches.Found(groups, new TextMatches.Span[0]);
    }
    List<TextMatches.Span> spans = new ArrayList<>();
    do {
      spans.add(new TextMatches.Span(matcher.start(), matcher.end(), groups(matcher)));
    } while (matcher.find());
    return new TextMatches.Found(groups, spans.toArray(new TextMatches.Span[0]));
  }

  private static String[] groups(Matcher matcher) {
    String[] groups = new String[matcher.groupCount() + 1];
    for (int i = 0; i < groups.length; i++) {
      String group = matcher.group(i);
      groups[i] = group == null ? "" : group;
    }
    return groups;
  }
}
