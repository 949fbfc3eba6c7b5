package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.PatternSyntaxException;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The filters of a service, as a rule list. */
final class MaxScaleFilters {
  /** Documents take no smaller cache. */
  private static final long LEAST_CACHE = 1 << 20;

  /** Filters that keep something from clients: without them they would see or do more. */
  private static final Set<String> PROTECTING = Set.of("dbfwfilter", "masking", "maxrows");

  private static final Map<String, String> NOWHERE =
      Map.ofEntries(
          Map.entry("hintfilter", "comments in statements do not choose servers; rules do"),
          Map.entry("ccrfilter", "`cluster.consistency` says what a read may not miss"),
          Map.entry("tee", "statements are not copied to other servers"),
          Map.entry("mirror", "statements are not copied to other servers"),
          Map.entry("topfilter", "SHOW PATTERNS has the slowest statements"),
          Map.entry("psreuse", "statements are kept prepared for all clients"),
          Map.entry("optimistictrx", "transactions go to the writer"),
          Map.entry("throttlefilter", "a rule's `ratelimit` slows statements down"),
          Map.entry("namedserverfilter", "rules with `forward` and `serverfilter` choose servers"),
          Map.entry("commentfilter", "rules with `transform` change statements"),
          Map.entry("rewritefilter", "rules with `transform` change statements"),
          Map.entry("lagfilter", "`cluster.lag` says how far behind a replica may be"));

  private final MaxScaleCnf cnf;
  private final Documents documents;
  private final Notes notes;

  MaxScaleFilters(MaxScaleCnf cnf, Documents documents, Notes notes) {
    this.cnf = cnf;
    this.documents = documents;
    this.notes = notes;
  }

  /** Writes the service's list, and names it in its virtual database. */
  void into(MaxScaleSection service, ObjectNode vdb) throws CommandFailure {
    ArrayNode rules = JsonNodeFactory.instance.arrayNode();
    for (MaxScaleSection filter : cnf.named(service, "filters", "\\|", "filter")) {
      String module = filter.word("module", "");
      if (PROTECTING.contains(module)) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION,
            "%s: filter %s keeps something from clients, and module = %s cannot be carried over:"
                    .formatted(filter.at(), filter.name(), module)
                + " take it out of the service's filters, and write rules that do the same");
      }
      switch (module) {
        case "regexfilter" -> rewritten(filter, rules);
        case "cache" -> cached(filter, rules, vdb);
        case "qlafilter" -> logged(filter, rules);
        default ->
            notes.left(
                filter.at(),
                "filter "
                    + filter.name()
                    + ": "
                    + NOWHERE.getOrDefault(module, "module = " + module + " has no counterpart"));
      }
    }
    if (!rules.isEmpty()) {
      documents.rules(service.document()).set("rules", rules);
      vdb.putArray("rules").add(service.document());
    }
  }

  private void rewritten(MaxScaleSection filter, ArrayNode rules) {
    Optional<ObjectNode> rule = matching(filter, "ignorecase");
    if (rule.isEmpty()) {
      return;
    }
    String target = filter.said("replace").map(Entry::value).orElse("");
    if (filter.text("match").isEmpty() || target.contains("${")) {
      notes.left(filter.at(), "filter " + filter.name() + ": its match or replace");
      return;
    }
    ObjectNode made = rule.get().put("action", "transform");
    Documents.part(made, "parameters").put("target", target.replaceAll("\\\\([0-9])", "\\$0$1"));
    rules.add(made);
    left(filter, "log_file", "log_trace");
  }

  private void cached(MaxScaleSection filter, ArrayNode rules, ObjectNode vdb) {
    if (filter.text("rules").isPresent()) {
      notes.left(
          filter.said("rules").orElseThrow(),
          "what is cached is in a file of its own: write rules with the action `cache`");
      return;
    }
    ObjectNode rule = JsonNodeFactory.instance.objectNode();
    rule.put("comment", "filter " + filter.name()).put("action", "cache");
    ObjectNode cache = Documents.part(vdb, "cache");
    cache.put("enabled", true);
    try {
      long ttl = MaxScaleValues.millis(filter.text("hard_ttl", "0"));
      if (ttl > 0) {
        Documents.part(rule, "parameters").put("ttl", ttl);
        cache.put("ttl", Places.duration("" + ttl, 0));
      }
      if (filter.text("max_size").isPresent()) {
        long size = MaxScaleValues.size(filter.text("max_size").orElseThrow());
        cache.put("maxSize", Math.max(size, LEAST_CACHE));
      }
    } catch (NumberFormatException e) {
      notes.at(filter.at(), "hard_ttl or max_size is no time or size: the usual ones were written");
    }
    rules.add(rule);
    left(
        filter,
        "soft_ttl",
        "storage",
        "storage_options",
        "max_resultset_rows",
        "max_resultset_size",
        "max_count",
        "selects",
        "cache_in_transactions",
        "users",
        "cached_data",
        "invalidate",
        "timeout",
        "clear_cache_on_parse_errors");
  }

  private void logged(MaxScaleSection filter, ArrayNode rules) {
    matching(filter, "")
        .ifPresent(
            rule -> {
              rules.add(rule.put("action", "log"));
              notes.at(
                  filter.at(),
                  "filter "
                      + filter.name()
                      + ": statements go to the log heimdall.query, without their values");
            });
    left(filter, "exclude", "log_type", "log_data", "filebase", "append", "flush", "options");
  }

  /** Subject of a filter; empty if it cannot be written. */
  private Optional<ObjectNode> matching(MaxScaleSection filter, String usualOptions) {
    List<String> match = new ArrayList<>();
    boolean anyCase = filter.word("options", usualOptions).contains("ignorecase");
    try {
      filter
          .text("match")
          .map(regex -> RuleMatch.text(regex.replaceAll("^/(.*)/$", "$1"), anyCase))
          .ifPresent(match::add);
    } catch (PatternSyntaxException e) {
      notes.left(
          filter.at(),
          "filter %s: its match is no regular expression as RE2 has it: %s"
              .formatted(filter.name(), e.getDescription()));
      return Optional.empty();
    }
    filter.text("user").map(RuleMatch::user).ifPresent(match::add);
    Optional<String> source = filter.text("source");
    if (source.isPresent() && !source.get().matches("[0-9a-fA-F.:]+")) {
      notes.left(filter.said("source").orElseThrow(), "it is no address: the filter is left out");
      return Optional.empty();
    }
    source.ifPresent(address -> match.add("ips:" + address));
    ObjectNode rule = JsonNodeFactory.instance.objectNode();
    rule.put("comment", "filter " + filter.name());
    RuleMatch.into(rule, match);
    return Optional.of(rule);
  }

  private void left(MaxScaleSection filter, String... keys) {
    for (String key : keys) {
      filter
          .said(key)
          .ifPresent(entry -> notes.left(entry, "rules and `cache` have settings of their own"));
    }
  }
}
