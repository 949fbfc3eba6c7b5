package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.PossibleReadings;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.TableName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads one body of a function in SQL or PL/pgSQL, over all its tokens at once. Used once.
 *
 * <p>A body is cut into tokens when it runs, as {@code standard_conforming_strings} is then; one of
 * PL/pgSQL is kept by its server connection and cut once more, part by part, for sessions that come
 * later. So only what is cut alike in each way is understood; one of SQL also where the other way
 * does not reach its end, as all of it is parsed before any of it runs.
 */
public final class RoutineReader {
  /** Words that are followed by the beginning of a statement. */
  private static final Set<String> OPENING =
      Set.of("begin", "then", "else", "loop", "atomic", "declare");

  /** At the beginning of a statement: changes what no name of a table tells. */
  private static final Set<String> DEFINING =
      Set.of(
          "alter",
          "analyse",
          "analyze",
          "checkpoint",
          "cluster",
          "comment",
          "copy",
          "create",
          "do",
          "drop",
          "grant",
          "import",
          "load",
          "reassign",
          "refresh",
          "reindex",
          "repack",
          "revoke",
          "security",
          "vacuum");

  /** At the beginning of a statement: changes the session. */
  private static final Set<String> CHANGING_SESSION =
      Set.of("deallocate", "discard", "listen", "load", "prepare", "reset", "unlisten");

  /** A SET with one of these ends with the transaction. */
  private static final Set<String> OF_TRANSACTION = Set.of("local", "transaction", "constraints");

  /** After SET, LOCAL or SESSION: moves where unqualified names lead, or how texts are read. */
  private static final Set<String> OF_PATH =
      Set.of(
          "schema",
          "role",
          "authorization",
          "search_path",
          "standard_conforming_strings",
          "client_encoding",
          "names");

  /** Words before an EXECUTE that runs a prepared statement, in SQL. */
  private static final Set<String> RUNNING =
      Set.of("as", "analyse", "analyze", "data", "explain", "verbose");

  private static final Set<String> BEFORE_KIND =
      Set.of("or", "replace", "unlogged", "unique", "global", "local", "temp", "temporary");

  /** Objects that can be created without code that runs later. */
  private static final Set<String> WITHOUT_CODE =
      Set.of("index", "materialized", "schema", "sequence", "table", "type");

  /** In an ALTER: other triggers and rules may run afterwards, or names mean other tables. */
  private static final Set<String> SWITCHING =
      Set.of("attach", "enable", "force", "inherit", "rename", "schema", "row");

  private static final String SEED = "seed";

  /** Whatever says something of a server stands for a setting of it. */
  private static final FunctionName ASKS_SERVER =
      new FunctionName("pg_catalog", "pg_is_in_recovery");

  private static final FunctionName READS_TIME = new FunctionName("pg_catalog", "timestamptz_in");

  /** The literal that names the random seed, which no end of a transaction takes back. */
  private static final RoutineToken SEED_LITERAL = new RoutineToken(Lexer.STRING, null);

  /** A literal that names a setting of the session, if it names one. */
  private static final RoutineToken SETTING_LITERAL = new RoutineToken(Lexer.STRING, null);

  private final boolean procedural;
  private final boolean inAnyMode;
  private final boolean givenTimes;
  private final List<RoutineToken> tokens = new ArrayList<>();
  private final Map<Integer, RoutineToken> unnamed = new HashMap<>();
  private final Map<TableName, Set<RowChange>> targets = new LinkedHashMap<>();
  private final Set<TableName> mentioned = new LinkedHashSet<>();
  private final Set<FunctionName> calls = new LinkedHashSet<>();
  private final Set<String> attributes = new LinkedHashSet<>();
  private final Set<String> operators = new LinkedHashSet<>();
  private boolean understood;
  private boolean dynamic;
  private boolean defines;
  private boolean definesCode;
  private boolean locks;
  private String changesSession;
  private boolean movesPath;
  private boolean maySeed;
  private boolean loads;

  /** True if a literal has the schema of temporary objects, or may have it. */
  private boolean temporaryLiteral;

  /** The target of the statement that is being read, for what its later clauses do to it. */
  private Set<RowChange> current;

  /** True if SET belongs to an UPDATE or ALTER. */
  private boolean assigning;

  /**
   * Reads a body.
   *
   * @param procedural whether it is PL/pgSQL, where INTO names variables; in SQL it names a table
   */
  public static RoutineBody read(String body, boolean procedural) {
    return read(body, procedural, false);
  }

  /**
   * Reads the body of a function with parameters.
   *
   * @param givenTimes whether one of them may be, or have, a date or time
   */
  public static RoutineBody read(String body, boolean procedural, boolean givenTimes) {
    return new RoutineReader(body, procedural, true, givenTimes).read();
  }

  /** Reads a statement of which is known that its literals have no escapes. */
  static RoutineBody ofStatement(String statement) {
    return new RoutineReader(statement, false, false, false).read();
  }

  private RoutineReader(String body, boolean procedural, boolean inAnyMode, boolean givenTimes) {
    this.procedural = procedural;
    this.inAnyMode = inAnyMode;
    this.givenTimes = givenTimes;
    byte[] text = body.getBytes(StandardCharsets.UTF_8);
    understood = cut(text) && (!inAnyMode || hasOneReading(text));
  }

  private boolean hasOneReading(byte[] text) {
    return new PossibleReadings(PostgresLexer::new)
            .cutsAlike(text, 0, text.length, LexerMode.STANDARD, LexerMode.ESCAPES)
        || (!procedural && breaksWithEscapes(text));
  }

  private static boolean breaksWithEscapes(byte[] text) {
    PostgresLexer lexer = new PostgresLexer();
    lexer.reset(text, 0, text.length, LexerMode.ESCAPES);
    int token = lexer.next();
    while (token != Lexer.END && token != Lexer.BROKEN) {
      token = lexer.next();
    }
    return token == Lexer.BROKEN;
  }

  private RoutineBody read() {
    RoutineTimes times = new RoutineTimes(tokens, procedural, givenTimes);
    boolean begins = true;
    boolean declares = false;
    for (int i = 0; i < tokens.size(); i++) {
      RoutineToken token = tokens.get(i);
      if (token.name() != null) {
        name(i, begins);
        declares = procedural && (token.is("declare") || (declares && !token.is("begin")));
      }
      if (times.mayReadOne(i, begins, declares)) {
        calls.add(READS_TIME);
      }
      if (token.is(';')) {
        current = null;
        assigning = false;
      }
      begins =
          token.is(';')
              || (token.kind() == Lexer.WORD && OPENING.contains(token.name()))
              || (token.is('>') && at(i - 1).is('>'));
    }
    if (movesPath && temporaryLiteral) {
      session("pg_temp");
    }
    return new RoutineBody(
        understood,
        dynamic,
        defines,
        definesCode,
        locks,
        changesSession,
        loads,
        movesPath,
        maySeed,
        targets,
        mentioned,
        calls,
        Set.of(),
        attributes,
        operators);
  }

  private boolean cut(byte[] text) {
    PostgresLexer lexer = new PostgresLexer();
    lexer.reset(text, 0, text.length, LexerMode.STANDARD);
    int operatorEnd = 0;
    while (true) {
      int kind = kind(lexer);
      switch (kind) {
        case Lexer.END -> {
          return true;
        }
        case Lexer.BROKEN -> {
          return false;
        }
        case Lexer.WORD, Lexer.QUOTED ->
            tokens.add(new RoutineToken(kind, lexer.identifier(lexer.start(), lexer.end())));
        case Lexer.UNICODE_QUOTED -> {
          return false;
        }
        default -> {
          boolean seed = kind == Lexer.STRING && lexer.plain() && isSeed(text, lexer);
          tokens.add(
              seed
                  ? SEED_LITERAL
                  : namesSessionSetting(text, kind, lexer) ? SETTING_LITERAL : unnamed(kind));
          temporaryLiteral |=
              lexer.mayNameTemporarySchema(kind)
                  || (kind == Lexer.ESCAPE_STRING && lexer.hasBackslash());
          if (RoutineToken.isLiteral(kind) && hasSpecialInput(text, lexer)) {
            calls.add(READS_TIME);
          }
          if (PostgresLexer.OPERATORS.isIn(kind) && lexer.start() >= operatorEnd) {
            operatorEnd = PostgresLexer.OPERATORS.end(text, lexer.start(), text.length);
            operators.add(Lexer.decode(text, lexer.start(), operatorEnd));
          }
        }
      }
    }
  }

  /** A literal with a backslash has one value or another: the one in which it is an escape. */
  private int kind(Lexer lexer) {
    int kind = lexer.next();
    boolean either = inAnyMode && kind == Lexer.STRING && lexer.hasBackslash();
    return either ? Lexer.ESCAPE_STRING : kind;
  }

  private boolean hasSpecialInput(byte[] text, Lexer lexer) {
    int length = lexer.end() - lexer.start();
    return SpecialInput.isInLiteral(text, lexer.start(), length, LexerMode.STANDARD)
        || (inAnyMode && SpecialInput.isInLiteral(text, lexer.start(), length, LexerMode.ESCAPES));
  }

  private static boolean namesSessionSetting(byte[] text, int kind, Lexer lexer) {
    return kind == Lexer.STRING
        && lexer.plain()
        && SessionSettings.named(
                text, lexer.contentStart(), lexer.contentEnd(), lexer.end(), text.length)
            == SessionSettings.Named.OF_SESSION;
  }

  private static boolean isSeed(byte[] text, Lexer lexer) {
    return lexer.end() - lexer.start() == SEED.length() + 2
        && Lexer.decode(text, lexer.start() + 1, lexer.end() - 1).equalsIgnoreCase(SEED);
  }

  /** Literals and signs: the same for each kind, of which long texts have many. */
  private RoutineToken unnamed(int kind) {
    return unnamed.computeIfAbsent(kind, k -> new RoutineToken(k, null));
  }

  private RoutineToken at(int index) {
    return RoutineToken.at(tokens, index);
  }

  private void name(int i, boolean begins) {
    RoutineToken token = tokens.get(i);
    RoutineToken before = at(i - 1);
    boolean qualified = before.is('.') && at(i - 2).name() != null;
    String qualifier = qualified ? at(i - 2).name() : null;
    if (qualified || !before.is('.')) {
      mentioned.add(new TableName(null, qualifier, token.name()));
    }
    if (token.name().equals("pg_temp") || token.name().startsWith("pg_temp_")) {
      session("pg_temp");
    }
    movesPath |=
        token.name().equals("set_config") || (OF_PATH.contains(token.name()) && isSet(before));
    if (at(i + 1).is('(')) {
      if (token.name().equals("current_setting") && at(i + 2) != SETTING_LITERAL) {
        calls.add(ASKS_SERVER);
      }
      if (!(token.name().equals("set_config") && endsWithTransaction(i + 1))) {
        calls.add(new FunctionName(qualifier, token.name()));
      } else {
        maySeed |= at(i + 2).kind() != Lexer.STRING || !at(i + 3).is(',');
      }
    } else if (before.is('.')) {
      attributes.add(token.name());
    }
    if (token.kind() == Lexer.WORD && !before.is('.')) {
      word(token.name(), i, begins);
    }
  }

  private static boolean isSet(RoutineToken before) {
    return before.is("set") || before.is("local") || before.is("session");
  }

  private void word(String word, int i, boolean begins) {
    RoutineToken before = at(i - 1);
    if (begins && (at(i + 1).is('=') || (at(i + 1).is(':') && at(i + 2).is('=')))) {
      // A variable takes a value.
      return;
    }
    switch (word) {
      case "insert", "merge" -> {
        if (at(i + 1).is("into")) {
          target(i + 2, word.equals("insert") ? RowChange.INSERT : null);
        } else if (current != null) {
          current.add(RowChange.INSERT);
        }
      }
      case "update" -> update(i);
      case "delete" -> {
        if (at(i + 1).is("from")) {
          target(i + 2, RowChange.DELETE);
        } else if (current != null) {
          current.add(RowChange.DELETE);
        }
      }
      case "share" -> locks |= before.is("for") || before.is("key");
      case "truncate" -> {
        if (begins) {
          truncate(i + 1);
        }
      }
      case "lock" -> locks |= begins;
      case "notify" -> {
        if (begins) {
          calls.add(new FunctionName("pg_catalog", "pg_notify"));
        }
      }
      case "execute" -> dynamic |= procedural || begins || runsPrepared(i);
      // The body of a block inside of this one is a literal.
      case "do" -> dynamic |= begins && !at(i + 1).is("nothing");
      case "current_catalog",
          "current_date",
          "current_role",
          "current_schema",
          "current_time",
          "current_timestamp",
          "current_user",
          "localtime",
          "localtimestamp",
          "session_user",
          "system_user",
          "user" ->
          calls.add(new FunctionName("pg_catalog", word));
      case "into" -> defines |= !procedural && !before.is("insert") && !before.is("merge");
      case "temp", "temporary" -> {
        if (before.is("create")
            || makesTable(before, i)
            || before.is("local")
            || before.is("global")
            || before.is("replace")) {
          session("TEMPORARY");
        }
      }
      case "hold" -> {
        if (before.is("with")) {
          session("WITH HOLD");
        }
      }
      case "set" -> {
        RoutineToken next = at(i + 1);
        if (begins
            && !assigning
            && !(next.kind() == Lexer.WORD && OF_TRANSACTION.contains(next.name()))) {
          session("SET");
        } else if (begins && next.is("local") && SEED.equals(at(i + 2).name())) {
          session("SET LOCAL seed");
        }
      }
      default -> {}
    }
    if (begins) {
      defines |= DEFINING.contains(word) && !at(i + 1).is("nothing");
      definesCode |= (word.equals("create") || word.equals("alter")) && !namesNoCode(i + 1);
      assigning |= word.equals("alter");
      loads |= word.equals("load");
      if (CHANGING_SESSION.contains(word)) {
        session(word.toUpperCase(Locale.ROOT));
      }
    }
  }

  /** True if this is of SELECT INTO, which fills a variable in PL/pgSQL, and not of INSERT INTO. */
  private boolean makesTable(RoutineToken before, int i) {
    return !procedural && before.is("into") && !at(i - 2).is("insert") && !at(i - 2).is("merge");
  }

  /** True if the EXECUTE here is no right, and no trigger's. */
  private boolean runsPrepared(int i) {
    RoutineToken before = at(i - 1);
    return before.name() == null
        ? before.is(')') && !at(i + 1).is("function") && !at(i + 1).is("procedure")
        : RUNNING.contains(before.name());
  }

  /** True if what is made or altered here is a table or the like, which runs nothing new. */
  private boolean namesNoCode(int from) {
    int i = from;
    while (at(i).name() != null && BEFORE_KIND.contains(at(i).name())) {
      i++;
    }
    if (at(i).name() == null || !WITHOUT_CODE.contains(at(i).name())) {
      return false;
    }
    boolean alters = at(from - 1).is("alter");
    for (; alters && i < tokens.size() && !at(i).is(';'); i++) {
      if (at(i).name() != null && SWITCHING.contains(at(i).name())) {
        return false;
      }
    }
    return true;
  }

  private void update(int i) {
    RoutineToken before = at(i - 1);
    if (before.is("for") || before.is("key")) {
      locks = true;
    } else if (before.is("on")) {
      // Part of a definition.
      return;
    } else if (before.is("do") || at(i + 1).is("set")) {
      assigning = true;
      if (current != null) {
        current.add(RowChange.UPDATE);
      }
    } else {
      assigning = true;
      target(i + 1, RowChange.UPDATE);
    }
  }

  private void truncate(int from) {
    int i = at(from).is("table") ? from + 1 : from;
    while (true) {
      i = target(i, RowChange.TRUNCATE);
      if (at(i).is('*')) {
        i++;
      }
      if (!at(i).is(',')) {
        return;
      }
      i++;
    }
  }

  /** Notes the table whose name begins here; returns the index after it. */
  private int target(int from, RowChange change) {
    int i = at(from).is("only") ? from + 1 : from;
    if (at(i).is('(')) {
      i++;
    }
    if (at(i).name() == null) {
      // Whatever this is, it is no statement that can be followed.
      understood = false;
      return i;
    }
    TableName table = new TableName(null, null, at(i).name());
    while (at(i + 1).is('.') && at(i + 2).name() != null) {
      table = new TableName(null, at(i).name(), at(i + 2).name());
      i += 2;
    }
    current = targets.computeIfAbsent(table, t -> EnumSet.noneOf(RowChange.class));
    if (change != null) {
      current.add(change);
    }
    return i + 1;
  }

  /**
   * True if the last argument of the call whose parenthesis stands here is the word TRUE, and the
   * first not the random seed.
   */
  private boolean endsWithTransaction(int opening) {
    if (at(opening + 1) == SEED_LITERAL) {
      return false;
    }
    int depth = 0;
    for (int i = opening; i < tokens.size(); i++) {
      RoutineToken token = tokens.get(i);
      if (token.is('(')) {
        depth++;
      } else if (token.is(')') && --depth == 0) {
        boolean named = at(i - 2).is('>') && at(i - 3).is('=');
        return at(i - 1).is("true") && (at(i - 2).is(',') || named);
      }
    }
    return false;
  }

  private void session(String what) {
    if (changesSession == null) {
      changesSession = what;
    }
  }
}
