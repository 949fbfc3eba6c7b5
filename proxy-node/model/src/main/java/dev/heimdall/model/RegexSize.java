package dev.heimdall.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Estimates how large the automaton of a regular expression becomes, before it is made: counts
 * multiply, and counts of counts fill any memory.
 */
final class RegexSize {
  /** The largest automaton that may be made, in states. */
  static final long MOST = 10_000;

  /**
   * Maximum nesting depth of brackets: each level takes its part of the stack of the thread that
   * compiles the expression.
   */
  static final int DEEPEST = 100;

  /**
   * As many states as a class of Unicode's takes the memory of: it is kept as hundreds of ranges,
   * and so is a range that goes beyond ASCII where case does not count.
   */
  private static final int OF_UNICODE_CLASS = 60;

  private static final long ENOUGH = Long.MAX_VALUE / 4096;
  private static final Pattern COUNT = Pattern.compile("\\{([0-9]{1,4})(?:,([0-9]{0,4}))?\\}");

  private RegexSize() {}

  /** About as many states as the automaton has; at least as many where counts are. */
  static long of(String regex) {
    Deque<Long> outer = new ArrayDeque<>();
    Matcher count = COUNT.matcher(regex);
    long size = 0;
    long last = 0;
    int i = 0;
    while (i < regex.length()) {
      char c = regex.charAt(i);
      if (c == '{' && count.find(i) && count.start() == i) {
        long times = Math.max(least(count), most(count));
        size = Math.min(ENOUGH, size + last * Math.max(0, times - 1));
        last = Math.min(ENOUGH, last * Math.max(1, times));
        i = count.end();
        continue;
      }
      if (c == '(') {
        outer.push(size);
        size = 0;
        last = 0;
      } else if (c == ')' && !outer.isEmpty()) {
        last = size + 2;
        size = Math.min(ENOUGH, outer.pop() + last);
      } else {
        last = 1; // what repeats it has its ranges in common
        size += isUnicodeClass(regex, i) ? OF_UNICODE_CLASS : 1;
      }
      i += c == '\\' ? 2 : 1;
    }
    while (!outer.isEmpty()) {
      size += outer.pop();
    }
    return size;
  }

  /** True if a class of Unicode's begins here, or a range ends whose end is not ASCII. */
  private static boolean isUnicodeClass(String regex, int at) {
    if (regex.startsWith("\\p", at) || regex.startsWith("\\P", at)) {
      return true;
    }
    return regex.charAt(at) == '-'
        && at + 1 < regex.length()
        && (regex.charAt(at + 1) >= 0x80 || regex.startsWith("\\x", at + 1));
  }

  /** Nesting depth of the brackets; those in a class of characters do not count. */
  static int depth(String regex) {
    int depth = 0;
    int deepest = 0;
    for (int i = 0; i < regex.length(); i++) {
      switch (regex.charAt(i)) {
        case '\\' -> i++;
        case '[' -> i = endOfClass(regex, i);
        case '(' -> deepest = Math.max(deepest, ++depth);
        case ')' -> depth--;
        default -> {}
      }
    }
    return deepest;
  }

  /** Returns the end of a class of characters; its first character is no end of it. */
  private static int endOfClass(String regex, int begin) {
    int first = regex.startsWith("^", begin + 1) ? begin + 2 : begin + 1;
    for (int i = first; i < regex.length(); i++) {
      if (regex.charAt(i) == '\\') {
        i++;
      } else if (regex.startsWith("[:", i)) {
        i = Math.max(i, regex.indexOf(":]", i) + 1);
      } else if (regex.charAt(i) == ']' && i > first) {
        return i;
      }
    }
    return regex.length();
  }

  private static long least(Matcher count) {
    return Long.parseLong(count.group(1));
  }

  private static long most(Matcher count) {
    String most = count.group(2);
    return most == null || most.isEmpty() ? least(count) + 1 : Long.parseLong(most);
  }
}
