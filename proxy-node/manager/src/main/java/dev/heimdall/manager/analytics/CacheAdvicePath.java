package dev.heimdall.manager.analytics;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Fields;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.rest.Slice;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.List;

/** {@code /api/v1/cache-advice}: what to cache. */
public final class CacheAdvicePath implements Resource {
  private static final Fields<Recommendation> RECOMMENDATION =
      Fields.<Recommendation>of()
          .with("id", Shape.text("That of the pattern."), one -> one.line().key().id())
          .with("vdb", Shape.text("The virtual database."), one -> one.line().key().vdb())
          .with("statement", Shape.text("Without its values."), one -> one.line().key().text())
          .with(
              "savedMicrosPerSecond",
              Shape.count("Time that clients would not wait, of each second."),
              Recommendation::savedMicrosPerSecond)
          .with(
              "hitPercent",
              Shape.number("Share of the reads that the cache is expected to answer."),
              one -> rounded(100 * one.hits()))
          .with(
              "readsPerSecond",
              Shape.number("Those that a cache could answer."),
              one -> rounded(one.readsPerSecond()))
          .with(
              "writesPerSecond",
              Shape.number("Of its tables."),
              one -> rounded(one.writesPerSecond()))
          .with(
              "averageResponseMicros",
              Shape.count("That clients wait, all waits included."),
              one -> one.line().sums().averageResponseMicros())
          .with(
              "tables",
              Shape.list("Those that it reads.", Shape.text("")),
              one -> one.line().facts().reads())
          .with(
              "cacheEnabled",
              Shape.truth("Whether the cache of the virtual database is on."),
              Recommendation::enabled)
          .with(
              "lists",
              Shape.list("Rule lists that the rule can go to.", Shape.text("")),
              Recommendation::lists)
          .with(
              "rule",
              Shape.map("The rule, as a list has it.", Shape.any("")),
              one -> one.rule().json());

  private final CacheAdvisor advisor;

  public CacheAdvicePath(CacheAdvisor advisor) {
    this.advisor = advisor;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/v1/cache-advice", Permission.READ_CONFIGURATION, this::all)
            .saying(
                OperationText.of("Lists what to cache, what saves the most time first")
                    .with("vdb", "Of this virtual database alone.")
                    .with(
                        "staleness",
                        "Seconds for which a result may be outdated. Without: not at all.")
                    .paged()
                    .answers(Slice.shape("advice", RECOMMENDATION))));
  }

  private Answer all(Call call) throws Refusal, StoreException, EditRefused {
    List<Recommendation> all =
        advisor.advise(call.request().query("vdb"), CacheAdvisor.staleness(call.request()));
    return Answer.json(
        200,
        Slice.of(call.request())
            .asListed(all, one -> one.line().key().id())
            .body("advice", RECOMMENDATION));
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
