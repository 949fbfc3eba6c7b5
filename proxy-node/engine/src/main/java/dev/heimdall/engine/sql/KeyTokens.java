package dev.heimdall.engine.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The tokens of one statement's text, as far as conditions by key are read from them: of each its
 * kind, and where it is. Of a literal that is what is between its quotes, of a parameter its number
 * from 1.
 */
final class KeyTokens {
  /** A literal whose value, or a name that, is not what stands there. */
  static final int UNREADABLE = -3;

  /** Of longer statements nothing is known. */
  private static final int MOST_TOKENS = 2_000;

  final byte[] text;
  final SqlDialect dialect;
  private final List<Parameter> parameters;
  private final Lexer lexer;
  private final ConstantReader constants;
  private final int limit;
  private int[] kinds = new int[64];
  private int[] starts = new int[64];
  private int[] ends = new int[64];
  private int count;
  private int questionMarks;

  private KeyTokens(byte[] text, int limit, List<Parameter> parameters, SqlDialect dialect) {
    this.text = text;
    this.limit = limit;
    this.parameters = parameters;
    this.dialect = dialect;
    this.lexer = dialect.lexer(false);
    ConstantRules rules = dialect.constants();
    this.constants = rules == null ? null : new ConstantReader(this, rules);
  }

  /** Returns null where the text cannot be read for certain. */
  static KeyTokens of(
      byte[] sql,
      int offset,
      int length,
      LexerMode mode,
      List<Parameter> parameters,
      SqlDialect dialect) {
    if (mode.doubtful() || mode.hiddenSigns()) {
      return null;
    }
    KeyTokens tokens = new KeyTokens(sql, offset + length, parameters, dialect);
    tokens.lexer.reset(sql, offset, length, mode);
    return tokens.isRead() ? tokens : null;
  }

  private boolean isRead() {
    for (int kind = lexer.next(); kind != Lexer.END; kind = lexer.next()) {
      if (kind == Lexer.BROKEN || kind == Lexer.EXECUTABLE || count == MOST_TOKENS) {
        return false;
      }
      if (count == kinds.length) {
        kinds = Arrays.copyOf(kinds, 2 * count);
        starts = Arrays.copyOf(starts, 2 * count);
        ends = Arrays.copyOf(ends, 2 * count);
      }
      switch (kind) {
        case Lexer.STRING, Lexer.ESCAPE_STRING ->
            add(
                lexer.plain() && !lexer.hasBackslash() ? Lexer.STRING : UNREADABLE,
                lexer.contentStart(),
                lexer.contentEnd());
        case Lexer.PARAMETER -> add(kind, parameterNumber(), lexer.end());
        case Lexer.WORD -> {
          boolean named = dialect.hasNamedParameters() && text[lexer.start()] == '@';
          add(
              named ? Lexer.PARAMETER : isClear(kind) ? kind : UNREADABLE,
              named ? numberOfName() : lexer.start(),
              lexer.end());
        }
        default -> add(isClear(kind) ? kind : UNREADABLE, lexer.start(), lexer.end());
      }
    }
    if (count > 0 && kind(count - 1) == ';') {
      count--;
    }
    return true;
  }

  private void add(int kind, int start, int end) {
    kinds[count] = kind;
    starts[count] = start;
    ends[count++] = end;
  }

  private int parameterNumber() {
    return text[lexer.start()] == '?'
        ? ++questionMarks
        : ParameterText.number(text, lexer.start() + 1, lexer.end());
  }

  /** 0 for one that is not known. */
  private int numberOfName() {
    int length = lexer.end() - lexer.start();
    String name = new String(text, lexer.start(), length, StandardCharsets.UTF_8);
    for (int i = 0; i < parameters.size(); i++) {
      if (name.equalsIgnoreCase(parameters.get(i).name())) {
        return i + 1;
      }
    }
    return 0;
  }

  /** True if it is no name, or no server reads or folds that in another way. */
  private boolean isClear(int kind) {
    return switch (kind) {
      case Lexer.WORD -> isAscii();
      case Lexer.QUOTED -> dialect.foldsNames() || (lexer.plain() && isAscii());
      default -> true;
    };
  }

  private boolean isAscii() {
    for (int at = lexer.start(); at < lexer.end(); at++) {
      if (text[at] < 0) {
        return false;
      }
    }
    return true;
  }

  int count() {
    return count;
  }

  /** {@link Lexer#END} where no token is. */
  int kind(int i) {
    return i >= 0 && i < count ? kinds[i] : Lexer.END;
  }

  int start(int i) {
    return starts[i];
  }

  int end(int i) {
    return ends[i];
  }

  /** Change of the depth of brackets by a token. */
  int depth(int i) {
    return switch (kind(i)) {
      case '(', '[' -> 1;
      case ')', ']' -> -1;
      default -> 0;
    };
  }

  boolean isName(int i) {
    return kind(i) == Lexer.WORD || kind(i) == Lexer.QUOTED;
  }

  /** As the catalogue has it; where the case of columns does not matter, in small letters. */
  String name(int i) {
    if (dialect.foldsNames()) {
      return lexer.identifier(starts[i], ends[i]);
    }
    int quote = kind(i) == Lexer.QUOTED ? 1 : 0;
    int length = ends[i] - starts[i] - 2 * quote;
    return new String(text, starts[i] + quote, length, StandardCharsets.US_ASCII)
        .toLowerCase(Locale.ROOT);
  }

  /** A word in small letters. */
  String word(int i) {
    return new String(text, starts[i], ends[i] - starts[i], StandardCharsets.US_ASCII)
        .toLowerCase(Locale.ROOT);
  }

  boolean isWord(int i, String word) {
    if (kind(i) != Lexer.WORD || ends[i] - starts[i] != word.length()) {
      return false;
    }
    for (int k = 0; k < word.length(); k++) {
      if (ByteClass.LOWER[text[starts[i] + k] & 0xff] != word.charAt(k)) {
        return false;
      }
    }
    return true;
  }

  boolean isAnyWord(int i, String... words) {
    for (String word : words) {
      if (isWord(i, word)) {
        return true;
      }
    }
    return false;
  }

  /** The first place of a word outside of brackets; -1 for none. */
  int outside(int from, String word) {
    int depth = 0;
    for (int i = from; i < count; i++) {
      depth += depth(i);
      if (depth == 0 && isWord(i, word)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The first place from there on of a comma, of a bracket that was not opened, or of a word that
   * ends a list of values.
   */
  int pastExpression(int from) {
    int end = from;
    int depth = 0;
    while (end < count
        && !(depth == 0
            && (kind(end) == ','
                || kind(end) == ')'
                || isAnyWord(end, "on", "where", "returning")))) {
      depth += depth(end++);
    }
    return end;
  }

  /** Past a literal or a parameter; -1 where none stands there. */
  int pastValue(int i) {
    return switch (kind(i)) {
      case Lexer.NUMBER, Lexer.STRING, Lexer.PARAMETER, UNREADABLE -> i + 1;
      case '-' -> kind(i + 1) == Lexer.NUMBER ? i + 2 : -1;
      default -> -1;
    };
  }

  /**
   * Past a value: a literal, a parameter, or an expression of them that is evaluated; -1 where none
   * stands there.
   */
  int pastConstant(int i) {
    int plain = pastValue(i);
    if (constants == null || (plain >= 0 && !isContinued(plain))) {
      return plain;
    }
    return switch (kind(i)) {
      case Lexer.NUMBER, Lexer.STRING, Lexer.PARAMETER, Lexer.WORD, '(', '-', '+' ->
          constants.past(i);
      default -> -1;
    };
  }

  /** The value that stands there, where it is more than {@link #pastValue}; null for no such. */
  Constant constant(int i) {
    int plain = pastValue(i);
    boolean more = constants != null && (plain < 0 || isContinued(plain));
    return more && constants.past(i) >= 0 ? constants.value() : null;
  }

  /** True if a value goes on there in an operation or a conversion. */
  private boolean isContinued(int i) {
    return switch (kind(i)) {
      case '+', '-', '*', '/', '%', '|', ':' -> true;
      default -> false;
    };
  }

  /** Length of the operator that begins at a token, in bytes. */
  int operatorLength(int i) {
    Operators operators = dialect.operators();
    return operators.isIn(kinds[i]) ? operators.end(text, starts[i], limit) - starts[i] : 1;
  }

  /** Null for one that is not there. */
  Parameter parameter(int i) {
    int number = starts[i];
    return number == 0 || number > parameters.size() ? null : parameters.get(number - 1);
  }

  /** True if a parameter stands elsewhere, too, which may give it a type where it has none. */
  boolean isElsewhere(int here) {
    for (int i = 0; i < count; i++) {
      if (i != here && kind(i) == Lexer.PARAMETER && starts[i] == starts[here]) {
        return true;
      }
    }
    return false;
  }

  /** True for the table's name; the case of names may be that of files. */
  boolean names(int i, KeyColumns table) {
    String name = name(i);
    return dialect.foldsNames() ? name.equals(table.name()) : name.equalsIgnoreCase(table.name());
  }

  /** True if rows may be read or written that no condition of the text's own is about. */
  boolean readElsewhere() {
    for (int i = 0; i < count; i++) {
      boolean other =
          (i > 0 && isWord(i, "select"))
              // How well a row fits may depend on the others.
              || isAnyWord(i, "with", "table", "union", "intersect", "except", "minus", "against")
              || kind(i) == ';';
      if (other) {
        return true;
      }
    }
    return false;
  }
}
