package dev.heimdall.launcher.moving;

/**
 * Regular expressions for ProxySQL's digests, as expressions for the texts that digests are made
 * of. A digest has one blank for blanks and line ends, no comments, and {@code ?} for literals.
 * Where the two could differ, the expression for the text matches less.
 */
final class DigestPattern {
  /** Before a statement: blanks, and comments that no server runs. */
  private static final String BEFORE = "\\s*(?:/\\*(?:[^*!+M](?:[^*]|\\*+[^*/])*)?\\*+/\\s*)*";

  private static final String BEHIND = "\\s*;?\\s*$";
  private static final String LITERAL =
      "(?:\\?|'(?:[^'\\\\]|\\\\.|'')*'|\"(?:[^\"\\\\]|\\\\.|\"\")*\""
          + "|[-+]?(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\\.[0-9]+))";

  private final String digest;
  private final StringBuilder text = new StringBuilder("(?s)");
  private boolean inClass;
  private int at;

  private DigestPattern(String digest) {
    this.digest = digest;
  }

  /** The expression for texts. */
  static String ofText(String digest) {
    DigestPattern work = new DigestPattern(digest);
    while (work.at < digest.length()) {
      work.next();
    }
    return work.text.toString();
  }

  private void next() {
    char c = digest.charAt(at++);
    if (c == '\\' && at < digest.length()) {
      escaped(digest.charAt(at++));
    } else if (inClass) {
      inClass = c != ']';
      text.append(c);
    } else {
      switch (c) {
        case '[' -> {
          inClass = true;
          text.append(c);
          // A bracket that comes first stands for itself.
          if (digest.startsWith("^", at)) {
            text.append(digest.charAt(at++));
          }
          if (digest.startsWith("]", at)) {
            text.append("\\]");
            at++;
          }
        }
        case '^' -> text.append('^').append(BEFORE);
        case '$' -> text.append(BEHIND);
        case ' ' -> blanks();
        default -> text.append(c);
      }
    }
  }

  private void escaped(char c) {
    if (inClass) {
      text.append('\\').append(c);
    } else if (c == '?') {
      text.append(LITERAL);
    } else if (c == 's' || c == ' ') {
      blanks();
    } else {
      text.append('\\').append(c);
    }
  }

  private void blanks() {
    boolean counted = at < digest.length() && "*+?{".indexOf(digest.charAt(at)) >= 0;
    text.append(counted ? "(?:\\s+)" : "\\s+");
  }
}
