package dev.heimdall.secrets;

import java.util.regex.Pattern;

/** Rules for names of documents: paths that cannot lead out of a directory. */
final class DocumentName {
  private static final String SEGMENT = "[A-Za-z0-9_@+=,~-][A-Za-z0-9_@+=,~ .-]{0,99}";
  private static final Pattern FORM = Pattern.compile(SEGMENT + "(?:/" + SEGMENT + "){0,5}");
  private static final int LONGEST = 200;

  private DocumentName() {}

  /** True if something is a name of a document and none that the configuration's reader ignores. */
  static boolean accepts(String name) {
    return name.length() <= LONGEST && FORM.matcher(name).matches() && !name.endsWith(".md");
  }

  static void check(String name) {
    if (!accepts(name)) {
      throw new IllegalArgumentException(
          "\"%s\" cannot be the name of a document: that is at most %d letters, digits and _ - . with / between, no part beginning with a dot, and does not end in .md."
              .formatted(name, LONGEST));
    }
  }
}
