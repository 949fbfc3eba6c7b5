package dev.heimdall.cdk.template;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Short lists of a text of YAML in one line, such as {@code !Equals [!Ref Place, secret]}: Jackson
 * writes all lists in lines.
 */
final class ShortLists {
  private static final int WIDTH = 120;

  /** A key, or a place in a list, with a list's tag or without, and nothing behind. */
  private static final Pattern HEAD = Pattern.compile("( *)((?:- )*)([^ ].*:(?: !\\w+)?|!\\w+)");

  private static final Pattern BLOCK = Pattern.compile(".*[:-] \\|[-+]?");

  /** A text in quotes, or one that needs none within brackets, or a list that stands so. */
  private static final Pattern SIMPLE =
      Pattern.compile(
          "(?:![\\w:]+ )?(?:\"(?:[^\"\\\\]|\\\\.)*\"|\\[.*]|(?![-?|>\"'&*!%@`#] ?)[^,\\[\\]{}#]+)");

  private ShortLists() {}

  /** The text with its short lists in one line each, inner ones first. */
  static String in(String yaml) {
    List<String> lines = new ArrayList<>(yaml.lines().toList());
    for (int i = lines.size() - 1; i >= 0; i--) {
      join(lines, i);
    }
    return String.join("\n", lines) + "\n";
  }

  private static void join(List<String> lines, int head) {
    Matcher matcher = HEAD.matcher(lines.get(head));
    if (!matcher.matches() || isInBlock(lines, head)) {
      return;
    }
    // A list's items stand below its key, or its tag.
    String before = " ".repeat(matcher.start(3));
    List<String> items = new ArrayList<>();
    int next = head + 1;
    while (next < lines.size() && lines.get(next).startsWith(before + "- ")) {
      String item = lines.get(next).substring(before.length() + 2);
      boolean isPair = !item.startsWith("\"") && !item.startsWith("!") && item.contains(": ");
      if (isPair || item.endsWith(":") || !SIMPLE.matcher(item).matches()) {
        return;
      }
      items.add(item);
      next++;
    }
    String deeper = before + " ";
    if (items.isEmpty() || next < lines.size() && lines.get(next).startsWith(deeper)) {
      return;
    }
    String joined = lines.get(head) + " [" + String.join(", ", items) + "]";
    if (joined.length() <= WIDTH) {
      lines.subList(head, next).clear();
      lines.add(head, joined);
    }
  }

  /** True if a line is of a text of several lines. */
  private static boolean isInBlock(List<String> lines, int line) {
    int indent = indent(lines.get(line));
    for (int i = line - 1; i >= 0 && indent > 0; i--) {
      String above = lines.get(i);
      if (!above.isBlank() && indent(above) < indent) {
        if (BLOCK.matcher(above).matches()) {
          return true;
        }
        indent = indent(above);
      }
    }
    return false;
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }
}
