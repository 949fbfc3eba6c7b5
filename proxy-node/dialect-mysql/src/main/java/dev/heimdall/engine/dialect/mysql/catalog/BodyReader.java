package dev.heimdall.engine.dialect.mysql.catalog;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.TableName;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the body of a routine, a trigger or a view, over all its tokens at once. Used once. It errs
 * on the side of more: a column that is called like a table of the database is among the names.
 */
final class BodyReader {
  /** Tokens that are followed by the beginning of a statement. */
  private static final Set<String> OPENING =
      Set.of(";", "begin", "then", "else", "do", "loop", "repeat");

  /** Anywhere: changes what no name of a table tells. */
  private static final Set<String> DEFINING =
      Set.of("create", "alter", "drop", "rename", "grant", "revoke", "load", "outfile", "dumpfile");

  /** Words at the beginning of a statement that change something which no table name shows. */
  private static final Set<String> MAINTAINING =
      Set.of(
          "analyze",
          "optimize",
          "repair",
          "flush",
          "reset",
          "install",
          "uninstall",
          "import",
          "purge",
          "kill",
          "cache",
          "change",
          "handler",
          "lock",
          "unlock",
          "xa",
          "stop",
          "shutdown");

  /** Words that brackets may follow which call nothing. */
  private static final Set<String> BEFORE_BRACKETS =
      Set.of(
          """
          all and any array as between bigint binary bit blob boolean by call case cast char\
           character check collate columns constraint cross date datetime dec decimal default\
           delete distinct distinctrow div do double else elseif empty enum error except exists\
           fixed float for force foreign from geometry group having if ignore in index inner inout\
           insert int integer intersect interval into is join json json_table key lateral left\
           like limit lock longblob longtext match mediumblob mediumint mediumtext minus mod\
           national natural nchar nested not numeric nvarchar of offset on or order out outer over\
           partition path precision primary real references regexp replace return returning\
           returns right rlike row rows select separator set signed smallint some straight_join\
           switch table text then time timestamp tinyblob tinyint tinytext to truncate union unique\
           unsigned until update use using values varbinary varchar vector when where while window\
           with xor year zerofill against\
          """
              .split("\\s+"));

  /** By which MariaDB's own functions may be called. */
  private static final Set<String> OF_SERVER =
      Set.of("mariadb_schema", "oracle_schema", "maxdb_schema");

  /** Objects of a server, by the names that bodies use for them. */
  interface Names {
    /** As the server keeps names of databases and tables. */
    String kept(String name);

    /**
     * True if there is such a function or procedure.
     *
     * @param schema as the server keeps it; null for any, and for what the server brings
     * @param name in small letters
     */
    boolean callable(String schema, String name);
  }

  private final String schema;
  private final Names names;
  private final Set<String> variables;
  private final Map<TableName, Set<RowChange>> targets = new LinkedHashMap<>();
  private final Set<TableName> mentioned = new LinkedHashSet<>();
  private final Set<FunctionName> calls = new LinkedHashSet<>();
  private final Set<Integer> written = new HashSet<>();
  private BodyTokens tokens;
  private boolean understood;
  private boolean dynamic;
  private boolean defines;
  private boolean locks;
  private String changesSession;

  /** True if SET belongs to the statement that is being read. */
  private boolean assigning;

  /**
   * @param schema the database that names without one are looked up in
   * @param parameters of the routine, in small letters
   */
  BodyReader(String schema, Set<String> parameters, Names names) {
    this.schema = schema;
    this.names = names;
    variables = new HashSet<>(parameters);
    variables.add("new");
  }

  /** Returns the lexer mode for texts that were written in certain SQL modes. */
  static LexerMode mode(String sqlModes) {
    return new LexerMode(
        !sqlModes.contains("NO_BACKSLASH_ESCAPES"), sqlModes.contains("ANSI_QUOTES"), false);
  }

  RoutineBody read(OriginalText text, BodyTokens.Head head) {
    tokens = new BodyTokens(text, head);
    understood = tokens.understood();
    for (int i = 0; i < tokens.size(); i++) {
      if (at(i).is('@') && !at(i + 1).is('@') && !at(i - 1).is('@')) {
        changesSession = "a user variable";
      }
      if (at(i).is('@') && at(i + 1).is('@')) {
        calls.add(FunctionName.SYSTEM_VARIABLE);
      }
      boolean first = !at(i - 1).is('.');
      if (first && at(i).named()) {
        mention(i);
      }
      if (first && at(i).kind() == Lexer.WORD) {
        statement(i, at(i).word());
      }
    }
    for (int i = 0; i < tokens.size(); i++) {
      call(i);
    }
    return new RoutineBody(
        understood,
        dynamic,
        defines,
        defines,
        locks,
        changesSession,
        false,
        false,
        false,
        targets,
        mentioned,
        calls,
        Set.of(),
        Set.of(),
        Set.of());
  }

  private BodyTokens.Token at(int index) {
    return tokens.at(index);
  }

  /** A name may be one of a table, with its database or without, or of a column of one. */
  private void mention(int i) {
    mentioned.add(name(i));
    if (at(i + 1).is('.') && at(i + 2).named()) {
      mentioned.add(new TableName(null, schema, names.kept(at(i).name())));
    }
  }

  private TableName name(int i) {
    return at(i + 1).is('.') && at(i + 2).named()
        ? new TableName(null, names.kept(at(i).name()), names.kept(at(i + 2).name()))
        : new TableName(null, schema, names.kept(at(i).name()));
  }

  private int behind(int name) {
    return at(name + 1).is('.') && at(name + 2).named() ? name + 3 : name + 1;
  }

  private void statement(int i, String word) {
    boolean opens = i == 0 || OPENING.contains(at(i - 1).word()) || at(i - 1).is(':');
    assigning &= !opens;
    String before = at(i - 1).word();
    boolean brackets = at(i + 1).is('(');
    switch (word) {
      case "declare" -> declare(i + 1);
      case "insert", "replace" -> {
        if (!brackets) {
          insert(i + 1, word.equals("replace") ? RowChange.DELETE : null);
        }
      }
      case "update" -> update(i, before);
      case "delete" -> {
        if (!before.equals("on")) {
          delete(i + 1);
        }
      }
      case "truncate" -> {
        if (!brackets) {
          int name = at(i + 1).word().equals("table") ? i + 2 : i + 1;
          target(name, EnumSet.of(RowChange.TRUNCATE, RowChange.DELETE));
        }
      }
      case "share" -> locks = true;
      case "prepare", "execute" -> dynamic = true;
      case "temporary" -> changesSession = "TEMPORARY";
      case "call" -> callRoutine(i + 1);
      case "signal", "resignal" -> assigning |= opens;
      case "set" -> {
        if (assigning) {
          assigning = false;
        } else {
          set(i + 1);
        }
      }
      default -> defines |= DEFINING.contains(word) || (opens && MAINTAINING.contains(word));
    }
    if (word.equals("lock") && at(i + 1).word().equals("in")) {
      locks = true;
    }
  }

  private void declare(int from) {
    for (int i = from; i < tokens.size() && !at(i).is(';'); i++) {
      if (at(i).named()) {
        variables.add(at(i).name().toLowerCase(Locale.ROOT));
      }
    }
  }

  private int past(int i, Set<String> words) {
    int next = i;
    while (words.contains(at(next).word())) {
      next++;
    }
    return next;
  }

  private void insert(int from, RowChange besides) {
    int name = past(from, Set.of("low_priority", "delayed", "high_priority", "ignore", "into"));
    EnumSet<RowChange> changes = EnumSet.of(RowChange.INSERT);
    if (besides != null) {
      changes.add(besides);
    }
    for (int i = name; i < tokens.size() && !at(i).is(';'); i++) {
      if (at(i).word().equals("duplicate")) {
        changes.add(RowChange.UPDATE);
      }
    }
    target(name, changes);
    assigning = true;
  }

  private void update(int i, String before) {
    switch (before) {
      case "for" -> locks = true;
      case "on", "key" -> assigning = false;
      default -> {
        int name = past(i + 1, Set.of("low_priority", "ignore"));
        int next = behind(name);
        next = at(next).word().equals("as") ? next + 1 : next;
        next = at(next).named() && !at(next).word().equals("set") ? next + 1 : next;
        one(name, at(next).word().equals("set"), RowChange.UPDATE);
        assigning = true;
      }
    }
  }

  private void delete(int from) {
    int i = past(from, Set.of("low_priority", "quick", "ignore"));
    int next = behind(i + 1);
    boolean simple =
        at(i).word().equals("from") && !at(next).is(',') && !at(next).word().equals("using");
    one(i + 1, simple, RowChange.DELETE);
  }

  /** Of several tables in one statement it takes more to say which are changed. */
  private void one(int name, boolean simple, RowChange change) {
    if (simple) {
      target(name, EnumSet.of(change));
    } else {
      defines = true;
    }
  }

  private void target(int name, Set<RowChange> changes) {
    if (at(name).named()) {
      written.add(behind(name) - 1);
      targets.computeIfAbsent(name(name), t -> EnumSet.noneOf(RowChange.class)).addAll(changes);
    } else {
      understood = false;
    }
  }

  /** Reads SET: a variable that is not the routine's own is one of the session's. */
  private void set(int from) {
    int depth = 0;
    boolean name = true;
    for (int i = from; i < tokens.size() && !at(i).is(';'); i++) {
      if (name && at(i).kind() != '@') {
        if (!at(i).named() || !variables.contains(at(i).name().toLowerCase(Locale.ROOT))) {
          changesSession = "SET";
        }
        name = false;
      } else if (name) {
        changesSession = "SET";
        name = false;
      }
      depth += at(i).is('(') ? 1 : at(i).is(')') ? -1 : 0;
      name |= depth == 0 && at(i).is(',');
    }
  }

  private void callRoutine(int name) {
    if (at(name).named()) {
      written.add(behind(name) - 1); // with brackets or without
      add(name);
    }
  }

  private void call(int i) {
    BodyTokens.Token token = at(i);
    if (!token.named() || !at(i + 1).is('(') || written.contains(i)) {
      return;
    }
    int first = at(i - 1).is('.') && at(i - 2).named() ? i - 2 : i;
    boolean keyword = token.kind() == Lexer.WORD && BEFORE_BRACKETS.contains(token.word());
    if (!keyword || names.callable(null, token.word())) {
      add(first);
    }
  }

  private void add(int name) {
    String called = at(behind(name) - 1).name().toLowerCase(Locale.ROOT);
    String of = behind(name) > name + 1 ? names.kept(at(name).name()) : null;
    of = of != null && OF_SERVER.contains(of.toLowerCase(Locale.ROOT)) ? null : of;
    calls.add(new FunctionName(of, called));
    if (!names.callable(of, called)) {
      dynamic = true; // one that a library has brought, or of a package
    }
  }
}
