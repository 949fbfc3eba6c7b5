package dev.heimdall.manager.analytics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.rest.Slice;
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

  private static final Shape WINDOW =
      Shape.word("Of the last hour, or since nodes started.", Window.values())
          .otherwise(Window.HOUR.spelling());
  private static final Shape REASONS = Shape.map("How often, by reason.", Shape.count(""));
  private static final Shape TABLES = Shape.list("Tables.", Shape.text(""));
  private static final Shape PATTERN =
      Shape.object()
          .with("id", Shape.text(""))
          .with("vdb", Shape.text("The virtual database."))
          .with("statement", Shape.text("Without its values."))
          .with("calls", Shape.count(""))
          .with("totalMicros", Shape.count(""))
          .with("averageMicros", Shape.count("That servers take."))
          .with("mostMicros", Shape.count("That a server took."))
          .with("waitMicros", Shape.count("In the queue for a server connection."))
          .with("averageResponseMicros", Shape.count("That clients wait, all waits included."))
          .maybe("p50ResponseMicros", Shape.count("Half of the clients waited no longer."))
          .maybe("p99ResponseMicros", Shape.count("99 % of the clients waited no longer."))
          .with("sharePercent", Shape.number("Of the time of all patterns."))
          .with("errors", Shape.count(""))
          .with("bytes", Shape.count(""))
          .with("hits", Shape.count("Answers from the cache."))
          .with("byRule", Shape.count("Answers by rules."))
          .with("replica", Shape.count("Sent to replicas."))
          .maybe("last", Shape.time("When it was seen last."))
          .with("notCached", REASONS)
          .with("onWriter", REASONS)
          .with(
              "rules",
              Shape.list(
                  "Those that it has met.",
                  Shape.object()
                      .with("list", Shape.text(""))
                      .with("number", Shape.count(""))
                      .with("action", Shape.text(""))))
          .with("reads", TABLES)
          .with("writes", TABLES)
          .maybe(
              "plan",
              Shape.object()
                  .with("taken", Shape.time(""))
                  .with("format", Shape.text(""))
                  .with("text", Shape.text("")));

  private final QueryAnalytics analytics;

  public PatternsPath(QueryAnalytics analytics) {
    this.analytics = analytics;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(PATH, Permission.READ_CONFIGURATION, this::all)
            .saying(
                OperationText.of("Statements by their pattern, what takes the most time first")
                    .with("window", WINDOW)
                    .with("vdb", "Of this virtual database alone.")
                    .with("q", "Those whose text contains this.")
                    .paged(USUAL)
                    .answers(
                        Slice.shape("patterns", PATTERN)
                            .with("window", WINDOW)
                            .with("total", Shape.count("On all pages.")))));
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
    Slice slice = Slice.of(request, USUAL);
    List<QueryLine> lines =
        AnalyticsListing.matching(
            analytics.lines(window, request.query("vdb")), request.query("q").orElse(""));
    ObjectNode body = Answer.JSON.createObjectNode();
    body.put("window", window.spelling()).put("total", lines.size());
    ArrayNode patterns = body.putArray("patterns");
    Slice.Part<QueryLine> part =
        slice.asListed(lines, line -> line.key().vdb() + " " + line.key().id());
    part.items().forEach(line -> patterns.add(words(line)));
    return Answer.json(200, part.tell(body));
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
            .put("averageResponseMicros", sums.averageResponseMicros())
            .put("sharePercent", Math.round(line.share() * 10) / 10.0)
            .put("errors", sums.errors())
            .put("bytes", sums.bytes())
            .put("hits", sums.hits())
            .put("byRule", sums.byRule())
            .put("replica", sums.replica());
    if (sums.responses().known()) {
      one.put("p50ResponseMicros", sums.responses().percentile(50));
      one.put("p99ResponseMicros", sums.responses().percentile(99));
    }
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
