package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Walks over the tokens of one statement. */
public final class TokenCursor {
  public static final Token NOTHING = new Token(Token.Type.SIGN, "");

  private final List<Token> tokens;
  private int position;

  public TokenCursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** The current token; a sign without text at the end. */
  public Token token() {
    return at(position);
  }

  /** The current token as a keyword may be spelled, in small letters; empty where it is none. */
  public String keyword() {
    return keyword(0);
  }

  /** As the other, of the token so many places on. */
  public String keyword(int places) {
    Token token = ahead(places);
    boolean part = ahead(places - 1).isSign(".") || ahead(places + 1).isSign(".");
    return token.type() != Token.Type.WORD || part ? "" : token.text().toLowerCase(Locale.ROOT);
  }

  public int position() {
    return position;
  }

  public void moveTo(int index) {
    position = index;
  }

  /** The token so many places on, or back. */
  public Token ahead(int places) {
    return at(position + places);
  }

  /** True if one of these words, in small letters, stands anywhere behind. */
  public boolean isBehind(Set<String> words) {
    for (int i = position + 1; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.type() == Token.Type.WORD
          && words.contains(token.text().toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : NOTHING;
  }

  public boolean atEnd() {
    return position >= tokens.size();
  }

  public void advance() {
    position++;
  }

  /** Moves on if the current token is this word, and says whether it was. */
  public boolean accept(String word) {
    if (!token().is(word)) {
      return false;
    }
    position++;
    return true;
  }

  public boolean acceptSign(String sign) {
    if (!token().isSign(sign)) {
      return false;
    }
    position++;
    return true;
  }

  /** Past the bracket that closes the current one, which must open one. */
  public void skipBrackets() {
    int depth = 0;
    do {
      if (token().isSign("(")) {
        depth++;
      } else if (token().isSign(")")) {
        depth--;
      }
      position++;
    } while (depth > 0 && !atEnd());
  }

  /** Remaining tokens, the current one first. */
  public List<Token> rest() {
    return tokens.subList(Math.min(position, tokens.size()), tokens.size());
  }

  /** The tokens between the current bracket and the one that closes it; moves past both. */
  public List<Token> bracketed() {
    int start = position;
    skipBrackets();
    return tokens.subList(start + 1, Math.max(start + 1, position - 1));
  }

  /** Elements of the list that is left: its tokens between the commas outside brackets. */
  public List<List<Token>> elements() {
    List<List<Token>> elements = new ArrayList<>();
    List<Token> element = new ArrayList<>();
    int depth = 0;
    for (Token token : rest()) {
      depth += token.isSign("(") ? 1 : token.isSign(")") ? -1 : 0;
      if (depth == 0 && token.isSign(",")) {
        elements.add(element);
        element = new ArrayList<>();
      } else {
        element.add(token);
      }
    }
    elements.add(element);
    return elements;
  }

  /** Moves past IF EXISTS or IF NOT EXISTS, if it stands here; false where only a part does. */
  public boolean passIfExists() {
    if (accept("if")) {
      accept("not");
      return accept("exists");
    }
    return true;
  }

  /** The name that begins here, or null; moves past it. */
  public TableName tableName() {
    List<String> parts = new ArrayList<>();
    do {
      if (!token().isName()) {
        return null;
      }
      parts.add(token().text());
      position++;
      if (token().isSign(".") && ahead(1).isSign(".")) {
        parts.add(null); // the schema may be left out: database..table
        position++;
      }
    } while (acceptSign("."));
    return tableName(parts);
  }

  /** A name of one to three parts; null for others. */
  public static TableName tableName(List<String> parts) {
    int n = parts.size();
    return n < 1 || n > 3
        ? null
        : new TableName(
            n > 2 ? parts.get(n - 3) : null, n > 1 ? parts.get(n - 2) : null, parts.get(n - 1));
  }
}
