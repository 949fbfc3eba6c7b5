package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.CloseReason;
import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.observe.Refusal;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.session.caching.ResultDifference;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.statement.SampledResult;
import dev.heimdall.engine.session.statement.SessionEvents;
import dev.heimdall.engine.session.statement.StatementSummary;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ActionParameters;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what happens to clients into log lines and counters. */
final class LoggedEvents implements SessionEvents {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.client");

  private final EventLog log;
  private final NodeEvents told;
  private final Metrics metrics;

  LoggedEvents(EventLog log, NodeEvents told, Metrics metrics) {
    this.log = log;
    this.told = told;
    this.metrics = metrics;
  }

  @Override
  public void loggedIn(Client session) {
    metrics.loop(session.loopIndex()).count(NodeCounter.CLIENTS_ACCEPTED);
    log.clientConnected(
        session.processId(),
        session.login().address(),
        session.vdbName(),
        session.login().database(),
        session.login().user(),
        session.applicationName(),
        session.login().tls());
  }

  @Override
  public void refused(
      String vdb, SocketAddress client, String user, String database, ServerError why) {
    String detail =
        why.detail() == null ? why.message() : why.message() + " (" + why.detail() + ")";
    metrics.refused(reason(why));
    log.loginRefused(vdb, client, database, user, reason(why), detail);
  }

  @Override
  public void slowed(String vdb, SocketAddress client, String user, Duration delay) {
    metrics.count(NodeCounter.LOGINS_SLOWED);
    log.loginsSlowed(vdb, client, user, delay);
    told.counted(
        EventKind.LOG_INS_SLOWED,
        vdb,
        "",
        "After wrong passwords log-ins as %s from %s are delayed; the log names all."
            .formatted(user, host(client)));
  }

  private static String host(SocketAddress client) {
    return client instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress()
        : String.valueOf(client);
  }

  @Override
  public void tlsFailed(String vdb, SocketAddress client, String why) {
    metrics.refused(Refusal.TLS);
    log.loginRefused(vdb, client, null, null, Refusal.TLS, why);
  }

  @Override
  public void protocolError() {
    metrics.count(NodeCounter.CLIENT_PROTOCOL_ERRORS);
  }

  @Override
  public void cancelUnknown() {
    metrics.count(NodeCounter.CANCELS_UNKNOWN);
  }

  private static Refusal reason(ServerError why) {
    return switch (why.sqlState()) {
      case Sqlstate.INVALID_PASSWORD -> Refusal.AUTHENTICATION;
      case Sqlstate.UNDEFINED_DATABASE -> Refusal.UNKNOWN_DATABASE;
      case Sqlstate.TOO_MANY_CONNECTIONS -> Refusal.TOO_MANY_CLIENTS;
      case Sqlstate.QUERY_CANCELED -> Refusal.TIMEOUT;
      case Sqlstate.ADMIN_SHUTDOWN -> Refusal.DRAINING;
      case Sqlstate.CANNOT_CONNECT_NOW ->
          why.cause() == ServerError.Cause.NODE_STOPS
              ? Refusal.DRAINING
              : Refusal.SERVER_UNAVAILABLE; // it says so
      case Sqlstate.PROTOCOL_VIOLATION, Sqlstate.FEATURE_NOT_SUPPORTED -> Refusal.PROTOCOL;
      case Sqlstate.INVALID_AUTHORIZATION, Sqlstate.INSUFFICIENT_PRIVILEGE -> Refusal.NOT_ALLOWED;
      default -> Refusal.SERVER_UNAVAILABLE;
    };
  }

  @Override
  public void closed(Client session, CloseReason why) {
    metrics.loop(session.loopIndex()).count(NodeCounter.CLIENTS_CLOSED);
    log.clientClosed(
        session.processId(),
        session.vdbName(),
        session.login().user(),
        why.orderly(),
        why.words(),
        Duration.ofMillis(System.currentTimeMillis() - session.connectedAt()),
        session.statements());
  }

  @Override
  public void failed(LoggedInSession session, Throwable cause) {
    LOG.error("session {} ends because of an error in the node", session, cause);
  }

  @Override
  public void pinned(LoggedInSession session, String reason) {
    session.counters().pinned();
    log.sessionPinned(session.processId(), session.vdbName(), reason);
  }

  @Override
  public void ruleMatched(LoggedInSession session, MatchedRule rule) {
    log.ruleMatched(
        session.processId(), session.vdbName(), rule.place(), rule.action(), rule.groups());
  }

  @Override
  public void decisionTimed(LoggedInSession session, Decision decision, long nanos) {
    log.ruleTiming(
        session.processId(), session.vdbName(), places(decision), Duration.ofNanos(nanos));
  }

  @Override
  public void resultDiffers(LoggedInSession session, ResultDifference difference) {
    log.resultDiffers(
        session.processId(),
        session.vdbName(),
        places(difference.decision()),
        difference.tables(),
        difference.kept(),
        difference.answered());
  }

  @Override
  public void debugSwitched(LoggedInSession session, boolean on) {
    log.debugSwitched(session.processId(), session.vdbName(), on);
  }

  @Override
  public void statementJudged(
      LoggedInSession session, StatementSummary statement, boolean prepared) {
    Map<String, String> facts = new LinkedHashMap<>();
    Statement found = statement.statement();
    if (found != null) {
      facts.put("kind", found.kind().name().toLowerCase(Locale.ROOT));
      facts.put("read", String.join(",", found.tablesRead()));
      facts.put("written", String.join(",", found.tablesWritten()));
      facts.put("writes_anything", found.writesAnything() ? "true" : "");
      facts.put("reason", found.reason());
    }
    facts.put("prepared", Boolean.toString(prepared));
    facts.put("in_transaction", Boolean.toString(session.inTransaction()));
    facts.put("rules", String.join(",", places(statement.decision())));
    // What was decided, and not with what: texts of rules may have taken values of statements.
    facts.put("decided", String.join(",", statement.decision().effects().keySet()));
    log.debugStatement(session.processId(), session.vdbName(), statement.normalised(), facts);
  }

  @Override
  public void debugAnswered(
      LoggedInSession session, StatementSummary statement, long micros, ServerError error) {
    statement(session, statement, micros, outcome(session, error));
  }

  private static String outcome(LoggedInSession session, ServerError error) {
    return error == null ? "ok" : session.login().encoder().code(error);
  }

  @Override
  public void resultSeen(
      LoggedInSession session, StatementSummary statement, SampledResult result, long micros) {
    Decision decision = statement.decision();
    if (decision.flag(Decision.Flag.PRINT_META).orElse(false)) {
      log.resultColumns(
          session.processId(),
          session.vdbName(),
          statement.normalised(),
          result.columns().stream().map(column -> column.name() + " " + column.type()).toList());
    }
    if (decision.flag(Decision.Flag.PRINT_RESULTS).orElse(false)) {
      rows(session, result, name -> true);
    }
    decision
        .log()
        .filter(rule -> micros >= rule.slowtime())
        .flatMap(ActionParameters.Log::logcolumns)
        .ifPresent(columns -> rows(session, result, wanted(columns)));
  }

  private static Predicate<String> wanted(String columns) {
    Set<String> names = new HashSet<>();
    for (String name : columns.split(",", -1)) {
      names.add(name.strip());
    }
    return names.contains("*") || names.contains("all") ? name -> true : names::contains;
  }

  private void rows(LoggedInSession session, SampledResult result, Predicate<String> wanted) {
    long number = 0;
    for (List<String> row : result.rows()) {
      number++;
      List<String> values = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        if (wanted.test(result.name(i))) {
          values.add(result.name(i) + "=" + row.get(i));
        }
      }
      if (!values.isEmpty()) {
        log.resultRow(session.processId(), session.vdbName(), number, values);
      }
    }
  }

  private static List<String> places(Decision decision) {
    return decision.matched().stream().map(MatchedRule::place).toList();
  }

  private void statement(
      LoggedInSession session, StatementSummary statement, long micros, String outcome) {
    log.statement(
        session.processId(),
        session.vdbName(),
        session.login().user(),
        statement.normalised(),
        Duration.ofNanos(micros * 1000),
        outcome);
  }

  @Override
  public void statementDone(
      LoggedInSession session, StatementSummary statement, long micros, ServerError error) {
    Decision decision = statement.decision();
    String outcome = outcome(session, error);
    boolean asked = decision.log().isPresent() && micros >= decision.log().get().slowtime();
    if (asked) {
      statement(session, statement, micros, outcome);
    }
    if (decision.flag(Decision.Flag.PRINT_TABLES).orElse(false) && statement.statement() != null) {
      log.statementTables(
          session.processId(),
          session.vdbName(),
          statement.statement().tablesRead(),
          statement.statement().tablesWritten());
    }
    if (decision.flag(Decision.Flag.NOTIFY).orElse(false)) {
      log.ruleNotification(
          session.processId(),
          session.vdbName(),
          places(decision),
          statement.normalised(),
          outcome);
      told.counted(
          EventKind.RULE_NOTIFIES,
          session.vdbName(),
          "",
          "A statement matched a rule that notifies, among: "
              + String.join(", ", places(decision)));
    }
    if (decision.stackTraceMicros().isPresent()
        && micros > decision.stackTraceMicros().getAsLong()) {
      LOG.info(
          "stack trace of a statement of {}: {}",
          session,
          statement.normalised(),
          new StackTraceOf(statement.normalised()));
    }
  }

  /** Carries the stack to the log; nothing failed. */
  private static final class StackTraceOf extends Throwable {
    private static final long serialVersionUID = 1L;

    StackTraceOf(String what) {
      super(what);
    }
  }
}
