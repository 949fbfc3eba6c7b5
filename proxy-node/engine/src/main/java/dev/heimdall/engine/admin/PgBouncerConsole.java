package dev.heimdall.engine.admin;

import dev.heimdall.engine.admin.PgBouncerTables.Entry;
import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.console.Tokens.Token;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Sqlstate;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Answers as PgBouncer's console does, so that what watches and drives a PgBouncer finds one at the
 * port of each virtual database: commands, columns and tags are that one's (its page "usage"). A
 * virtual database takes the place of a PgBouncer, its databases those of {@code [databases]}.
 */
public final class PgBouncerConsole extends TokenConsole {
  /** PgBouncer's commands that a node has no place for. */
  private static final Set<String> ELSEWHERE =
      Set.of("DISABLE", "ENABLE", "KILL", "SUSPEND", "SHUTDOWN", "WAIT_CLOSE", "SET");

  private final NodeView node;
  private final Metrics metrics;
  private final PgBouncerAverages averages;
  private final Executor formatting;

  /**
   * @param clock for averages, which begin now
   * @param formatting where rows are made; never an event loop that carries traffic
   */
  public PgBouncerConsole(
      NodeView node, Metrics metrics, Clock clock, EventLog log, Executor formatting) {
    super(log, formatting);
    this.node = node;
    this.metrics = metrics;
    this.formatting = formatting;
    this.averages = new PgBouncerAverages(clock);
  }

  @Override
  public String version() {
    return node.version();
  }

  /** Never in-band: its commands mean something else there, to the node's own console. */
  @Override
  public boolean recognises(byte[] sql, int offset, int length) {
    return false;
  }

  @Override
  ConsoleCommand plan(List<Token> statement, Operator operator, DriverStatements drivers) {
    ServedVdb served = node.served(operator.vdb()).orElse(null);
    if (served == null) {
      return new KnownCommand(
          Answer.failed(
              Sqlstate.UNDEFINED_DATABASE,
              "virtual database \"" + operator.vdb() + "\" does not exist any more",
              null));
    }
    PgBouncerFigures figures = new PgBouncerFigures(node, served, formatting);
    Optional<PgBouncerVerb> verb = PgBouncerVerb.of(statement);
    if (verb.isEmpty()) {
      return elsewhere(statement, figures)
          .or(() -> drivers.command(statement))
          .orElseGet(() -> new KnownCommand(unknown(statement)));
    }
    if (!verb.get().complete(statement)) {
      return misspelt(verb.get().words(), statement, verb.get().usage());
    }
    List<Token> arguments = verb.get().arguments(statement);
    String argument = arguments.isEmpty() ? null : arguments.get(0).text();
    return plan(verb.get(), argument, operator, figures);
  }

  private ConsoleCommand plan(
      PgBouncerVerb verb, String argument, Operator operator, PgBouncerFigures figures) {
    return switch (verb) {
      case SHOW_STATS -> show(PgBouncerTables.STATS, () -> done(figures.stats(metrics, averages)));
      case SHOW_STATS_TOTALS ->
          show(PgBouncerTables.STATS_TOTALS, () -> done(figures.stats(metrics, averages)));
      case SHOW_STATS_AVERAGES ->
          show(PgBouncerTables.STATS_AVERAGES, () -> done(figures.stats(metrics, averages)));
      case SHOW_TOTALS ->
          show(PgBouncerTables.TOTALS, () -> done(figures.totals(metrics, averages)));
      case SHOW_POOLS -> show(PgBouncerTables.POOLS, figures::pools);
      case SHOW_PEER_POOLS -> show(PgBouncerTables.PEER_POOLS, () -> done(List.of()));
      case SHOW_PEERS -> show(PgBouncerTables.PEERS, () -> done(List.of()));
      case SHOW_DATABASES -> show(PgBouncerTables.DATABASES, figures::databases);
      case SHOW_USERS -> show(PgBouncerTables.USERS, figures::users);
      case SHOW_CLIENTS -> show(PgBouncerTables.SOCKETS, figures::clients);
      case SHOW_SERVERS -> show(PgBouncerTables.SOCKETS, figures::servers);
      case SHOW_SOCKETS, SHOW_ACTIVE_SOCKETS -> show(PgBouncerTables.SOCKETS, figures::sockets);
      case SHOW_LISTS -> show(PgBouncerTables.LISTS, figures::lists);
      case SHOW_MEM -> show(PgBouncerTables.MEM, () -> done(node.memory()));
      case SHOW_DNS_HOSTS -> show(PgBouncerTables.DNS_HOSTS, () -> done(List.of()));
      case SHOW_DNS_ZONES -> show(PgBouncerTables.DNS_ZONES, () -> done(List.of()));
      case SHOW_CONFIG -> show(PgBouncerTables.CONFIG, () -> done(figures.config()));
      case SHOW_STATE -> show(PgBouncerTables.STATE, () -> done(figures.state()));
      case SHOW_VERSION ->
          show(
              Table.<Entry>inOrder().text("version", Entry::value),
              () -> done(List.of(new Entry("version", "Heimdall " + node.version()))));
      case SHOW_HELP -> show(PgBouncerTables.HELP, () -> done(List.of(PgBouncerVerb.values())));
      case PAUSE ->
          ofAll(
              argument,
              figures,
              () ->
                  pause(
                      operator,
                      logged(verb, operator),
                      count -> verb.words(),
                      () -> node.pause(operator.vdb())));
      case RESUME ->
          ofAll(argument, figures, () -> change(verb, operator, () -> node.resume(operator.vdb())));
      case RECONNECT ->
          ofAll(
              argument,
              figures,
              () -> change(verb, operator, () -> node.reconnect(operator.vdb())));
      case RELOAD -> change(operator, "RELOAD", count -> "RELOAD", node::reload);
      case KILL_CLIENT -> kill(operator, verb.words(), argument, count -> "KILL_CLIENT", node);
    };
  }

  /**
   * Returns the plan of a command for the whole virtual database, whose only database may be named.
   */
  private static ConsoleCommand ofAll(
      String database, PgBouncerFigures figures, Supplier<ConsoleCommand> plan) {
    return figures.wrongDatabase(database).<ConsoleCommand>map(KnownCommand::new).orElseGet(plan);
  }

  private ConsoleCommand change(
      PgBouncerVerb verb, Operator operator, Supplier<CompletionStage<Integer>> action) {
    return change(operator, logged(verb, operator), count -> verb.words(), action);
  }

  private static String logged(PgBouncerVerb verb, Operator operator) {
    return verb.words() + " " + operator.vdb();
  }

  /**
   * Returns the plan for a command that PgBouncer executes and a node does not; a driver's own SET
   * is not one of them.
   */
  private static Optional<ConsoleCommand> elsewhere(
      List<Token> statement, PgBouncerFigures figures) {
    String verb = statement.get(0).text().toUpperCase(Locale.ROOT);
    boolean drivers =
        verb.equals("SET") && (statement.size() < 2 || !figures.sets(statement.get(1).lower()));
    if (!ELSEWHERE.contains(verb) || drivers) {
      return Optional.empty();
    }
    return Optional.of(
        new KnownCommand(
            Answer.failed(
                Sqlstate.FEATURE_NOT_SUPPORTED,
                verb + " of PgBouncer is not supported",
                hint(verb))));
  }

  private static String hint(String verb) {
    return switch (verb) {
      case "SET" -> "Settings are changed in the configuration, then RELOAD.";
      case "SUSPEND", "SHUTDOWN" ->
          "A node is drained and ended by its service, or with POST /drain of its HTTP endpoint.";
      case "WAIT_CLOSE" ->
          "RECONNECT replaces connections; SHOW SERVERS shows those that are left.";
      default -> "PAUSE delays the statements of the virtual database; KILL_CLIENT ends a client.";
    };
  }

  private static Answer.Failed unknown(List<Token> statement) {
    return Answer.failed(
        Sqlstate.SYNTAX_ERROR,
        "unknown command \"" + shown(statement) + "\"",
        "The commands are PgBouncer's: "
            + PgBouncerVerb.all()
            + ". The database of the node's own console has more.");
  }
}
