package dev.heimdall.manager.rest;

import java.util.Map;

/** Meanings of the parts of the API, for its description. */
final class Tags {
  private static final Map<String, String> MEANINGS =
      Map.ofEntries(
          Map.entry("account", "One's own account: password and second factor."),
          Map.entry("accounts", "Accounts of people, for administrators."),
          Map.entry("alert-targets", "Who is notified of alerts and events."),
          Map.entry("alert-thresholds", "From where on figures are alerts."),
          Map.entry("alerts", "Alerts, from their beginning to their end; acknowledgements."),
          Map.entry("audit", "Who did what."),
          Map.entry("cache-advice", "Statements that are worth being cached."),
          Map.entry("caches", "The caches of virtual databases, as objects."),
          Map.entry("check", "What would be wrong with changed documents; nothing is written."),
          Map.entry("clients", "Clients that are connected to the nodes."),
          Map.entry("clusters", "Database servers, as nodes see them."),
          Map.entry("commands", "Commands to nodes, and what became of them."),
          Map.entry("commit", "Several documents, written together or not at all."),
          Map.entry("documents", "The configuration's documents, as texts."),
          Map.entry("drivers", "Drivers, as objects."),
          Map.entry("events", "What nodes reported, and when."),
          Map.entry("figures", "What nodes did, by time."),
          Map.entry("history", "Earlier versions of the configuration, and rollbacks."),
          Map.entry("manager", "The manager itself."),
          Map.entry("nodes", "Nodes that report, and whether they run the configuration."),
          Map.entry("openapi.json", "This description."),
          Map.entry("patterns", "Statements by pattern: how often, how long, with which plan."),
          Map.entry("problems", "What is wrong now."),
          Map.entry("rules", "Rule lists, as objects, and trials of statements."),
          Map.entry("second-factor-roles", "Roles that need a second factor."),
          Map.entry("silences", "Alerts of which nobody is notified for a while."),
          Map.entry("sources", "Data sources, as objects."),
          Map.entry("tokens", "Tokens of programs, of one's own."),
          Map.entry("users", "Users of virtual databases, as objects."),
          Map.entry("vdbs", "Virtual databases, as objects."));

  private Tags() {}

  /**
   * Returns the meaning of a part.
   *
   * @throws IllegalArgumentException if it has none
   */
  static String meaning(String tag) {
    String meaning = MEANINGS.get(tag);
    if (meaning == null) {
      throw new IllegalArgumentException("the part " + tag + " of the API has no description");
    }
    return meaning;
  }
}
