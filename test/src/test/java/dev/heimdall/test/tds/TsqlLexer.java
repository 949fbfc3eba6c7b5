package dev.heimdall.test.tds;

import dev.heimdall.test.tds.TsqlToken.Kind;
import java.util.ArrayList;
import java.util.List;

/** T-SQL's words; comments and white space are left out. */
final class TsqlLexer {
  private static final List<String> SIGNS = List.of("<>", "<=", ">=", "!=", "+=", "-=", "*=", "/=");

  private final String text;
  private final boolean quotedIdentifiers;
  private final List<TsqlToken> tokens = new ArrayList<>();
  private int at;
  private int line = 1;

  private TsqlLexer(String text, boolean quotedIdentifiers) {
    this.text = text;
    this.quotedIdentifiers = quotedIdentifiers;
  }

  static List<TsqlToken> tokens(String text, boolean quotedIdentifiers) {
    TsqlLexer lexer = new TsqlLexer(text, quotedIdentifiers);
    lexer.run();
    return lexer.tokens;
  }

  private char at(int position) {
    return position < text.length() ? text.charAt(position) : '\0';
  }

  private void run() {
    while (at < text.length()) {
      char c = text.charAt(at);
      char next = at(at + 1);
      if (c == '\n') {
        line++;
        at++;
      } else if (Character.isWhitespace(c) || c == '\uFEFF') {
        at++;
      } else if (c == '-' && next == '-') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == '/' && next == '*') {
        comment();
      } else if (c == '\'') {
        quoted(Kind.STRING, '\'', at);
      } else if ((c == 'N' || c == 'n') && next == '\'') {
        at++;
        quoted(Kind.STRING, '\'', at - 1);
      } else if (c == '"') {
        quoted(quotedIdentifiers ? Kind.QUOTED : Kind.STRING, '"', at);
      } else if (c == '[') {
        quoted(Kind.QUOTED, ']', at);
      } else if (c == '@') {
        int from = at;
        int name = next == '@' ? at + 2 : at + 1;
        at = wordEnd(name);
        add(next == '@' ? Kind.GLOBAL : Kind.VARIABLE, text.substring(from, at), from);
      } else if (c == '0' && (next == 'x' || next == 'X')) {
        binary();
      } else if (Character.isDigit(c) || c == '.' && Character.isDigit(next)) {
        number();
      } else if (Character.isLetter(c) || c == '_' || c == '#' || c == '$') {
        int from = at;
        at = wordEnd(at);
        add(Kind.WORD, text.substring(from, at), from);
      } else if (c == '?') {
        throw new SqlErrorException(102, 15, "Incorrect syntax near '?'.");
      } else {
        sign();
      }
    }
    add(Kind.END, "", at);
  }

  private void add(Kind kind, String value, int from) {
    tokens.add(new TsqlToken(kind, value, from, at, line));
  }

  private int wordEnd(int from) {
    int end = from;
    while (end < text.length()
        && (Character.isLetterOrDigit(text.charAt(end)) || "_#$@".indexOf(text.charAt(end)) >= 0)) {
      end++;
    }
    return end;
  }

  private void comment() {
    int depth = 0;
    do {
      if (at >= text.length()) {
        throw new SqlErrorException(113, 15, "Missing end comment mark '*/'.");
      }
      if (at(at) == '/' && at(at + 1) == '*') {
        depth++;
        at += 2;
      } else if (at(at) == '*' && at(at + 1) == '/') {
        depth--;
        at += 2;
      } else {
        line += at(at) == '\n' ? 1 : 0;
        at++;
      }
    } while (depth > 0);
  }

  private void quoted(Kind kind, char end, int from) {
    StringBuilder value = new StringBuilder();
    int firstLine = line;
    at++;
    while (true) {
      if (at >= text.length()) {
        throw new SqlErrorException(
            105, 15, "Unclosed quotation mark after the character string '" + value + "'.");
      }
      char c = text.charAt(at);
      if (c == end) {
        if (at(at + 1) != end) {
          break;
        }
        at++;
      }
      line += c == '\n' ? 1 : 0;
      value.append(c);
      at++;
    }
    at++;
    tokens.add(new TsqlToken(kind, value.toString(), from, at, firstLine));
  }

  private void binary() {
    int from = at;
    at += 2;
    while (Character.digit(at(at), 16) >= 0) {
      at++;
    }
    add(Kind.BINARY, text.substring(from + 2, at), from);
  }

  private void number() {
    int from = at;
    while (Character.isDigit(at(at)) || at(at) == '.') {
      at++;
    }
    if (at(at) == 'e' || at(at) == 'E') {
      at++;
      if (at(at) == '+' || at(at) == '-') {
        at++;
      }
      while (Character.isDigit(at(at))) {
        at++;
      }
    }
    add(Kind.NUMBER, text.substring(from, at), from);
  }

  private void sign() {
    int from = at;
    String two = text.substring(at, Math.min(text.length(), at + 2));
    at += SIGNS.contains(two) ? 2 : 1;
    add(Kind.SIGN, text.substring(from, at), from);
  }
}
