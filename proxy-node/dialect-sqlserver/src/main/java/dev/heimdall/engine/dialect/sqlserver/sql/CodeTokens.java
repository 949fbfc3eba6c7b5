package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Token;
import dev.heimdall.engine.sql.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The tokens of code, with names of several parts as one. */
final class CodeTokens {
  /** Longer code is not read. */
  private static final int MOST = 500_000;

  private static final byte[] NO_BYTES = {};
  private static final Token NOTHING = new Token(Token.Type.SIGN, "");

  /**
   * A name of one part or more.
   *
   * @param parts folded; empty where one is left out
   * @param end index of the token behind it
   */
  record Name(List<String> parts, int end) {
    String last() {
      return parts.get(parts.size() - 1);
    }

    /** The part so many places before the last one; null where there is none or it is empty. */
    String before(int places) {
      int at = parts.size() - 1 - places;
      return at < 0 || parts.get(at).isEmpty() ? null : parts.get(at);
    }

    int size() {
      return parts.size();
    }

    /** True for a variable: a table that ends with the code. */
    boolean isVariable() {
      return size() == 1 && last().startsWith("@");
    }

    boolean isTemporary() {
      return last().startsWith("#");
    }
  }

  private final List<Token> tokens;

  CodeTokens(String text) {
    byte[] sql = text.getBytes(StandardCharsets.UTF_8);
    Tokenizer tokenizer = new Tokenizer(SqlServerSql.DIALECT, true);
    tokens = tokenizer.read(sql, 0, sql.length, LexerMode.STANDARD, MOST);
  }

  /** False where the text ends inside a token, or has too many. */
  boolean readable() {
    return tokens != null;
  }

  int size() {
    return tokens == null ? 0 : tokens.size();
  }

  List<Token> all() {
    return tokens;
  }

  Token at(int index) {
    return index >= 0 && index < size() ? tokens.get(index) : NOTHING;
  }

  boolean isSign(int index, String sign) {
    return at(index).isSign(sign);
  }

  /** The word there in small letters; empty where none is, or it is a part of a name. */
  String word(int index) {
    Token token = at(index);
    boolean part = isSign(index - 1, ".") || isSign(index + 1, ".");
    return token.type() != Token.Type.WORD || part ? "" : token.text().toLowerCase(Locale.ROOT);
  }

  /** True for a word that the server may read as two. */
  boolean isOdd(int index) {
    Token token = at(index);
    byte[] text =
        token.type() == Token.Type.WORD ? token.text().getBytes(StandardCharsets.UTF_8) : NO_BYTES;
    return text.length > 0 && SqlServerPlaces.isOdd(text, 0, text.length);
  }

  /** True if a name begins there, whatever it is of. */
  boolean beginsName(int index) {
    boolean goesOn = isSign(index - 1, ".") && (at(index - 2).isName() || isSign(index - 2, "."));
    return at(index).isName() && !goesOn;
  }

  /** The name that begins there. */
  Name name(int index) {
    List<String> parts = new ArrayList<>(2);
    int i = index;
    parts.add(FoldedName.of(at(i).text()));
    i++;
    while (isSign(i, ".")) {
      if (at(i + 1).isName()) {
        parts.add(FoldedName.of(at(i + 1).text()));
        i += 2;
      } else if (isSign(i + 1, ".")) {
        parts.add("");
        i++;
      } else {
        break; // all columns
      }
    }
    return new Name(parts, i);
  }

  /**
   * The text that is run where EXEC ends, if it is a literal and no part of a text; else null.
   *
   * @param index of the bracket, or of the procedure's name
   */
  String runText(int index) {
    int literal = index + 1;
    if (isSign(index, "(")) {
      String behind = word(index + 3); // on another server, or as another user
      if (!isSign(index + 2, ")") || behind.equals("at") || behind.equals("as")) {
        return null;
      }
    } else {
      Name name = at(index).isName() ? name(index) : null;
      if (name == null || !name.last().equals("sp_executesql")) {
        return null;
      }
      boolean named = word(name.end()).equals("@stmt") && isSign(name.end() + 1, "=");
      literal = name.end() + (named ? 2 : 0);
      if (at(literal + 1).text().startsWith("+")) {
        return null;
      }
    }
    String written = at(literal).type() == Token.Type.STRING ? at(literal).text() : null;
    return written == null ? null : InnerText.content(written);
  }

  /** Index behind the bracket that closes the one there; the same where none opens. */
  int behindBrackets(int index) {
    int i = index;
    int depth = 0;
    while (i < size()) {
      depth += isSign(i, "(") ? 1 : isSign(i, ")") ? -1 : 0;
      if (depth == 0) {
        return isSign(i, ")") ? i + 1 : index;
      }
      i++;
    }
    return i;
  }
}
