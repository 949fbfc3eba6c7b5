package dev.heimdall.manager.analytics;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Puts the page about statements together. */
final class AnalyticsListing {
  static final int PER_PAGE = 50;

  private static final String UNKNOWN = "–";
  private static final String FORWARDED = "no rule wants it cached";

  private final QueryAnalytics analytics;
  private final RuleMaker maker;
  private final Optional<Configuration> configuration;

  AnalyticsListing(
      QueryAnalytics analytics, RuleMaker maker, Optional<Configuration> configuration) {
    this.analytics = analytics;
    this.maker = maker;
    this.configuration = configuration;
  }

  /** Those of which the text contains something, in small letters or not. */
  static List<QueryLine> matching(List<QueryLine> lines, String text) {
    String wanted = text.toLowerCase(Locale.ROOT);
    return lines.stream()
        .filter(line -> line.key().text().toLowerCase(Locale.ROOT).contains(wanted))
        .toList();
  }

  AnalyticsView.Listing of(AnalyticsPages.Asked asked, boolean edits) {
    List<QueryLine> lines = matching(analytics.lines(asked.window(), asked.vdb()), asked.text());
    int pages = Math.max(1, (lines.size() + PER_PAGE - 1) / PER_PAGE);
    int page = Math.max(1, Math.min(asked.page(), pages));
    int from = (page - 1) * PER_PAGE;
    int to = Math.min(lines.size(), from + PER_PAGE);
    List<AnalyticsView.Row> rows = new ArrayList<>();
    for (QueryLine line : lines.subList(from, to)) {
      rows.add(row(line, asked, page, edits));
    }
    return new AnalyticsView.Listing(
        Arrays.stream(Window.values())
            .map(
                each ->
                    new AnalyticsView.Choice(each.spelling(), each.words(), each == asked.window()))
            .toList(),
        analytics.vdbs().stream()
            .map(
                name -> new AnalyticsView.Choice(name, name, asked.vdb().equals(Optional.of(name))))
            .toList(),
        asked.window().words(),
        asked.vdb().orElse(""),
        asked.text(),
        lines.isEmpty()
            ? ""
            : "%s to %s of %s"
                .formatted(
                    Amounts.count(from + 1L), Amounts.count(to), Amounts.count(lines.size())),
        page > 1 ? Optional.of(path(asked, page - 1, "")) : Optional.empty(),
        page < pages ? Optional.of(path(asked, page + 1, "")) : Optional.empty(),
        analytics.isHeard(),
        rows);
  }

  private static String path(AnalyticsPages.Asked asked, int page, String open) {
    StringBuilder path =
        new StringBuilder(AnalyticsPages.PATH).append("?window=").append(asked.window().spelling());
    asked.vdb().ifPresent(vdb -> path.append("&vdb=").append(encoded(vdb)));
    if (!asked.text().isEmpty()) {
      path.append("&q=").append(encoded(asked.text()));
    }
    if (page > 1) {
      path.append("&page=").append(page);
    }
    return open.isEmpty() ? path.toString() : path + "&open=" + open + "#q-" + open;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private AnalyticsView.Row row(
      QueryLine line, AnalyticsPages.Asked asked, int page, boolean edits) {
    String id = line.key().id();
    boolean open = asked.open().equals(Optional.of(id));
    PatternSums sums = line.sums();
    return new AnalyticsView.Row(
        id,
        open ? path(asked, page, "") + "#q-" + id : path(asked, page, id),
        line.key().text(),
        line.key().vdb(),
        String.format(Locale.ROOT, "%.1f%%", Math.max(0.5, Math.min(100, line.share()))),
        Amounts.percent(line.share()),
        Amounts.time(sums.micros()),
        Amounts.count(sums.calls()),
        sums.sent() == 0 ? UNKNOWN : Amounts.time(sums.averageResponseMicros()),
        percentile(sums, 99),
        sums.sent() == 0 ? UNKNOWN : Amounts.time(sums.averageMicros()),
        Amounts.percent(sums.hitPercent()),
        Amounts.percent(sums.replicaPercent()),
        Amounts.count(sums.errors()),
        sums.errors() > 0,
        open ? Optional.of(detail(line, edits)) : Optional.empty());
  }

  private AnalyticsView.Detail detail(QueryLine line, boolean edits) {
    PatternSums sums = line.sums();
    PatternFacts facts = line.facts();
    Optional<String> match = configuration.flatMap(known -> maker.match(line.key(), known));
    return new AnalyticsView.Detail(
        line.key().text(),
        List.of(
            new AnalyticsView.Fact("Half were answered within", percentile(sums, 50)),
            new AnalyticsView.Fact("All waits before servers", Amounts.time(sums.waitMicros())),
            new AnalyticsView.Fact("All time in servers", Amounts.time(sums.micros())),
            new AnalyticsView.Fact(
                "Slowest in a server",
                facts.mostMicros() == 0 ? UNKNOWN : Amounts.time(facts.mostMicros())),
            new AnalyticsView.Fact("From the cache", Amounts.count(sums.hits())),
            new AnalyticsView.Fact("By replicas", Amounts.count(sums.replica())),
            new AnalyticsView.Fact("Answered by a rule", Amounts.count(sums.byRule())),
            new AnalyticsView.Fact("Received from servers", Amounts.bytes(sums.bytes())),
            new AnalyticsView.Fact(
                "Last seen",
                facts.last() == 0
                    ? UNKNOWN
                    : second(Instant.ofEpochMilli(facts.last()).toString()))),
        List.copyOf(facts.reads()),
        List.copyOf(facts.writes()),
        facts.rules().stream().map(AnalyticsListing::link).toList(),
        uncached(line),
        onWriter(line),
        facts.plan().map(plan -> new AnalyticsView.PlanText(second(plan.taken()), plan.text())),
        edits && facts.writes().isEmpty(),
        edits && match.isPresent()
            ? Optional.of(making(line.key(), match.get()))
            : Optional.empty(),
        match.isPresent() ? "" : "No rule can be made of it: " + RuleMaker.NONE);
  }

  /** Of how long clients waited. */
  private static String percentile(PatternSums sums, int percent) {
    return sums.responses().known() ? Amounts.time(sums.responses().percentile(percent)) : UNKNOWN;
  }

  /** A moment for people, whose parts of seconds say nothing to them. */
  private static String second(String moment) {
    return moment.replaceFirst("[.]\\d+", "").replace('T', ' ');
  }

  private static AnalyticsView.RuleLink link(PatternFacts.Matched rule) {
    return new AnalyticsView.RuleLink(
        "/rules/" + encoded(rule.list()).replace("+", "%20"),
        rule.list() + " #" + rule.number(),
        rule.action());
  }

  private List<AnalyticsView.Reason> uncached(QueryLine line) {
    PatternSums sums = line.sums();
    List<AnalyticsView.Reason> reasons = reasons(sums.uncached(), sums.calls(), line.facts(), true);
    long known = sums.uncached().values().stream().mapToLong(Long::longValue).sum();
    long unasked = sums.calls() - sums.hits() - sums.byRule() - known;
    if (known == 0 && unasked > 0 && line.facts().writes().isEmpty()) {
      boolean off = !vdb(line.key()).map(vdb -> vdb.cache().enabled()).orElse(true);
      reasons.add(
          off
              ? new AnalyticsView.Reason(
                  "the cache of the virtual database is off",
                  "",
                  "Set cache.enabled of %s, and make a rule.".formatted(line.key().vdb()))
              : new AnalyticsView.Reason(FORWARDED, "", "Make a rule that caches it."));
    }
    return reasons;
  }

  private Optional<VirtualDatabase> vdb(PatternKey key) {
    return configuration.map(known -> known.vdbs().get(key.vdb()));
  }

  private List<AnalyticsView.Reason> onWriter(QueryLine line) {
    PatternSums sums = line.sums();
    List<AnalyticsView.Reason> reasons = reasons(sums.onWriter(), sums.sent(), line.facts(), false);
    boolean splits =
        configuration
            .flatMap(
                known -> vdb(line.key()).map(vdb -> known.sources().get(vdb.source()).cluster()))
            .map(cluster -> cluster.reads() != dev.heimdall.model.ReadSplit.NONE)
            .orElse(true);
    if (!splits && sums.sent() > 0 && line.facts().writes().isEmpty()) {
      reasons.add(
          new AnalyticsView.Reason(
              "the data source sends no reads to replicas",
              "",
              "Where it has some, set cluster.reads of the data source."));
    }
    return reasons;
  }

  private static List<AnalyticsView.Reason> reasons(
      Map<String, Long> counts, long whole, PatternFacts facts, boolean cache) {
    List<AnalyticsView.Reason> reasons = new ArrayList<>();
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .forEach(
            reason ->
                reasons.add(
                    new AnalyticsView.Reason(
                        facts.words().getOrDefault(reason.getKey(), reason.getKey()),
                        Amounts.percent(
                            PatternSums.percent(Math.min(reason.getValue(), whole), whole)),
                        cache
                            ? Advice.uncached(reason.getKey())
                            : Advice.onWriter(reason.getKey()))));
    return reasons;
  }

  private AnalyticsView.Making making(PatternKey key, String match) {
    List<String> lists = RuleMaker.lists(key, configuration.orElseThrow());
    boolean fresh = vdb(key).map(vdb -> vdb.rules().isEmpty()).orElse(true);
    return new AnalyticsView.Making(
        Stream.of(NewRule.Kind.values())
            .map(
                kind ->
                    new AnalyticsView.Choice(
                        kind.spelling(), kind.title(), kind == NewRule.Kind.CACHE))
            .toList(),
        Stream.of(NewRule.Kind.values()).map(NewRule.Kind::words).toList(),
        lists.stream()
            .map(list -> new AnalyticsView.Choice(list, fresh ? list + " (new)" : list, false))
            .toList(),
        match);
  }
}
