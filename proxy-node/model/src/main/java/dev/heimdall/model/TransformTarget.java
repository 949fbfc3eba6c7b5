package dev.heimdall.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** A text in which {@code $1} or <code>${1}</code> stands for a group of a match. */
public final class TransformTarget {
  private TransformTarget() {}

  /** The numbers of the groups in the text. */
  static List<Integer> groups(String target) {
    List<Integer> groups = new ArrayList<>();
    filled(
        target,
        group -> {
          groups.add(group);
          return "";
        });
    return groups;
  }

  /** A text that stands for itself in a target. */
  public static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("$", "\\$");
  }

  /** The text with each group in its place; a group that matched nothing leaves nothing. */
  public static String filled(String target, IntFunction<String> groups) {
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < target.length()) {
      char c = target.charAt(i);
      if (c == '\\' && i + 1 < target.length()) {
        char next = target.charAt(i + 1);
        text.append(next == '$' || next == '\\' ? "" : "\\").append(next);
        i += 2;
        continue;
      }
      int from = c == '$' ? i + 1 : -1;
      boolean braced = from > 0 && from < target.length() && target.charAt(from) == '{';
      int digits = from < 0 ? 0 : digits(target, braced ? from + 1 : from);
      int end = from + digits + (braced ? 2 : 0);
      if (digits > 0 && (!braced || (end <= target.length() && target.charAt(end - 1) == '}'))) {
        int start = braced ? from + 1 : from;
        String value = groups.apply(Integer.parseInt(target.substring(start, start + digits)));
        text.append(Optional.ofNullable(value).orElse(""));
        i = end;
      } else {
        text.append(c);
        i++;
      }
    }
    return text.toString();
  }

  private static int digits(String text, int from) {
    int to = from;
    while (to < text.length()
        && to < from + 2
        && text.charAt(to) >= '0'
        && text.charAt(to) <= '9') {
      to++;
    }
    return to - from;
  }
}
