package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.dialect.sqlserver.sql.CodeTokens.Name;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads what code does: of a procedure, function, trigger or view, of an expression of a table, or
 * of a batch that was not understood. It goes by all tokens at once and errs on the side of more: a
 * column that is called like a table is among the names. Used once.
 */
public final class CodeReader {
  /** Words behind which the tokens of a definition are its code. */
  private static final Set<String> KINDS =
      Set.of("procedure", "proc", "trigger", "function", "view");

  private static final Set<String> DEFINING =
      Set.of(
          "alter",
          "backup",
          "create",
          "dbcc",
          "deny",
          "drop",
          "grant",
          "kill",
          "readtext",
          "reconfigure",
          "restore",
          "revoke",
          "shutdown",
          "updatetext",
          "writetext");

  /** Words behind CREATE, ALTER or DROP for things that bring no code. */
  private static final Set<String> PLAIN = Set.of("table", "index", "statistics", "unique");

  private static final Set<String> RUNNING_TEXT =
      Set.of("openquery", "openrowset", "opendatasource");

  private static final Set<String> SERVER_FUNCTIONS_BY_WORD =
      Set.of("current_date", "current_timestamp", "current_user", "session_user", "system_user");

  private static final Set<String> JOIN_HINTS = Set.of("inner", "left", "right", "full", "outer");

  /** Words that begin a statement, and are no keywords. */
  private static final Set<String> BEGINNINGS =
      Set.of("add", "disable", "enable", "get", "move", "receive", "send", "throw");

  /** Name of a procedure in a database that is named: it may be another one. */
  private static final FunctionName ELSEWHERE = new FunctionName("", "of a database");

  private final CodeNames names;
  private final CodeTokens tokens;
  private final Map<TableName, Set<RowChange>> targets = new LinkedHashMap<>();
  private final Set<TableName> mentioned = new LinkedHashSet<>();
  private final Set<FunctionName> calls = new LinkedHashSet<>();
  private final Set<FunctionName> procedures = new LinkedHashSet<>();
  private boolean understood;
  private boolean dynamic;
  private boolean defines;
  private boolean definesCode;
  private boolean locks;
  private String changesSession;

  private CodeReader(String text, CodeNames names) {
    this.names = names;
    tokens = new CodeTokens(text);
    understood = tokens.readable();
  }

  /** Reads the definition of a module, which begins with CREATE. */
  public static RoutineBody module(String definition, CodeNames names) {
    CodeReader reader = new CodeReader(definition, names);
    int head = reader.head();
    if (reader.tokens.word(head - 1).equals("as")) {
      reader.first(head);
    }
    return reader.read(head);
  }

  /** Reads an expression. */
  public static RoutineBody code(String text, CodeNames names) {
    return new CodeReader(text, names).read(0);
  }

  /** Reads statements, of which the first is the call of a procedure without EXEC. */
  static RoutineBody call(String text) {
    CodeReader reader = new CodeReader(text, CodeNames.UNKNOWN);
    reader.run(0);
    return reader.read(0);
  }

  /** True if it is a name by which code may begin, to call the procedure of that name. */
  static boolean mayNameProcedure(Token token) {
    String word = token.type() == Token.Type.WORD ? token.text().toLowerCase(Locale.ROOT) : "";
    return token.isName() && !SqlServerSyntax.isKeyword(word) && !BEGINNINGS.contains(word);
  }

  /** Index of the first token of a module's code; what is ahead says what it is. */
  private int head() {
    int kind = 0;
    while (kind < tokens.size() && !KINDS.contains(tokens.word(kind))) {
      kind++;
    }
    String word = tokens.word(kind);
    if (word.equals("function") || word.isEmpty()) {
      return kind + 1; // AS may be left out; nothing in its head reads like a statement
    }
    for (int i = kind + 1; i < tokens.size(); i++) {
      boolean ofParameter = tokens.at(i - 1).isName() && isVariable(i - 1);
      String before = tokens.word(i - 1);
      boolean ofUser = before.equals("execute") || before.equals("exec");
      if (tokens.word(i).equals("as") && !ofParameter && !ofUser) {
        return i + 1;
      }
    }
    return kind + 1;
  }

  /** Code may begin with the name of a procedure that is called. */
  private void first(int from) {
    Token token = tokens.at(from);
    if (mayNameProcedure(token) && !tokens.isSign(from + 1, ":")) {
      run(from);
    }
  }

  private boolean isVariable(int index) {
    return tokens.at(index).text().startsWith("@");
  }

  private RoutineBody read(int from) {
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.beginsName(i)) {
        name(tokens.name(i), i);
      }
      understood &= !tokens.isOdd(i);
      if (i >= from) {
        statement(i, tokens.word(i));
      }
    }
    calls.addAll(new CodeSources(tokens, names).found(from));
    return new RoutineBody(
        understood,
        dynamic,
        defines,
        definesCode,
        locks,
        changesSession,
        false,
        false,
        false,
        targets,
        mentioned,
        calls,
        procedures,
        Set.of(),
        Set.of());
  }

  // ---- names

  private void name(Name name, int at) {
    if (name.size() == 1 && isVariable(at)) {
      if (name.last().startsWith("@@")) {
        calls.add(FunctionName.SYSTEM_VARIABLE);
      }
      return;
    }
    if (name.isTemporary()) {
      if (name.last().startsWith("##")) {
        changes("a global temporary table");
      }
      return;
    }
    mention(name);
    if (SqlServerCalls.reachesSettings(name.last())) {
      lasts("a setting of PostgreSQL");
    }
    if (tokens.isSign(name.end(), "(")) {
      calls.add(function(name));
    }
    String word = tokens.word(at);
    if (SERVER_FUNCTIONS_BY_WORD.contains(word) || word.equals("user")) {
      calls.add(new FunctionName(null, word));
    }
  }

  private static FunctionName function(Name name) {
    return new FunctionName(name.before(1), name.last());
  }

  /** A name may be one of a table, with its schema and database or without, or of its column. */
  private void mention(Name name) {
    String first = name.parts().get(0);
    boolean elsewhere = name.size() > 2 && (names.isOther(first) || name.size() > 4);
    boolean ofServer = name.size() == 4 && !names.isOwn(first);
    if (elsewhere || ofServer) {
      understood = false;
    }
    for (int last = 0; last < name.size(); last++) {
      String table = name.parts().get(last);
      if (table.isEmpty()) {
        continue;
      }
      String schema = last == 0 ? "" : name.parts().get(last - 1);
      mentioned.add(new TableName(null, schema.isEmpty() ? null : schema, table));
      if (last == 0) {
        continue;
      }
      mentioned.add(new TableName(null, null, table));
    }
  }

  // ---- statements

  private void statement(int i, String word) {
    String before = tokens.word(i - 1);
    switch (word) {
      case "" -> {}
      case "insert" -> {
        if (!before.equals("then") && !before.equals("for")) {
          target(behind(i + 1, "into"), EnumSet.of(RowChange.INSERT), false);
        }
      }
      case "update" -> update(i, before);
      case "delete" -> {
        if (!before.equals("then") && !before.equals("on") && !before.equals("for")) {
          target(behind(i + 1, "from"), EnumSet.of(RowChange.DELETE), true);
        }
      }
      case "merge" -> {
        if (!JOIN_HINTS.contains(before)) {
          target(
              behind(i + 1, "into"),
              EnumSet.of(RowChange.INSERT, RowChange.UPDATE, RowChange.DELETE),
              true);
        }
      }
      case "truncate" ->
          target(behind(i + 1, "table"), EnumSet.of(RowChange.TRUNCATE, RowChange.DELETE), false);
      case "into" -> {
        if (!before.equals("insert") && !before.equals("merge")) {
          target(i + 1, EnumSet.of(RowChange.INSERT), false);
        }
      }
      case "exec", "execute" -> run(i + 1);
      case "declare" -> declare(i + 1);
      case "set" -> set(i + 1);
      case "setuser", "revert" -> lasts("EXECUTE AS");
      case "open" -> {
        String next = tokens.word(i + 1);
        if (next.equals("symmetric") || next.equals("master")) {
          changes("OPEN of a key");
        }
      }
      case "begin" -> {
        switch (tokens.word(i + 1)) {
          case "tran", "transaction" -> calls.add(SqlServerSql.BEGIN);
          case "distributed" -> changes("a distributed transaction");
          default -> {}
        }
      }
      case "value" -> {
        if (before.equals("next") && tokens.word(i + 1).equals("for")) {
          calls.add(SqlServerSql.NEXT_VALUE);
        }
      }
      case "receive" -> defines |= !tokens.isSign(i - 1, ",") && !tokens.isSign(i + 1, ",");
      case "trigger" -> define(before.equals("enable") || before.equals("disable"), true);
      case "bulk" -> defines |= before.equals("insert") || tokens.word(i + 1).equals("insert");
      default -> other(i, word);
    }
  }

  /**
   * An option ends with its procedure, but for one that lets identities be inserted. Those that no
   * list has are taken to stay.
   */
  private void set(int option) {
    String name = tokens.word(option);
    boolean column = isVariable(option) || !tokens.at(option).isName() || isAssigned(option + 1);
    if (column) {
      return;
    }
    switch (name) {
      case SessionOptions.CONTEXT_INFO -> lasts("CONTEXT_INFO");
      case SessionOptions.IMPLICIT_TRANSACTIONS -> calls.add(SqlServerSql.BEGIN);
      case SessionOptions.ANSI_DEFAULTS -> {
        calls.add(SqlServerSql.BEGIN);
        lasts("SET ANSI_DEFAULTS");
      }
      case "transaction" -> {}
      case SessionOptions.IDENTITY_INSERT -> lasts("SET IDENTITY_INSERT");
      default -> {
        if (!SessionOptions.isOption(name)) {
          changes("SET " + name);
        }
      }
    }
    if (tokens.isSign(option + 1, ",")) {
      set(option + 2);
    }
  }

  /** True if a column is set, whose name ends there. */
  private boolean isAssigned(int end) {
    return tokens.isSign(end, ".") || tokens.isSign(end, "=") || tokens.isSign(end + 1, "=");
  }

  private void changes(String what) {
    changesSession = what;
  }

  /** A reset may leave it. */
  private void lasts(String what) {
    changes(what);
    calls.add(SqlServerSql.LASTING);
  }

  private void other(int i, String word) {
    if (RUNNING_TEXT.contains(word)) {
      dynamic = true;
    } else if (SqlServerSyntax.LOCKS.contains(word)) {
      locks = true;
    } else if (DEFINING.contains(word)) {
      boolean changes = word.equals("create") || word.equals("alter") || word.equals("drop");
      boolean plain = changes && isPlain(i + 1);
      define(!(plain && isTemporary(i + 1)), !plain);
    }
  }

  private void define(boolean something, boolean code) {
    defines |= something;
    definesCode |= something && code;
  }

  private boolean isPlain(int i) {
    String word = tokens.word(i);
    return PLAIN.contains(word) || word.equals("clustered") || word.equals("nonclustered");
  }

  /** True if a definition is about a temporary table, which ends with the code. */
  private boolean isTemporary(int kind) {
    for (int i = kind; i < kind + 12 && i < tokens.size(); i++) {
      if (tokens.at(i).isName() && tokens.at(i).text().startsWith("#")) {
        return true;
      }
      if (tokens.isSign(i, "(")) {
        return false;
      }
    }
    return false;
  }

  private void update(int i, String before) {
    boolean other =
        switch (before) {
          case "then", "on", "for" -> true;
          default -> tokens.isSign(i + 1, "("); // whether a column is updated, in triggers
        };
    if (tokens.word(i + 1).equals("statistics")) {
      defines = true;
    } else if (!other) {
      target(behind(i + 1, ""), EnumSet.of(RowChange.UPDATE), true);
    }
  }

  /** Index behind TOP with its number, and behind this word. */
  private int behind(int index, String word) {
    int i = index;
    if (tokens.word(i).equals("top")) {
      i = tokens.isSign(i + 1, "(") ? tokens.behindBrackets(i + 1) : i + 2;
      i += tokens.word(i).equals("percent") ? 1 : 0;
    }
    return i + (!word.isEmpty() && tokens.word(i).equals(word) ? 1 : 0);
  }

  /**
   * A table whose rows are changed.
   *
   * @param aliases whether it may be one that is named otherwise in its FROM
   */
  private void target(int index, Set<RowChange> changes, boolean aliases) {
    if (RUNNING_TEXT.contains(tokens.word(index))) {
      dynamic = true;
      return;
    }
    if (!tokens.at(index).isName()) {
      define(true, false);
      return;
    }
    Name name = tokens.name(index);
    if (name.isVariable() || name.isTemporary()) {
      return;
    }
    boolean found = false;
    if (aliases && name.size() == 1) {
      for (int i = 0; i < tokens.size(); i++) {
        if (tokens.beginsName(i)) {
          found |= standsFor(i, name.last(), changes);
        }
      }
    }
    if (!found) {
      add(name, changes);
    }
  }

  /** Adds the name there if it has this alias; an alias of a query may stand for any table. */
  private boolean standsFor(int index, String alias, Set<RowChange> changes) {
    Name name = tokens.name(index);
    boolean query = alias.equals(name.last()) && name.size() == 1 && isQuery(index, name.end());
    if (query) {
      defines = true;
      return true;
    }
    int next = name.end() + (tokens.word(name.end()).equals("as") ? 1 : 0);
    boolean named =
        tokens.at(next).isName()
            && !tokens.isSign(next + 1, ".")
            && alias.equals(FoldedName.of(tokens.at(next).text()))
            && !isReserved(index);
    if (named && !name.isVariable() && !name.isTemporary()) {
      add(name, changes);
    }
    return named;
  }

  /** True if a name is one of WITH, or stands behind the bracket of a query. */
  private boolean isQuery(int index, int end) {
    int behind = tokens.isSign(end, "(") ? tokens.behindBrackets(end) : end;
    boolean with = tokens.word(behind).equals("as") && tokens.isSign(behind + 1, "(");
    boolean as = tokens.word(index - 1).equals("as");
    return with || tokens.isSign(as ? index - 2 : index - 1, ")");
  }

  private boolean isReserved(int index) {
    return SqlServerSyntax.isKeyword(tokens.word(index));
  }

  private void add(Name name, Set<RowChange> changes) {
    if (name.size() > 2 && !names.isOwn(name.parts().get(name.size() - 3))) {
      understood = false;
    }
    TableName table = new TableName(null, name.before(1), name.last());
    targets.computeIfAbsent(table, t -> EnumSet.noneOf(RowChange.class)).addAll(changes);
  }

  private void declare(int from) {
    if (isVariable(from) || !tokens.at(from).isName()) {
      return;
    }
    boolean local = names.cursorsAreLocal();
    for (int i = from + 1; i < tokens.size() && !tokens.word(i).equals("for"); i++) {
      switch (tokens.word(i)) {
        case "local" -> local = true;
        case "global" -> local = false;
        default -> {}
      }
    }
    if (!local) {
      changes("a cursor");
    }
  }

  /** Reads what follows EXEC. */
  private void run(int from) {
    int i = from;
    if (tokens.word(i).equals("as")) {
      lasts("EXECUTE AS");
      return;
    }
    if (isVariable(i) && tokens.isSign(i + 1, "=")) {
      i += 2;
    }
    String text = tokens.runText(i);
    if (text != null) {
      boolean elsewhere = tokens.at(i).isName() && runsElsewhere(tokens.name(i));
      runText(text);
      dynamic |= elsewhere;
      return;
    }
    if (!tokens.at(i).isName() || isVariable(i)) {
      dynamic = true;
      return;
    }
    Name name = tokens.name(i);
    String database = name.before(2);
    boolean here = name.size() < 3 || database == null || names.isOwn(database);
    boolean numbered =
        tokens.isSign(name.end(), ";") && tokens.at(name.end() + 1).type() == Token.Type.NUMBER;
    boolean ofServer = SystemProcedures.isOfServer(name.before(1), name.last());
    boolean known = !ofServer && names.callable(name.before(1), name.last());
    if (!here || name.size() > 3 || numbered || !known) {
      dynamic = true;
    }
    calls.add(function(name));
    if (!ofServer) {
      procedures.add(name.size() > 2 ? ELSEWHERE : function(name));
    }
  }

  /** True if a procedure that runs a text is not known to be the server's own, in this database. */
  private boolean runsElsewhere(Name procedure) {
    String schema = procedure.before(1);
    String database = procedure.before(2);
    boolean ofUser =
        schema != null
            && !schema.equals(SystemProcedures.SCHEMA)
            && !schema.equals(SqlServerSql.USUAL_SCHEMA);
    boolean named = procedure.size() > 2 && database != null;
    boolean here = !named || (names != CodeNames.UNKNOWN && names.isOwn(database));
    return ofUser || !here || procedure.size() > 3;
  }

  /** Reads a text that is run here: what ends with it would end with code as well. */
  private void runText(String text) {
    CodeReader inner = new CodeReader(text, names);
    inner.first(0);
    RoutineBody body = inner.read(0);
    understood &= body.understood();
    dynamic |= body.dynamic() || inner.usesDatabase();
    define(body.definesOrCopies(), body.definesCode());
    locks |= body.locks();
    changesSession = body.changesSession() == null ? changesSession : body.changesSession();
    body.targets()
        .forEach(
            (table, changes) ->
                targets
                    .computeIfAbsent(table, t -> EnumSet.noneOf(RowChange.class))
                    .addAll(changes));
    mentioned.addAll(body.mentioned());
    calls.addAll(body.calls());
    procedures.addAll(body.procedures());
  }

  private boolean usesDatabase() {
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.word(i).equals("use")) {
        return true;
      }
    }
    return false;
  }
}
