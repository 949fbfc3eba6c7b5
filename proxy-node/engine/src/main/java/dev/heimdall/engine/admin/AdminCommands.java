package dev.heimdall.engine.admin;

import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.console.Tokens;
import dev.heimdall.engine.console.Tokens.Token;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Sqlstate;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The statements of the admin console: to its own database, or in-band, as the statement of an
 * administrator to any other database.
 */
public final class AdminCommands extends TokenConsole {
  private static final int LONGEST_COMMAND = 300;

  private final NodeView node;
  private final Metrics metrics;

  /**
   * @param formatting where rows are sorted and turned to text; never an event loop that carries
   *     traffic, because a node may have many thousand clients
   */
  public AdminCommands(NodeView node, Metrics metrics, EventLog log, Executor formatting) {
    super(log, formatting);
    this.node = node;
    this.metrics = metrics;
  }

  @Override
  public String version() {
    return node.version();
  }

  /**
   * True if the bytes are exactly one of the console's commands, whole and well-formed. For
   * administrators in-band: everything else, a server's own {@code SHOW} of a parameter included,
   * goes to the server. Nearly all statements are told apart by their first letter.
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
    } catch (Tokens.Unterminated notOurs) {
      return false;
    }
  }

  @Override
  ConsoleCommand plan(List<Token> statement, Operator operator, DriverStatements drivers) {
    Optional<AdminVerb> verb = AdminVerb.of(statement);
    if (verb.isEmpty()) {
      return drivers.command(statement).orElseGet(() -> new KnownCommand(unknown(statement)));
    }
    if (!verb.get().complete(statement)) {
      return misspelt(verb.get().words(), statement, verb.get().usages());
    }
    return plan(verb.get(), verb.get().arguments(statement), operator);
  }

  private ConsoleCommand plan(AdminVerb verb, List<Token> arguments, Operator operator) {
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
      case SHOW_TAKE_OVER -> show(Tables.REMAINING, () -> done(node.remaining().byReason()));
      case SHOW_CONFIG_STATE ->
          show(ConfigStateRow.TABLE, () -> done(List.of(new ConfigStateRow(node.configState()))));
      case SHOW_CONFIG -> show(Tables.CONFIG, () -> done(node.config()));
      case SHOW_VERSION -> show(Tables.VERSION, () -> done(List.of("Heimdall " + node.version())));
      case SHOW_HELP -> show(Tables.HELP, () -> done(List.of(AdminVerb.values())));
      case PAUSE ->
          pause(operator, logged(verb, name), count -> "PAUSE " + count, () -> node.pause(name));
      case RESUME -> change(verb, name, operator, () -> node.resume(name));
      case RECONNECT -> change(verb, name, operator, () -> node.reconnect(name));
      case RELOAD -> change(verb, null, operator, node::reload);
      case FLUSH_CACHE -> change(verb, name, operator, () -> node.flushCache(name));
      case KILL -> kill(operator, verb.words(), name, count -> "KILL " + count, node);
    };
  }

  private ConsoleCommand change(
      AdminVerb verb,
      String argument,
      Operator operator,
      Supplier<CompletionStage<Integer>> action) {
    return change(operator, logged(verb, argument), count -> verb.words() + " " + count, action);
  }

  private static String logged(AdminVerb verb, String argument) {
    return argument == null ? verb.words() : verb.words() + " " + argument;
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

  /** True if sessions of virtual databases answer this themselves. */
  private static boolean ofSessions(List<Token> statement) {
    return statement.size() >= 2
        && (statement.get(0).is("SHOW") && statement.get(1).is("QUERYINFO")
            || statement.get(0).is("EXPLAIN") && statement.get(1).is("RULES"));
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r';
  }
}
