package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.Token;
import java.util.ArrayList;
import java.util.List;

/**
 * Leaves out of PostgreSQL's queries what the library does not know and what names neither a table
 * nor a function: words that may be written or not, and clauses about columns alone. What is left
 * reads and writes the same, except that rows are not locked.
 */
final class PlainGrammar {
  private static final Token NOTHING = new Token(Token.Type.SIGN, "");

  private final List<Token> tokens;
  private final List<Token> plain;
  private int position;

  /** For each open bracket of a ROWS FROM how many brackets are open in it. */
  private final List<Integer> rowsFrom = new ArrayList<>(0);

  private PlainGrammar(List<Token> tokens) {
    this.tokens = tokens;
    plain = new ArrayList<>(tokens.size());
  }

  static List<Token> of(List<Token> tokens) {
    PlainGrammar grammar = new PlainGrammar(tokens);
    grammar.read();
    return grammar.plain;
  }

  private void read() {
    while (position < tokens.size()) {
      Token token = at(0);
      int left = 0;
      if (token.type() == Token.Type.WORD && !at(-1).isSign(".") && !at(1).isSign(".")) {
        left = leftOut(token);
      } else if (token.isSign("(") || token.isSign(")")) {
        left = bracket(token);
      }
      if (left == 0) {
        plain.add(token);
        left = 1;
      }
      position += left;
    }
  }

  /** How many tokens from here on say nothing; 0 if this one says something. */
  private int leftOut(Token word) {
    return switch (word.text()) {
      case "distinct", "all" -> at(-1).is("by") && at(-2).is("group") ? 1 : 0;
      case "materialized" -> at(-1).is("as") && at(1).isSign("(") ? 1 : 0;
      case "not" -> at(-1).is("as") && at(1).is("materialized") && at(2).isSign("(") ? 2 : 0;
      case "overriding" -> (at(1).is("user") || at(1).is("system")) && at(2).is("value") ? 3 : 0;
      case "rollup", "cube" -> at(1).isSign("(") && isGrouping() ? 1 : 0;
      case "row" -> at(-1).isSign("=") && at(1).isSign("(") ? 1 : 0;
      case "only" -> bracketedName();
      case "for" -> locking();
      case "cycle" -> at(-1).isSign(")") ? cycle() : 0;
      case "repeatable" -> repeatable();
      case "rows" -> rowsFrom();
      case "with" -> at(1).is("ordinality") ? 2 : 0;
      case "as" -> at(1).isSign("(") && isOfRowsFrom() ? 1 + brackets(1) : 0;
      default -> 0;
    };
  }

  /** Whether this stands where GROUP BY has an element, and not an expression. */
  private boolean isGrouping() {
    boolean first = at(-1).is("by") || at(-1).is("distinct") || at(-1).is("all");
    if (!first && !at(-1).isSign(",") && !at(-1).isSign("(")) {
      return false;
    }
    int depth = 0;
    for (int i = -1; position + i > 0; i--) {
      Token token = at(i);
      if (token.isSign(")")) {
        depth++;
      } else if (token.isSign("(") && depth > 0) {
        depth--;
      } else if (token.isSign("(") && !at(i - 1).is("sets")) {
        return false;
      } else if (depth == 0 && token.is("by")) {
        return at(i - 1).is("group");
      } else if (depth == 0 && (token.is("select") || token.is("having"))) {
        return false;
      }
    }
    return false;
  }

  /** {@code ONLY (t)}, of which the name is left. */
  private int bracketedName() {
    if (!at(1).isSign("(") || !at(2).isName() || at(2).is("select")) {
      return 0;
    }
    int end = 3;
    while (at(end).isSign(".") && at(end + 1).isName()) {
      end += 2;
    }
    if (!at(end).isSign(")")) {
      return 0;
    }
    for (int i = 2; i < end; i++) {
      plain.add(at(i));
    }
    return end + 1;
  }

  private int locking() {
    int end;
    if (at(1).is("read") && at(2).is("only")) {
      return 3;
    } else if (at(1).is("update") || at(1).is("share")) {
      end = 2;
    } else if (at(1).is("key") && at(2).is("share")) {
      end = 3;
    } else if (at(1).is("no") && at(2).is("key") && at(3).is("update")) {
      end = 4;
    } else {
      return 0;
    }
    if (at(end).is("of")) {
      end = names(end + 1);
    }
    if (at(end).is("nowait")) {
      end++;
    } else if (at(end).is("skip") && at(end + 1).is("locked")) {
      end += 2;
    }
    return end;
  }

  private int cycle() {
    int end = names(1);
    if (!at(end).is("set") || !at(end + 1).isName()) {
      return 0;
    }
    end += 2;
    if (at(end).is("to")) {
      if (!isConstant(at(end + 1)) || !at(end + 2).is("default") || !isConstant(at(end + 3))) {
        return 0;
      }
      end += 4;
    }
    return at(end).is("using") && at(end + 1).isName() ? end + 2 : 0;
  }

  private static boolean isConstant(Token token) {
    return token.type() == Token.Type.STRING
        || token.type() == Token.Type.NUMBER
        || token.is("true")
        || token.is("false")
        || token.is("null");
  }

  /** Behind the arguments of TABLESAMPLE; a seed that is computed stays. */
  private int repeatable() {
    boolean seed =
        at(-1).isSign(")")
            && at(1).isSign("(")
            && (isConstant(at(2)) || at(2).type() == Token.Type.PARAMETER)
            && at(3).isSign(")");
    return seed ? 4 : 0;
  }

  private int rowsFrom() {
    boolean query = at(3).is("select") || at(3).is("values") || at(3).is("with");
    boolean list = at(1).is("from") && at(2).isSign("(") && at(3).isName() && !query;
    int called = list ? 4 : 0;
    while (list && at(called).isSign(".") && at(called + 1).isName()) {
      called += 2;
    }
    if (!list || !at(called).isSign("(")) {
      return 0;
    }
    rowsFrom.add(0);
    return 3;
  }

  /** Whether this stands directly in a ROWS FROM, behind one of its functions. */
  private boolean isOfRowsFrom() {
    return !rowsFrom.isEmpty() && rowsFrom.get(rowsFrom.size() - 1) == 0;
  }

  private int bracket(Token token) {
    if (rowsFrom.isEmpty()) {
      return 0;
    }
    int last = rowsFrom.size() - 1;
    int depth = rowsFrom.get(last) + (token.isSign("(") ? 1 : -1);
    if (depth < 0) {
      rowsFrom.remove(last);
      return 1;
    }
    rowsFrom.set(last, depth);
    return 0;
  }

  /** The place behind a list of names that begins here. */
  private int names(int from) {
    int i = from;
    while (at(i).isName()) {
      i++;
      if (!at(i).isSign(",") && !at(i).isSign(".")) {
        break;
      }
      i++;
    }
    return i;
  }

  /** How many tokens a pair of brackets has with all that is in it. */
  private int brackets(int from) {
    int depth = 0;
    int i = from;
    do {
      depth += at(i).isSign("(") ? 1 : at(i).isSign(")") ? -1 : 0;
      i++;
    } while (depth > 0 && at(i) != NOTHING);
    return i - from;
  }

  private Token at(int places) {
    int index = position + places;
    return index >= 0 && index < tokens.size() ? tokens.get(index) : NOTHING;
  }
}
