package dev.heimdall.engine.sql;

import java.util.Arrays;

/**
 * Finds the statements of a text that has several. Empty statements are left out.
 *
 * <p>PostgreSQL's are told apart as the server does, {@code BEGIN ATOMIC} bodies included. In MySQL
 * what begins to define a routine, a trigger or an event is one statement to the end of the text.
 * In SQL Server, where semicolons may be left out, a part can hold more than one statement.
 *
 * <p>Not thread safe.
 */
public final class StatementSplitter {
  private final Dialect dialect;
  private final Lexer lexer;
  private final TokenReader reader = new TokenReader(new EffectList());
  private int[] bounds = new int[8];
  private int count;

  public StatementSplitter(Dialect dialect) {
    this.dialect = dialect;
    lexer = Lexer.of(dialect, false);
  }

  /**
   * Reads {@code length} bytes of {@code sql} from {@code offset}. Returns how many statements
   * there are, or -1 if the text ends inside a token, so that nobody can tell.
   */
  public int split(byte[] sql, int offset, int length, boolean standardStrings) {
    count = 0;
    return dialect == Dialect.POSTGRES
        ? splitPostgres(sql, offset, length, standardStrings)
        : splitOther(sql, offset, length, standardStrings);
  }

  /** Index of the first byte of a statement's first token. */
  public int start(int statement) {
    return bounds[statement * 2];
  }

  /** Index of the semicolon after a statement, or of the end of the text. */
  public int end(int statement) {
    return bounds[statement * 2 + 1];
  }

  private int splitPostgres(byte[] sql, int offset, int length, boolean standardStrings) {
    reader.reset(sql, offset, length, standardStrings);
    do {
      reader.nextStatement();
      if (!reader.atEnd()) {
        int start = reader.lexer().start();
        if (reader.accept(Word.CREATE)) {
          if (reader.accept(Word.OR)) {
            reader.accept(Word.REPLACE);
          }
          if (reader.word() == Word.FUNCTION || reader.word() == Word.PROCEDURE) {
            reader.skipRoutine();
          }
        }
        reader.skip();
        add(start, reader.lexer().start());
      }
    } while (reader.token() == ';');
    return reader.token() == Lexer.BROKEN || reader.routineDepth() > 0 ? -1 : count;
  }

  private int splitOther(byte[] sql, int offset, int length, boolean standardStrings) {
    lexer.reset(sql, offset, length, standardStrings);
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

  private boolean is(String word) {
    return Lexer.decode(lexer.text(), lexer.start(), lexer.end()).equalsIgnoreCase(word);
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
