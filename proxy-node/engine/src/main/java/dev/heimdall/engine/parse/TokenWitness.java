package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads a query's tokens once more, knowing nothing but where names of tables stand, to find what
 * the library did not.
 */
final class TokenWitness {
  private static final Token NOTHING = new Token(Token.Type.SIGN, "");
  private static final Set<String> END_OF_FROM =
      Set.of(
          "where",
          "group",
          "having",
          "order",
          "limit",
          "offset",
          "fetch",
          "for",
          "window",
          "union",
          "intersect",
          "except",
          "returning",
          "set",
          "select",
          "values",
          "when",
          "on_conflict");
  private static final Set<String> ARGUMENT_FROM =
      Set.of("extract", "substring", "trim", "overlay", "position", "normalize", "substr");

  /** Reserved words of SQL Server that begin a statement and stand inside no query. */
  private static final Set<String> BATCH =
      Set.of(
          ("alter backup begin bulk checkpoint close commit create dbcc deallocate declare deny drop"
                  + " dump exec execute fetch goto grant if kill load open openquery openrowset"
                  + " opendatasource print raiserror readtext reconfigure restore return revert"
                  + " revoke rollback save setuser shutdown throw truncate updatetext use waitfor"
                  + " while writetext")
              .split(" "));

  private final Dialect dialect;
  private final List<Token> tokens;

  TokenWitness(Dialect dialect, List<Token> tokens) {
    this.dialect = dialect;
    this.tokens = tokens;
  }

  /** Whether rows are locked, or might be. */
  static boolean locks(List<Token> tokens, Dialect dialect) {
    for (int i = 0; i + 1 < tokens.size(); i++) {
      Token next = tokens.get(i + 1);
      if (tokens.get(i).is("for")
          && (next.is("update") || next.is("share") || next.is("no") || next.is("key"))) {
        return true;
      }
      if (dialect == Dialect.MYSQL && tokens.get(i).is("lock") && next.is("in")) {
        return true;
      }
      if (dialect == Dialect.SQLSERVER && isLockHint(tokens.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLockHint(Token token) {
    return token.type() == Token.Type.WORD
        && Set.of(
                "updlock",
                "xlock",
                "holdlock",
                "tablock",
                "tablockx",
                "serializable",
                "paglock",
                "rowlock",
                "repeatableread")
            .contains(token.text().toLowerCase(Locale.ROOT));
  }

  /** Whether a second statement begins here, without a semicolon before it. */
  private boolean beginsAnother(int index) {
    return dialect == Dialect.SQLSERVER
        && index > 0
        && BATCH.contains(at(index).text().toLowerCase(Locale.ROOT));
  }

  /** Whether everything that stands where a table would is among the names. */
  boolean agrees(SyntaxTree.Names names) {
    Set<String> known = new HashSet<>(names.queries());
    names.reads().forEach(name -> known.add(name.spelled()));
    names.writes().forEach(name -> known.add(name.spelled()));
    names.functions().forEach(name -> known.add(name.toString()));
    List<Boolean> inFrom = new ArrayList<>(List.of(false));
    List<String> before = new ArrayList<>(List.of(""));
    int changes = 0;
    int targets = 0;
    int kinds = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      kinds--;
      int depth = inFrom.size() - 1;
      if (token.isSign("(") || token.isSign("[")) {
        Token caller = at(i - 1);
        boolean fromItem = inFrom.get(depth) && isFromOpener(i);
        inFrom.add(fromItem);
        before.add(caller.type() == Token.Type.WORD ? caller.text().toLowerCase(Locale.ROOT) : "");
        continue;
      }
      if (token.isSign(")") || token.isSign("]")) {
        if (depth > 0) {
          inFrom.remove(depth);
          before.remove(depth);
        }
        continue;
      }
      if (token.isSign(",")) {
        if (inFrom.get(depth) && !isKnown(i + 1, known)) {
          return false;
        }
        continue;
      }
      if (token.type() != Token.Type.WORD || at(i - 1).isSign(".") || at(i + 1).isSign(".")) {
        continue;
      }
      if (beginsAnother(i)) {
        return false;
      }
      String word = token.text().toLowerCase(Locale.ROOT);
      switch (word) {
        case "from" -> {
          boolean comparison =
              at(i - 1).is("distinct") && (at(i - 2).is("is") || at(i - 2).is("not"));
          if (!comparison && !ARGUMENT_FROM.contains(before.get(depth))) {
            inFrom.set(depth, true);
            if (!isKnown(i + 1, known)) {
              return false;
            }
          }
        }
        case "join", "straight_join", "apply" -> {
          if (!isKnown(i + 1, known)) {
            return false;
          }
        }
        case "using" -> {
          if (at(i + 1).isName()) {
            inFrom.set(depth, true);
            if (!at(i + 1).is("select") && !isKnown(i + 1, known)) {
              return false;
            }
          }
        }
        case "into" -> {
          int kind = dialect == Dialect.POSTGRES ? LibraryText.kindOfNewTable(tokens, i) : 0;
          kinds = kind + 1;
          if (!at(i - 1).is("insert") && !at(i - 1).is("merge") && !at(i - 1).is("replace")) {
            targets++;
          }
          if (!isKnown(i + 1 + kind, known)) {
            return false;
          }
        }
        case "insert", "delete", "merge", "update", "replace" -> {
          if (changesRows(i, word)) {
            changes++;
          }
          if (word.equals("update") && changesRows(i, word) && !isKnown(i + 1, known)) {
            return false;
          }
        }
        case "table" -> {
          boolean ofInto = kinds > 0;
          if (!ofInto && at(i + 1).isName() && !isKnown(i + 1, known)) {
            return false;
          }
        }
        default -> {
          if (END_OF_FROM.contains(word)) {
            inFrom.set(depth, false);
          }
        }
      }
    }
    return changes <= names.changes() && targets <= names.targets();
  }

  /** Whether the bracket at {@code index} can hold joins: it stands where a table would. */
  private boolean isFromOpener(int index) {
    Token before = at(index - 1);
    return before.is("from") || before.is("join") || before.isSign(",") || before.isSign("(");
  }

  private boolean changesRows(int index, String word) {
    Token before = at(index - 1);
    boolean begins =
        index == 0
            || before.isSign("(")
            || before.isSign(")")
            || (dialect == Dialect.SQLSERVER && !before.is("then") && !before.is("for"));
    if (!begins) {
      return false;
    }
    Token next = at(index + 1);
    return switch (word) {
      case "insert", "merge", "replace" -> next.is("into") || next.isName();
      case "delete" -> next.is("from") || next.isName();
      default -> next.isName();
    };
  }

  /** Whether what stands at a table's place is known; nothing is to be known of a sub-query. */
  private boolean isKnown(int index, Set<String> known) {
    int i = index;
    while (at(i).isSign("(") || at(i).is("lateral") || at(i).is("only") || isRowsFrom(i)) {
      i += isRowsFrom(i) ? 2 : 1;
    }
    Token token = at(i);
    if (token.is("select") || token.is("values") || token.is("with") || token.is("table")) {
      return true;
    }
    List<String> parts = new ArrayList<>();
    while (at(i).isName()) {
      parts.add(at(i).text());
      if (!at(i + 1).isSign(".")) {
        break;
      }
      i += at(i + 2).isSign(".") ? 3 : 2; // the schema may be left out: database..table
    }
    TableName name = TokenCursor.tableName(parts);
    if (name == null) {
      return false;
    }
    boolean called = at(i + 1).isSign("(");
    return known.contains(name.spelled())
        || (called
            && known.contains(
                name.schema() == null ? name.table() : name.schema() + "." + name.table()));
  }

  private boolean isRowsFrom(int index) {
    return at(index).is("rows") && at(index + 1).is("from");
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : NOTHING;
  }
}
