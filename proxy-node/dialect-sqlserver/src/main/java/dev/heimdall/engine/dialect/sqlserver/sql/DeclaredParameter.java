package dev.heimdall.engine.dialect.sqlserver.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A parameter as a statement declares it.
 *
 * @param name null where the declaration cannot be read
 * @param type in small letters
 * @param length in brackets behind the type; {@link #NONE} where it has none, and {@link #MAX}
 * @param scale behind the length, else 0
 */
public record DeclaredParameter(String name, String type, int length, int scale) {
  public static final int NONE = -1;
  public static final int MAX = Integer.MAX_VALUE;

  private static final Pattern DECLARED =
      Pattern.compile(
          "\\s*(@[\\w@$#]+)\\s+(?:as\\s+)?\\[?(\\w+)]?\\s*"
              + "(?:\\(\\s*(\\d{1,9}|max)\\s*(?:,\\s*(\\d{1,2})\\s*)?\\))?\\s*",
          Pattern.CASE_INSENSITIVE);

  /** Reads a list of them; null where it cannot be told where one ends. */
  public static List<DeclaredParameter> list(String declarations) {
    List<DeclaredParameter> all = new ArrayList<>();
    int from = 0;
    int depth = 0;
    for (int i = 0; i <= declarations.length(); i++) {
      char c = i == declarations.length() ? ',' : declarations.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == '\'' || c == '"' || c == '/' || c == '-') {
        return null;
      }
      if (c == ',' && depth == 0) {
        all.add(of(declarations.substring(from, i)));
        from = i + 1;
      }
    }
    return depth == 0 ? all : null;
  }

  private static DeclaredParameter of(String declaration) {
    Matcher parts = DECLARED.matcher(declaration);
    if (!parts.matches()) {
      return new DeclaredParameter(null, "", NONE, 0);
    }
    String length = parts.group(3);
    return new DeclaredParameter(
        parts.group(1),
        parts.group(2).toLowerCase(Locale.ROOT),
        length == null ? NONE : length.matches("\\d+") ? Integer.parseInt(length) : MAX,
        parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4)));
  }

  /** The length, or the one of a declaration without. */
  public int lengthOr(int usual) {
    return length == NONE ? usual : length;
  }
}
