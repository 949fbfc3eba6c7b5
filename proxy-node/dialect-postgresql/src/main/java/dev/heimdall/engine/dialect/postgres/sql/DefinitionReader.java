package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableDefinitions;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads PostgreSQL's statements that make, change and drop things. Only tables and views are
 * understood, and only where the text names all that is touched; of others, the table that they
 * hang on is noted.
 */
final class DefinitionReader {
  private static final Set<String> BEFORE_KIND =
      Set.of("or", "replace", "unlogged", "unique", "global", "local", "temp", "temporary");

  private static final Set<String> COMPUTED =
      Set.of("domain", "foreign", "index", "materialized", "schema", "statistics", "table", "type");

  private final Findings findings;
  private final Consumer<TokenCursor> query;

  /** A reader that gives the query of a table or view to {@code query}. */
  DefinitionReader(Findings findings, Consumer<TokenCursor> query) {
    this.findings = findings;
    this.query = query;
  }

  /**
   * True if a statement that defines something computes values while it does so, or builds what has
   * to be computed: of others, what looks like a call is only a name.
   */
  static boolean computes(List<Token> statement) {
    List<String> words =
        statement.stream()
            .filter(token -> token.type() == Token.Type.WORD)
            .limit(4)
            .map(Token::text)
            .filter(word -> !BEFORE_KIND.contains(word))
            .toList();
    return words.isEmpty()
        || switch (words.get(0)) {
          case "create", "alter" -> words.size() < 2 || COMPUTED.contains(words.get(1));
          case "drop", "comment", "grant", "revoke", "import", "reassign", "security" -> false;
          default -> true;
        };
  }

  void read(TokenCursor cursor) {
    TableDefinitions plain = PlainDefinition.of(cursor.rest());
    findings.kind(StatementClass.DDL);
    boolean understood =
        switch (cursor.token().text()) {
          case "create" -> create(cursor);
          case "drop" -> drop(cursor);
          case "alter" -> alter(cursor);
          default -> false;
        };
    if (!understood) {
      findings.uncertain(StatementClass.DDL);
    }
    if (plain != null) {
      findings.defines(plain);
    }
  }

  private boolean create(TokenCursor cursor) {
    cursor.advance();
    if (cursor.accept("or")) {
      cursor.accept("replace");
    }
    boolean more;
    do {
      more =
          cursor.accept("global")
              || cursor.accept("local")
              || cursor.accept("temp")
              || cursor.accept("temporary")
              || cursor.accept("unlogged")
              || cursor.accept("recursive")
              || cursor.accept("materialized");
    } while (more);
    boolean view = cursor.accept("view");
    if (view || cursor.accept("table")) {
      return tableOrView(cursor, view);
    }
    if (cursor.accept("schema")) {
      // Without what may be made in it at once.
      return cursor.rest().stream().noneMatch(token -> token.is("create") || token.is("grant"));
    }
    if (cursor.accept("index") || cursor.ahead(1).is("index") || isTrigger(cursor)) {
      while (!cursor.atEnd() && !cursor.accept("on")) {
        cursor.advance();
      }
      cursor.accept("only");
      written(cursor);
    }
    return false;
  }

  private static boolean isTrigger(TokenCursor cursor) {
    return cursor.token().is("trigger") || cursor.ahead(1).is("trigger");
  }

  private boolean tableOrView(TokenCursor cursor, boolean view) {
    if (cursor.accept("if")) {
      cursor.advance();
      cursor.advance();
    }
    if (!written(cursor)) {
      return false;
    }
    while (!cursor.atEnd()) {
      if (cursor.token().isSign("(")) {
        List<Token> bracketed = cursor.bracketed();
        if (!view && mentionsOthers(bracketed)) {
          return false;
        }
      } else if (cursor.accept("as")) {
        query.accept(new TokenCursor(withoutOptions(cursor.rest())));
        return true;
      } else if (mentionsOthers(List.of(cursor.token()))) {
        return false;
      } else {
        cursor.advance();
      }
    }
    return !view;
  }

  /** Words that take other tables, or what they have, into a new one. */
  private static boolean mentionsOthers(List<Token> definition) {
    return definition.stream()
        .anyMatch(
            token ->
                token.is("references")
                    || token.is("like")
                    || token.is("inherits")
                    || token.is("of")
                    || token.is("partition"));
  }

  /** Removes options that may follow the query of a table or view. */
  private static List<Token> withoutOptions(List<Token> tokens) {
    int n = tokens.size();
    for (int i = Math.max(0, n - 4); i < n; i++) {
      boolean data = tokens.get(n - 1).is("data") && n - i <= 3;
      boolean check = tokens.get(n - 1).is("option") && n - i <= 4;
      if (tokens.get(i).is("with") && (data || check)) {
        return tokens.subList(0, i);
      }
    }
    return tokens;
  }

  private boolean drop(TokenCursor cursor) {
    cursor.advance();
    cursor.accept("materialized");
    cursor.accept("foreign");
    boolean known = cursor.accept("table") || cursor.accept("view") || cursor.accept("sequence");
    if (!known) {
      return false;
    }
    if (cursor.accept("if")) {
      cursor.accept("exists");
    }
    do {
      if (!written(cursor)) {
        return false;
      }
    } while (cursor.acceptSign(","));
    cursor.accept("restrict");
    return cursor.atEnd();
  }

  private boolean alter(TokenCursor cursor) {
    cursor.advance();
    cursor.accept("foreign");
    cursor.accept("materialized");
    if (cursor.accept("table") || cursor.accept("view") || cursor.accept("sequence")) {
      if (cursor.accept("if")) {
        cursor.accept("exists");
      }
      cursor.accept("only");
      written(cursor);
    }
    return false;
  }

  private boolean written(TokenCursor cursor) {
    TableName name = cursor.tableName();
    if (name != null) {
      findings.writes(name);
    }
    return name != null;
  }
}
