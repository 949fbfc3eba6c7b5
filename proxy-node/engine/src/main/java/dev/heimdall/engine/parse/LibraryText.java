package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;

/**
 * Writes tokens as text for the library. Of PostgreSQL's syntax, what the library does not know and
 * what names neither a table nor a query is left out or written in a way that it knows; what is
 * called was found by the tokens before. So the text is not equal in meaning, only in its names.
 */
final class LibraryText {
  private static final Token NOTHING = new Token(Token.Type.SIGN, "");
  private static final Set<String> OPERATORS =
      Set.of("=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/", "%", "||", "=>");

  /** Types before literals; the library knows only some of them there. */
  private static final Set<String> TYPES =
      Set.of(
          ("bool boolean box bpchar bytea cidr circle datemultirange daterange float4 float8 inet"
                  + " int2 int4 int4multirange int4range int8 int8multirange int8range json jsonb"
                  + " jsonpath line lseg macaddr macaddr8 money name numeric nummultirange numrange"
                  + " oid pg_lsn point polygon regclass regconfig regnamespace regproc"
                  + " regprocedure regrole regtype text timestamptz timetz tsmultirange tsquery"
                  + " tsrange tstzmultirange tstzrange tsvector uuid varchar xml")
              .split(" "));

  private static final Set<String> LABELS_TO_QUOTE =
      Set.of(
          "all",
          "and",
          "any",
          "constraint",
          "default",
          "false",
          "final",
          "in",
          "is",
          "minus",
          "not",
          "null",
          "or",
          "original",
          "pct",
          "sample",
          "semi",
          "true");

  private final Dialect dialect;
  private final List<Token> tokens;
  private final StringBuilder text;
  private Token written;
  private int position;

  private LibraryText(Dialect dialect, List<Token> tokens) {
    this.dialect = dialect;
    this.tokens = tokens;
    text = new StringBuilder(tokens.size() * 8);
  }

  static String of(Dialect dialect, List<Token> tokens) {
    return new LibraryText(dialect, tokens).write();
  }

  /** How many words between INTO and the name of the table say what kind of table to make. */
  static int kindOfNewTable(List<Token> tokens, int into) {
    int words = 0;
    while (into + words + 2 < tokens.size()
        && isKindOfTable(tokens.get(into + words + 1))
        && tokens.get(into + words + 2).isName()
        && !tokens.get(into + words + 2).is("from")) {
      words++;
    }
    boolean changes =
        into > 0 && (tokens.get(into - 1).is("insert") || tokens.get(into - 1).is("merge"));
    return changes ? 0 : words;
  }

  private static boolean isKindOfTable(Token token) {
    return token.is("temp")
        || token.is("temporary")
        || token.is("unlogged")
        || token.is("local")
        || token.is("global")
        || token.is("table");
  }

  private String write() {
    while (position < tokens.size()) {
      if (dialect == Dialect.POSTGRES && rewritten()) {
        continue;
      }
      write(tokens.get(position));
      position++;
    }
    return text.toString();
  }

  /** Whether the tokens from the current one on were left out or written otherwise. */
  private boolean rewritten() {
    Token token = at(0);
    return switch (token.type()) {
      case WORD -> word(token);
      case SIGN -> sign(token);
      default -> false;
    };
  }

  private boolean word(Token token) {
    if (isAfterDot() || at(1).isSign(".")) {
      return false;
    }
    switch (token.text()) {
      case "only" -> {
        return !at(-1).is("row") && !at(-1).is("rows") && skip(1);
      }
      case "variadic" -> {
        return skip(1);
      }
      case "collate" -> {
        return at(1).isName() && skip(at(2).isSign(".") ? 4 : 2);
      }
      case "overriding" -> {
        return at(2).is("value") && skip(3);
      }
      case "using" -> {
        if (at(1).type() == Token.Type.SIGN && !at(1).isSign("(")) {
          return skip(2); // the operator to sort by
        }
        if (at(1).isSign("(")) {
          return joinColumns();
        }
      }
      case "into" -> {
        int kind = kindOfNewTable(tokens, position);
        write(token);
        return skip(1 + kind);
      }
      case "table" -> {
        if (at(1).isName() && !at(-1).is("into")) {
          write(new Token(Token.Type.WORD, "select"));
          write(new Token(Token.Type.SIGN, "*"));
          write(new Token(Token.Type.WORD, "from"));
          return skip(1);
        }
      }
      case "current" -> {
        if (at(1).is("of") && at(2).isName()) {
          write(new Token(Token.Type.NUMBER, ""));
          return skip(3);
        }
      }
      case "select" -> {
        if (isEmptySelection(at(1))) {
          write(token);
          write(new Token(Token.Type.NUMBER, ""));
          return skip(1);
        }
      }
      default -> {
        if (at(1).type() == Token.Type.STRING && TYPES.contains(token.text())) {
          return skip(1);
        }
        if (at(-1).is("as") && LABELS_TO_QUOTE.contains(token.text()) && !at(1).isSign("(")) {
          write(new Token(Token.Type.QUOTED, token.text()));
          return skip(1);
        }
      }
    }
    return false;
  }

  private boolean sign(Token token) {
    if (token.isSign("*")) {
      // Tables below this one: the usual meaning of a name, so that it says nothing.
      boolean ofTable =
          at(-1).isName()
              && (at(-2).is("from")
                  || at(-2).is("join")
                  || at(-2).is("update")
                  || at(-2).is("table")
                  || at(-2).is("only"));
      return ofTable && skip(1);
    }
    if (token.isSign("[")) {
      return (at(-1).isName() || at(-1).isSign("]")) && !at(-1).is("array") && skipSubscript();
    }
    char first = token.text().charAt(0);
    if ("~!@#%^&|`?+-*/<>=".indexOf(first) >= 0 && !OPERATORS.contains(token.text())) {
      boolean list = at(1).is("any") || at(1).is("all") || at(1).is("some");
      write(new Token(Token.Type.SIGN, list ? "=" : "+"));
      return skip(1);
    }
    return false;
  }

  /** Columns of USING, whose alias only names columns. */
  private boolean joinColumns() {
    int i = 1;
    while (!at(i).isSign(")")) {
      if (at(i) == NOTHING || at(i).is("select")) {
        return false;
      }
      i++;
    }
    if (!at(i + 1).is("as") || !at(i + 2).isName()) {
      return false;
    }
    for (int j = 0; j <= i; j++) {
      write(at(j));
    }
    return skip(i + 3);
  }

  /** A subscript without a query in it. */
  private boolean skipSubscript() {
    int depth = 0;
    int i = 0;
    do {
      if (at(i) == NOTHING || at(i).is("select")) {
        return false;
      }
      depth += at(i).isSign("[") ? 1 : at(i).isSign("]") ? -1 : 0;
      i++;
    } while (depth > 0);
    return skip(i);
  }

  private static boolean isEmptySelection(Token next) {
    return next == NOTHING
        || next.isSign(")")
        || next.is("from")
        || next.is("where")
        || next.is("union")
        || next.is("except")
        || next.is("intersect")
        || next.is("limit");
  }

  private boolean skip(int places) {
    position += places;
    return true;
  }

  private boolean isAfterDot() {
    return at(-1).isSign(".");
  }

  private Token at(int places) {
    int index = position + places;
    return index >= 0 && index < tokens.size() ? tokens.get(index) : NOTHING;
  }

  private void write(Token token) {
    boolean joined =
        written == null
            || token.isSign(".")
            || written.isSign(".")
            || (written.isSign(":") && (token.isSign(":") || token.isSign("=")));
    if (!joined) {
      text.append(' ');
    }
    switch (token.type()) {
      case WORD, SIGN -> text.append(token.text());
      case QUOTED -> text.append('"').append(token.text().replace("\"", "\"\"")).append('"');
      case STRING -> text.append("'a'");
      case NUMBER -> text.append('1');
      case PARAMETER -> text.append('?');
      case HINT, OPAQUE -> throw new IllegalStateException(token.type().name());
    }
    written = token;
  }
}
