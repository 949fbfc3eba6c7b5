package dev.heimdall.engine.wire.sqlserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Name by which a request calls a procedure. A server reads it as a path of one to four parts; some
 * put it into a statement of their own as it came, where blanks, comments and whole statements in
 * it count.
 *
 * @param text as it came
 * @param parts of a plain path, without quotes and empty where one is left out; none for any other
 *     name
 */
record ProcedureName(String text, List<String> parts) {
  private static final int MOST_PARTS = 4;

  private static final String SYSTEM = "sys";
  private static final String USUAL = "dbo";

  /** Procedures of the server's own that run texts, in small letters. */
  private static final Set<String> RUNNING =
      Set.of(
          "sp_cursoropen",
          "sp_cursorprepare",
          "sp_cursorprepexec",
          "sp_execute_external_script",
          "sp_execute_remote",
          "sp_executesql",
          "sp_msforeach_worker",
          "sp_msforeachdb",
          "sp_msforeachtable",
          "sp_prepare",
          "sp_prepexec",
          "sp_prepexecrpc",
          "sp_send_dbmail",
          "xp_cmdshell",
          "xp_execresultset");

  /** Reads a name. */
  static ProcedureName of(String text) {
    List<String> parts = new ArrayList<>(MOST_PARTS);
    return new ProcedureName(text, end(text, parts) == text.length() ? parts : List.of());
  }

  /** Reads the parts of a path; returns the index behind them, or -1 where it is none. */
  private static int end(String text, List<String> parts) {
    int at = 0;
    while (parts.size() < MOST_PARTS) {
      int end = partEnd(text, at);
      boolean last = end < text.length() && text.charAt(end) != '.';
      boolean leftOut = end == at;
      if (last || (leftOut && (parts.isEmpty() || end == text.length()))) {
        return -1;
      }
      parts.add(content(text, at, end));
      if (end == text.length()) {
        return end;
      }
      at = end + 1;
    }
    return -1;
  }

  private static int partEnd(String text, int from) {
    if (from < text.length() && (text.charAt(from) == '[' || text.charAt(from) == '"')) {
      char close = text.charAt(from) == '[' ? ']' : '"';
      int at = from + 1;
      while (at < text.length()) {
        boolean doubled = at + 1 < text.length() && text.charAt(at + 1) == close;
        if (text.charAt(at) == close && !doubled) {
          return at + 1;
        }
        at += text.charAt(at) == close ? 2 : 1;
      }
      return from; // it is not closed
    }
    int at = from;
    while (at < text.length() && isInIdentifier(text.codePointAt(at), at == from)) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  private static String content(String text, int from, int to) {
    if (to == from || (text.charAt(from) != '[' && text.charAt(from) != '"')) {
      return text.substring(from, to);
    }
    String close = text.charAt(from) == '[' ? "]" : "\"";
    return text.substring(from + 1, to - 1).replace(close + close, close);
  }

  private static boolean isInIdentifier(int point, boolean first) {
    return switch (point) {
      case '_', '#' -> true;
      case '@', '$' -> !first;
      default -> first ? Character.isLetter(point) : Character.isLetterOrDigit(point);
    };
  }

  /** True for the name of a parameter: empty, or an identifier with or without its {@code @}. */
  static boolean namesParameter(String text) {
    int at = text.startsWith("@") ? 1 : 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      if (!isInIdentifier(point, false)) {
        return false;
      }
      at += Character.charCount(point);
    }
    return true;
  }

  boolean isPath() {
    return !parts.isEmpty();
  }

  /** Last part of the path, in small letters; empty where it is none. */
  String last() {
    return isPath() ? parts.get(parts.size() - 1).toLowerCase(Locale.ROOT) : "";
  }

  /**
   * True for a path to one of the server's own procedures, as the session in its database has it.
   */
  boolean isOfServerHere() {
    if (!isPath() || parts.size() > 2) {
      return false;
    }
    String schema = parts.size() == 2 ? parts.get(0) : SYSTEM;
    return schema.equalsIgnoreCase(SYSTEM) || schema.equalsIgnoreCase(USUAL);
  }

  /**
   * True where texts among a call's parameters may be run, which nothing but its name tells: it is
   * no path, or one to a procedure that runs texts, be it in another database.
   */
  boolean mayRunTexts() {
    if (isPath()) {
      return RUNNING.contains(last().strip()) || !isPlain(last());
    }
    return !isNumbered();
  }

  /** True for letters, digits and signs of ASCII: no server reads another name into them. */
  private static boolean isPlain(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return !name.endsWith(" ");
  }

  /**
   * True for a path to a procedure of a user's with the number that ODBC adds, as in {@code p;1}.
   */
  private boolean isNumbered() {
    int sign = text.lastIndexOf(';');
    if (sign < 1 || sign == text.length() - 1) {
      return false;
    }
    for (int i = sign + 1; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    ProcedureName path = of(text.substring(0, sign));
    String last = path.last();
    return path.isPath() && isPlain(last) && !last.startsWith("sp_") && !last.startsWith("xp_");
  }
}
