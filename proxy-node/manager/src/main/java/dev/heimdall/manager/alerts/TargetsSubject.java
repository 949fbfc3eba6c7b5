package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.forms.DocumentForm;
import dev.heimdall.manager.forms.FormPages;
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
import java.util.Optional;

/** {@code /alerts}: who is told of events. */
final class TargetsSubject implements Subject {
  private static final String PATH = "/alerts";
  private static final String NAME = "name";
  private static final int BAD = 400;

  private final TargetEdits edits;

  TargetsSubject(TargetEdits edits) {
    this.edits = edits;
  }

  private interface Change {
    /** Makes the change and returns the message to show then. */
    String make(Visit visit) throws Refusal, StoreException;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(
            PATH, Permission.CHANGE_CONFIGURATION, visit -> look(visit, 200, "", wanted(visit))),
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
    return List.of(
        FormPages.FIELDS, Asset.style("targets.css", "/dev/heimdall/manager/alerts/targets.css"));
  }

  /** Creates the page of a change, which shows any rejection on the page. */
  private Page change(String path, Change change) {
    return Page.post(
        path,
        Permission.CHANGE_CONFIGURATION,
        visit -> {
          try {
            visit.tell(change.make(visit));
            return visit.see(PATH);
          } catch (Refusal e) {
            return look(visit, BAD, e.getMessage(), written(visit));
          }
        });
  }

  /** The form that a link asks for: of a type, or of a target that is there. */
  private TargetsView.Form wanted(Visit visit) throws Refusal, StoreException {
    Optional<Target> there = there(visit.request().query("edit"));
    TargetType type = type(visit.request().query(TargetType.KEY));
    return form(
        there.map(Target::name).orElse(""), there.map(Target::type).orElse(type), there, Map.of());
  }

  /** Returns the form with the rejected input, to be corrected; secrets are not sent back. */
  private TargetsView.Form written(Visit visit) throws Refusal, StoreException {
    Optional<String> name = visit.field(NAME);
    return form(
        name.orElse(""),
        type(visit.field(TargetType.KEY)),
        there(visit.field("changes").flatMap(yes -> name)),
        visit.fields());
  }

  private static TargetsView.Form form(
      String name, TargetType type, Optional<Target> there, Map<String, String> typed) {
    return new TargetsView.Form(
        type,
        name,
        there.isPresent(),
        DocumentForm.of(type.fields(), settings(type, there), typed, Map.of()).fields());
  }

  private Optional<Target> there(Optional<String> name) throws Refusal, StoreException {
    return edits.possible() ? name.map(edits.all().all()::get) : Optional.empty();
  }

  private static ObjectNode settings(TargetType type, Optional<Target> of) {
    return of.filter(target -> target.type() == type)
        .map(Target::settings)
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  private static TargetType type(Optional<String> spelling) {
    return spelling.flatMap(TargetType::of).orElse(TargetType.WEBHOOK);
  }

  private Answer look(Visit visit, int status, String problem, TargetsView.Form form)
      throws Refusal, StoreException {
    List<TargetsView.Row> rows = new ArrayList<>();
    if (edits.possible()) {
      Targets targets = edits.all();
      targets.all().values().forEach(target -> rows.add(row(target, targets.told(target.name()))));
    }
    TargetsView view = new TargetsView(edits.possible(), rows, problem, visit.csrf(), form);
    return visit.wantsPart()
        ? visit.part(200, "targetlist", Map.of("view", view))
        : visit.page(status, "targets", "Alerts", Map.of("view", view));
  }

  private static TargetsView.Row row(Target target, TargetState told) {
    Way way = target.way();
    String tells =
        "%s, %s, %s"
            .formatted(
                way.severity() == Severity.CRITICAL
                    ? "critical"
                    : way.severity().spelling() + " or worse",
                way.kinds().isEmpty()
                    ? "of any kind"
                    : String.join(", ", way.kinds().stream().sorted().toList()),
                way.holdsAlerts()
                    ? "all that fire, every minute"
                    : "%d an hour at most".formatted(way.hourly()));
    String left =
        told.leftOut() == 0 ? "" : "; %d events wait to be summed up".formatted(told.leftOut());
    return new TargetsView.Row(
        target.name(),
        target.type().title(),
        way.shown(),
        tells,
        told.result().map(TargetState.Result::words).orElse("Nothing was sent yet") + left,
        told.result().map(result -> result.arrived() ? "good" : "bad").orElse(""),
        told.result().map(result -> Times.shown(result.at())).orElse(""));
  }

  private String put(Visit visit) throws Refusal, StoreException {
    String name = visit.field(NAME).orElse("").strip();
    TargetType type = type(visit.field(TargetType.KEY));
    ObjectNode before = settings(type, there(Optional.of(name)));
    before.remove(type.secrets());
    edits.put(
        new TargetEdits.TargetRequest(name, type, type.written(visit.fields(), before)),
        visit.author(""));
    return "%s is notified from now on.".formatted(name);
  }

  private String test(Visit visit) throws Refusal, StoreException {
    edits.test(visit.part(0));
    return "A test is being sent to %s; the result appears below.".formatted(visit.part(0));
  }

  private String delete(Visit visit) throws Refusal, StoreException {
    edits.delete(visit.part(0), visit.author(""));
    return "%s is not notified any more.".formatted(visit.part(0));
  }
}
