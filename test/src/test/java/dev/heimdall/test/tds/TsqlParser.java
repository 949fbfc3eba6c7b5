package dev.heimdall.test.tds;

import dev.heimdall.test.tds.TsqlToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads a batch into statements; what is inside a query is the SQL engine's affair. */
final class TsqlParser {
  private static final String[] BEGINNERS = {
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "SET",
    "DECLARE",
    "IF",
    "WHILE",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVE",
    "PRINT",
    "RAISERROR",
    "THROW",
    "EXEC",
    "EXECUTE",
    "CREATE",
    "ALTER",
    "DROP",
    "TRUNCATE",
    "USE",
    "WAITFOR",
    "RETURN",
    "KILL",
    "END",
    "ELSE",
    "REVERT",
    "GRANT",
    "REVOKE",
    "DENY",
    "DBCC",
    "BREAK",
    "CONTINUE",
    "RECONFIGURE",
    "CHECKPOINT"
  };

  private final List<TsqlToken> tokens;
  private int at;

  private TsqlParser(List<TsqlToken> tokens) {
    this.tokens = tokens;
  }

  static Tsql.Block parse(String text, boolean quotedIdentifiers) {
    TsqlParser parser = new TsqlParser(TsqlLexer.tokens(text, quotedIdentifiers));
    List<Tsql> statements = parser.statements();
    if (parser.peek().kind() != Kind.END) {
      throw parser.unexpected();
    }
    return new Tsql.Block(statements, 1);
  }

  /** Parameters as sp_executesql and CREATE PROCEDURE have them. */
  static List<Tsql.Parameter> parameters(String text) {
    TsqlParser parser = new TsqlParser(TsqlLexer.tokens(text, true));
    return parser.parameters();
  }

  private TsqlToken peek() {
    return tokens.get(at);
  }

  private TsqlToken peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  private TsqlToken next() {
    TsqlToken token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  private boolean accept(String... words) {
    for (int i = 0; i < words.length; i++) {
      if (!peek(i).is(words[i])) {
        return false;
      }
    }
    at += words.length;
    return true;
  }

  private void expect(String word) {
    if (!accept(word)) {
      throw unexpected();
    }
  }

  private SqlErrorException unexpected() {
    TsqlToken token = peek();
    String near = token.kind() == Kind.END ? last() : token.text();
    return new SqlErrorException(
        new SqlError(102, 15, 1, "Incorrect syntax near '" + near + "'.", "", token.line()));
  }

  private String last() {
    return at == 0 ? "" : tokens.get(at - 1).text();
  }

  private List<Tsql> statements() {
    List<Tsql> statements = new ArrayList<>();
    while (true) {
      while (accept(";")) {
        continue;
      }
      if (peek().kind() == Kind.END || peek().isAny("END")) {
        return statements;
      }
      statement(statements);
    }
  }

  private Tsql single() {
    List<Tsql> one = new ArrayList<>();
    int line = peek().line();
    while (accept(";")) {
      continue;
    }
    statement(one);
    return one.size() == 1 ? one.get(0) : new Tsql.Block(one, line);
  }

  private void statement(List<Tsql> to) {
    TsqlToken first = peek();
    int line = first.line();
    if (first.kind() != Kind.WORD) {
      if (first.kind() == Kind.QUOTED && at == 0) {
        to.add(execute(line));
        return;
      }
      if (first.is("(")) {
        to.add(query(line));
        return;
      }
      throw unexpected();
    }
    switch (first.text().toUpperCase(Locale.ROOT)) {
      case "BEGIN" -> to.add(begin(line));
      case "IF" -> {
        next();
        List<TsqlToken> condition = expression();
        Tsql then = single();
        int mark = at;
        while (accept(";")) {
          continue;
        }
        Tsql otherwise = null;
        if (accept("ELSE")) {
          otherwise = single();
        } else {
          at = mark;
        }
        to.add(new Tsql.If(condition, then, otherwise, line));
      }
      case "WHILE" -> {
        next();
        List<TsqlToken> condition = expression();
        to.add(new Tsql.While(condition, single(), line));
      }
      case "DECLARE" -> {
        if (peek(1).kind() == Kind.VARIABLE) {
          declare(to, line);
        } else {
          to.add(leaves(line));
        }
      }
      case "OPEN", "CLOSE", "DEALLOCATE", "FETCH", "DBCC" -> to.add(leaves(line));
      case "SET" -> to.add(set(line));
      case "COMMIT", "ROLLBACK", "SAVE" -> to.add(transaction(line));
      case "PRINT", "RAISERROR", "THROW", "RETURN", "KILL" -> to.add(call(line));
      case "WAITFOR" -> {
        next();
        boolean delay = accept("DELAY");
        if (!delay) {
          expect("TIME");
        }
        to.add(new Tsql.Call("WAITFOR", List.of(expression()), line));
      }
      case "USE" -> {
        next();
        to.add(new Tsql.Use(next().text(), line));
      }
      case "EXEC", "EXECUTE" -> {
        next();
        if (accept("AS")) {
          next();
          if (accept("=")) {
            to.add(new Tsql.ExecuteAs(expression(), line));
          } else {
            to.add(new Tsql.ExecuteAs(List.of(), line));
          }
          if (accept("WITH")) {
            expression();
          }
        } else if (peek().is("(")) {
          next();
          List<TsqlToken> text = expression();
          expect(")");
          to.add(new Tsql.ExecuteText(text, line));
        } else {
          to.add(execute(line));
        }
      }
      case "REVERT" -> {
        next();
        to.add(new Tsql.ExecuteAs(null, line));
      }
      case "CREATE", "ALTER" -> to.add(create(line));
      case "DROP" -> {
        if (peek(1).isAny("PROCEDURE", "PROC")) {
          at += 2;
          boolean ifExists = accept("IF", "EXISTS");
          to.add(new Tsql.DropProcedure(name(), ifExists, line));
        } else if (peek(1).isAny("VIEW", "FUNCTION", "TRIGGER", "SYNONYM", "SECURITY")) {
          next();
          String kind = next().text().toUpperCase(Locale.ROOT);
          accept("POLICY");
          boolean ifExists = accept("IF", "EXISTS");
          to.add(new Tsql.DropDefinition(kind, name(), ifExists, line));
        } else {
          to.add(query(line));
        }
      }
      case "BREAK", "CONTINUE" -> to.add(new Tsql.Jump(next().is("CONTINUE"), line));
      case "GRANT", "REVOKE", "DENY", "RECONFIGURE", "CHECKPOINT" -> {
        next();
        expression();
        to.add(new Tsql.Ignored(line));
      }
      case "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "TRUNCATE" ->
          to.add(query(line));
      default -> {
        // A batch that begins with a name executes it.
        if (at != 0 && !to.isEmpty()) {
          throw unexpected();
        }
        to.add(execute(line));
      }
    }
  }

  private Tsql begin(int line) {
    next();
    if (accept("TRY")) {
      Tsql.Block body = new Tsql.Block(statements(), line);
      expect("END");
      expect("TRY");
      while (accept(";")) {
        continue;
      }
      expect("BEGIN");
      expect("CATCH");
      Tsql.Block caught = new Tsql.Block(statements(), line);
      expect("END");
      expect("CATCH");
      return new Tsql.Try(body, caught, line);
    }
    accept("DISTRIBUTED");
    if (peek().isAny("TRAN", "TRANSACTION")) {
      at--;
      return transaction(line);
    }
    List<Tsql> statements = statements();
    expect("END");
    return new Tsql.Block(statements, line);
  }

  private Tsql transaction(int line) {
    TsqlToken verb = next();
    Tsql.Move move =
        switch (verb.text().toUpperCase(Locale.ROOT)) {
          case "COMMIT" -> Tsql.Move.COMMIT;
          case "ROLLBACK" -> Tsql.Move.ROLLBACK;
          case "SAVE" -> Tsql.Move.SAVE;
          default -> Tsql.Move.BEGIN;
        };
    TsqlToken name = null;
    if (accept("WORK")) {
      return new Tsql.Transaction(move, null, line);
    }
    if (accept("TRAN") || accept("TRANSACTION")) {
      TsqlToken token = peek();
      if (token.kind() == Kind.VARIABLE || token.isName() && !token.isAny(BEGINNERS)) {
        name = next();
        if (accept("WITH")) {
          expression();
        }
      }
    }
    return new Tsql.Transaction(move, name, line);
  }

  private void declare(List<Tsql> to, int line) {
    next();
    do {
      String name = next().text();
      accept("AS");
      if (accept("TABLE")) {
        expect("(");
        List<TsqlToken> columns = untilClosed();
        expect(")");
        to.add(new Tsql.DeclareTable(name, columns, line));
      } else {
        String type = type();
        List<TsqlToken> value = accept("=") ? expression() : null;
        to.add(new Tsql.Declare(name, type, value, line));
      }
    } while (accept(","));
  }

  private Tsql leaves(int line) {
    String verb = next().text().toUpperCase(Locale.ROOT);
    List<TsqlToken> words = new ArrayList<>(expression());
    if (verb.equals("DECLARE") && words.get(words.size() - 1).is("FOR")) {
      query(line);
    }
    return new Tsql.Leaves(verb, words, line);
  }

  private String type() {
    StringBuilder type = new StringBuilder(next().text());
    while (accept(".")) {
      type.append('.').append(next().text());
    }
    if (accept("(")) {
      type.append('(');
      while (!peek().is(")") && peek().kind() != Kind.END) {
        type.append(next().text());
      }
      expect(")");
      type.append(')');
    }
    return type.toString();
  }

  private Tsql set(int line) {
    next();
    if (peek().kind() == Kind.VARIABLE) {
      String name = next().text();
      TsqlToken sign = next();
      List<TsqlToken> value = new ArrayList<>();
      if (sign.text().length() == 2) {
        value.add(new TsqlToken(Kind.VARIABLE, name, 0, 0, line));
        value.add(new TsqlToken(Kind.SIGN, sign.text().substring(0, 1), 0, 0, line));
      }
      value.addAll(expression());
      return new Tsql.Assign(name, value, line);
    }
    List<TsqlToken> words = new ArrayList<>();
    while (peek().kind() != Kind.END && !peek().is(";") && !endsSet(words)) {
      words.add(next());
    }
    return new Tsql.SetOption(words, line);
  }

  private boolean endsSet(List<TsqlToken> words) {
    // READ COMMITTED is no COMMIT; ON and OFF are the last word of most options.
    return !words.isEmpty() && peek().isAny(BEGINNERS);
  }

  private Tsql call(int line) {
    String verb = next().text().toUpperCase(Locale.ROOT);
    List<List<TsqlToken>> arguments = new ArrayList<>();
    boolean parenthesis = verb.equals("RAISERROR") && accept("(");
    while (peek().kind() != Kind.END && !peek().is(";") && !peek().isAny(BEGINNERS)) {
      List<TsqlToken> argument = expression();
      arguments.add(argument);
      if (!accept(",")) {
        break;
      }
    }
    if (parenthesis) {
      expect(")");
      if (accept("WITH")) {
        expression();
      }
    }
    return new Tsql.Call(verb, arguments, line);
  }

  private String name() {
    StringBuilder name = new StringBuilder(next().text());
    while (peek().is(".")) {
      next();
      name.append('.');
      if (peek().isName()) {
        name.append(next().text());
      }
    }
    return name.toString();
  }

  private Tsql execute(int line) {
    String result = null;
    if (peek().kind() == Kind.VARIABLE && peek(1).is("=")) {
      result = next().text();
      next();
    }
    String procedure = name();
    List<Tsql.Argument> arguments = new ArrayList<>();
    while (peek().kind() != Kind.END && !peek().is(";") && !peek().isAny(BEGINNERS)) {
      if (accept("WITH")) {
        expression();
        break;
      }
      String name = null;
      if (peek().kind() == Kind.VARIABLE && peek(1).is("=")) {
        name = next().text();
        next();
      }
      List<TsqlToken> value = expression();
      boolean output = false;
      TsqlToken end = value.isEmpty() ? null : value.get(value.size() - 1);
      if (end != null && end.isAny("OUTPUT", "OUT")) {
        output = true;
        value = value.subList(0, value.size() - 1);
      }
      arguments.add(new Tsql.Argument(name, value, output));
      if (!accept(",")) {
        break;
      }
    }
    return new Tsql.Execute(result, procedure, arguments, line);
  }

  private List<Tsql.Parameter> parameters() {
    List<Tsql.Parameter> parameters = new ArrayList<>();
    while (peek().kind() == Kind.VARIABLE) {
      String name = next().text();
      accept("AS");
      String type = type();
      accept("READONLY");
      List<TsqlToken> value = null;
      if (accept("=")) {
        value = List.of(next());
      }
      boolean output = accept("OUTPUT") || accept("OUT");
      parameters.add(new Tsql.Parameter(name, type, value, output));
      if (!accept(",")) {
        break;
      }
    }
    return parameters;
  }

  private Tsql create(int line) {
    int mark = at;
    boolean replace = next().is("ALTER");
    replace |= accept("OR", "ALTER");
    if (accept("PROCEDURE") || accept("PROC")) {
      String name = name();
      boolean parenthesis = accept("(");
      List<Tsql.Parameter> parameters = parameters();
      if (parenthesis) {
        expect(")");
      }
      while (!peek().is("AS") && peek().kind() != Kind.END) {
        next();
      }
      expect("AS");
      Tsql.Block body = new Tsql.Block(statements(), line);
      return new Tsql.CreateProcedure(name, parameters, body, replace, text(mark), line);
    }
    if (peek().isAny("VIEW", "FUNCTION", "TRIGGER", "SYNONYM", "SECURITY")) {
      String kind = next().text().toUpperCase(Locale.ROOT);
      accept("POLICY");
      String name = name();
      boolean batch = !kind.equals("SYNONYM");
      while (peek().kind() != Kind.END && (batch || !peek().is(";"))) {
        next();
        if (!batch && tokens.get(at - 1).is("FOR")) {
          name();
          break;
        }
      }
      List<TsqlToken> words = List.copyOf(tokens.subList(mark, at));
      return new Tsql.Define(kind, name, words, text(mark), line);
    }
    at = mark;
    if (peek(1).isAny("DATABASE", "LOGIN", "USER", "ROLE") && peek().is("ALTER")) {
      next();
      expression();
      while (peek().is("SET")) {
        next();
        expression();
      }
      List<TsqlToken> words = List.copyOf(tokens.subList(mark, at));
      return words.stream().anyMatch(word -> word.is("CHANGE_TRACKING"))
          ? new Tsql.Query(words, line)
          : new Tsql.Ignored(line);
    }
    return query(line);
  }

  /** Text of the tokens from there to here, as they may have been written. */
  private String text(int from) {
    StringBuilder text = new StringBuilder();
    for (TsqlToken token : tokens.subList(from, at)) {
      text.append(
          switch (token.kind()) {
            case QUOTED -> "[" + token.text().replace("]", "]]") + "]";
            case STRING -> "N'" + token.text().replace("'", "''") + "'";
            case BINARY -> "0x" + token.text();
            default -> token.text();
          });
      text.append(' ');
    }
    return text.toString();
  }

  /** Words up to a comma, a closing parenthesis, or the next statement. */
  private List<TsqlToken> expression() {
    List<TsqlToken> words = new ArrayList<>();
    int depth = 0;
    int cases = 0;
    while (true) {
      TsqlToken token = peek();
      if (token.kind() == Kind.END || token.is(";")) {
        break;
      }
      if (depth == 0 && token.isAny(",", ")")) {
        break;
      }
      if (depth == 0 && cases == 0 && token.isAny(BEGINNERS)) {
        break;
      }
      depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
      cases += token.is("CASE") ? 1 : token.is("END") ? -1 : 0;
      words.add(next());
    }
    return words;
  }

  /** Words up to the parenthesis that closes one which was read. */
  private List<TsqlToken> untilClosed() {
    List<TsqlToken> words = new ArrayList<>();
    int depth = 0;
    while (peek().kind() != Kind.END && (depth > 0 || !peek().is(")"))) {
      depth += peek().is("(") ? 1 : peek().is(")") ? -1 : 0;
      words.add(next());
    }
    return words;
  }

  /** Words of a query up to the next statement. */
  private Tsql query(int line) {
    List<TsqlToken> words = new ArrayList<>();
    QueryEnd end = new QueryEnd();
    while (peek().kind() != Kind.END && !peek().is(";") && !end.before(peek(), peek(1), words)) {
      words.add(next());
    }
    return new Tsql.Query(words, line);
  }

  /** Where a query ends that no semicolon ends: at a word that only a next one can begin with. */
  private static final class QueryEnd {
    private int depth;
    private int cases;
    private boolean setSeen;
    private boolean selectSeen;

    boolean before(TsqlToken token, TsqlToken following, List<TsqlToken> words) {
      if (token.is("(")) {
        depth++;
      } else if (token.is(")")) {
        depth--;
      } else if (token.is("CASE")) {
        cases++;
      } else if (token.is("END") && cases > 0) {
        cases--;
      } else if (depth == 0 && !words.isEmpty() && token.isAny(BEGINNERS)) {
        return !continues(token, following, words);
      } else if (depth == 0 && (words.isEmpty() && token.is("SELECT") || token.is("VALUES"))) {
        selectSeen = true;
      }
      return false;
    }

    private boolean continues(TsqlToken token, TsqlToken following, List<TsqlToken> words) {
      TsqlToken first = words.get(0);
      TsqlToken last = words.get(words.size() - 1);
      if (last.is(".") || last.is("AS") && !first.isAny("CREATE", "ALTER")) {
        return true;
      }
      if (first.is("DROP") && token.is("IF")) {
        return following.is("EXISTS") && words.size() == 2;
      }
      if (first.isAny("CREATE", "ALTER")) {
        boolean part = first.is("ALTER") && token.isAny("DROP", "ALTER", "SET");
        boolean action = last.isAny("ON", "FOR", "AFTER", "INSTEAD");
        return part || last.is("AS") || action || token.is("SET") && following.is("NULL");
      }
      if (token.is("SELECT")) {
        boolean more = last.isAny("UNION", "ALL", "EXCEPT", "INTERSECT");
        boolean source = first.isAny("INSERT", "WITH") && !selectSeen;
        selectSeen = true;
        return more || source;
      }
      if (token.is("SET") && first.isAny("UPDATE", "MERGE", "WITH")) {
        boolean again = setSeen && !first.is("MERGE");
        setSeen = true;
        return !again;
      }
      if (token.isAny("UPDATE", "DELETE", "INSERT", "MERGE")) {
        boolean main = first.is("WITH") && !selectSeen;
        return main || first.is("MERGE") && last.is("THEN") || last.is("FOR");
      }
      return token.isAny("EXEC", "EXECUTE") && first.is("INSERT") && !selectSeen;
    }
  }
}
