package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Recognises tables by the words before them, in statements that were not understood. It knows no
 * grammar and no scopes: names of WITH queries and aliases may be among the tables, and a name too
 * many is better than one too few, because rules that refuse statements go by these names.
 */
final class NamedTables {
  private static final Token NOTHING = new Token(Token.Type.SIGN, "");

  /** Words after which a table is read, in every statement. */
  private static final Set<String> READ = Set.of("join", "straight_join", "apply", "table", "only");

  /** Words that begin statements in whose clauses tables have other words before them. */
  private static final Set<String> DEFINITIONS =
      Set.of(
          "create",
          "alter",
          "drop",
          "comment",
          "grant",
          "revoke",
          "refresh",
          "security",
          "import",
          "cluster",
          "reindex",
          "vacuum",
          "analyze",
          "analyse",
          "copy",
          "lock");

  /** Words after which such statements name tables. */
  private static final Set<String> IN_DEFINITIONS =
      Set.of(
          "on",
          "like",
          "inherits",
          "inherit",
          "of",
          "partition",
          "references",
          "view",
          "index",
          "column",
          "sequence",
          "to",
          "copy",
          "cluster",
          "vacuum",
          "lock",
          "analyze",
          "analyse",
          "binary");

  /** Words that may stand before a name there, and are none without quotes. */
  private static final Set<String> BEFORE_NAMES =
      Set.of("verbose", "concurrently", "full", "freeze");

  /** Those of them after which no list comes. */
  private static final Set<String> SINGLE =
      Set.of("like", "of", "partition", "references", "to", "column");

  private static final Set<String> END_OF_LIST =
      Set.of(
          "where",
          "group",
          "having",
          "order",
          "limit",
          "offset",
          "fetch",
          "window",
          "union",
          "intersect",
          "except",
          "returning",
          "set",
          "select",
          "values",
          "when");

  private final List<Token> tokens;
  private final Findings findings;

  /** For each open bracket, and outside of all: whether a comma separates tables. */
  private final List<Boolean> lists = new ArrayList<>(List.of(false));

  private boolean begun;
  private boolean definition;
  private boolean targets;

  private NamedTables(List<Token> tokens, Findings findings) {
    this.tokens = tokens;
    this.findings = findings;
  }

  /** Adds what the tokens of one statement, or of several, name to the findings. */
  static void note(List<Token> tokens, Findings findings) {
    new NamedTables(tokens, findings).all();
  }

  private void all() {
    for (int i = 0; i < tokens.size() && findings.takesNames(); i++) {
      Token token = tokens.get(i);
      int depth = lists.size() - 1;
      if (token.isSign("(") || token.isSign("[")) {
        Token before = at(i - 1);
        boolean tables =
            lists.get(depth)
                && (before.isSign(",") || before.isSign("(") || isWordBeforeTables(before));
        lists.add(tables);
      } else if (token.isSign(")") || token.isSign("]")) {
        if (depth > 0) {
          lists.remove(depth);
        }
      } else if (token.isSign(";")) {
        lists.clear();
        lists.add(false);
        begun = false;
      } else if (token.isSign(",")) {
        if (lists.get(depth)) {
          name(i + 1, targets && depth == 0);
        }
      } else if (token.type() == Token.Type.WORD && !at(i - 1).isSign(".")) {
        word(i, lower(token), depth);
      }
    }
  }

  private static boolean isWordBeforeTables(Token token) {
    return token.is("from")
        || token.is("join")
        || token.is("using")
        || token.is("inherits")
        || token.is("lateral");
  }

  private void word(int index, String word, int depth) {
    if (!begun) {
      begun = true;
      definition = DEFINITIONS.contains(word);
    }
    switch (word) {
      case "from" -> {
        lists.set(depth, true);
        targets = false;
        name(index + 1, at(index - 1).is("delete"));
      }
      case "using" -> {
        boolean method = definition && at(index + 1).isName() && at(index + 2).isSign("(");
        if (!at(index + 1).isSign("(") && !method) {
          lists.set(depth, true);
          name(index + 1, false);
        }
      }
      case "into", "update", "truncate" -> {
        targets = word.equals("truncate");
        lists.set(depth, targets);
        int kind = 1;
        while (isKindOfTable(at(index + kind)) && at(index + kind + 1).isName()) {
          kind++;
        }
        name(index + kind, true);
        if (kind > 1) {
          name(index + kind - 1, true); // a table may be called "temp"
        }
      }
      default -> {
        if (READ.contains(word)) {
          lists.set(depth, lists.get(depth) || word.equals("table"));
          name(index + 1, false);
        } else if (definition && IN_DEFINITIONS.contains(word)) {
          lists.set(depth, lists.get(depth) || (depth == 0 && !SINGLE.contains(word)));
          name(index + 1, false);
        } else if (END_OF_LIST.contains(word)) {
          lists.set(depth, false);
        }
      }
    }
  }

  private static boolean isKindOfTable(Token token) {
    return token.is("temp")
        || token.is("temporary")
        || token.is("unlogged")
        || token.is("local")
        || token.is("global")
        || token.is("table")
        || token.is("only");
  }

  /** Notes the name that begins here, behind brackets and words that may stand before one. */
  private void name(int index, boolean written) {
    int i = behindWords(index);
    while (at(i).isSign("(") || at(i).is("lateral") || at(i).is("only")) {
      i++;
    }
    List<String> parts = new ArrayList<>();
    boolean column = at(index - 1).is("column");
    while (at(i).isName()) {
      parts.add(at(i).text());
      if (!at(i + 1).isSign(".")) {
        break;
      }
      boolean schemaLeftOut = at(i + 2).isSign(".");
      if (schemaLeftOut) {
        parts.add(null);
      }
      i += schemaLeftOut ? 3 : 2;
    }
    if (column && !parts.isEmpty()) {
      parts.remove(parts.size() - 1);
    }
    TableName name = TokenCursor.tableName(parts);
    if (name == null || isNoName(name, i)) {
      return;
    }
    if (written) {
      findings.writes(name);
    } else {
      findings.reads(name);
    }
  }

  /** The place behind options and other words that may be left out before a name. */
  private int behindWords(int index) {
    int i = index;
    if (definition && at(i).isSign("(") && isMaintenance(at(i - 1))) {
      int depth = 0;
      do {
        depth += at(i).isSign("(") ? 1 : at(i).isSign(")") ? -1 : 0;
        i++;
      } while (depth > 0 && i < tokens.size());
    }
    while (definition && at(i).type() == Token.Type.WORD) {
      if (BEFORE_NAMES.contains(lower(at(i)))
          || (at(i).is("group") && at(i - 1).is("to"))
          || at(i).is("analyze")
          || at(i).is("analyse")) {
        i++;
      } else if (at(i).is("if") && at(i + 1).is("exists")) {
        i += 2;
      } else if (at(i).is("if") && at(i + 1).is("not") && at(i + 2).is("exists")) {
        i += 3;
      } else {
        break;
      }
    }
    return i;
  }

  private static boolean isMaintenance(Token word) {
    return word.is("vacuum")
        || word.is("analyze")
        || word.is("analyse")
        || word.is("cluster")
        || word.is("reindex");
  }

  /** True if this is a keyword that cannot be a table's name, or a function that is called. */
  private boolean isNoName(TableName name, int last) {
    boolean keyword =
        name.schema() == null
            && at(last).type() == Token.Type.WORD
            && (END_OF_LIST.contains(name.table())
                || READ.contains(name.table())
                || name.table().equals("with")
                || name.table().equals("column"));
    boolean called = at(last + 1).isSign("(") && !definition && !isTarget(last);
    return keyword || called;
  }

  private boolean isTarget(int last) {
    int first = last;
    while (first > 1 && at(first - 1).isSign(".")) {
      first -= 2;
    }
    return at(first - 1).is("into");
  }

  private static String lower(Token token) {
    return token.text().toLowerCase(Locale.ROOT);
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : NOTHING;
  }
}
