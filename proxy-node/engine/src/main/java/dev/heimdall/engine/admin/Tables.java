package dev.heimdall.engine.admin;

import dev.heimdall.engine.action.LearnedRow;
import dev.heimdall.engine.action.PlanRow;
import dev.heimdall.engine.action.QueueRow;
import dev.heimdall.engine.observe.PoolTotals;
import java.util.Comparator;
import java.util.Locale;

/**
 * The results of the {@code SHOW} commands. Names follow PgBouncer's where the meaning is the same,
 * so that an operator's eye and scripts find them; times that end in {@code _us} are microseconds.
 */
final class Tables {
  static final Table<PoolRow> POOLS =
      new Table<>(
              Comparator.comparing(PoolRow::vdb)
                  .thenComparing(PoolRow::database)
                  .thenComparing(PoolRow::user))
          .text("vdb", PoolRow::vdb)
          .text("database", PoolRow::database)
          .text("user", PoolRow::user)
          .number("cl_active", PoolRow::clientsActive)
          .number("cl_idle", PoolRow::clientsIdle)
          .number("cl_waiting", PoolRow::clientsWaiting)
          .number("cl_pinned", PoolRow::clientsPinned)
          .number("sv_active", PoolRow::serversActive)
          .number("sv_idle", PoolRow::serversIdle)
          .number("sv_used", PoolRow::serversReset)
          .number("sv_login", PoolRow::serversLogin)
          .number("pool_size", PoolRow::size)
          .number("maxwait", row -> row.maxWaitMicros() / 1_000_000)
          .number("maxwait_us", row -> row.maxWaitMicros() % 1_000_000)
          .text("pool_mode", PoolRow::mode)
          .bool("paused", PoolRow::paused)
          .number("wait_notices", PoolRow::waitNotices);

  static final Table<QueueRow> QUEUES =
      new Table<>(Comparator.comparing(QueueRow::name))
          .text("queue", QueueRow::name)
          .number("statements", QueueRow::statements)
          .text("state", QueueRow::state)
          .seconds("oldest", QueueRow::oldest);

  static final Table<PlanRow> PLANS =
      new Table<>(Comparator.comparing(PlanRow::taken).reversed())
          .text("taken", PlanRow::taken)
          .text("vdb", PlanRow::vdb)
          .text("database", PlanRow::database)
          .text("fingerprint", PlanRow::fingerprint)
          .number("average_us", PlanRow::averageMicros)
          .text("statement", PlanRow::text)
          .text("format", PlanRow::format)
          .text("plan", PlanRow::plan);

  static final Table<LearnedRow> LEARNED =
      new Table<>(Comparator.comparing(LearnedRow::list).thenComparing(LearnedRow::first))
          .text("list", LearnedRow::list)
          .number("seen", LearnedRow::seen)
          .text("first", LearnedRow::first)
          .text("last", LearnedRow::last)
          .text("rule", LearnedRow::rule);

  static final Table<ClientRow> CLIENTS =
      new Table<>(Comparator.comparingLong(ClientRow::id))
          .number("id", ClientRow::id)
          .text("vdb", ClientRow::vdb)
          .text("database", ClientRow::database)
          .text("user", ClientRow::user)
          .text("application_name", ClientRow::applicationName)
          .text("addr", ClientRow::address)
          .number("port", ClientRow::port)
          .text("tls", ClientRow::tls)
          .text("state", ClientRow::state)
          .text("pin_reason", ClientRow::pinReason)
          .number("link", ClientRow::serverId)
          .number("remote_pid", ClientRow::serverPid)
          .text("connect_time", ClientRow::connectedSince)
          .text("request_time", ClientRow::lastStatementAt)
          .number("wait", row -> row.waitMicros() / 1_000_000)
          .number("wait_us", row -> row.waitMicros() % 1_000_000)
          .number("queries", ClientRow::queries)
          .number("prepared_statements", ClientRow::preparedStatements);

  static final Table<ServerRow> SERVERS =
      new Table<>(Comparator.comparingLong(ServerRow::id))
          .number("id", ServerRow::id)
          .text("vdb", ServerRow::vdb)
          .text("database", ServerRow::database)
          .text("user", ServerRow::user)
          .text("state", ServerRow::state)
          .text("addr", ServerRow::address)
          .number("port", ServerRow::port)
          .number("remote_pid", ServerRow::pid)
          .number("link", ServerRow::clientId)
          .text("connect_time", ServerRow::since)
          .seconds("idle_seconds", ServerRow::idleFor)
          .seconds("lifetime_left_seconds", ServerRow::lifetimeLeft)
          .number("queries", ServerRow::queries)
          .number("prepared_statements", ServerRow::preparedStatements)
          .text("tls", ServerRow::tls)
          .text("server_version", ServerRow::serverVersion);

  static final Table<PoolTotals> STATS =
      new Table<PoolTotals>(
              Comparator.comparing((PoolTotals row) -> row.key().vdb())
                  .thenComparing(row -> row.key().database())
                  .thenComparing(row -> row.key().user()))
          .text("vdb", row -> row.key().vdb())
          .text("database", row -> row.key().database())
          .text("user", row -> row.key().user())
          .number("total_server_assignment_count", PoolTotals::serverAssignments)
          .number("total_xact_count", PoolTotals::transactions)
          .number("total_query_count", PoolTotals::queries)
          .number("total_received", PoolTotals::bytesIn)
          .number("total_sent", PoolTotals::bytesOut)
          .number("total_xact_time", PoolTotals::transactionMicros)
          .number("total_query_time", PoolTotals::queryMicros)
          .number("total_wait_time", PoolTotals::waitMicros)
          .number("waits", PoolTotals::waits)
          .number("wait_timeouts", PoolTotals::waitTimeouts)
          .number("query_p50_us", row -> row.queryTimes().percentile(50))
          .number("query_p95_us", row -> row.queryTimes().percentile(95))
          .number("query_p99_us", row -> row.queryTimes().percentile(99))
          .number("wait_p50_us", row -> row.waitTimes().percentile(50))
          .number("wait_p99_us", row -> row.waitTimes().percentile(99))
          .number("logins", PoolTotals::logins)
          .number("login_failures", PoolTotals::loginFailures)
          .number("errors", PoolTotals::errors)
          .number("prepared_hits", PoolTotals::preparedHits)
          .number("prepared_parses", PoolTotals::preparedParses)
          .number("state_replays", PoolTotals::stateReplays)
          .number("pins", PoolTotals::pins)
          .number("cancels", PoolTotals::cancels);

  static final Table<ConfigRow> CONFIG =
      new Table<>(Comparator.comparing((ConfigRow row) -> row.key().toLowerCase(Locale.ROOT)))
          .text("key", ConfigRow::key)
          .text("value", ConfigRow::value)
          .text("default", ConfigRow::defaultValue)
          .text("changeable", row -> row.changeable() ? "yes" : "no");

  static final Table<String> VERSION =
      new Table<>(Comparator.<String>naturalOrder()).text("version", version -> version);

  static final Table<AdminVerb> HELP =
      new Table<>(Comparator.<AdminVerb>naturalOrder())
          .text("command", AdminVerb::usage)
          .text("description", AdminVerb::description);

  private Tables() {}
}
