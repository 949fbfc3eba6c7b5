package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file in the syntax of libconfig 1.7 (its manual, "Configuration Files"), which ProxySQL uses.
 * No library for Java reads it. Scalars are kept as their text; numbers in base 16 and 2 become
 * decimal ones. Words without quotes are read as texts, because ProxySQL writes some of them so.
 */
final class LibconfigFile {
  private static final int DEEPEST = 32;
  private static final int DEEPEST_INCLUDE = 10;
  private static final int LARGEST = 16 << 20;
  private static final Pattern NAME = Pattern.compile("[A-Za-z*][-A-Za-z0-9_*]*");
  private static final Pattern INCLUDE = Pattern.compile("\\s*@include\\s+\"([^\"]*)\"\\s*");
  private static final Pattern SCALAR =
      Pattern.compile("[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9.]+(?:[eE][-+]?[0-9]+)?)L{0,2}");

  /** All lines with what is included, each with its place. */
  private final StringBuilder text = new StringBuilder();

  private final List<Line> lines = new ArrayList<>();
  private final Path file;
  private int at;

  /** Number of lines that end before {@code counted}. */
  private int line;

  private int counted;

  private LibconfigFile(Path file) {
    this.file = file;
  }

  /**
   * The settings of a file, by their names.
   *
   * @throws CommandFailure with the line that cannot be read
   */
  static Map<String, LibconfigValue> read(Path file) throws CommandFailure {
    LibconfigFile read = new LibconfigFile(file);
    read.add(file, 0);
    Map<String, LibconfigValue> all = read.settings(0);
    if (read.peek() != 0) {
      throw read.expected("a setting");
    }
    return all;
  }

  private void add(Path from, int depth) throws CommandFailure {
    List<String> own = IniFile.lines(from);
    for (int i = 0; i < own.size(); i++) {
      Line here = new Line(from, i + 1);
      Matcher include = INCLUDE.matcher(own.get(i));
      if (include.matches()) {
        if (depth == DEEPEST_INCLUDE) {
          throw new CommandFailure(ExitCode.CONFIGURATION, here + ": files include each other");
        }
        add(from.resolveSibling(include.group(1)), depth + 1);
        continue;
      }
      text.append(own.get(i)).append('\n');
      lines.add(here);
      if (text.length() > LARGEST) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION, here + ": the file has more than " + LARGEST + " characters");
      }
    }
  }

  /** The settings up to the end of the group, or of the file. */
  private Map<String, LibconfigValue> settings(int depth) throws CommandFailure {
    Map<String, LibconfigValue> all = new LinkedHashMap<>();
    while (peek() != 0 && peek() != '}') {
      Line here = here();
      Matcher name = NAME.matcher(text).region(at, text.length());
      if (!name.lookingAt()) {
        throw expected("the name of a setting");
      }
      at = name.end();
      if (peek() != '=' && peek() != ':') {
        throw expected("= or : behind " + name.group());
      }
      at++;
      LibconfigValue value = value(depth);
      if (all.put(name.group(), value) != null) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION, here + ": the setting " + name.group() + " stands twice");
      }
      if (peek() == ';' || peek() == ',') {
        at++;
      }
    }
    return all;
  }

  private LibconfigValue value(int depth) throws CommandFailure {
    char first = peek();
    Line here = here();
    if (depth == DEEPEST) {
      throw expected("values at most " + DEEPEST + " deep");
    }
    return switch (first) {
      case '{' -> {
        at++;
        Map<String, LibconfigValue> group = settings(depth + 1);
        end('}');
        yield new LibconfigValue(group, here);
      }
      case '(' -> new LibconfigValue(list(')', depth), here);
      case '[' -> new LibconfigValue(list(']', depth), here);
      case '"' -> new LibconfigValue(string(), here);
      default -> new LibconfigValue(scalar(), here);
    };
  }

  private List<LibconfigValue> list(char end, int depth) throws CommandFailure {
    at++;
    List<LibconfigValue> all = new ArrayList<>();
    while (peek() != end) {
      all.add(value(depth + 1));
      if (peek() == ',') {
        at++;
      } else if (peek() != end) {
        throw expected(", or " + end);
      }
    }
    end(end);
    return all;
  }

  private void end(char end) throws CommandFailure {
    if (peek() != end) {
      throw expected("" + end);
    }
    at++;
  }

  /** Strings that stand next to each other are one. */
  private String string() throws CommandFailure {
    StringBuilder value = new StringBuilder();
    while (peek() == '"') {
      at++;
      while (at < text.length() && text.charAt(at) != '"') {
        char c = text.charAt(at++);
        value.append(c == '\\' && at < text.length() ? escaped() : c);
      }
      if (at == text.length()) {
        throw expected("the \" that ends the text");
      }
      at++;
    }
    return value.toString();
  }

  private char escaped() throws CommandFailure {
    char c = text.charAt(at++);
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'f' -> '\f';
      case 'a' -> 7;
      case 'b' -> '\b';
      case 'v' -> 11;
      case 'x' -> {
        int end = at + 2;
        if (end > text.length() || !text.substring(at, end).matches("[0-9a-fA-F]{2}")) {
          throw expected("two hexadecimal digits behind \\x");
        }
        at = end;
        yield (char) Integer.parseInt(text.substring(end - 2, end), 16);
      }
      default -> c;
    };
  }

  private String scalar() throws CommandFailure {
    Matcher number = SCALAR.matcher(text).region(at, text.length());
    if (number.lookingAt()) {
      at = number.end();
      return decimal(number.group().replaceFirst("L+$", ""));
    }
    Matcher word = NAME.matcher(text).region(at, text.length());
    if (word.lookingAt()) {
      at = word.end();
      boolean truth = word.group().matches("(?i)true|false");
      return truth ? word.group().toLowerCase(Locale.ROOT) : word.group();
    }
    throw expected("a value");
  }

  private static String decimal(String number) {
    String digits = number.replaceFirst("^[-+]", "");
    boolean hex = digits.matches("0[xX].*");
    if (!hex && !digits.matches("0[bB].*")) {
      return number.replaceFirst("^\\+", "");
    }
    return new BigInteger(digits.substring(2), hex ? 16 : 2).toString();
  }

  /** The next character that is no space and in no comment; 0 at the end. */
  private char peek() throws CommandFailure {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#' || startsWith("//")) {
        at = text.indexOf("\n", at);
      } else if (startsWith("/*")) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          throw expected("the */ that ends the comment");
        }
        at = end + 2;
      } else if (Character.isWhitespace(c)) {
        at++;
      } else {
        return c;
      }
    }
    return 0;
  }

  private boolean startsWith(String word) {
    return at + 1 < text.length()
        && text.charAt(at) == word.charAt(0)
        && text.charAt(at + 1) == word.charAt(1);
  }

  /** The line of where it is; lines are counted as it goes, never back. */
  private Line here() {
    for (; counted < at && counted < text.length(); counted++) {
      line += text.charAt(counted) == '\n' ? 1 : 0;
    }
    return lines.isEmpty() ? new Line(file, 1) : lines.get(Math.min(line, lines.size() - 1));
  }

  private CommandFailure expected(String what) {
    return new CommandFailure(ExitCode.CONFIGURATION, here() + ": expected " + what);
  }
}
