package dev.heimdall.engine.sql;

/**
 * Says what text of one dialect is and what it does to its session, in one pass over the bytes.
 * Text that it cannot be sure of gets an effect too many, never one too few; what functions,
 * procedures and triggers of the user do is out of sight.
 *
 * <p>One classifier per event loop: it may own scratch state and is not thread safe. Nothing is
 * ever thrown, whatever the bytes, and the time taken is linear in their number.
 */
public interface StatementClassifier {
  /** Dialect of the SQL that it reads. */
  SqlDialect dialect();

  /** Classifies text of a session that has it cut into tokens as the SQL standard does. */
  default StatementFacts classify(byte[] sql, int offset, int length) {
    return classify(sql, offset, length, LexerMode.STANDARD);
  }

  /**
   * Classifies {@code length} bytes of {@code sql} from {@code offset}.
   *
   * @param lexerMode how the session has its texts cut into tokens
   */
  StatementFacts classify(byte[] sql, int offset, int length, LexerMode lexerMode);

  /**
   * True if another text that differs from the one classified last in nothing but its literals
   * could do something else.
   */
  default boolean dependsOnLiterals() {
    return false;
  }

  /**
   * Position at which the statement begins that an SQL PREPARE makes, in the text after its name;
   * -1 where it does not stand there.
   */
  default int preparedText(byte[] afterName, LexerMode lexerMode) {
    return -1;
  }
}
