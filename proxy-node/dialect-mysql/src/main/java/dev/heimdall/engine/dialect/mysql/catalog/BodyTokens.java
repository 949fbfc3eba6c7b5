package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.sql.Lexer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The tokens of a stored text, from where its body begins. */
final class BodyTokens {
  /** Part that precedes the body. */
  enum Head {
    NOTHING,
    /** Head in the output of {@code SHOW CREATE PROCEDURE} and {@code FUNCTION}. */
    ROUTINE,
    /** Head in the output of {@code SHOW CREATE TRIGGER}. */
    TRIGGER
  }

  private static final Token NOTHING = new Token(Lexer.END, null, false);

  /**
   * @param kind as the lexer tells it
   * @param name the identifier of a word or of a quoted name as written, else null
   * @param beginsLine whether it is the first one on its line
   */
  record Token(int kind, String name, boolean beginsLine) {
    boolean named() {
      return name != null;
    }

    /** The keyword that it may be; the character for others. */
    String word() {
      if (kind == Lexer.WORD) {
        return name.toLowerCase(Locale.ROOT);
      }
      return kind > 0 && kind < 128 ? String.valueOf((char) kind) : "";
    }

    boolean is(char punctuation) {
      return kind == punctuation;
    }

    boolean is(String keyword) {
      return kind == Lexer.WORD && name.equalsIgnoreCase(keyword);
    }

    private boolean isLiteral() {
      return kind == Lexer.STRING || kind == Lexer.ESCAPE_STRING;
    }
  }

  private final List<Token> tokens = new ArrayList<>();
  private final boolean understood;

  BodyTokens(OriginalText text, Head head) {
    boolean whole = !text.misleads() && cut(text);
    int body =
        switch (head) {
          case NOTHING -> 0;
          case ROUTINE -> behindRoutine();
          case TRIGGER -> behindTrigger();
        };
    understood = whole && (head == Head.NOTHING || body < tokens.size());
    tokens.subList(0, Math.min(body, tokens.size())).clear();
  }

  /** False where a server may find other tokens, or none is after what stands ahead. */
  boolean understood() {
    return understood;
  }

  int size() {
    return tokens.size();
  }

  Token at(int index) {
    return index < 0 || index >= tokens.size() ? NOTHING : tokens.get(index);
  }

  private boolean cut(OriginalText text) {
    byte[] bytes = text.bytes();
    MysqlLexer lexer = new MysqlLexer(false);
    lexer.reset(bytes, 0, bytes.length, text.mode());
    int before = 0;
    for (int kind = lexer.next(); kind != Lexer.END; kind = lexer.next()) {
      String name = null;
      switch (kind) {
        // Servers store what such a comment has them run, and not its marks. What is left has
        // /*M!, which MariaDB runs and MySQL does not.
        case Lexer.BROKEN, Lexer.EXECUTABLE -> {
          return false;
        }
        case Lexer.WORD -> name = text.name(lexer.start(), lexer.end());
        case Lexer.QUOTED -> name = unquoted(text, lexer);
        default -> {}
      }
      if (name == null && (kind == Lexer.WORD || kind == Lexer.QUOTED)) {
        return false;
      }
      tokens.add(new Token(kind, name, hasLineEnd(bytes, before, lexer.start())));
      before = lexer.end();
    }
    return true;
  }

  private static String unquoted(OriginalText text, Lexer lexer) {
    String quote = String.valueOf((char) text.bytes()[lexer.start()]);
    String name = text.name(lexer.contentStart(), lexer.contentEnd());
    return name == null ? null : name.replace(quote + quote, quote);
  }

  private static boolean hasLineEnd(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] == '\n') {
        return true;
      }
    }
    return false;
  }

  /**
   * The index behind name, parameters, what is returned and characteristics: servers spell all of
   * that but the parameters themselves, the type that is returned up to the end of its line.
   */
  private int behindRoutine() {
    int i = 0;
    while (i < size() && !at(i).is("procedure") && !at(i).is("function")) {
      i++;
    }
    boolean function = at(i).is("function");
    i = at(i + 2).is('.') ? i + 4 : i + 2;
    if (!at(i).is('(')) {
      return size();
    }
    i = behindBrackets(i);
    if (function) {
      do {
        i++;
      } while (i < size() && !at(i).beginsLine());
    }
    int next = i;
    do {
      i = next;
      next = behindCharacteristic(i);
    } while (next > i);
    return i;
  }

  private int behindBrackets(int opening) {
    int depth = 0;
    int i = opening;
    do {
      depth += at(i).is('(') ? 1 : at(i).is(')') ? -1 : 0;
      i++;
    } while (depth > 0 && i < size());
    return i;
  }

  /** Index after a characteristic; the given index if there is none. */
  private int behindCharacteristic(int i) {
    boolean sql = at(i + 1).is("sql");
    return switch (at(i).word()) {
      case "deterministic" -> i + 1;
      case "no", "contains" -> sql ? i + 2 : i;
      case "reads", "modifies" -> sql && at(i + 2).is("data") ? i + 3 : i;
      case "sql" -> at(i + 1).is("security") ? i + 3 : i;
      case "comment" -> at(i + 1).isLiteral() ? i + 2 : i;
      default -> i;
    };
  }

  /** Words of a trigger's head are no names of its own before these. */
  private int behindTrigger() {
    int i = 0;
    while (i < size() && !(at(i).is("for") && at(i + 1).is("each") && at(i + 2).is("row"))) {
      i++;
    }
    i += 3;
    boolean ordered = at(i).is("follows") || at(i).is("precedes");
    if (ordered && at(i + 1).named()) {
      i += at(i + 2).is('.') ? 4 : 2;
    }
    return i;
  }
}
