package dev.heimdall.engine.admin;

import dev.heimdall.engine.action.LearnedRow;
import dev.heimdall.engine.action.PlanRow;
import dev.heimdall.engine.action.QueueRow;
import dev.heimdall.engine.cache.far.FarFigures;
import dev.heimdall.engine.changes.FeedStatus;
import dev.heimdall.engine.observe.PoolTotals;
import dev.heimdall.engine.observe.Unshared;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.engine.takeover.Remaining;
import dev.heimdall.engine.topology.GlobalFailover;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.model.ServerAddress;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The results of the {@code SHOW} commands. Names follow PgBouncer's where the meaning is the same,
 * so that an operator's eye and scripts find them; times that end in {@code _us} are microseconds.
 */
final class Tables {
  static final Table<PoolRow> POOLS =
      new Table<>(
              Comparator.comparing(PoolRow::vdb)
                  .thenComparing(PoolRow::database)
                  .thenComparing(PoolRow::user)
                  .thenComparing(PoolRow::server, Comparator.nullsFirst(Comparator.naturalOrder())))
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
          .number("wait_notices", PoolRow::waitNotices)
          .number("sv_shared", PoolRow::serversShared)
          .number("pipelined", PoolRow::pipelineDepth)
          .number("pipeline_max", PoolRow::pipelineDeepest)
          .text("server", PoolRow::server)
          .number("max_connections", PoolRow::maxConnections);

  static final Table<ClusterRow> CLUSTERS =
      new Table<>(Comparator.comparing(ClusterRow::source))
          .text("source", ClusterRow::source)
          .number("version", row -> row.topology().version())
          .text("writer", row -> row.topology().writer().map(TopologyNode::address).orElse(null))
          .number("nodes", row -> row.topology().nodes().size())
          .bool("degraded", row -> row.topology().degraded())
          .text("consistency", row -> row.consistency().spelling())
          .bool("in_touch", ClusterRow::connectedToPeers)
          .text("hears", row -> row.reach().spelling())
          .text("region", row -> row.topology().writer().flatMap(TopologyNode::region).orElse(null))
          .text("regions", ClusterRow::regions)
          .text("not_probed", ClusterRow::notProbed)
          .text("fence", ClusterRow::fence)
          .text(
              "handover",
              row -> row.topology().global().handover().map(GlobalFailover::shown).orElse(null))
          .text("forwarding", ClusterRow::forwarding)
          .text("waiting", ClusterRow::waiting);

  static final Table<ClusterNodeRow> NODES =
      new Table<>(
              Comparator.comparing(ClusterNodeRow::source)
                  .thenComparing((ClusterNodeRow row) -> row.node().address().toString()))
          .text("source", ClusterNodeRow::source)
          .text("node", row -> row.node().address())
          .text("name", row -> row.node().name())
          .text("role", row -> row.node().role().spelling())
          .text("state", row -> row.node().state().spelling())
          .text("region", row -> row.node().region().orElse(null))
          .text("zone", row -> row.node().zone().orElse(null))
          .number("weight", row -> row.node().weight().orElse(null))
          .number("timeline", row -> row.node().timeline())
          .number("position", ClusterNodeRow::position)
          .number("lag_bytes", ClusterNodeRow::lagBytes)
          .number("lag_ms", ClusterNodeRow::lagMillis)
          .text("why", row -> row.node().why());

  static final Table<ClusterEventRow> EVENTS =
      new Table<>(Comparator.comparing((ClusterEventRow row) -> row.event().at()))
          .text("at", row -> row.event().at())
          .text("source", ClusterEventRow::source)
          .text("event", row -> row.event().kind().spelling())
          .text("node", row -> row.event().server())
          .number("version", row -> row.event().version())
          .seconds("lasted", row -> row.event().lasted().orElse(null))
          .text("cause", row -> row.event().cause());

  static final Table<TopologyRow> TOPOLOGY =
      new Table<>(Comparator.comparing((TopologyRow row) -> row.known().document().source()))
          .text("source", row -> row.known().document().source())
          .number("version", row -> row.known().document().version())
          .text("by", row -> row.known().by().label())
          .text("came", row -> row.known().at())
          .seconds("heard_seconds", TopologyRow::age)
          .text("written", row -> row.known().document().written())
          .text("cause", row -> row.known().document().cause())
          .number("clusters", row -> row.known().document().clusters().size())
          .number("globals", row -> row.known().document().globals().size());

  static final Table<StoreState> STORE =
      new Table<>(Comparator.comparing(StoreState::at))
          .text("servers", row -> String.join(", ", row.settings().servers()))
          .text("mode", row -> row.settings().mode().spelling())
          .text("state", row -> row.connection().spelling())
          .text("at", StoreState::at)
          .number("answer_ms", row -> row.answerMillis() < 0 ? null : row.answerMillis())
          .number("other_nodes", StoreState::others)
          .text("key_events", row -> row.keyEvents().spelling())
          .text("detail", StoreState::detail);

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

  static final Table<Remaining.Reason> REMAINING =
      new Table<Remaining.Reason>(
              Comparator.comparingInt(Remaining.Reason::clients)
                  .reversed()
                  .thenComparing(Remaining.Reason::why))
          .number("clients", Remaining.Reason::clients)
          .text("reason", Remaining.Reason::why);

  static final Table<CacheRow> CACHE =
      new Table<>(Comparator.comparing(CacheRow::vdb))
          .text("vdb", CacheRow::vdb)
          .number("results", row -> row.figures().entries())
          .number("bytes", row -> row.figures().bytes())
          .number("limit", row -> row.figures().limit())
          .number("hits", row -> row.figures().hits())
          .number("misses", row -> row.figures().misses())
          .number("hit_percent", CacheRow::hitPercent)
          .number("stored", row -> row.figures().stored())
          .number("outdated", row -> row.figures().outdated())
          .number("evictions", row -> row.figures().evictions())
          .number("waiting", row -> row.figures().waiting())
          .number("waited", row -> row.figures().waited())
          .number("same", row -> row.figures().same())
          .number("different", row -> row.figures().different())
          .text("far", CacheRow::far)
          .number("far_keys", row -> row.figures().far().map(FarFigures::keys).orElse(0))
          .number("far_hits", row -> row.figures().far().map(FarFigures::hits).orElse(0L))
          .number("far_outdated", row -> row.figures().farOutdated())
          .number("far_p99_us", CacheRow::farMicros);

  static final Table<FeedStatus> CHANGES =
      new Table<>(
              Comparator.comparing(FeedStatus::source)
                  .thenComparing(FeedStatus::way)
                  .thenComparing(FeedStatus::database))
          .text("source", FeedStatus::source)
          .text("way", FeedStatus::way)
          .text("database", FeedStatus::database)
          .text("phase", row -> row.phase().spelling())
          .text("server", row -> row.server().map(ServerAddress::toString).orElse(null))
          .number("changes", FeedStatus::changes)
          .number("known", FeedStatus::own)
          .number("gaps", FeedStatus::gaps)
          .number("behind_bytes", row -> row.behindBytes() < 0 ? null : row.behindBytes())
          .text(
              "last",
              row -> row.lastAt() == 0 ? null : Instant.ofEpochMilli(row.lastAt()).toString())
          .text("detail", FeedStatus::detail);

  static final Table<CachePatternRow> CACHE_PATTERNS =
      new Table<>(
              Comparator.comparing(CachePatternRow::vdb)
                  .thenComparing(CachePatternRow::seen, Comparator.reverseOrder()))
          .text("vdb", CachePatternRow::vdb)
          .number("statements", CachePatternRow::seen)
          .number("hits", row -> row.figures().hits())
          .number("hit_percent", row -> row.figures().hitPercent())
          .text("reason", CachePatternRow::reason)
          .number("reason_count", row -> row.figures().reasonCount())
          .text("statement", row -> row.figures().pattern());

  static final Table<MemoryRow> MEMORY =
      new Table<>(Comparator.comparing(MemoryRow::name))
          .text("memory", MemoryRow::name)
          .number("used_bytes", MemoryRow::used)
          .number("limit_bytes", MemoryRow::limit)
          .number("entries", MemoryRow::entries)
          .number("evictions", MemoryRow::evictions);

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
          .text("waits_for", row -> row.waitsFor() == null ? null : row.waitsFor().label())
          .text("pin_reason", ClientRow::pinReason)
          .number("link", ClientRow::serverId)
          .number("remote_pid", ClientRow::serverPid)
          .text("connect_time", ClientRow::connectedSince)
          .text("request_time", ClientRow::lastStatementAt)
          .number("wait", row -> row.waitMicros() / 1_000_000)
          .number("wait_us", row -> row.waitMicros() % 1_000_000)
          .number("unread", row -> row.unreadMicros() / 1_000_000)
          .number("queries", ClientRow::queries)
          .number("prepared_statements", ClientRow::preparedStatements)
          .text("statement", ClientRow::statement);

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
          .number("response_p50_us", row -> row.responseTimes().percentile(50))
          .number("response_p95_us", row -> row.responseTimes().percentile(95))
          .number("response_p99_us", row -> row.responseTimes().percentile(99))
          .number("wait_p50_us", row -> row.waitTimes().percentile(50))
          .number("wait_p99_us", row -> row.waitTimes().percentile(99))
          .number("logins", PoolTotals::logins)
          .number("login_failures", PoolTotals::loginFailures)
          .number("errors", PoolTotals::errors)
          .number("prepared_hits", PoolTotals::preparedHits)
          .number("prepared_parses", PoolTotals::preparedParses)
          .number("state_replays", PoolTotals::stateReplays)
          .number("pins", PoolTotals::pins)
          .number("cancels", PoolTotals::cancels)
          .number("pipelined", PoolTotals::pipelined)
          .number("pipeline_queued", PoolTotals::pipelineQueued)
          .number("pipeline_repeated", PoolTotals::pipelineRepeated)
          .text("unshared", totals -> reasons(totals.unshared()));

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

  /** Those that occurred, the most frequent first. */
  private static String reasons(Map<Unshared, Long> counts) {
    return counts.entrySet().stream()
        .filter(reason -> reason.getValue() > 0)
        .sorted(Map.Entry.<Unshared, Long>comparingByValue().reversed())
        .map(reason -> reason.getKey().label() + " " + reason.getValue())
        .collect(Collectors.joining(", "));
  }
}
