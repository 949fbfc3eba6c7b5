package dev.heimdall.engine.sql;

import java.util.Arrays;

/**
 * Finds the statements of a text that has several. Empty statements are left out.
 *
 * <p>Where a dialect has code blocks, {@code BEGIN ATOMIC} bodies are parts of their statements.
 * Else what begins to define a routine, a trigger or an event is one statement to the end of the
 * text. Where semicolons may be left out, a part can hold more than one statement.
 *
 * <p>Not thread safe.
 */
public final class StatementSplitter {
  private static final int ROUTINE = 4;

  private final boolean hasCodeBlocks;
  private final Lexer lexer;
  private int[] bounds = new int[8];
  private int count;

  public StatementSplitter(SqlDialect dialect) {
    hasCodeBlocks = dialect.hasCodeBlocks();
    lexer = dialect.lexer(false);
  }

  /**
   * Reads {@code length} bytes of {@code sql} from {@code offset}. Returns how many statements
   * there are, or -1 if the text ends inside a token, so that it cannot be told.
   */
  public int split(byte[] sql, int offset, int length, LexerMode lexerMode) {
    count = 0;
    return hasCodeBlocks
        ? splitWithBodies(sql, offset, length, lexerMode)
        : splitOther(sql, offset, length, lexerMode);
  }

  /** Index of the first byte of a statement's first token. */
  public int start(int statement) {
    return bounds[statement * 2];
  }

  /** Index of the semicolon after a statement, or of the end of the text. */
  public int end(int statement) {
    return bounds[statement * 2 + 1];
  }

  private int splitWithBodies(byte[] sql, int offset, int length, LexerMode lexerMode) {
    lexer.reset(sql, offset, length, lexerMode);
    int start = -1;
    int words = 0; // CREATE OR REPLACE FUNCTION: how many of them were read; -1 where it is no such
    int depth = 0;
    int body = 0;
    int previous = ';';
    boolean begin = false;
    boolean as = false;
    while (true) {
      int token = lexer.next();
      if (token < 0 || (token == ';' && depth == 0 && body == 0)) {
        if (start >= 0) {
          add(start, lexer.start());
        }
        if (token < 0) {
          return token == Lexer.BROKEN || body > 0 ? -1 : count;
        }
        start = -1;
        words = 0;
        depth = 0;
        continue;
      }
      if (start < 0) {
        start = lexer.start();
      }
      boolean word = token == Lexer.WORD;
      if (words != ROUTINE) {
        words = word && words >= 0 ? ofRoutine(words) : -1;
      } else if (word && body == 0) {
        body = begin && is("atomic") ? 1 : 0;
      } else if (word && previous != '.' && !as) {
        body += is("case") ? 1 : is("end") ? -1 : 0;
      }
      depth = token == '(' ? depth + 1 : token == ')' && depth > 0 ? depth - 1 : depth;
      previous = token;
      begin = word && words == ROUTINE && is("begin");
      as = word && words == ROUTINE && is("as");
    }
  }

  /**
   * Number of words of CREATE OR REPLACE FUNCTION that have been read with this word; -1 for
   * another one.
   */
  private int ofRoutine(int before) {
    boolean routine = is("function") || is("procedure");
    return switch (before) {
      case 0 -> is("create") ? 1 : -1;
      case 1 -> routine ? ROUTINE : is("or") ? 2 : -1;
      case 2 -> routine ? ROUTINE : is("replace") ? 3 : -1;
      default -> routine ? ROUTINE : -1;
    };
  }

  private int splitOther(byte[] sql, int offset, int length, LexerMode lexerMode) {
    lexer.reset(sql, offset, length, lexerMode);
    boolean toTheEnd = false;
    boolean creates = false;
    int start = -1;
    while (true) {
      int token = lexer.next();
      if (token == Lexer.BROKEN) {
        return -1;
      }
      if (token == Lexer.END || (token == ';' && !toTheEnd)) {
        if (start >= 0) {
          add(start, lexer.start());
        }
        if (token == Lexer.END) {
          return count;
        }
        start = -1;
        creates = false;
        continue;
      }
      if (start < 0) {
        start = lexer.start();
        creates = token == Lexer.WORD && (is("create") || is("alter"));
      } else if (creates && token == Lexer.WORD) {
        toTheEnd |= is("procedure") || is("proc") || is("function") || is("trigger") || is("event");
      }
    }
  }

  /** True if the current token is this word, in small letters; no string is made of it. */
  private boolean is(String word) {
    int start = lexer.start();
    if (lexer.end() - start != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (ByteClass.lower(lexer.text()[start + i]) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void add(int start, int end) {
    if (bounds.length == count * 2) {
      bounds = Arrays.copyOf(bounds, bounds.length * 2);
    }
    bounds[count * 2] = start;
    bounds[count * 2 + 1] = end;
    count++;
  }
}
