package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Puts what the node knows better than a server in the place of a call in a statement's text. */
final class CallReplacement {
  private final byte[] text;
  private final Effect call;
  private final LexerMode mode;
  private final MysqlLexer lexer = new MysqlLexer(false);

  /** Whether the token before the call's stands in the list of a SELECT, outside of brackets. */
  private boolean inList;

  /** Whether the call may be the beginning of an entry there. */
  private boolean begins;

  /** The statement's first word. */
  private String leading = "";

  /**
   * @param call has its place in the text
   */
  CallReplacement(byte[] text, Effect call, LexerMode mode) {
    this.text = text;
    this.call = call;
    this.mode = mode;
    read();
  }

  /** The text with this in the place of the call. */
  byte[] with(String value) {
    String named = value;
    if (begins && ends(first())) {
      // A column by itself has its text for a name.
      String written =
          new String(text, call.start(), call.end() - call.start(), StandardCharsets.ISO_8859_1);
      named = value + " AS `" + written.replace("`", "``") + "`";
    }
    byte[] own = named.getBytes(StandardCharsets.ISO_8859_1);
    int length = call.end() - call.start();
    byte[] changed = Arrays.copyOf(text, text.length - length + own.length);
    System.arraycopy(own, 0, changed, call.start(), own.length);
    System.arraycopy(
        text, call.end(), changed, call.start() + own.length, text.length - call.end());
    return changed;
  }

  /** Whether the call is a column of a query's by itself, rather than compared to something. */
  boolean isColumn() {
    if (!begins || !leading.equals("select")) {
      return false;
    }
    int next = first();
    return ends(next) || next == Lexer.QUOTED || isWord("as");
  }

  private boolean ends(int token) {
    return token == Lexer.END || token == ';' || token == ',' || isWord("from");
  }

  /** The first token behind the call. */
  private int first() {
    lexer.reset(text, call.end(), text.length - call.end(), mode);
    return lexer.next();
  }

  private void read() {
    lexer.reset(text, 0, call.start(), mode);
    int depth = 0;
    for (int token = lexer.next(); token >= 0; token = lexer.next()) {
      String word =
          token == Lexer.WORD
              ? Lexer.decode(text, lexer.start(), lexer.end()).toLowerCase(Locale.ROOT)
              : "";
      depth += token == '(' ? 1 : token == ')' ? -1 : 0;
      if (token == ';') {
        leading = "";
        inList = false;
      } else if (leading.isEmpty()) {
        leading = word;
      }
      if (depth == 0) {
        follow(word);
      }
      begins =
          inList
              && depth == 0
              && switch (word) {
                case "select", "distinct", "all" -> true;
                default -> token == ',';
              };
    }
  }

  private void follow(String word) {
    switch (word) {
      case "select" -> inList = true;
      case "from", "into", "where", "group", "having", "order", "limit", "union" -> inList = false;
      default -> {}
    }
  }

  private boolean isWord(String expected) {
    return lexer.end() - lexer.start() == expected.length()
        && expected.equalsIgnoreCase(Lexer.decode(lexer.text(), lexer.start(), lexer.end()));
  }
}
