package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Locale;

/**
 * Target of a change of rows that is named by its alias, which stands with a table further behind,
 * or by the name of a query, whose tables then change.
 */
final class AliasedTarget {
  private static final Token NOTHING = new Token(Token.Type.SIGN, "");

  private final List<Token> tokens;

  private AliasedTarget(List<Token> statement) {
    tokens = statement;
  }

  /** Notes the tables that a statement changes by other names. */
  static void note(List<Token> statement, Findings findings) {
    new AliasedTarget(statement).note(findings);
  }

  private void note(Findings findings) {
    int target = target();
    if (!at(target).isName() || at(target + 1).isSign(".")) {
      return;
    }
    String name = FoldedName.of(at(target).text());
    for (int i = 0; i < tokens.size(); i++) {
      boolean part = at(i - 1).isSign(".") || at(i + 1).isSign(".");
      if (i != target && at(i).isName() && !part && name.equals(FoldedName.of(at(i).text()))) {
        standsFor(i, findings);
      }
    }
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : NOTHING;
  }

  /** Index of the name of what is changed; beyond the end where nothing is. */
  private int target() {
    int i = 0;
    if (at(0).is("with")) {
      int depth = 0;
      while (i < tokens.size() && (depth > 0 || !isVerb(at(i)))) {
        depth += at(i).isSign("(") ? 1 : at(i).isSign(")") ? -1 : 0;
        i++;
      }
    }
    if (!isVerb(at(i))) {
      return tokens.size();
    }
    i++;
    if (at(i).is("top")) {
      i = at(i + 1).isSign("(") ? behindBrackets(i + 1) : i + 2;
      i += at(i).is("percent") ? 1 : 0;
    }
    return at(i).is("into") || at(i).is("from") ? i + 1 : i;
  }

  private static boolean isVerb(Token token) {
    return token.is("update") || token.is("delete") || token.is("merge") || token.is("insert");
  }

  private int behindBrackets(int index) {
    int depth = 0;
    int i = index;
    do {
      depth += at(i).isSign("(") ? 1 : at(i).isSign(")") ? -1 : 0;
      i++;
    } while (i < tokens.size() && depth > 0);
    return i;
  }

  /** Looks at a place where the name stands, other than that of the target. */
  private void standsFor(int index, Findings findings) {
    int next = at(index + 1).isSign("(") ? behindBrackets(index + 1) : index + 1;
    int before = at(index - 1).is("as") ? index - 2 : index - 1;
    boolean query = at(next).is("as") && at(next + 1).isSign("(");
    TableName table = isTable(at(before)) ? table(before) : null;
    if (table != null) {
      findings.writes(table);
    } else if (query || at(before).isSign(")") || isTable(at(before))) {
      findings.uncertain(StatementClass.WRITE, "changes rows of a query");
    }
  }

  private static boolean isTable(Token token) {
    return token.isName()
        && (token.type() == Token.Type.QUOTED
            || !SqlServerSyntax.isKeyword(token.text().toLowerCase(Locale.ROOT)));
  }

  /** The name that ends there; null for one of another server. */
  private TableName table(int last) {
    int first = last;
    while (at(first - 1).isSign(".")) {
      first -= at(first - 2).isName() ? 2 : 1;
    }
    return new TokenCursor(tokens.subList(first, last + 1)).tableName();
  }
}
