package dev.heimdall.manager.alerts;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Times;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code /alerts}: who is told of events. */
final class TargetsSubject implements Subject {
  private static final String PATH = "/alerts";
  private static final int BAD = 400;

  private final TargetEdits edits;

  TargetsSubject(TargetEdits edits) {
    this.edits = edits;
  }

  private interface Change {
    /** What is told then. */
    String make(Visit visit) throws Refusal, StoreException;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(PATH, Permission.CHANGE_CONFIGURATION, visit -> look(visit, 200, "")),
        change(PATH, this::put),
        change(PATH + "/{name}/test", this::test),
        change(PATH + "/{name}/delete", this::delete));
  }

  @Override
  public List<Entry> entries() {
    return List.of(new Entry("Alerts", PATH, Permission.CHANGE_CONFIGURATION));
  }

  @Override
  public List<Asset> assets() {
    return List.of(Asset.style("targets.css", "/dev/heimdall/manager/alerts/targets.css"));
  }

  /** What is refused is said on the page. */
  private Page change(String path, Change change) {
    return Page.post(
        path,
        Permission.CHANGE_CONFIGURATION,
        visit -> {
          try {
            visit.tell(change.make(visit));
            return visit.see(PATH);
          } catch (Refusal e) {
            return look(visit, BAD, e.getMessage());
          }
        });
  }

  private Answer look(Visit visit, int status, String problem) throws Refusal, StoreException {
    List<TargetsView.Row> rows = new ArrayList<>();
    if (edits.possible()) {
      Targets targets = edits.all();
      targets.all().values().forEach(target -> rows.add(row(target, targets.told(target.name()))));
    }
    TargetsView view = new TargetsView(edits.possible(), rows, problem, visit.csrf());
    return visit.wantsPart()
        ? visit.part(200, "targetlist", Map.of("view", view))
        : visit.page(status, "targets", "Alerts", Map.of("view", view));
  }

  private static TargetsView.Row row(Target target, Told told) {
    String tells =
        "%s, %s, %s"
            .formatted(
                target.least() == Severity.CRITICAL
                    ? "critical"
                    : target.least().spelling() + " or worse",
                target.kinds().isEmpty()
                    ? "of any kind"
                    : String.join(", ", target.kinds().stream().sorted().toList()),
                "%d an hour at most".formatted(target.hourly()));
    String left =
        told.leftOut() == 0 ? "" : "; %d events wait to be summed up".formatted(told.leftOut());
    return new TargetsView.Row(
        target.name(),
        target.shown(),
        tells,
        told.result().map(Told.Result::words).orElse("Nothing was sent yet") + left,
        told.result().map(result -> result.arrived() ? "good" : "bad").orElse(""),
        told.result().map(result -> Times.shown(result.at())).orElse(""));
  }

  private String put(Visit visit) throws Refusal, StoreException {
    String name = visit.field("name").orElse("").strip();
    edits.put(
        new TargetEdits.Wish(
            name,
            visit.field("url").orElse("").strip(),
            visit.field("key").orElse("").strip(),
            visit.field("style").orElse(""),
            visit.field("severity").orElse(""),
            visit.field("kinds").orElse(""),
            visit.field("hourly").orElse("").strip()),
        visit.author(""));
    return "%s is told from now on.".formatted(name);
  }

  private String test(Visit visit) throws Refusal, StoreException {
    edits.test(visit.part(0));
    return "A test is on its way to %s: below is what becomes of it.".formatted(visit.part(0));
  }

  private String delete(Visit visit) throws Refusal, StoreException {
    edits.delete(visit.part(0), visit.author(""));
    return "%s is not told any more.".formatted(visit.part(0));
  }
}
