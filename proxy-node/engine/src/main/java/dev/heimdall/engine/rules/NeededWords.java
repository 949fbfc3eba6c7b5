package dev.heimdall.engine.rules;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Finds words of which at least one is in every text that a regular expression matches, so that the
 * expression need not be tried on others. Reads the syntax of RE2; where it is not sure, it says
 * that no word is needed.
 */
final class NeededWords {
  private static final int MOST_WORDS = 16;
  private static final int MOST_DEPTH = 50;

  /** Thrown where the syntax is one that is not read here. */
  private static final class NotRead extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotRead() {
      super(null, null, false, false);
    }
  }

  /**
   * Facts known about a part of an expression.
   *
   * @param exact all texts that it matches, in lower case; null when they are not known
   * @param needed one of these is in each text that it matches; null when nothing is known
   */
  private record Known(Set<String> exact, Set<String> needed) {
    static final Known ANY = new Known(null, null);
    static final Known EMPTY = new Known(Set.of(""), null);

    /**
     * Words that are needed when it occurs at least once, but perhaps not as a whole text of its
     * own.
     */
    Set<String> required() {
      return better(needed, useful(exact) ? exact : null);
    }
  }

  private final String regex;
  private int at;
  private boolean ignoreCase;
  private int depth;

  private NeededWords(String regex) {
    this.regex = regex;
  }

  /** The words, in lower case; null when none is needed, or it is not known which. */
  static Set<String> of(String regex) {
    try {
      NeededWords reading = new NeededWords(regex);
      Known known = reading.alternatives();
      return reading.at == regex.length() ? known.required() : null;
    } catch (NotRead e) {
      return null;
    }
  }

  private static boolean useful(Set<String> words) {
    return words != null && words.stream().allMatch(word -> word.length() >= 2);
  }

  private static int shortest(Set<String> words) {
    return words.stream().mapToInt(String::length).min().orElse(0);
  }

  private static Set<String> better(Set<String> a, Set<String> b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    int difference = shortest(a) - shortest(b);
    return difference > 0 || (difference == 0 && a.size() <= b.size()) ? a : b;
  }

  private boolean more() {
    return at < regex.length();
  }

  private char peek() {
    return regex.charAt(at);
  }

  private boolean take(String text) {
    if (regex.startsWith(text, at)) {
      at += text.length();
      return true;
    }
    return false;
  }

  private char next() {
    if (!more()) {
      throw new NotRead();
    }
    return regex.charAt(at++);
  }

  private Known alternatives() {
    boolean outer = ignoreCase;
    if (++depth > MOST_DEPTH) {
      throw new NotRead();
    }
    Known all = sequence();
    while (take("|")) {
      all = either(all, sequence());
    }
    depth--;
    ignoreCase = outer;
    return all;
  }

  private static Known either(Known a, Known b) {
    Set<String> exact = null;
    if (a.exact != null && b.exact != null) {
      exact = union(a.exact, b.exact);
    }
    Set<String> one = a.required();
    Set<String> other = b.required();
    return new Known(exact, one == null || other == null ? null : union(one, other));
  }

  private static Set<String> union(Set<String> a, Set<String> b) {
    Set<String> both = new LinkedHashSet<>(a);
    both.addAll(b);
    return both.size() > MOST_WORDS ? null : both;
  }

  private Known sequence() {
    Set<String> run = Set.of("");
    Set<String> best = null;
    boolean exact = true;
    while (more() && peek() != '|' && peek() != ')') {
      Known item = repeated(item());
      Set<String> longer = item.exact == null || run == null ? null : product(run, item.exact);
      if (longer != null) {
        run = longer;
        continue;
      }
      exact = false;
      best = better(best, useful(run) ? run : null);
      best = better(best, item.needed);
      run = item.exact == null ? Set.of("") : item.exact;
    }
    best = better(best, useful(run) ? run : null);
    return new Known(exact ? run : null, best);
  }

  private static Set<String> product(Set<String> before, Set<String> after) {
    if (before.size() * after.size() > MOST_WORDS) {
      return null;
    }
    Set<String> all = new LinkedHashSet<>();
    for (String one : before) {
      for (String two : after) {
        if (one.length() + two.length() > WordSearch.LONGEST) {
          return null;
        }
        all.add(one + two);
      }
    }
    return all;
  }

  /** Reads what may follow an item: how often it occurs. */
  private Known repeated(Known item) {
    Known result = item;
    while (more()) {
      if (take("*") || take("?")) {
        result = Known.ANY;
      } else if (take("+")) {
        result = new Known(null, result.required());
      } else if (peek() == '{' && count() >= 0) {
        int least = count();
        at = regex.indexOf('}', at) + 1;
        result = least == 0 ? Known.ANY : new Known(null, result.required());
      } else {
        break;
      }
      take("?");
    }
    return result;
  }

  /** The least count of the braces that begin here; -1 when they are no count. */
  private int count() {
    int end = regex.indexOf('}', at);
    if (end < 0 || !regex.substring(at, end + 1).matches("\\{[0-9]{1,4}(,[0-9]{0,4})?\\}")) {
      return -1;
    }
    return Integer.parseInt(regex.substring(at + 1, end).split(",", -1)[0]);
  }

  private Known item() {
    char c = next();
    return switch (c) {
      case '^', '$' -> Known.EMPTY;
      case '.' -> Known.ANY;
      case '(' -> group();
      case '[' -> set();
      case '\\' -> escaped();
      case '*', '+', '?' -> throw new NotRead();
      default -> literal(c);
    };
  }

  private Known literal(char c) {
    if (Character.isSurrogate(c)) {
      return Known.ANY;
    }
    if (c >= 0x80) {
      return ignoreCase ? Known.ANY : new Known(Set.of(String.valueOf(c)), null);
    }
    return new Known(Set.of(String.valueOf(lower(c))), null);
  }

  static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
  }

  private Known group() {
    if (!take("?")) {
      return closed(alternatives());
    }
    if (take("P<") || take("<")) {
      int end = regex.indexOf('>', at);
      if (end < 0) {
        throw new NotRead();
      }
      at = end + 1;
      return closed(alternatives());
    }
    boolean on = true;
    boolean flag = ignoreCase;
    while (true) {
      char c = next();
      switch (c) {
        case 'i' -> flag = on;
        case 's', 'm', 'U' -> {}
        case '-' -> on = false;
        case ')' -> {
          ignoreCase = flag;
          notCounted();
          return Known.EMPTY;
        }
        case ':' -> {
          boolean outer = ignoreCase;
          ignoreCase = flag;
          Known inner = closed(alternatives());
          ignoreCase = outer;
          return inner;
        }
        default -> throw new NotRead();
      }
    }
  }

  /** A count that follows here belongs to what came before, in part or not at all as it seems. */
  private void notCounted() {
    if (more() && "*+?{".indexOf(peek()) >= 0) {
      throw new NotRead();
    }
  }

  private Known closed(Known inner) {
    if (!take(")")) {
      throw new NotRead();
    }
    return inner;
  }

  /** A set of plain ASCII letters, digits and signs is read; any other may be any character. */
  private Known set() {
    Set<String> members = new LinkedHashSet<>();
    boolean plain = !take("^");
    boolean first = true;
    while (first || peekOrFail() != ']') {
      first = false;
      char c = next();
      if (c == '[' && more() && peek() == ':') {
        plain = false;
        int end = regex.indexOf(":]", at);
        if (end < 0) {
          throw new NotRead();
        }
        at = end + 2;
        continue;
      }
      if (c == '\\') {
        plain = false;
        char escaped = next();
        if (escaped == 'Q' || escaped == 'E') {
          throw new NotRead();
        }
        if ((escaped == 'p' || escaped == 'P' || escaped == 'x') && more() && peek() == '{') {
          int end = regex.indexOf('}', at);
          if (end < 0) {
            throw new NotRead();
          }
          at = end + 1;
        }
        continue;
      }
      plain &= c < 0x80 && c != '-';
      members.add(String.valueOf(lower(c)));
    }
    at++;
    return plain && members.size() <= MOST_WORDS ? new Known(members, null) : Known.ANY;
  }

  private char peekOrFail() {
    if (!more()) {
      throw new NotRead();
    }
    return peek();
  }

  private Known escaped() {
    char c = next();
    if (c == 'Q') {
      int end = regex.indexOf("\\E", at);
      String text = regex.substring(at, end < 0 ? regex.length() : end);
      at = end < 0 ? regex.length() : end + 2;
      Known all = Known.EMPTY;
      for (int i = 0; i < text.length(); i++) {
        Known one = literal(text.charAt(i));
        Set<String> longer =
            all.exact == null || one.exact == null ? null : product(all.exact, one.exact);
        all = longer == null ? Known.ANY : new Known(longer, null);
      }
      notCounted();
      return all;
    }
    if ("bBAz".indexOf(c) >= 0) {
      return Known.EMPTY;
    }
    if ("dDsSwWC".indexOf(c) >= 0) {
      return Known.ANY;
    }
    if (c == 'p' || c == 'P') {
      if (take("{")) {
        int end = regex.indexOf('}', at);
        if (end < 0) {
          throw new NotRead();
        }
        at = end + 1;
      } else {
        next();
      }
      return Known.ANY;
    }
    if (c < 0x80 && !Character.isLetterOrDigit(c)) {
      return literal(c);
    }
    int control = "nrtfva".indexOf(c);
    if (control >= 0) {
      return literal("\n\r\t\f\u000b\u0007".charAt(control));
    }
    throw new NotRead();
  }
}
