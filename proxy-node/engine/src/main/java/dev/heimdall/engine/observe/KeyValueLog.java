package dev.heimdall.engine.observe;

import dev.heimdall.engine.net.LocalClient;
import dev.heimdall.model.report.LogLine;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;

/**
 * The event log as lines of a few words and {@code key=value} pairs, one SLF4J logger a subject:
 * {@code heimdall.client}, {@code heimdall.server}, {@code heimdall.pool}, {@code heimdall.admin},
 * {@code heimdall.config}, {@code heimdall.node}.
 *
 * <p>Everyday events (a client comes and goes) are DEBUG, so that ten thousand short connections
 * cost no log line each; what an operator may want to act on is WARN.
 */
public final class KeyValueLog implements EventLog {
  /** A configuration of thousands of documents may be wrong in each of them. */
  private static final int MOST_PROBLEMS = 50;

  private final Logger clientLines;
  private final Logger serverLines;
  private final Logger poolLines;
  private final Logger adminLines;
  private final Logger clusterLines;
  private final Logger configLines;
  private final Logger nodeLines;
  private final Logger queryLines;

  private final VdbLines others;
  private final EventThrottle refusals;
  private final EventThrottle connectFailures;
  private final EventThrottle exhaustions;
  private final EventThrottle differences;

  /** A log without other readers. */
  public KeyValueLog() {
    this(VdbLines.NOBODY);
  }

  /**
   * Repeated lines appear at most once in ten seconds for the same cause.
   *
   * @param others told the lines about virtual databases, too
   */
  public KeyValueLog(VdbLines others) {
    this(Duration.ofSeconds(10), System::nanoTime, others);
  }

  /** One that writes nothing. */
  public static KeyValueLog silent() {
    return new KeyValueLog(
        Duration.ofSeconds(10), System::nanoTime, VdbLines.NOBODY, subject -> NOPLogger.NOP_LOGGER);
  }

  KeyValueLog(Duration quiet, LongSupplier nanoClock, VdbLines others) {
    this(quiet, nanoClock, others, LoggerFactory::getLogger);
  }

  private KeyValueLog(
      Duration quiet, LongSupplier nanoClock, VdbLines others, Function<String, Logger> loggers) {
    this.clientLines = loggers.apply("heimdall.client");
    this.serverLines = loggers.apply("heimdall.server");
    this.poolLines = loggers.apply("heimdall.pool");
    this.adminLines = loggers.apply("heimdall.admin");
    this.clusterLines = loggers.apply("heimdall.cluster");
    this.configLines = loggers.apply("heimdall.config");
    this.nodeLines = loggers.apply("heimdall.node");
    this.queryLines = loggers.apply("heimdall.query");
    this.others = others;
    this.refusals = new EventThrottle(quiet, nanoClock);
    this.connectFailures = new EventThrottle(quiet, nanoClock);
    this.exhaustions = new EventThrottle(quiet, nanoClock);
    this.differences = new EventThrottle(quiet, nanoClock);
  }

  @Override
  public void clientConnected(
      long clientId,
      SocketAddress address,
      String vdb,
      String database,
      String user,
      String applicationName,
      boolean tls) {
    if (clientLines.isDebugEnabled()) {
      line("client connected")
          .pair("client", clientId)
          .pair("addr", text(address))
          .pair("vdb", vdb)
          .pair("database", database)
          .pair("user", user)
          .pair("app", applicationName)
          .pair("tls", tls)
          .log(clientLines, Level.DEBUG);
    }
  }

  @Override
  public void clientClosed(
      long clientId,
      String vdb,
      String user,
      boolean orderly,
      String reason,
      Duration connected,
      long queries) {
    Level level = orderly ? Level.DEBUG : Level.INFO;
    if (clientLines.isEnabledForLevel(level)) {
      line("client closed")
          .pair("client", clientId)
          .pair("vdb", vdb)
          .pair("user", user)
          .pair("reason", reason)
          .pair("seconds", seconds(connected))
          .pair("queries", queries)
          .log(clientLines, level);
    }
  }

  @Override
  public void loginRefused(
      String vdb,
      SocketAddress address,
      String database,
      String user,
      Refusal reason,
      String detail) {
    refusals
        .permit(host(address) + ' ' + reason.label())
        .ifPresent(
            suppressed ->
                line("login refused")
                    .pair("vdb", vdb)
                    .pair("addr", text(address))
                    .pair("database", database)
                    .pair("user", user)
                    .pair("reason", reason.label())
                    .pair("detail", detail)
                    .suppressed(suppressed)
                    .log(clientLines, Level.WARN));
  }

  @Override
  public void loginsSlowed(String vdb, SocketAddress address, String user, Duration delay) {
    refusals
        .permit(host(address) + " slowed")
        .ifPresent(
            suppressed ->
                line("log-ins slowed")
                    .pair("vdb", vdb)
                    .pair("addr", text(address))
                    .pair("user", user)
                    .pair("delay_ms", delay.toMillis())
                    .pair(
                        "detail",
                        "repeated wrong passwords: correct the client's password, or keep the"
                            + " address out (auth of the VDB, firewall)")
                    .suppressed(suppressed)
                    .log(clientLines, Level.WARN));
  }

  @Override
  public void serverConnected(
      long serverId, String vdb, String database, String user, SocketAddress address, int pid) {
    if (serverLines.isDebugEnabled()) {
      line("server connected")
          .pair("server", serverId)
          .pair("vdb", vdb)
          .pair("database", database)
          .pair("user", user)
          .pair("addr", text(address))
          .pair("pid", pid)
          .log(serverLines, Level.DEBUG);
    }
  }

  @Override
  public void serverClosed(
      long serverId, String vdb, boolean orderly, String reason, Duration connected) {
    Level level = orderly ? Level.DEBUG : Level.INFO;
    if (serverLines.isEnabledForLevel(level)) {
      line("server closed")
          .pair("server", serverId)
          .pair("vdb", vdb)
          .pair("reason", reason)
          .pair("seconds", seconds(connected))
          .log(serverLines, level);
    }
  }

  @Override
  public void serverConnectFailed(String vdb, SocketAddress address, String cause) {
    connectFailures
        .permit(vdb + ' ' + text(address))
        .ifPresent(
            suppressed ->
                line("server connect failed")
                    .pair("vdb", vdb)
                    .pair("addr", text(address))
                    .pair("cause", cause)
                    .suppressed(suppressed)
                    .log(serverLines, Level.WARN));
  }

  @Override
  public void serverProtocolError(
      long serverId, String vdb, SocketAddress address, String problem) {
    line("server protocol error")
        .pair("server", serverId)
        .pair("vdb", vdb)
        .pair("addr", text(address))
        .pair("problem", problem)
        .log(serverLines, Level.WARN);
  }

  @Override
  public void serverStateFailure(long serverId, String vdb, SocketAddress address, String problem) {
    line("server state failure")
        .pair("server", serverId)
        .pair("vdb", vdb)
        .pair("addr", text(address))
        .pair("problem", problem)
        .log(serverLines, Level.WARN);
  }

  @Override
  public void poolExhausted(
      String vdb, String database, String user, int size, int waiting, Duration waited) {
    exhaustions
        .permit(vdb + ' ' + database + ' ' + user)
        .ifPresent(
            suppressed ->
                line("pool exhausted")
                    .pair("vdb", vdb)
                    .pair("database", database)
                    .pair("user", user)
                    .pair("size", size)
                    .pair("waiting", waiting)
                    .pair("waited_seconds", seconds(waited))
                    .suppressed(suppressed)
                    .log(poolLines, Level.WARN));
  }

  @Override
  public void sessionPinned(long clientId, String vdb, String reason) {
    if (poolLines.isDebugEnabled()) {
      line("session pinned")
          .pair("client", clientId)
          .pair("vdb", vdb)
          .pair("reason", reason)
          .log(poolLines, Level.DEBUG);
    }
  }

  @Override
  public void ruleMatched(
      long clientId, String vdb, String rule, String action, List<String> groups) {
    LogLine line =
        line("rule matched")
            .pair("client", clientId)
            .pair("vdb", vdb)
            .pair("rule", rule)
            .pair("action", action);
    (groups.isEmpty() ? line : line.pair("groups", String.join(" | ", groups)).holdsData())
        .log(queryLines, Level.INFO);
  }

  @Override
  public void statement(
      long clientId, String vdb, String user, String text, Duration took, String outcome) {
    line("statement")
        .pair("client", clientId)
        .pair("vdb", vdb)
        .pair("user", user)
        .pair("took_us", took.toNanos() / 1000)
        .pair("outcome", outcome)
        .pair("sql", text)
        .log(queryLines, Level.INFO);
  }

  @Override
  public void statementTables(long clientId, String vdb, Set<String> read, Set<String> written) {
    line("statement tables")
        .pair("client", clientId)
        .pair("vdb", vdb)
        .pair("read", String.join(",", read))
        .pair("written", String.join(",", written))
        .log(queryLines, Level.INFO);
  }

  @Override
  public void ruleTiming(long clientId, String vdb, List<String> rules, Duration took) {
    line("rule timing")
        .pair("client", clientId)
        .pair("vdb", vdb)
        .pair("took_us", took.toNanos() / 1000.0)
        .pair("rules", String.join(",", rules))
        .log(queryLines, Level.INFO);
  }

  @Override
  public void resultDiffers(
      long clientId,
      String vdb,
      List<String> rules,
      Collection<String> tables,
      Supplier<String> kept,
      Supplier<String> answered) {
    String of = String.join(",", tables);
    differences
        .permit(vdb + ' ' + rules + ' ' + of)
        .ifPresent(
            suppressed ->
                line("cached result differs")
                    .pair("client", clientId)
                    .pair("vdb", vdb)
                    .pair("rules", String.join(",", rules))
                    .pair("tables", of)
                    .pair("kept_sha256", kept.get())
                    .pair("answered_sha256", answered.get())
                    .suppressed(suppressed)
                    .log(queryLines, Level.WARN));
  }

  @Override
  public void resultColumns(long clientId, String vdb, String text, List<String> columns) {
    line("result columns")
        .pair("client", clientId)
        .pair("vdb", vdb)
        .pair("columns", String.join(", ", columns))
        .pair("sql", text)
        .log(queryLines, Level.INFO);
  }

  @Override
  public void resultRow(long clientId, String vdb, long number, List<String> values) {
    line("result row")
        .pair("client", clientId)
        .pair("vdb", vdb)
        .pair("row", number)
        .pair("values", String.join(", ", values))
        .holdsData()
        .log(queryLines, Level.INFO);
  }

  @Override
  public void debugSwitched(long clientId, String vdb, boolean on) {
    line("debug switched " + (on ? "on" : "off"))
        .pair("client", clientId)
        .pair("vdb", vdb)
        .log(queryLines, Level.INFO);
  }

  @Override
  public void debugStatement(long clientId, String vdb, String text, Map<String, String> facts) {
    LogLine line = line("debug statement").pair("client", clientId).pair("vdb", vdb);
    facts.forEach(line::pair);
    line.pair("sql", text).log(queryLines, Level.INFO);
  }

  @Override
  public void ruleNotification(
      long clientId, String vdb, List<String> rules, String text, String outcome) {
    line("rule notification")
        .pair("client", clientId)
        .pair("vdb", vdb)
        .pair("rules", String.join(",", rules))
        .pair("outcome", outcome)
        .pair("sql", text)
        .log(queryLines, Level.WARN);
  }

  @Override
  public void actionFailed(
      String action, String what, Collection<String> tables, String sqlstate, String reason) {
    line("rule action failed")
        .pair("action", action)
        .pair("what", what)
        .pair("tables", String.join(",", tables))
        .pair("sqlstate", sqlstate == null ? "" : sqlstate)
        .pair("reason", reason)
        .log(queryLines, Level.WARN);
  }

  @Override
  public void programEnded(String program, String end, String output) {
    line("trigger program ended")
        .pair("program", program)
        .pair("end", end)
        .pair("output", output)
        .log(queryLines, Level.INFO);
  }

  @Override
  public void adminCommand(String user, SocketAddress address, String command, String outcome) {
    line("admin command")
        .pair("user", user)
        .pair("addr", text(address))
        .pair("command", command)
        .pair("outcome", outcome)
        .log(adminLines, Level.INFO);
  }

  @Override
  public void configReloaded(int documents, String changes) {
    line("configuration reloaded")
        .pair("documents", documents)
        .pair("changes", changes)
        .log(configLines, Level.INFO);
  }

  @Override
  public void configRejected(List<String> problems) {
    line("configuration rejected, the earlier one stays")
        .pair("problems", problems.size())
        .whole("first", problems.get(0))
        .log(configLines, Level.ERROR);
    problems.stream()
        .limit(MOST_PROBLEMS)
        .skip(1)
        .forEach(
            problem ->
                line("configuration rejected")
                    .whole("another", problem)
                    .log(configLines, Level.ERROR));
  }

  @Override
  public void clusterChanged(
      String source,
      String event,
      String server,
      String cause,
      Optional<Duration> lasted,
      boolean alarming) {
    LogLine line =
        line("cluster " + event).pair("source", source).pair("server", server).pair("cause", cause);
    lasted.ifPresent(duration -> line.pair("lasted", seconds(duration)));
    line.log(clusterLines, alarming ? Level.WARN : Level.INFO);
  }

  @Override
  public void changesHeard(String source, String way, String database, String server, String why) {
    LogLine line =
        line(why.isEmpty() ? "changes followed" : "changes not followed")
            .pair("source", source)
            .pair("way", way)
            .pair("database", database)
            .pair("server", server);
    if (!why.isEmpty()) {
      line.pair("cause", why);
    }
    line.log(clusterLines, why.isEmpty() ? Level.INFO : Level.WARN);
  }

  @Override
  public void directory(String event, String about, String cause) {
    LogLine line = line("directory " + event).pair("about", about);
    if (!cause.isEmpty()) {
      line.pair("cause", cause);
    }
    line.log(nodeLines, cause.isEmpty() ? Level.INFO : Level.WARN);
  }

  @Override
  public void secretOpen(String detail) {
    line("secret readable by others").pair("detail", detail).log(nodeLines, Level.WARN);
  }

  @Override
  public void fewFiles(String detail) {
    line("too few open files").pair("detail", detail).log(nodeLines, Level.WARN);
  }

  @Override
  public void node(String phase, String detail) {
    line("node " + phase).pair("detail", detail).log(nodeLines, Level.INFO);
  }

  private LogLine line(String words) {
    return new LogLine(words, this::tellOthers);
  }

  private void tellOthers(LogLine line, Logger logger, Level level) {
    if (line.pairs().get("vdb") instanceof String vdb && others.wants(vdb)) {
      others.line(vdb, level, logger.getName(), line.words(), line.pairs());
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  private static String host(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() != null
        ? LocalClient.host(inet)
        : String.valueOf(address);
  }

  private static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return String.valueOf(address);
    }
    if (LocalClient.is(inet)) {
      return LocalClient.SHOWN;
    }
    String host = inet.getAddress() == null ? inet.getHostString() : host(inet);
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
  }
}
