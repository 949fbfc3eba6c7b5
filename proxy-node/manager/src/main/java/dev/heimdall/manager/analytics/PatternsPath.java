package dev.heimdall.manager.analytics;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Fields;
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
  private static final Fields<PatternFacts.Matched> RULE =
      Fields.<PatternFacts.Matched>of()
          .with("list", Shape.text(""), PatternFacts.Matched::list)
          .with("number", Shape.count(""), PatternFacts.Matched::number)
          .with("action", Shape.text(""), PatternFacts.Matched::action);
  private static final Fields<PatternFacts.Plan> PLAN =
      Fields.<PatternFacts.Plan>of("The last that a rule has taken.")
          .with("taken", Shape.time(""), PatternFacts.Plan::taken)
          .with("format", Shape.text(""), PatternFacts.Plan::format)
          .with("text", Shape.text(""), PatternFacts.Plan::text);
  private static final Fields<QueryLine> PATTERN =
      Fields.<QueryLine>of()
          .with("id", Shape.text(""), line -> line.key().id())
          .with("vdb", Shape.text("The virtual database."), line -> line.key().vdb())
          .with("statement", Shape.text("Without its values."), line -> line.key().text())
          .with("calls", Shape.count(""), line -> line.sums().calls())
          .with("totalMicros", Shape.count(""), line -> line.sums().micros())
          .with(
              "averageMicros",
              Shape.count("That servers take."),
              line -> line.sums().averageMicros())
          .with("mostMicros", Shape.count("That a server took."), line -> line.facts().mostMicros())
          .with(
              "waitMicros",
              Shape.count("In the queue for a server connection."),
              line -> line.sums().waitMicros())
          .with(
              "averageResponseMicros",
              Shape.count("That clients wait, all waits included."),
              line -> line.sums().averageResponseMicros())
          .maybe(
              "p50ResponseMicros",
              Shape.count("Half of the clients waited no longer."),
              line -> percentile(line, 50))
          .maybe(
              "p99ResponseMicros",
              Shape.count("99 % of the clients waited no longer."),
              line -> percentile(line, 99))
          .with(
              "sharePercent",
              Shape.number("Of the time of all patterns."),
              line -> Math.round(line.share() * 10) / 10.0)
          .with("errors", Shape.count(""), line -> line.sums().errors())
          .with("bytes", Shape.count(""), line -> line.sums().bytes())
          .with("hits", Shape.count("Answers from the cache."), line -> line.sums().hits())
          .with("byRule", Shape.count("Answers by rules."), line -> line.sums().byRule())
          .with("replica", Shape.count("Sent to replicas."), line -> line.sums().replica())
          .maybe("last", Shape.time("When it was seen last."), PatternsPath::last)
          .with("notCached", REASONS, line -> line.sums().uncached())
          .with("onWriter", REASONS, line -> line.sums().onWriter())
          .list("rules", "Those that it has met.", RULE, line -> line.facts().rules())
          .with("reads", TABLES, line -> line.facts().reads())
          .with("writes", TABLES, line -> line.facts().writes())
          .maybe("plan", PLAN, line -> line.facts().plan());

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
    return Answer.json(
        200,
        slice
            .asListed(lines, line -> line.key().vdb() + " " + line.key().id())
            .body("patterns", PATTERN)
            .put("window", window.spelling())
            .put("total", lines.size()));
  }

  private static Optional<Long> percentile(QueryLine line, int percent) {
    return Optional.of(line.sums().responses())
        .filter(ResponseTimes::known)
        .map(times -> times.percentile(percent));
  }

  private static Optional<Instant> last(QueryLine line) {
    return Optional.of(line.facts().last()).filter(at -> at > 0).map(Instant::ofEpochMilli);
  }
}
