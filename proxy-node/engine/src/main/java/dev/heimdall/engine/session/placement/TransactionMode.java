package dev.heimdall.engine.session.placement;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Parts of a BEGIN, or a SET TRANSACTION, about the transaction that a replica must know. */
final class TransactionMode {
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final String READ_ONLY = "read only";
  private static final String READ_WRITE = "read write";
  private static final String LEVEL = "isolation level ";

  private final String text;

  private TransactionMode(String text) {
    this.text = text;
  }

  /** Of a text with comments nothing is known: they might say anything. */
  static TransactionMode of(String sql) {
    boolean comments = sql.contains("--") || sql.contains("/*");
    String plain = SPACE.matcher(sql.toLowerCase(Locale.ROOT)).replaceAll(" ").strip();
    return new TransactionMode(comments ? READ_WRITE : plain);
  }

  /** True if it changes nothing; empty where that is left to the session's default. */
  Optional<Boolean> readOnly() {
    int only = text.lastIndexOf(READ_ONLY);
    int write = text.lastIndexOf(READ_WRITE);
    return only < 0 && write < 0 ? Optional.empty() : Optional.of(only > write);
  }

  /** True if it is serializable; empty where that is left to the session's default. */
  Optional<Boolean> serializable() {
    int level = text.lastIndexOf(LEVEL);
    return level < 0
        ? Optional.empty()
        : Optional.of(text.startsWith("serializable", level + LEVEL.length()));
  }

  /** True if it is a statement that makes the transaction before it a read-only one. */
  static boolean setsReadOnly(String sql) {
    if (!sql.stripLeading().regionMatches(true, 0, "set", 0, 3)) {
      return false; // as most do, of which nothing else is looked at
    }
    TransactionMode mode = of(sql);
    return mode.text.startsWith("set transaction ") && mode.readOnly().orElse(false);
  }
}
