package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Words;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /api/v1/patterns}: statements by their pattern. */
public final class PatternsPath implements Resource {
  private static final String PATH = "/api/v1/patterns";
  private static final int USUAL = 100;
  private static final int MOST = 1_000;

  private final QueryAnalytics analytics;

  public PatternsPath(QueryAnalytics analytics) {
    this.analytics = analytics;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(PATH, Permission.READ_CONFIGURATION, this::all)
            .saying(
                Words.of("Statements by their pattern, what takes the most time first")
                    .with("window", "Of which time: hour, or start for since nodes started.")
                    .with("vdb", "Of this virtual database alone.")
                    .with("q", "Those whose text contains this.")
                    .with("limit", "So many of them, up to %d.".formatted(MOST))));
  }

  private Answer all(Call call) throws Refusal {
    Request request = call.request();
    Window window = Window.HOUR;
    Optional<String> asked = request.query("window");
    if (asked.isPresent()) {
      window =
          Window.of(asked.get())
              .orElseThrow(
                  () -> Request.bad("window is hour or start: %s.".formatted(asked.get())));
    }
    int limit = limit(request.query("limit"));
    List<QueryLine> lines =
        AnalyticsListing.matching(
            analytics.lines(window, request.query("vdb")), request.query("q").orElse(""));
    ObjectNode body = Answer.JSON.createObjectNode();
    body.put("window", window.spelling()).put("total", lines.size());
    ArrayNode patterns = body.putArray("patterns");
    lines.stream().limit(limit).forEach(line -> patterns.add(words(line)));
    return Answer.json(200, body);
  }

  private static int limit(Optional<String> asked) throws Refusal {
    if (asked.isEmpty()) {
      return USUAL;
    }
    if (!asked.get().matches("[0-9]{1,4}") || Integer.parseInt(asked.get()) > MOST) {
      throw Request.bad("limit is a number up to %d: %s.".formatted(MOST, asked.get()));
    }
    return Integer.parseInt(asked.get());
  }

  private static ObjectNode words(QueryLine line) {
    PatternSums sums = line.sums();
    PatternFacts facts = line.facts();
    ObjectNode one =
        Answer.JSON
            .createObjectNode()
            .put("id", line.key().id())
            .put("vdb", line.key().vdb())
            .put("statement", line.key().text())
            .put("calls", sums.calls())
            .put("totalMicros", sums.micros())
            .put("averageMicros", sums.averageMicros())
            .put("mostMicros", facts.mostMicros())
            .put("waitMicros", sums.waitMicros())
            .put("sharePercent", Math.round(line.share() * 10) / 10.0)
            .put("errors", sums.errors())
            .put("bytes", sums.bytes())
            .put("hits", sums.hits())
            .put("byRule", sums.byRule())
            .put("replica", sums.replica());
    if (facts.last() > 0) {
      one.put("last", Instant.ofEpochMilli(facts.last()).toString());
    }
    reasons(one.putObject("notCached"), sums.uncached());
    reasons(one.putObject("onWriter"), sums.onWriter());
    ArrayNode rules = one.putArray("rules");
    for (PatternFacts.Matched rule : facts.rules()) {
      rules
          .addObject()
          .put("list", rule.list())
          .put("number", rule.number())
          .put("action", rule.action());
    }
    facts.reads().forEach(one.putArray("reads")::add);
    facts.writes().forEach(one.putArray("writes")::add);
    facts
        .plan()
        .ifPresent(
            plan ->
                one.putObject("plan")
                    .put("taken", plan.taken())
                    .put("format", plan.format())
                    .put("text", plan.text()));
    return one;
  }

  private static void reasons(ObjectNode into, Map<String, Long> counts) {
    counts.forEach(into::put);
  }
}
