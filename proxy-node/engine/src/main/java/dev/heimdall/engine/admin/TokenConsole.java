package dev.heimdall.engine.admin;

import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.console.Tokens;
import dev.heimdall.engine.console.Tokens.Token;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ConsoleRight;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Common base of the consoles: statements split into tokens, permissions for commands, rows that
 * are made off the event loops, changes that are logged, failures in the operator's words.
 */
abstract class TokenConsole implements Console {
  private static final long LOOPS_ANSWER_SECONDS = 10;

  private final EventLog log;
  private final Executor formatting;

  /**
   * @param formatting where rows are sorted and turned to text; never an event loop that carries
   *     traffic, because a node may have many thousand clients
   */
  TokenConsole(EventLog log, Executor formatting) {
    this.log = log;
    this.formatting = formatting;
  }

  /** Returns the plan for one statement, which is not empty. */
  abstract ConsoleCommand plan(List<Token> statement, Operator operator, DriverStatements drivers);

  @Override
  public ConsoleCommand command(String sql, Operator operator, DriverStatements drivers) {
    List<ConsoleCommand> commands = commands(sql, operator, drivers);
    if (commands.size() > 1) {
      return new KnownCommand(
          Answer.failed(
              Sqlstate.SYNTAX_ERROR,
              "cannot insert multiple commands into a prepared statement",
              null));
    }
    return commands.get(0);
  }

  @Override
  public List<ConsoleCommand> commands(String sql, Operator operator, DriverStatements drivers) {
    if (operator.right() == ConsoleRight.NONE) {
      return List.of(new KnownCommand(denied(operator, "an administrator")));
    }
    try {
      List<List<Token>> statements = Tokens.statements(sql);
      if (statements.isEmpty()) {
        return List.of(new KnownCommand(new Answer.Empty()));
      }
      return statements.stream().map(statement -> plan(statement, operator, drivers)).toList();
    } catch (Tokens.Unterminated e) {
      return List.of(new KnownCommand(Answer.failed(Sqlstate.SYNTAX_ERROR, e.getMessage(), null)));
    }
  }

  private static Answer.Failed denied(Operator operator, String needed) {
    return Answer.failed(
        Sqlstate.INSUFFICIENT_PRIVILEGE,
        "permission denied: user \"" + operator.user() + "\" is not " + needed,
        "Administrators are the users with \"admin\": true in the configuration.");
  }

  final <T> ConsoleCommand show(Table<T> table, Supplier<CompletionStage<List<T>>> rows) {
    return AdminPlan.rows(
        table.columns(),
        () ->
            settle(
                ask(rows)
                    .toCompletableFuture()
                    .copy()
                    .orTimeout(LOOPS_ANSWER_SECONDS, TimeUnit.SECONDS)
                    .thenApplyAsync(table::result, formatting)));
  }

  /**
   * A command that changes something: for administrators, and logged whatever becomes of it.
   *
   * @param command as the log names it
   * @param tag what it is answered with, from its count
   */
  final ConsoleCommand change(
      Operator operator,
      String command,
      Function<Integer, String> tag,
      Supplier<CompletionStage<Integer>> action) {
    if (operator.right() != ConsoleRight.ALL) {
      return new KnownCommand(denied(operator, "an administrator, and may only SHOW"));
    }
    return AdminPlan.command(
        () -> ask(action),
        begun ->
            settle(begun.thenApply(count -> new Answer.Done(tag.apply(count))))
                .whenComplete((result, never) -> logged(operator, command, result)));
  }

  /** PAUSE, which must not wait for the operator's own server connection. */
  final ConsoleCommand pause(
      Operator operator,
      String command,
      Function<Integer, String> tag,
      Supplier<CompletionStage<Integer>> action) {
    if (operator.holdsServer()) {
      return new KnownCommand(
          Answer.failed(
              Sqlstate.ACTIVE_TRANSACTION,
              "PAUSE cannot run on a session that holds a server connection",
              "It would wait for that one. Send it outside of a transaction, or to the database"
                  + " of the admin console."));
    }
    return change(operator, command, tag, action);
  }

  /** Ends a client, whose number is written in the command. */
  final ConsoleCommand kill(
      Operator operator, String verb, String number, Function<Integer, String> tag, NodeView node) {
    try {
      long client = Long.parseLong(number);
      return change(operator, verb + " " + number, tag, () -> node.kill(client));
    } catch (NumberFormatException tooLarge) {
      return new KnownCommand(
          Answer.failed(
              Sqlstate.NUMBER_OUT_OF_RANGE,
              "\"" + number + "\" is out of range for a client id",
              "SHOW CLIENTS lists the ids."));
    }
  }

  private void logged(Operator operator, String command, Answer result) {
    String outcome =
        result instanceof Answer.Failed failed
            ? failed.error().sqlState() + " " + failed.error().message()
            : result instanceof Answer.Done done ? done.tag() : "done";
    log.adminCommand(operator.user(), operator.address(), command, outcome);
  }

  /** Calls, and makes a failure of the call itself look like a failure of its stage. */
  private static <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question) {
    try {
      return question.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static CompletionStage<Answer> settle(CompletionStage<? extends Answer> stage) {
    return stage.handle((result, problem) -> problem == null ? result : failed(problem));
  }

  private static Answer.Failed failed(Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    if (cause instanceof AdminException admin) {
      return Answer.failed(admin.sqlstate(), admin.getMessage(), admin.hint());
    }
    if (cause instanceof CancellationException) {
      return Answer.failed(
          Sqlstate.QUERY_CANCELED, "canceling statement due to user request", null);
    }
    if (cause instanceof TimeoutException) {
      return Answer.failed(
          Sqlstate.QUERY_CANCELED,
          "an event loop did not answer within " + LOOPS_ANSWER_SECONDS + " s",
          "GET /livez on the HTTP endpoint names a loop that hangs.");
    }
    return Answer.failed(
        Sqlstate.INTERNAL_ERROR, "the command failed inside the node: " + cause, null);
  }

  /** A command whose arguments are not right. */
  static ConsoleCommand misspelt(String words, List<Token> statement, String usage) {
    return new KnownCommand(
        Answer.failed(
            Sqlstate.SYNTAX_ERROR,
            "syntax error in " + words + ": \"" + shown(statement) + "\"",
            "It is written " + usage + "."));
  }

  /** The beginning of a statement as it was typed; literals are left out, they may be secrets. */
  static String shown(List<Token> statement) {
    StringBuilder text = new StringBuilder();
    for (Token token : statement) {
      if (text.length() > 60) {
        return text.append(" …").toString();
      }
      text.append(text.isEmpty() ? "" : " ")
          .append(token.kind() == Tokens.Kind.STRING ? "'…'" : token.text());
    }
    return text.toString();
  }

  static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }
}
