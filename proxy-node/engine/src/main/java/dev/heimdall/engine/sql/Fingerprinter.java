package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;

/**
 * Gives a text two names of 128 bits in one pass: the fingerprint, which statements share that
 * differ only in white space, comments, literals, the case of words without quotes, and the lengths
 * of lists of literals; and the exact one, of the very bytes. Both are keyed hashes, so that a
 * client cannot make one text pass for another; the dialect and the mode of its literals are hashed
 * too. Hints ({@code /*+ … *}{@code /}) are not comments: they stay in.
 *
 * <p>Lists of literals, numbers and parameters are shortened in {@code IN (…)}, {@code ARRAY[…]}
 * and between the rows of {@code VALUES}; arguments of functions are not, since their number
 * chooses the function. MySQL and SQL Server may tell table names apart by case: there only
 * reserved words are folded. In MySQL a literal in double quotes stays as it is, since ANSI_QUOTES
 * could make it a name.
 *
 * <p>The body of a DO statement is code and not a value: two blocks are two fingerprints. So is a
 * literal that EXEC or {@code sp_executesql} runs. The normalised text does not show them.
 *
 * <p>One for each event loop: it owns scratch state and is not thread safe. Reading allocates
 * nothing and takes time linear in the text, whatever the bytes.
 */
public final class Fingerprinter {
  private static final int START = 0;
  private static final byte[] IN = {'i', 'n'};
  private static final byte[] VALUE = {'v', 'a', 'l', 'u', 'e'};
  private static final byte[] VALUES = {'v', 'a', 'l', 'u', 'e', 's'};
  private static final byte[] ARRAY = {'a', 'r', 'r', 'a', 'y'};
  private static final byte[] DO = {'d', 'o'};
  private static final byte[] EXEC = {'e', 'x', 'e', 'c'};
  private static final byte[] EXECUTE = {'e', 'x', 'e', 'c', 'u', 't', 'e'};
  private static final byte[] SP_EXECUTESQL = "sp_executesql".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STMT = {'@', 's', 't', 'm', 't'};
  private static final byte[] UESCAPE = {'u', 'e', 's', 'c', 'a', 'p', 'e'};

  private final SqlDialect dialect;
  private final Operators operators;
  private final boolean foldsNames;
  private final boolean hasCodeBlocks;
  private final boolean runsLiterals;
  private final long dialectDomain;
  private final Lexer lexer;
  private final KeyedHash exact;
  private final NormalForm form;
  private final LiteralList list;

  private int previous;
  private int wordStart;
  private int wordEnd;
  private int heldSign;
  private int heldSignStart;
  private boolean heldSemicolon;
  private boolean begun;
  private boolean beginsStatement;
  private boolean codeBlock;
  private Run run;

  /** Tokens ahead of a literal that is run. */
  private enum Run {
    NOTHING,
    EXEC,
    /** A literal that stands here is run. */
    PLACE;

    Run behindBracket() {
      return this == EXEC ? PLACE : NOTHING;
    }
  }

  /**
   * A fingerprinter with a secret key of 128 bits, which must be random and must not change while
   * what it names is remembered.
   */
  public Fingerprinter(SqlDialect dialect, long key0, long key1) {
    this.dialect = dialect;
    operators = dialect.operators();
    foldsNames = dialect.foldsNames();
    hasCodeBlocks = dialect.hasCodeBlocks();
    runsLiterals = dialect.runsLiterals();
    dialectDomain = (long) dialect.name().hashCode() << 8;
    lexer = dialect.lexer(true);
    exact = new KeyedHash(key0, key1);
    form = new NormalForm(operators, key0, key1);
    list = new LiteralList(form);
  }

  /**
   * Reads {@code length} bytes of {@code sql} from {@code offset}; the names of the text are then
   * to be had until the next call.
   *
   * @param lexerMode how its session has texts cut into tokens
   */
  public void read(byte[] sql, int offset, int length, LexerMode lexerMode) {
    readForm(sql, offset, length, lexerMode);
    readExact(sql, offset, length, lexerMode);
  }

  /** As {@link #read}, but for the fingerprint alone. */
  public void readForm(byte[] sql, int offset, int length, LexerMode lexerMode) {
    normalise(sql, offset, length, lexerMode, false);
  }

  /** As {@link #read}, but for the name of the very bytes alone, which is had much sooner. */
  public void readExact(byte[] sql, int offset, int length, LexerMode lexerMode) {
    exact.begin(domain(lexerMode) + 1);
    exact.finish(sql, offset, length);
  }

  /** The upper half of the fingerprint. */
  public long high() {
    return form.high();
  }

  /** The lower half of the fingerprint. */
  public long low() {
    return form.low();
  }

  /** The upper half of the name of the very bytes. */
  public long exactHigh() {
    return exact.high();
  }

  /** The lower half of the name of the very bytes. */
  public long exactLow() {
    return exact.low();
  }

  /**
   * The normalised text, for people to read: {@code select a from t where b in(?)}. Allocates, and
   * leaves the fingerprint of this text behind.
   */
  public String normalised(byte[] sql, int offset, int length, LexerMode lexerMode) {
    normalise(sql, offset, length, lexerMode, true);
    return form.readable(dialect.openingQuote(), dialect.closingQuote());
  }

  /**
   * True if the text that {@link #normalised} has made last leaves something out, besides literals,
   * by which names may mean something else.
   */
  public boolean hidesNames() {
    return form.hidesNames();
  }

  private long domain(LexerMode lexerMode) {
    return dialectDomain | lexerMode.number() << 1;
  }

  private void normalise(byte[] sql, int offset, int length, LexerMode lexerMode, boolean keep) {
    lexer.reset(sql, offset, length, lexerMode);
    form.begin(domain(lexerMode), keep);
    list.reset();
    previous = START;
    heldSign = 0;
    heldSemicolon = false;
    begun = false;
    beginsStatement = true;
    codeBlock = false;
    run = Run.NOTHING;
    int token = lexer.next();
    while (token != Lexer.END) {
      if (heldSign != 0) {
        sign(token);
      }
      switch (token) {
        case Lexer.WORD -> word();
        case Lexer.NUMBER, Lexer.PARAMETER -> placeholder();
        case Lexer.STRING,
            Lexer.ESCAPE_STRING,
            Lexer.UNICODE_STRING,
            Lexer.BIT_STRING,
            Lexer.DOLLAR_STRING ->
            literal();
        case Lexer.QUOTED -> quoted();
        case Lexer.UNICODE_QUOTED -> counted(NormalForm.UNICODE_QUOTED, true);
        case Lexer.HINT -> counted(NormalForm.HINT, true);
        case Lexer.EXECUTABLE -> counted(NormalForm.EXECUTABLE, false);
        case Lexer.BROKEN -> counted(NormalForm.BROKEN, false);
        default -> punctuation(token);
      }
      begun |= token != ';';
      if (runsLiterals) {
        run = run(token);
      }
      beginsStatement = token == ';' || (beginsStatement && token == Lexer.HINT);
      previous = token;
      token = lexer.next();
    }
    if (heldSign != 0) {
      operator(heldSign, heldSignStart, heldSignStart + 1);
    }
    list.interrupt();
    form.finish();
  }

  /** State ahead of the next token. */
  private Run run(int token) {
    return switch (token) {
      case '(' -> run.behindBracket();
      case '=', Lexer.HINT -> run;
      case Lexer.WORD -> {
        if (isWord(EXEC) || isWord(EXECUTE)) {
          yield Run.EXEC;
        }
        yield isWord(SP_EXECUTESQL) ? Run.PLACE : isWord(STMT) ? run : Run.NOTHING;
      }
      case Lexer.QUOTED -> {
        wordStart = lexer.contentStart();
        wordEnd = lexer.contentEnd();
        yield isWord(SP_EXECUTESQL) ? Run.PLACE : Run.NOTHING;
      }
      default -> Run.NOTHING;
    };
  }

  /** Prepares for the next token, which is no longer a list, and no longer the end. */
  private void before() {
    if (list.isOpen()) {
      list.interrupt();
    }
    semicolon();
  }

  private void semicolon() {
    if (heldSemicolon) {
      heldSemicolon = false;
      form.sign(';');
    }
  }

  private void word() {
    before();
    int start = lexer.start();
    int end = lexer.end();
    wordStart = start;
    wordEnd = end;
    if (beginsStatement) {
      codeBlock = hasCodeBlocks && isWord(DO);
    }
    if (foldsNames || (previous != '.' && ReservedWords.contains(lexer.text(), start, end))) {
      form.foldedWord(lexer.text(), start, end);
    } else {
      form.run(NormalForm.WORD, lexer.text(), start, end);
    }
  }

  private void placeholder() {
    if (list.isOpen() && list.takes(LiteralList.ITEM)) {
      return;
    }
    semicolon();
    form.item();
  }

  private void literal() {
    if (codeBlock || run == Run.PLACE) {
      counted(NormalForm.CODE, false);
      return;
    }
    if (previous == Lexer.WORD && isWord(UESCAPE)) {
      counted(NormalForm.LITERAL, true);
    } else {
      placeholder();
    }
  }

  private void quoted() {
    boolean standard = lexer.text()[lexer.start()] == '"';
    counted(standard ? NormalForm.QUOTED : NormalForm.BRACKETED, true);
  }

  private void counted(byte mark, boolean contentOnly) {
    before();
    form.counted(
        mark,
        lexer.text(),
        contentOnly ? lexer.contentStart() : lexer.start(),
        contentOnly ? lexer.contentEnd() : lexer.end());
  }

  private void punctuation(int token) {
    switch (token) {
      case ';' -> {
        if (list.isOpen()) {
          list.interrupt();
        }
        heldSemicolon = begun;
      }
      case '(' -> {
        if (list.isOpen() && list.takes('(')) {
          return;
        }
        semicolon();
        form.sign('(');
        if (previous == Lexer.WORD) {
          if (isWord(IN)) {
            list.open();
          } else if (isWord(VALUES) || isWord(VALUE)) {
            list.openRows();
          }
        }
      }
      case '[' -> {
        before();
        form.sign('[');
        if (previous == Lexer.WORD && isWord(ARRAY)) {
          list.open();
        }
      }
      case ',', ')' -> {
        if (list.isOpen() && list.takes(token)) {
          return;
        }
        semicolon();
        form.sign(token);
      }
      default -> {
        int start = lexer.start();
        int end = lexer.end();
        if (operators.isIn(token)) {
          end = operators.end(lexer.text(), start, lexer.limit());
          lexer.resume(end);
        }
        if ((token == '-' || token == '+') && end == start + 1 && isBeforeOperand(previous)) {
          heldSign = token;
          heldSignStart = start;
        } else {
          operator(token, start, end);
        }
      }
    }
  }

  private void operator(int token, int start, int end) {
    before();
    if (operators.isIn(token)) {
      form.run(NormalForm.OPERATOR, lexer.text(), start, end);
    } else {
      form.sign(token);
    }
  }

  /** A sign was held back: it is part of the number that follows, or an operator of its own. */
  private void sign(int next) {
    if (next != Lexer.NUMBER) {
      operator(heldSign, heldSignStart, heldSignStart + 1);
    }
    heldSign = 0;
  }

  /** True if a sign after this token cannot stand between two operands. */
  private static boolean isBeforeOperand(int token) {
    return token == '('
        || token == ','
        || token == '['
        || token == '='
        || token == '<'
        || token == '>';
  }

  private boolean isWord(byte[] small) {
    if (wordEnd - wordStart != small.length) {
      return false;
    }
    byte[] s = lexer.text();
    for (int i = 0; i < small.length; i++) {
      if (ByteClass.lower(s[wordStart + i]) != small[i]) {
        return false;
      }
    }
    return true;
  }
}
