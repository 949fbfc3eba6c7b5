package dev.heimdall.manager.rules;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.forms.FormPages;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.trial.ListTrials;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.Format;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /rules}: rule lists, rule by rule. */
public final class RulePages implements Subject {
  static final String PATH = "/rules";

  private static final String ASSETS = "/dev/heimdall/manager/pages/assets/";
  private static final String SORTABLE =
      "/META-INF/resources/webjars/sortablejs/1.15.6/Sortable.min.js";
  private static final String ONE = PATH + "/{name}";

  private final ListsOverview overview;
  private final ListShown shown;
  private final ListEdits edits;
  private final TrialForm trial;

  public RulePages(Editor editor, ListTrials trials) {
    overview = new ListsOverview(editor);
    trial = new TrialForm(trials);
    shown = new ListShown(editor, trial);
    edits = new ListEdits(editor, shown);
  }

  @Override
  public List<Page> pages() {
    Permission read = Permission.READ_CONFIGURATION;
    Permission change = Permission.CHANGE_CONFIGURATION;
    return List.of(
        Page.get(PATH, read, overview::answer),
        Page.post(PATH, change, this::begin),
        Page.get(ONE, read, this::look),
        Page.post(ONE, change, visit -> edits.edit(name(visit), visit)),
        Page.get(
            ONE + "/rules/{number}",
            change,
            visit -> edits.form(name(visit), visit.part(1), visit)),
        Page.post(ONE + "/check", change, visit -> edits.check(name(visit), visit)),
        Page.post(ONE + "/try", read, this::tried));
  }

  @Override
  public List<Entry> entries() {
    return List.of(new Entry("Rules", PATH, Permission.READ_CONFIGURATION));
  }

  @Override
  public List<Asset> assets() {
    return List.of(
        FormPages.FIELDS,
        Asset.style("rules.css", ASSETS + "rules.css"),
        Asset.script("sortable.js", SORTABLE),
        Asset.script("rules.js", ASSETS + "rules.js"));
  }

  private static String name(Visit visit) throws Refusal {
    String name = visit.part(0);
    if (!Format.NAME.accepts(name)) {
      throw new Refusal(404, "not_found", "There is no rule list of this name.");
    }
    return name;
  }

  private Answer begin(Visit visit) throws Refusal, StoreException, EditRefused {
    String name = visit.field("name").orElse("").strip();
    if (!Format.NAME.accepts(name)) {
      throw new Refusal(
          400,
          "bad_request",
          "A name has 1 to 63 letters, digits and _ - . and begins with a letter, a digit or _.");
    }
    shown.begin(name, visit);
    return visit.see(PATH + "/" + name);
  }

  private Answer look(Visit visit) throws Refusal, StoreException, EditRefused {
    String name = name(visit);
    ListShown.Looked looked = shown.look(name, visit);
    Optional<ListDraft.Entry> open =
        visit.may(Permission.CHANGE_CONFIGURATION)
            ? visit
                .request()
                .query("edit")
                .flatMap(ListEdits::number)
                .flatMap(number -> looked.draft().flatMap(draft -> draft.entry(number)))
                .filter(entry -> !entry.deleted())
            : Optional.empty();
    Optional<RulesView.Form> form =
        open.isPresent()
            ? Optional.of(shown.form(looked.draft().get(), open.get(), visit))
            : Optional.empty();
    return shown.page(200, looked, form, trial.empty(looked, visit), visit);
  }

  private Answer tried(Visit visit) throws Refusal, StoreException, EditRefused {
    ListShown.Looked looked = shown.look(name(visit), visit);
    RulesView.Trial view = trial.tried(looked, visit);
    return visit.wantsPart()
        ? visit.part(200, "ruletrial", Map.of("trial", view))
        : shown.page(200, looked, Optional.empty(), view, visit);
  }
}
