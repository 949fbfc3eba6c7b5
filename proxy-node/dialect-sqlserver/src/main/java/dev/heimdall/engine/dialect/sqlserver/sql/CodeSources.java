package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.dialect.sqlserver.sql.CodeTokens.Name;
import dev.heimdall.engine.sql.FunctionName;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Finds what the rows of code come from besides tables that are known: tables and functions that no
 * catalogue has, as those of the server, and rows that need not be committed. Used once.
 */
final class CodeSources {
  /** Hints by which rows are read that may be rolled back, or left out that are there. */
  private static final Set<String> UNSETTLED =
      Set.of("nolock", "readuncommitted", "readpast", "tablesample");

  /** Words ahead of a bracket that call nothing, besides those of statements. */
  private static final Set<String> UNCALLED =
      Set.of(
          "auto",
          "binary",
          "datetime2",
          "datetimeoffset",
          "forceseek",
          "hash",
          "hint",
          "index",
          "nvarchar",
          "path",
          "raw",
          "returns",
          "root",
          "varbinary",
          "xmlnamespaces");

  /** Methods of XML, which an expression has. */
  private static final Set<String> METHODS = Set.of("exist", "modify", "nodes", "query", "value");

  private static final Set<String> END_OF_FROM =
      Set.of(
          "except",
          "for",
          "group",
          "having",
          "intersect",
          "option",
          "order",
          "select",
          "set",
          "union",
          "values",
          "where",
          "window");

  private final CodeTokens tokens;
  private final CodeNames names;
  private final BitSet places = new BitSet();
  private final Set<String> queries = new HashSet<>();

  CodeSources(CodeTokens tokens, CodeNames names) {
    this.tokens = tokens;
    this.names = names;
  }

  /** True if words of a statement say that it reads rows which need not be there. */
  static boolean isUnsettled(String word) {
    return UNSETTLED.contains(word);
  }

  /**
   * The names of functions that stand for what was found.
   *
   * @param from index of the first token of the code
   */
  Set<FunctionName> found(int from) {
    Set<FunctionName> found = new LinkedHashSet<>();
    places(from);
    for (int i = from; i < tokens.size(); i++) {
      String word = tokens.word(i);
      if (isUnsettled(word)) {
        found.add(SqlServerSql.UNSETTLED);
      }
      boolean unknown = tokens.beginsName(i) && isUnknown(tokens.name(i), i);
      if (unknown || word.equals("system_time")) {
        found.add(SqlServerSql.UNKNOWN_SOURCE);
      }
    }
    return found;
  }

  /** Notes where tables are named, and the names of queries. */
  private void places(int from) {
    BitSet inFrom = new BitSet();
    int depth = 0;
    for (int i = from; i < tokens.size(); i++) {
      String word = tokens.word(i);
      if (tokens.isSign(i, "(")) {
        depth++;
        inFrom.clear(depth);
      } else if (tokens.isSign(i, ")")) {
        depth -= depth > 0 ? 1 : 0;
      } else if (END_OF_FROM.contains(word)) {
        inFrom.clear(depth);
      } else if (word.equals("from")) {
        inFrom.set(depth);
      }
      boolean next = tokens.isSign(i, ",") ? inFrom.get(depth) : isAheadOfTable(word);
      if (next) {
        places.set(i + 1);
      }
      if (tokens.beginsName(i)) {
        Name name = tokens.name(i);
        if (name.size() == 1 && isQuery(name.end())) {
          queries.add(name.last());
        }
      }
    }
  }

  private static boolean isAheadOfTable(String word) {
    return switch (word) {
      case "from", "join", "apply", "using" -> true;
      default -> false;
    };
  }

  /** True if a query follows that has the name ahead. */
  private boolean isQuery(int end) {
    int behind = tokens.isSign(end, "(") ? tokens.behindBrackets(end) : end;
    return tokens.word(behind).equals("as") && tokens.isSign(behind + 1, "(");
  }

  private boolean isUnknown(Name name, int at) {
    String word = tokens.word(at);
    if (name.isVariable() || SqlServerSyntax.isKeyword(word)) {
      return false;
    }
    if (tokens.isSign(name.end(), "(")) {
      return !isAlias(at) && !isQuery(name.end()) && !isFunction(name, at, word);
    }
    if (!places.get(at) || (name.size() == 1 && queries.contains(name.last()))) {
      return false;
    }
    boolean here = name.size() < 3 || name.before(2) == null || names.isOwn(name.before(2));
    return !here || name.size() > 3 || !names.isTable(name.before(1), name.last());
  }

  /** True if it is behind a bracket: the name of what is in that, with its columns. */
  private boolean isAlias(int at) {
    return tokens.isSign(tokens.word(at - 1).equals("as") ? at - 2 : at - 1, ")");
  }

  private boolean isFunction(Name name, int at, String word) {
    if (name.size() > 1 && METHODS.contains(name.last())) {
      return true;
    }
    boolean ofTable = places.get(at);
    boolean called =
        !SqlServerSyntax.UNCALLED.contains(word) && !(UNCALLED.contains(word) && !ofTable);
    return !called || names.isFunction(name.before(1), name.last());
  }
}
