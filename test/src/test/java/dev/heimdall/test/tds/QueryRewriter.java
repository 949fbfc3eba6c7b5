package dev.heimdall.test.tds;

import dev.heimdall.test.tds.TsqlToken.Kind;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Turns the words of a T-SQL query into the engine's SQL, its variables into parameters. */
final class QueryRewriter {
  private static final Set<String> WITHOUT_PARENTHESES =
      Set.of("system_user", "session_user", "current_user");
  private static final Set<String> HINTS =
      Set.of(
          "nolock",
          "readuncommitted",
          "updlock",
          "xlock",
          "holdlock",
          "rowlock",
          "tablock",
          "tablockx",
          "paglock",
          "readpast",
          "readcommitted",
          "repeatableread",
          "serializable",
          "nowait",
          "index",
          "snapshot");

  private final TdsSession session;
  private final Scope scope;
  private final SessionFunctions functions;
  private final SystemViews views;
  private final StringBuilder sql = new StringBuilder();
  private final List<Object> parameters = new ArrayList<>();
  private final Deque<String> parentheses = new ArrayDeque<>();
  private List<TsqlToken> words = List.of();
  private boolean definition;
  private boolean locking;
  private boolean bits;
  private int at;

  QueryRewriter(TdsSession session, Scope scope) {
    this.session = session;
    this.scope = scope;
    this.functions = new SessionFunctions(session);
    this.views = new SystemViews(session);
  }

  String sql() {
    return sql.toString();
  }

  List<Object> parameters() {
    return parameters;
  }

  /** If a hint asks for locks of what is read. */
  boolean locking() {
    return locking;
  }

  QueryRewriter raw(String text) {
    sql.append(text).append(' ');
    return this;
  }

  /** Types of columns are the engine's from here. */
  QueryRewriter definition() {
    definition = true;
    return this;
  }

  QueryRewriter words(List<TsqlToken> query) {
    words = query;
    at = 0;
    while (at < words.size()) {
      word(words.get(at));
    }
    return this;
  }

  private TsqlToken peek(int ahead) {
    int position = at + ahead;
    return position < words.size() ? words.get(position) : new TsqlToken(Kind.END, "", 0, 0, 0);
  }

  private void word(TsqlToken token) {
    if (peek(1).isAny("&", "|") && !bits) {
      // Bits of what stands directly on both sides.
      raw(peek(1).is("&") ? "BITAND(" : "BITOR(");
      bits = true;
      word(token);
      at++;
      raw(",");
      word(peek(0));
      raw(")");
      bits = false;
      return;
    }
    switch (token.kind()) {
      case VARIABLE -> {
        at++;
        String table = scope.tables.get(token.lower());
        if (table != null) {
          raw("\"" + table + "\"");
        } else {
          Scope.Variable variable = scope.variable(token.text());
          value(new SessionFunctions.Value(variable.type, variable.value));
        }
      }
      case GLOBAL -> {
        at++;
        value(functions.global(token.lower()));
      }
      case STRING -> {
        at++;
        raw("'" + token.text().replace("'", "''") + "'");
      }
      case BINARY -> {
        at++;
        raw("X'" + (token.text().length() % 2 == 0 ? "" : "0") + token.text() + "'");
      }
      case QUOTED -> name();
      case WORD -> {
        if (!keyword(token)) {
          name();
        }
      }
      default -> {
        at++;
        if (token.is("(")) {
          parentheses.push("");
        } else if (token.is(")") && !parentheses.isEmpty()) {
          close(parentheses.pop());
          return;
        }
        raw(
            token.is("!=")
                ? "<>"
                : token.isAny("+=", "-=", "*=", "/=") ? compound(token) : token.text());
      }
    }
  }

  /** The column stands ahead of the sign. */
  private String compound(TsqlToken sign) {
    return "= " + quoted(words.get(at - 2).text()) + " " + sign.text().charAt(0);
  }

  private void close(String function) {
    raw(function.equals("count") && !peek(0).is("OVER") ? ") AS INTEGER)" : ")");
  }

  private void value(SessionFunctions.Value value) {
    Object bound = value.value();
    String type = value.type().h2();
    if (bound instanceof String text && type.equals("CLOB") && text.length() <= 4000) {
      type = "VARCHAR(" + Math.max(1, text.length()) + ")";
    }
    if (bound instanceof byte[] bytes && type.equals("BLOB") && bytes.length <= 8000) {
      type = "VARBINARY(" + Math.max(1, bytes.length) + ")";
    }
    raw("CAST(? AS " + type + ")");
    parameters.add(bound);
  }

  /** Words with a meaning of their own; true if it was one. */
  private boolean keyword(TsqlToken token) {
    String word = token.lower();
    if (word.equals("with") && peek(1).is("(") && HINTS.contains(peek(2).lower())) {
      while (!peek(0).is(")")) {
        locking |= peek(0).isAny("UPDLOCK", "XLOCK", "TABLOCKX");
        at++;
      }
      at++;
      return true;
    }
    if (word.equals("as") && "cast".equals(parentheses.peek())) {
      at++;
      raw("AS");
      type();
      return true;
    }
    if (definition && (word.equals("clustered") || word.equals("nonclustered"))) {
      at++;
      return true;
    }
    if (definition && word.equals("constraint") && peek(2).is("DEFAULT")) {
      at += 2;
      return true;
    }
    if (definition && !parentheses.isEmpty() && SqlType.of(word) != null && at > 0) {
      boolean column = words.get(at - 1).isName();
      if (column) {
        type();
        return true;
      }
    }
    if (definition && words.get(0).is("ALTER") && SqlType.of(word) != null && at > 3) {
      type();
      return true;
    }
    if (WITHOUT_PARENTHESES.contains(word)) {
      at++;
      value(functions.function("suser_sname", List.of(), scope));
      return true;
    }
    if (word.equals("collate") && peek(1).isName()) {
      at += 2;
      return true;
    }
    if (word.equals("option") && peek(1).is("(") && parentheses.isEmpty()) {
      at = words.size();
      return true;
    }
    return peek(1).is("(") && function(word);
  }

  /** A type's words, in the engine's spelling. */
  private void type() {
    StringBuilder declared = new StringBuilder(peek(0).text());
    at++;
    if (peek(0).is("(")) {
      while (!peek(0).is(")") && peek(0).kind() != Kind.END) {
        declared.append(peek(0).text());
        at++;
      }
      declared.append(')');
      at++;
    }
    SqlType type = SqlType.of(declared.toString());
    raw(type == null ? declared.toString() : unsized(declared.toString(), type));
  }

  /** CAST to varchar without a length has 30 characters. */
  private String unsized(String declared, SqlType type) {
    if (!definition && declared.matches("(?i)n?(var)?char|varbinary")) {
      return type.h2().replace("(1)", "(30)");
    }
    return type.h2();
  }

  private boolean function(String word) {
    switch (word) {
      case "count" -> open("CAST(COUNT(", "count", 2);
      case "count_big" -> open("COUNT(", "", 2);
      case "cast" -> open("CAST(", "cast", 2);
      case "try_cast" -> open("CAST(", "cast", 2);
      case "isnull" -> open("COALESCE(", "", 2);
      case "replicate" -> open("REPEAT(", "", 2);
      case "datalength" -> {
        if (peek(2).kind() == Kind.VARIABLE && peek(3).is(")")) {
          Object held = scope.variable(peek(2).text()).value;
          boolean wide = scope.variable(peek(2).text()).type.wire().type() == TypeInfo.NVARCHAR;
          Integer size =
              held instanceof String text
                  ? (Integer) (text.length() * (wide ? 2 : 1))
                  : held instanceof byte[] bytes ? (Integer) bytes.length : null;
          at += 4;
          value(new SessionFunctions.Value(SqlType.of("int"), size));
        } else {
          open("OCTET_LENGTH(", "", 2);
        }
      }
      case "newid", "newsequentialid" -> {
        at += 3;
        raw("RANDOM_UUID()");
      }
      case "getdate", "getutcdate" -> {
        at += 3;
        raw("CAST(LOCALTIMESTAMP AS TIMESTAMP(3))");
      }
      case "sysdatetime", "sysutcdatetime" -> {
        at += 3;
        raw("CAST(LOCALTIMESTAMP(9) AS TIMESTAMP(7))");
      }
      case "sysdatetimeoffset" -> {
        at += 3;
        raw("CURRENT_TIMESTAMP(7)");
      }
      case "generate_series" -> {
        raw("(SELECT X AS \"value\" FROM SYSTEM_RANGE(");
        at += 2;
        int depth = 1;
        List<TsqlToken> inside = new ArrayList<>();
        while (at < words.size() && depth > 0) {
          depth += peek(0).is("(") ? 1 : peek(0).is(")") ? -1 : 0;
          if (depth > 0) {
            inside.add(peek(0));
          }
          at++;
        }
        nested(inside);
        raw("))");
      }
      case "convert" -> convert();
      case "iif" -> iif();
      case "changetable" -> changes();
      case "type_name" -> {
        // Columns of sys.columns are all int.
        arguments();
        raw("CAST('int' AS VARCHAR(128))");
      }
      case "has_dbaccess" -> {
        arguments();
        raw("1");
      }
      default -> {
        return ofSession(word);
      }
    }
    return true;
  }

  private void open(String text, String name, int words) {
    raw(text);
    parentheses.push(name);
    at += words;
  }

  private void nested(List<TsqlToken> inside) {
    List<TsqlToken> outer = words;
    int position = at;
    Deque<String> open = new ArrayDeque<>(parentheses);
    parentheses.clear();
    words(inside);
    words = outer;
    at = position;
    parentheses.addAll(open);
  }

  /** Arguments of the function at hand, apart; the position is behind it. */
  private List<List<TsqlToken>> arguments() {
    at += 2;
    List<List<TsqlToken>> all = new ArrayList<>();
    List<TsqlToken> one = new ArrayList<>();
    int depth = 0;
    while (at < words.size() && !(depth == 0 && peek(0).is(")"))) {
      TsqlToken token = peek(0);
      depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
      if (depth == 0 && token.is(",")) {
        all.add(one);
        one = new ArrayList<>();
      } else {
        one.add(token);
      }
      at++;
    }
    at++;
    all.add(one);
    return all;
  }

  private void convert() {
    List<List<TsqlToken>> arguments = arguments();
    StringBuilder declared = new StringBuilder();
    arguments.get(0).forEach(token -> declared.append(token.text()));
    raw("CAST(");
    nested(arguments.get(1));
    raw("AS " + unsized(declared.toString(), SqlType.required(declared.toString())) + ")");
  }

  /** CHANGETABLE(CHANGES t, version). */
  private void changes() {
    List<List<TsqlToken>> arguments = arguments();
    List<TsqlToken> table = arguments.get(0);
    long from = Long.parseLong(arguments.get(1).get(0).text());
    ChangeTracking tracking = session.server.database().tracking();
    raw("(" + tracking.changes(session.database, table.subList(1, table.size()), from) + ")");
  }

  private void iif() {
    List<List<TsqlToken>> arguments = arguments();
    raw("CASE WHEN");
    nested(arguments.get(0));
    raw("THEN");
    nested(arguments.get(1));
    raw("ELSE");
    nested(arguments.get(2));
    raw("END");
  }

  /** A function of the session, where its arguments are words that need no query. */
  private boolean ofSession(String word) {
    List<Object> arguments = new ArrayList<>();
    int position = at + 2;
    while (position < words.size() && !words.get(position).is(")")) {
      TsqlToken token = words.get(position);
      if (token.kind() == Kind.STRING) {
        arguments.add(token.text());
      } else if (token.kind() == Kind.NUMBER) {
        arguments.add(new BigDecimal(token.text()));
      } else if (token.is("NULL")) {
        arguments.add(null);
      } else if (token.kind() == Kind.VARIABLE && !scope.tables.containsKey(token.lower())) {
        arguments.add(scope.variable(token.text()).value);
      } else if (token.isName() && words.get(position + 1).is("(")) {
        SessionFunctions.Value inner =
            words.get(position + 2).is(")")
                ? functions.function(token.lower(), List.of(), scope)
                : null;
        if (inner == null) {
          return false;
        }
        arguments.add(inner.value());
        position += 2;
      } else if (!token.is(",")) {
        return false;
      }
      position++;
    }
    SessionFunctions.Value value = functions.function(word, arguments, scope);
    if (value == null) {
      return false;
    }
    at = position + 1;
    value(value);
    return true;
  }

  /** Names of up to four parts. */
  private void name() {
    List<TsqlToken> parts = new ArrayList<>();
    parts.add(peek(0));
    at++;
    while (peek(0).is(".")) {
      at++;
      if (peek(0).is(".")) {
        parts.add(new TsqlToken(Kind.QUOTED, "", 0, 0, 0));
      } else if (peek(0).isName() || peek(0).is("*")) {
        parts.add(peek(0));
        at++;
      } else {
        raw(".");
        break;
      }
    }
    if (parts.size() > 1) {
      qualified(parts);
      return;
    }
    TsqlToken only = parts.get(0);
    if (only.text().startsWith("#")) {
      raw(quoted(only.lower()));
    } else if (only.kind() == Kind.QUOTED) {
      raw(quoted(only.text()));
    } else if (only.is("DELETED") || only.is("INSERTED")) {
      raw("\"" + only.text() + "\"");
    } else {
      raw(only.text());
    }
  }

  private void qualified(List<TsqlToken> parts) {
    String first = parts.get(0).lower();
    String last = parts.get(parts.size() - 1).lower();
    if (last.startsWith("#")) {
      raw(quoted(last));
      return;
    }
    if (first.startsWith("#")) {
      parts.set(0, new TsqlToken(Kind.QUOTED, first, 0, 0, 0));
    }
    if (last.equals("fn_hadr_is_primary_replica") && peek(0).is("(")) {
      at--;
      ofSession(last);
      return;
    }
    if (parts.get(parts.size() - 2).is("sys")
        || first.equals("sys")
        || first.equals("pg_catalog")) {
      String view = views.sql(first.equals("master") ? first : session.database, last);
      raw(view);
      if (!peek(0).isName()
          || peek(0).isAny("WHERE", "ORDER", "GROUP", "JOIN", "INNER", "LEFT", "ON")) {
        raw("AS " + quoted(last));
      }
      return;
    }
    List<TsqlToken> left = new ArrayList<>(parts);
    String database = null;
    if (left.size() > 2 && session.server.database().exists(first)) {
      database = first;
      left.remove(0);
    }
    if (left.size() > 1 && (left.get(0).text().isEmpty() || left.get(0).lower().equals("dbo"))) {
      left.remove(0);
    }
    if (database != null && !left.get(0).lower().equals("information_schema")) {
      left.add(0, new TsqlToken(Kind.QUOTED, database, 0, 0, 0));
    }
    for (int i = 0; i < left.size(); i++) {
      TsqlToken part = left.get(i);
      sql.append(i > 0 ? "." : "");
      sql.append(part.kind() == Kind.QUOTED ? quoted(part.text()) : part.text());
    }
    sql.append(' ');
  }

  static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  /** Hexadecimal digits of SET CONTEXT_INFO. */
  static byte[] binary(String digits) {
    return HexFormat.of().parseHex(digits.length() % 2 == 0 ? digits : "0" + digits);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
