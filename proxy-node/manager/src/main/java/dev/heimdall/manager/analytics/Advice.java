package dev.heimdall.manager.analytics;

import java.util.Map;

/** Advice about a reason, by its label. */
final class Advice {
  private static final String DECIDES = "This passes by itself.";

  private static final Map<String, String> UNCACHED =
      Map.ofEntries(
          Map.entry("rule", "Look for a rule that gives it no time, or rewrites or forwards it."),
          Map.entry(
              "transaction", "Run it outside of a transaction: reads by themselves can be cached."),
          Map.entry(
              "pinned",
              "Find out what pins its session: SHOW CLIENTS has it in the column pin_reason."),
          Map.entry("shape", "Send it as one statement, and fetch all its rows at once."),
          Map.entry(
              "unknown",
              "Make sure that the node can read the catalogue: catalog.user of the data source."),
          Map.entry("not_a_read", "Only reads are cached. Narrow the rule that matches it."),
          Map.entry("session", "Results that depend on the session are not shared."),
          Map.entry("declined", "Remove SQL_NO_CACHE from the statement."),
          Map.entry("no_tables", "Name its tables with a rule's parameter \"tables\"."),
          Map.entry(
              "volatile",
              "If an older result will do, set \"unconditional\" and a \"ttl\" in its cache rule."),
          Map.entry("system", "Set \"cachesystem\" in its cache rule, with a short \"ttl\"."),
          Map.entry(
              "written_often",
              "Its tables are written too often. With \"unconditional\" and a \"ttl\" it is cached"
                  + " all the same."),
          Map.entry(
              "rarely_used",
              "Its values differ each time. Give the cache more memory, or leave it out."),
          Map.entry("out_of_touch", "Look after the connection between the nodes."),
          Map.entry("not_there", "Give results more time (ttl) or the cache more memory."),
          Map.entry("compared", "Its rule compares only: remove \"revalidateOnly\" to serve."),
          Map.entry("refreshed", DECIDES),
          Map.entry("not_refreshed", DECIDES),
          Map.entry("new", "Other values each time: only what comes again can be served."),
          Map.entry("no_room", DECIDES),
          Map.entry("unsuited", "Raise cache.maxResultSize, or fetch fewer rows."),
          Map.entry("replica", "Let the primary answer it, or use a stricter consistency."));

  private static final Map<String, String> ON_WRITER =
      Map.ofEntries(
          Map.entry("transaction", "Begin transactions that only read with READ ONLY."),
          Map.entry("pinned", "Find out what pins its session: SHOW CLIENTS, pin_reason."),
          Map.entry("not_marked", "Make a rule that sends it to replicas."),
          Map.entry("not_a_read", "It may write: its functions, or a lock, would have to go."),
          Map.entry("session", "Its result depends on the session."),
          Map.entry("server", "It asks about the server itself. A rule sends it all the same."),
          Map.entry("rule", "Look for a rule that forwards, rewrites or keeps it."),
          Map.entry("shape", "Send it by itself, not with others."),
          Map.entry("isolation", "Use repeatable read or less for it."),
          Map.entry("pipelined", DECIDES),
          Map.entry("paused", "Resume the virtual database."),
          Map.entry("no_connection", DECIDES),
          Map.entry("no_replica", "Add a replica, or see why those that there are do not answer."),
          Map.entry("out_of_touch", "Look after the connection between the nodes."),
          Map.entry(
              "other_stores",
              "Use the consistency fleet, or one store for the nodes of all regions."),
          Map.entry("lagging", "Find out why replicas are behind, or allow more: cluster.lag."),
          Map.entry(
              "behind",
              "Let reads wait a moment (cluster.lag.catchUpWait), or use a weaker consistency."),
          Map.entry("turn", "The primary takes its share of reads: cluster.balance."),
          Map.entry("failed", "See the replica's log."));

  private Advice() {}

  /** About not being answered from the cache. */
  static String uncached(String reason) {
    return UNCACHED.getOrDefault(reason, "");
  }

  /** About not being sent to a replica. */
  static String onWriter(String reason) {
    return ON_WRITER.getOrDefault(reason, "");
  }
}
