package dev.heimdall.engine.admin;

import dev.heimdall.engine.admin.Tokens.Token;
import dev.heimdall.engine.console.Command;
import dev.heimdall.engine.console.Console;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.wire.Answer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The statements of the admin console: to the database {@value #DATABASE}, or in-band, as the
 * statement of an administrator to any other database.
 */
public final class AdminCommands implements Console {
  /** The name of the database that is the console. */
  public static final String DATABASE = "heimdall";

  private static final long LOOPS_ANSWER_SECONDS = 10;
  private static final int LONGEST_COMMAND = 300;

  private final NodeView node;
  private final Metrics metrics;
  private final EventLog log;
  private final Executor formatting;

  /**
   * @param formatting where rows are sorted and turned to text; never an event loop that carries
   *     traffic, because a node may have many thousand clients
   */
  public AdminCommands(NodeView node, Metrics metrics, EventLog log, Executor formatting) {
    this.node = node;
    this.metrics = metrics;
    this.log = log;
    this.formatting = formatting;
  }

  /**
   * Whether the bytes are exactly one of the console's commands, whole and well-formed. To be asked
   * in-band, for administrators only: everything else, PostgreSQL's own {@code SHOW} of a parameter
   * included, goes to the server. Nearly all statements are told apart by their first letter.
   */
  @Override
  public boolean recognises(byte[] sql, int offset, int length) {
    int start = offset;
    int end = offset + length;
    while (start < end && isBlank(sql[start])) {
      start++;
    }
    if (start == end || end - start > LONGEST_COMMAND) {
      return false;
    }
    int first = sql[start] | 0x20;
    if (first != 's' && first != 'p' && first != 'r' && first != 'f' && first != 'k') {
      return false;
    }
    int second = start + 1 < end ? sql[start + 1] | 0x20 : 0;
    if ((first == 's' && second != 'h') || (first == 'f' && second != 'l')) {
      return false;
    }
    String text = new String(sql, start, end - start, StandardCharsets.UTF_8);
    try {
      List<List<Token>> statements = Tokens.statements(text);
      return statements.size() == 1
          && AdminVerb.of(statements.get(0))
              .filter(verb -> verb.complete(statements.get(0)))
              .isPresent();
    } catch (AdminException notOurs) {
      return false;
    }
  }

  @Override
  public Command command(String sql, Operator operator) {
    List<Command> commands = commands(sql, operator);
    if (commands.size() > 1) {
      return AdminPlan.known(
          Answer.failed(
              Sqlstate.SYNTAX_ERROR,
              "cannot insert multiple commands into a prepared statement",
              null));
    }
    return commands.get(0);
  }

  @Override
  public List<Command> commands(String sql, Operator operator) {
    if (!operator.admin()) {
      return List.of(
          AdminPlan.known(
              Answer.failed(
                  Sqlstate.INSUFFICIENT_PRIVILEGE,
                  "permission denied: user \"" + operator.user() + "\" is not an administrator",
                  "Administrators are the users with \"admin\": true in the configuration.")));
    }
    try {
      List<List<Token>> statements = Tokens.statements(sql);
      if (statements.isEmpty()) {
        return List.of(AdminPlan.known(new Answer.Empty()));
      }
      return statements.stream().map(statement -> planOne(statement, operator)).toList();
    } catch (AdminException e) {
      return List.of(AdminPlan.known(failed(e)));
    }
  }

  private Command planOne(List<Token> statement, Operator operator) {
    Optional<AdminVerb> verb = AdminVerb.of(statement);
    if (verb.isEmpty()) {
      return new DriverQueries(node.version(), operator.user())
          .plan(statement)
          .orElseGet(() -> AdminPlan.known(unknown(statement)));
    }
    if (!verb.get().complete(statement)) {
      return AdminPlan.known(
          Answer.failed(
              Sqlstate.SYNTAX_ERROR,
              "syntax error in " + verb.get().words() + ": \"" + shown(statement) + "\"",
              "It is written " + verb.get().usages() + "."));
    }
    return plan(verb.get(), verb.get().arguments(statement), operator);
  }

  private AdminPlan plan(AdminVerb verb, List<Token> arguments, Operator operator) {
    String name = arguments.isEmpty() ? null : arguments.get(0).text();
    return switch (verb) {
      case SHOW_POOLS -> show(Tables.POOLS, node::pools);
      case SHOW_CLIENTS -> show(Tables.CLIENTS, node::clients);
      case SHOW_SERVERS -> show(Tables.SERVERS, node::servers);
      case SHOW_STATS -> show(Tables.STATS, () -> done(metrics.totals()));
      case SHOW_CLUSTER -> show(Tables.CLUSTERS, () -> done(node.clusters()));
      case SHOW_NODES -> show(Tables.NODES, () -> done(node.clusterNodes()));
      case SHOW_EVENTS -> show(Tables.EVENTS, () -> done(node.clusterEvents()));
      case SHOW_STORE -> show(Tables.STORE, () -> done(node.store().stream().toList()));
      case SHOW_TOPOLOGY -> show(Tables.TOPOLOGY, () -> done(TopologyRow.all(node.topology())));
      case SHOW_MEMORY -> show(Tables.MEMORY, () -> done(node.memory()));
      case SHOW_PATTERNS -> show(PatternRow.TABLE, () -> done(node.patterns()));
      case SHOW_CACHE_PATTERNS -> show(Tables.CACHE_PATTERNS, () -> done(node.cachePatterns()));
      case SHOW_CACHE -> show(Tables.CACHE, () -> done(node.cache()));
      case SHOW_CHANGES -> show(Tables.CHANGES, () -> done(node.changes()));
      case SHOW_QUEUES -> show(Tables.QUEUES, () -> done(node.queues()));
      case SHOW_PLANS -> show(Tables.PLANS, () -> done(node.plans()));
      case SHOW_LEARNED -> show(Tables.LEARNED, () -> done(node.learned()));
      case SHOW_CONFIG_STATE ->
          show(ConfigStateRow.TABLE, () -> done(List.of(new ConfigStateRow(node.configState()))));
      case SHOW_CONFIG -> show(Tables.CONFIG, () -> done(node.config()));
      case SHOW_VERSION -> show(Tables.VERSION, () -> done(List.of("Heimdall " + node.version())));
      case SHOW_HELP -> show(Tables.HELP, () -> done(List.of(AdminVerb.values())));
      case PAUSE -> pause(name, operator);
      case RESUME -> change(verb, name, operator, () -> node.resume(name));
      case RECONNECT -> change(verb, name, operator, () -> node.reconnect(name));
      case RELOAD -> change(verb, null, operator, node::reload);
      case FLUSH_CACHE -> change(verb, name, operator, () -> node.flushCache(name));
      case KILL -> kill(arguments.get(0).text(), operator);
    };
  }

  private AdminPlan pause(String vdb, Operator operator) {
    if (operator.holdsServer()) {
      return AdminPlan.known(
          Answer.failed(
              Sqlstate.ACTIVE_TRANSACTION,
              "PAUSE cannot run on a session that holds a server connection",
              "It would wait for that one. Send it outside of a transaction, or to the database"
                  + " of the admin console."));
    }
    return change(AdminVerb.PAUSE, vdb, operator, () -> node.pause(vdb));
  }

  private AdminPlan kill(String number, Operator operator) {
    try {
      long client = Long.parseLong(number);
      return change(AdminVerb.KILL, number, operator, () -> node.kill(client));
    } catch (NumberFormatException tooLarge) {
      return AdminPlan.known(
          Answer.failed(
              Sqlstate.NUMBER_OUT_OF_RANGE,
              "\"" + number + "\" is out of range for a client id",
              "SHOW CLIENTS lists the ids."));
    }
  }

  private <T> AdminPlan show(Table<T> table, Supplier<CompletionStage<List<T>>> rows) {
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

  private AdminPlan change(
      AdminVerb verb,
      String argument,
      Operator operator,
      Supplier<CompletionStage<Integer>> action) {
    String command = argument == null ? verb.words() : verb.words() + " " + argument;
    return AdminPlan.command(
        () -> ask(action),
        begun ->
            settle(begun.thenApply(count -> new Answer.Done(verb.words() + " " + count)))
                .whenComplete((result, never) -> logged(operator, command, result)));
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

  private static Answer.Failed unknown(List<Token> statement) {
    if (ofSessions(statement)) {
      return Answer.failed(
          Sqlstate.SYNTAX_ERROR,
          "\"" + shown(statement) + "\" is no command of the admin console",
          "It is about the statements of a session: send it, as an administrator, on a connection"
              + " to a database of a VDB.");
    }
    String nearest =
        AdminVerb.nearest(statement).map(verb -> "Did you mean " + verb.usage() + "? ").orElse("");
    return Answer.failed(
        Sqlstate.SYNTAX_ERROR,
        "unknown command \"" + shown(statement) + "\"",
        nearest + "The commands are: " + AdminVerb.all() + ".");
  }

  /** Whether sessions of virtual databases answer this themselves. */
  private static boolean ofSessions(List<Token> statement) {
    return statement.size() >= 2
        && (statement.get(0).is("SHOW") && statement.get(1).is("QUERYINFO")
            || statement.get(0).is("EXPLAIN") && statement.get(1).is("RULES"));
  }

  /** The beginning of a statement as it was typed; literals are left out, they may be secrets. */
  private static String shown(List<Token> statement) {
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

  private static <T> CompletionStage<T> done(T value) {
    return CompletableFuture.completedFuture(value);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r';
  }
}
