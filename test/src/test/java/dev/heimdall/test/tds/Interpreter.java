package dev.heimdall.test.tds;

import dev.heimdall.test.tds.TsqlToken.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Carries T-SQL out: control flow, variables, errors, transactions by text. */
final class Interpreter {
  private static final int SET = 0xBE;
  private static final int MOST_LEVELS = 32;

  /** How a statement ended. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE,
    RETURN
  }

  /** The rest of the batch is not carried out; its error was sent. */
  static final class BatchEnded extends RuntimeException {
    private static final long serialVersionUID = 1;

    BatchEnded() {
      super("batch ended by an error");
    }
  }

  private final TdsSession session;
  private final QueryRunner queries;
  private final SystemProcedures procedures;

  Interpreter(TdsSession session) {
    this.session = session;
    this.queries = new QueryRunner(session);
    this.procedures = new SystemProcedures(session, this);
  }

  SystemProcedures procedures() {
    return procedures;
  }

  /** A batch of a client; errors are sent, but for attentions. */
  void batch(String text) {
    guarded(
        () -> {
          Tsql.Block block = session.server.database().parse(text, quoted());
          if (session.settings.isOn("showplan_xml")) {
            ShowPlans.send(session.results, text);
            return;
          }
          run(block, new Scope("", 0));
        });
  }

  /** Work whose last error ends it. */
  void guarded(Runnable work) {
    try {
      work.run();
    } catch (BatchEnded e) {
      // Its error was sent.
      session.rowCount = 0;
    } catch (SqlErrorException e) {
      failed(e.error());
    }
    if (session.doomed && session.inTransaction()) {
      session.rollback();
      failed(
          SqlError.of(
              3998,
              16,
              "Uncommittable transaction is detected at the end of the batch. The transaction is"
                  + " rolled back."));
    }
  }

  private void failed(SqlError error) {
    session.errorNumber = error.number();
    session.results.message(error);
    session.results.done(0xFD, -1, true);
  }

  private boolean quoted() {
    return session.settings.has(SessionSettings.QUOTED_IDENTIFIER);
  }

  Flow run(Tsql.Block block, Scope scope) {
    for (Tsql statement : block.statements()) {
      Flow flow = statement(statement, scope);
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow statement(Tsql statement, Scope scope) {
    session.checkCancelled();
    try {
      Flow flow = carryOut(statement, scope);
      if (!(statement instanceof Tsql.If || statement instanceof Tsql.While)) {
        session.errorNumber = 0;
      }
      return flow;
    } catch (SqlErrorException e) {
      return failed(e, statement, scope);
    }
  }

  private Flow failed(SqlErrorException e, Tsql statement, Scope scope) {
    SqlError error = e.error().at(scope.procedure, statement.line());
    boolean raised = statement instanceof Tsql.Call call && call.verb().equals("RAISERROR");
    boolean abort = session.settings.has(SessionSettings.XACT_ABORT) && !raised;
    boolean thrown = statement instanceof Tsql.Call call && call.verb().equals("THROW");
    boolean ends = e.endsBatch() || abort || thrown;
    session.errorNumber = error.number();
    if (scope.tries > 0) {
      boolean dooms = abort || error.number() == 245 || error.number() == 241;
      if (dooms && session.inTransaction()) {
        session.doomed = true;
      }
      if (error.number() == 1205 && session.inTransaction()) {
        session.rollback();
      }
      throw new SqlErrorException(error);
    }
    session.results.message(error);
    session.rowCount = 0;
    boolean undone =
        abort || error.number() == 1205 || error.number() == 245 || error.number() == 241;
    if (undone && session.inTransaction()) {
      session.rollback();
    }
    session.results.done(0xFD, -1, true);
    if (ends) {
      throw new BatchEnded();
    }
    return Flow.NEXT;
  }

  private Flow carryOut(Tsql statement, Scope scope) {
    if (statement instanceof Tsql.Query query) {
      queries.run(query, scope);
      fire(query, scope);
    } else if (statement instanceof Tsql.Leaves leaves) {
      session.leaves(leaves);
      done(SET);
    } else if (statement instanceof Tsql.Block block) {
      return run(block, scope);
    } else if (statement instanceof Tsql.If choice) {
      if (queries.holds(choice.condition(), scope)) {
        return statement(choice.then(), scope);
      }
      return choice.otherwise() == null ? Flow.NEXT : statement(choice.otherwise(), scope);
    } else if (statement instanceof Tsql.While loop) {
      return loop(loop, scope);
    } else if (statement instanceof Tsql.Try attempt) {
      return attempt(attempt, scope);
    } else if (statement instanceof Tsql.Declare declare) {
      SqlType type = SqlType.required(declare.type());
      Object value = declare.value() == null ? null : queries.value(declare.value(), scope, type);
      scope.declare(declare.name(), type, value);
    } else if (statement instanceof Tsql.DeclareTable table) {
      queries.declareTable(table.name(), table.columns(), scope);
    } else if (statement instanceof Tsql.Assign assign) {
      Scope.Variable variable = scope.variable(assign.name());
      variable.value = queries.value(assign.value(), scope, variable.type);
      done(SET);
    } else if (statement instanceof Tsql.SetOption option) {
      set(option, scope);
      done(SET);
    } else if (statement instanceof Tsql.Transaction move) {
      transaction(move, scope);
    } else if (statement instanceof Tsql.Call call) {
      return call(call, scope);
    } else if (statement instanceof Tsql.Use use) {
      session.use(use.database());
      done(0xE2);
    } else if (statement instanceof Tsql.Execute execute) {
      execute(execute, scope);
    } else if (statement instanceof Tsql.ExecuteText execute) {
      Object text = queries.value(execute.text(), scope, null);
      text(String.valueOf(text), List.of(), scope.level + 1);
    } else if (statement instanceof Tsql.CreateProcedure create) {
      session.server.database().create(session.database, create);
      done(0xDE);
    } else if (statement instanceof Tsql.Define define) {
      new DefinedObjects(session).define(define);
      done(0xCF);
    } else if (statement instanceof Tsql.DropDefinition drop) {
      new DefinedObjects(session).drop(drop);
      done(0xDF);
    } else if (statement instanceof Tsql.DropProcedure drop) {
      boolean dropped = session.server.database().dropProcedure(session.database, drop.name());
      if (!dropped && !drop.ifExists()) {
        throw new SqlErrorException(
            3701,
            11,
            "Cannot drop the procedure '" + drop.name() + "', because it does not exist.");
      }
      done(0xDF);
    } else if (statement instanceof Tsql.ExecuteAs as) {
      as(as, scope);
      done(SET);
    } else if (statement instanceof Tsql.Jump jump) {
      return jump.onwards() ? Flow.CONTINUE : Flow.BREAK;
    } else {
      done(SET);
    }
    return Flow.NEXT;
  }

  private void done(int command) {
    session.results.done(command, -1, false);
  }

  private Flow loop(Tsql.While loop, Scope scope) {
    while (queries.holds(loop.condition(), scope)) {
      session.checkCancelled();
      Flow flow = statement(loop.body(), scope);
      if (flow == Flow.BREAK) {
        return Flow.NEXT;
      }
      if (flow == Flow.RETURN) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow attempt(Tsql.Try attempt, Scope scope) {
    scope.tries++;
    try {
      Flow flow = run(attempt.body(), scope);
      scope.tries--;
      return flow;
    } catch (SqlErrorException e) {
      scope.tries--;
      SqlError before = scope.caught;
      scope.caught = e.error();
      try {
        return run(attempt.caught(), scope);
      } finally {
        scope.caught = before;
      }
    } catch (CancelledException | BatchEnded e) {
      scope.tries--;
      throw e;
    }
  }

  private void set(Tsql.SetOption option, Scope scope) {
    List<TsqlToken> words = option.words();
    if (words.isEmpty()) {
      throw new SqlErrorException(102, 15, "Incorrect syntax near 'SET'.");
    }
    String first = words.get(0).lower();
    TsqlToken last = words.get(words.size() - 1);
    if (first.equals("transaction")) {
      StringBuilder level = new StringBuilder();
      words.subList(3, words.size()).forEach(word -> level.append(word.lower()).append(' '));
      session.settings.isolation(isolation(level.toString().trim()));
      return;
    }
    if (first.equals("context_info")) {
      Object value = queries.value(words.subList(1, words.size()), scope, null);
      byte[] bytes = new byte[128];
      byte[] given = (byte[]) value;
      System.arraycopy(given, 0, bytes, 0, Math.min(128, given.length));
      session.contextInfo = bytes;
      return;
    }
    if (words.size() > 2 && words.get(1).is(",")) {
      for (int i = 0; i + 1 < words.size(); i += 2) {
        session.settings.set(words.get(i).lower(), last.text());
        session.defaultsSet |= words.get(i).lower().equals("ansi_defaults");
      }
      return;
    }
    String value = last.text();
    if (last.kind() == Kind.VARIABLE) {
      value = String.valueOf(scope.variable(last.text()).value);
    } else if (words.size() > 2 && words.get(words.size() - 2).is("-")) {
      value = "-" + value;
    }
    String name =
        first.equals("identity_insert") || first.equals("statistics")
            ? first + " " + words.get(1).lower()
            : first;
    String before = session.settings.language;
    session.settings.set(name, value);
    session.defaultsSet |= name.equals("ansi_defaults");
    if (first.equals("identity_insert") && value.equalsIgnoreCase("on")) {
      session.left.add(name);
    }
    if (name.equals("language")) {
      session.results.tokens().changed(TokenWriter.LANGUAGE, value, before);
      session.results.message(SqlError.info(5703, "Changed language setting to " + value + "."));
    }
  }

  private static int isolation(String level) {
    return switch (level) {
      case "read uncommitted" -> 1;
      case "repeatable read" -> 3;
      case "serializable" -> 4;
      case "snapshot" -> 5;
      default -> 2;
    };
  }

  private void transaction(Tsql.Transaction move, Scope scope) {
    TsqlToken token = move.name();
    String name =
        token == null
            ? null
            : token.kind() == Kind.VARIABLE
                ? String.valueOf(scope.variable(token.text()).value)
                : token.text();
    switch (move.move()) {
      case BEGIN -> {
        // An implicit transaction begins first: this one is within it.
        if (!session.inTransaction()
            && session.settings.has(SessionSettings.IMPLICIT_TRANSACTIONS)) {
          session.begin();
        }
        session.begin();
        done(0xD4);
      }
      case COMMIT -> {
        session.commit();
        done(0xD5);
      }
      case SAVE -> {
        session.save(Objects.requireNonNullElse(name, ""));
        done(0xD6);
      }
      case ROLLBACK -> {
        if (name != null && session.hasSavepoint(name)) {
          session.rollbackTo(name);
        } else {
          session.rollback();
        }
        done(0xD2);
      }
    }
  }

  private Flow call(Tsql.Call call, Scope scope) {
    List<List<TsqlToken>> arguments = call.arguments();
    switch (call.verb()) {
      case "PRINT" -> {
        Object text = queries.value(arguments.get(0), scope, null);
        session.results.message(
            SqlError.info(0, text == null ? " " : String.valueOf(text))
                .at(scope.procedure, call.line()));
        done(0xF7);
      }
      case "RAISERROR" -> raise(arguments, scope, call.line());
      case "THROW" -> {
        if (arguments.isEmpty()) {
          if (scope.caught == null) {
            throw new SqlErrorException(
                10704, 15, "To rethrow an error, a THROW statement must be used inside CATCH.");
          }
          throw new SqlErrorException(scope.caught);
        }
        int number = number(arguments.get(0), scope);
        String text = String.valueOf(queries.value(arguments.get(1), scope, null));
        int state = number(arguments.get(2), scope);
        throw new SqlErrorException(
            new SqlError(number, 16, state, text, scope.procedure, call.line()));
      }
      case "RETURN" -> {
        scope.returned = arguments.isEmpty() ? 0 : number(arguments.get(0), scope);
        return Flow.RETURN;
      }
      case "WAITFOR" -> {
        session.rest(delay(String.valueOf(queries.value(arguments.get(0), scope, null))));
        done(0xF5);
      }
      default -> {
        if (!session.server.kill(number(arguments.get(0), scope))) {
          throw new SqlErrorException(
              6106,
              16,
              "Process ID "
                  + number(arguments.get(0), scope)
                  + " is not an active process"
                  + " ID.");
        }
        done(0xFD);
      }
    }
    return Flow.NEXT;
  }

  private int number(List<TsqlToken> expression, Scope scope) {
    Object value = queries.value(expression, scope, null);
    return value == null ? 0 : new BigDecimal(value.toString()).intValue();
  }

  /** Milliseconds of hh:mm:ss.mmm. */
  private static long delay(String text) {
    String[] parts = text.split(":");
    double seconds = 0;
    for (String part : parts) {
      seconds = seconds * 60 + Double.parseDouble(part);
    }
    return Math.round(seconds * 1000);
  }

  private void raise(List<List<TsqlToken>> arguments, Scope scope, int line) {
    Object first = queries.value(arguments.get(0), scope, null);
    int severity = number(arguments.get(1), scope);
    int state = arguments.size() > 2 ? number(arguments.get(2), scope) : 1;
    List<Object> values = new ArrayList<>();
    for (int i = 3; i < arguments.size(); i++) {
      values.add(queries.value(arguments.get(i), scope, null));
    }
    boolean numbered = first instanceof Number;
    String text = numbered ? "User-defined message " + first + "." : format(first, values);
    int number = numbered ? ((Number) first).intValue() : 50000;
    SqlError error = new SqlError(number, severity, state, text, scope.procedure, line);
    if (error.isError()) {
      throw new SqlErrorException(error);
    }
    session.results.message(error);
    done(0xFD);
  }

  private static String format(Object pattern, List<Object> values) {
    StringBuilder text = new StringBuilder();
    int next = 0;
    String from = String.valueOf(pattern);
    for (int i = 0; i < from.length(); i++) {
      char c = from.charAt(i);
      if (c == '%' && i + 1 < from.length() && "dsiu".indexOf(from.charAt(i + 1)) >= 0) {
        text.append(next < values.size() ? values.get(next++) : "(null)");
        i++;
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  private void as(Tsql.ExecuteAs as, Scope scope) {
    session.user =
        as.name() == null || as.name().isEmpty()
            ? session.login.user
            : String.valueOf(queries.value(as.name(), scope, null));
  }

  // Procedures

  private void execute(Tsql.Execute execute, Scope scope) {
    List<ProcedureCall.Argument> arguments = new ArrayList<>();
    for (Tsql.Argument argument : execute.arguments()) {
      List<TsqlToken> value = argument.value();
      TsqlToken only = value.size() == 1 ? value.get(0) : null;
      boolean variable = only != null && only.kind() == Kind.VARIABLE;
      Scope.Variable held = variable ? scope.variable(only.text()) : null;
      Object given =
          held != null
              ? held.value
              : only != null && only.kind() == Kind.WORD && !only.is("NULL")
                  ? only.text()
                  : queries.value(value, scope, null);
      SqlType type = held == null ? null : held.type;
      arguments.add(
          new ProcedureCall.Argument(argument.name(), type, given, argument.output(), held));
    }
    ProcedureCall call = new ProcedureCall(execute.procedure(), arguments);
    int status = call(call, scope.level + 1, scope.tries > 0);
    for (ProcedureCall.Argument argument : arguments) {
      if (argument.output() && argument.variable() != null) {
        argument.variable().value = argument.value();
      }
    }
    if (execute.result() != null) {
      scope.variable(execute.result()).value = status;
    }
    if (!session.results.inProcedure()) {
      session.results.tokens().returnStatus(status);
    }
    session.results.doneProcedure(false);
  }

  /** A procedure's work; its status. Settings that it changed end with it. */
  int call(ProcedureCall call, int level, boolean caught) {
    if (level > MOST_LEVELS) {
      throw new SqlErrorException(
          217,
          16,
          "Maximum stored procedure, function, trigger, or view nesting level exceeded"
              + " (limit 32).");
    }
    Integer system = procedures.call(call, level, caught);
    if (system != null) {
      return system;
    }
    Tsql.CreateProcedure procedure =
        session.server.database().procedure(session.database, call.name());
    if (procedure == null && Modules.last(call.name()).toLowerCase(Locale.ROOT).startsWith("sp_")) {
      procedure = session.server.database().procedure("master", Modules.last(call.name()));
    }
    Modules.Module synonym =
        procedure == null ? session.server.database().synonym(session.database, call.name()) : null;
    if (synonym != null) {
      String base = synonym.parent().replaceAll("[\\[\\]]", "");
      return call(new ProcedureCall(base, call.arguments()), level + 1, caught);
    }
    if (procedure == null) {
      throw new SqlErrorException(
          2812, 16, "Could not find stored procedure '" + call.name() + "'.");
    }
    Scope scope = new Scope(procedure.name(), level);
    scope.tries = caught ? 1 : 0;
    call.bind(procedure.parameters(), scope, queries);
    int transactions = session.transactionCount();
    within(procedure.body(), scope);
    call.collect(procedure.parameters(), scope);
    if (transactions != session.transactionCount()) {
      session.results.message(
          SqlError.of(
                  266,
                  16,
                  "Transaction count after EXECUTE indicates a mismatching number of BEGIN and"
                      + " COMMIT statements. Previous count = "
                      + transactions
                      + ", current count = "
                      + session.transactionCount()
                      + ".")
              .at(procedure.name(), 0));
    }
    return scope.returned;
  }

  /** Text of EXEC or sp_executesql in a scope with these variables. */
  Scope text(
      String text, List<Tsql.Parameter> parameters, ProcedureCall call, int level, boolean caught) {
    Scope scope = new Scope("", level);
    scope.tries = caught ? 1 : 0;
    call.bind(parameters, scope, queries);
    within(session.server.database().parse(text, quoted()), scope);
    call.collect(parameters, scope);
    return scope;
  }

  private void text(String text, List<Tsql.Parameter> parameters, int level) {
    text(text, parameters, new ProcedureCall("", List.of()), level, false);
  }

  /** A cursor of a prepared query. */
  Cursor cursor(TdsSession.Prepared prepared, ProcedureCall arguments) {
    Scope scope = new Scope("", 1);
    List<Tsql.Parameter> parameters = SystemProcedures.parameters(prepared.parameters());
    (parameters.isEmpty() ? new ProcedureCall("", List.of()) : arguments)
        .bind(parameters, scope, queries);
    return queries.cursor(session.server.database().parse(prepared.text(), quoted()), scope);
  }

  /** Has triggers run that come after a change and need not know its rows. */
  private void fire(Tsql.Query change, Scope scope) {
    List<TsqlToken> words = change.words();
    String event = words.get(0).text().toUpperCase(Locale.ROOT);
    if (!words.get(0).isAny("INSERT", "UPDATE", "DELETE")) {
      return;
    }
    int at = words.get(1).isAny("INTO", "FROM") ? 2 : 1;
    while (at + 2 < words.size() && words.get(at + 1).is(".")) {
      at += 2;
    }
    for (Modules.Module each : session.server.database().modules().of(session.database)) {
      boolean fires =
          each.type().equals("TR")
              && !each.insteadOf()
              && !each.name().equals(scope.procedure) // RECURSIVE_TRIGGERS is off
              && words.get(at).text().equalsIgnoreCase(each.parent())
              && each.events().contains(event);
      String code = fires ? each.text().replaceFirst("(?is)^create.*?\\sas\\s", "") : "";
      if (fires && !code.matches("(?is).*\\b(inserted|deleted)\\b.*")) {
        within(
            session.server.database().parse(code, quoted()),
            new Scope(each.name(), scope.level + 1));
      }
    }
  }

  private void within(Tsql.Block body, Scope scope) {
    SessionSettings before = session.settings;
    Set<String> tables = Set.copyOf(session.tables.keySet());
    session.settings = before.copy();
    session.results.enterProcedure();
    try {
      run(body, scope);
    } finally {
      session.results.leaveProcedure();
      session.settings = before;
      session.dropTables(name -> name.startsWith("##") || tables.contains(name));
    }
  }
}
