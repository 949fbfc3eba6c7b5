package dev.heimdall.manager.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.edit.Seen;
import dev.heimdall.manager.forms.DocumentForm;
import dev.heimdall.manager.forms.FormFaults;
import dev.heimdall.manager.forms.FormInput;
import dev.heimdall.manager.jsontext.JsonLayout;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.SettingField;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A rule list as its page shows it, with the changes that are not made yet. */
final class ListShown {
  private static final int MOST_TROUBLES = 20;

  /** A page of a longer list would be tens of megabytes. */
  private static final int MOST_RULES = 1000;

  private final Editor editor;
  private final TrialForm trial;

  ListShown(Editor editor, TrialForm trial) {
    this.editor = editor;
    this.trial = trial;
  }

  /**
   * A list that is looked at.
   *
   * @param draft empty: it cannot be shown rule by rule
   * @param outdated true if another user has changed it since the draft was begun
   */
  record Looked(String list, Seen seen, Optional<ListDraft> draft, boolean outdated) {
    String document() {
      return ListsOverview.document(list);
    }
  }

  private static ListDrafts drafts(Visit visit) {
    Optional<ListDrafts> kept = visit.kept(ListDrafts.class);
    if (kept.isPresent()) {
      return kept.get();
    }
    ListDrafts drafts = new ListDrafts();
    visit.keep(ListDrafts.class, drafts);
    return drafts;
  }

  /** Begins a list that there is not. */
  void begin(String list, Visit visit) throws Refusal, StoreException, EditRefused {
    String document = ListsOverview.document(list);
    ListDrafts drafts = drafts(visit);
    if (!editor.read().all().containsKey(document) && drafts.of(document).isEmpty()) {
      drafts.keep(
          ListDraft.of(
              drafts.id(Optional.empty()),
              document,
              Optional.empty(),
              ListDraft.NEW,
              ListText.of(ListDraft.NEW).orElseThrow()));
    }
  }

  /** The list as it is, with the session's changes. */
  Looked look(String list, Visit visit) throws Refusal, StoreException, EditRefused {
    String document = ListsOverview.document(list);
    Seen seen = editor.look();
    ListDrafts drafts = drafts(visit);
    Optional<String> stored = seen.documents().text(document);
    Optional<String> version = seen.documents().versionOf(document);
    Optional<ListDraft> draft = drafts.of(document);
    if (draft.isPresent() && isDone(draft.get(), stored, version)) {
      drafts.drop(document);
      draft = Optional.empty();
    }
    if (draft.isPresent()) {
      return new Looked(list, seen, draft, !draft.get().over().equals(version));
    }
    if (version.isEmpty()) {
      throw new Refusal(404, "not_found", "There is no rule list %s.".formatted(list));
    }
    Optional<ListDraft> fresh =
        stored
            .filter(text -> visit.masks().mask(document, text).isPresent())
            .flatMap(
                text ->
                    ListText.of(text)
                        .filter(cut -> cut.rules().size() <= MOST_RULES)
                        .map(
                            cut -> ListDraft.of(drafts.id(version), document, version, text, cut)));
    return new Looked(list, seen, fresh, false);
  }

  /** True if there is nothing left to do: it was made, or nothing was changed of what is gone. */
  private static boolean isDone(
      ListDraft draft, Optional<String> stored, Optional<String> version) {
    boolean other = !draft.over().equals(version);
    return other && (stored.equals(Optional.of(draft.result())) || draft.changes() == 0);
  }

  /**
   * The draft that a form was made for.
   *
   * @throws Refusal if that is not the one that there is
   */
  ListDraft draft(String list, Visit visit) throws Refusal, StoreException, EditRefused {
    return look(list, visit)
        .draft()
        .filter(one -> one.id().equals(visit.field("draft").orElse("")))
        .orElseThrow(
            () ->
                new Refusal(
                    409,
                    "conflict",
                    "The list is not what it was when this page was loaded: someone has"
                        + " changed it, or another window of yours has made or discarded its"
                        + " changes. Load the page again."));
  }

  ListDraft change(ListDraft seen, Visit visit, UnaryOperator<ListDraft> change) throws Refusal {
    return drafts(visit).change(seen, change);
  }

  void drop(ListDraft draft, Visit visit) {
    drafts(visit).drop(draft.document());
  }

  /** Returns the problems that the configuration would have. */
  List<Problem> problems(ListDraft draft) throws Refusal, StoreException, EditRefused {
    return editor.check(List.of(change(draft)));
  }

  private static Change change(ListDraft draft) throws Refusal {
    try {
      return new Change(
          draft.document(), Optional.of(Content.of(draft.result())), Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new Refusal(413, "content_too_large", e.getMessage());
    }
  }

  /** A rule's tree without its secrets. */
  static ObjectNode tree(ListDraft draft, ListDraft.Entry entry, Visit visit) {
    return JsonLayout.tree(visit.masks().mask(draft.document(), entry.text()).orElse(entry.text()));
  }

  /** The list's own members without their secrets. */
  static String frame(ListDraft draft, Visit visit) {
    String frame = draft.text().frame();
    return visit.masks().mask(draft.document(), frame).orElse(frame);
  }

  /** The settings of a list as a whole. */
  static List<SettingField> settings(String document) {
    return SettingField.of(document).orElseThrow();
  }

  /** The form of a rule as it is in the draft. */
  RulesView.Form form(ListDraft draft, ListDraft.Entry entry, Visit visit)
      throws Refusal, StoreException, EditRefused {
    RuleForm form = RuleForm.of(tree(draft, entry, visit), Map.of());
    FormFaults faults =
        form.faults(
            problems(draft), draft.document(), draft.kept().indexOf(entry), form.applied(Map.of()));
    return form.view(entry.number(), entry.revision(), Map.of(), faults);
  }

  /** All rows; the one with a form is open. */
  List<RulesView.Row> rows(ListDraft draft, Optional<RulesView.Form> open, Visit visit) {
    List<ListDraft.State> states = draft.states();
    List<RulesView.Row> rows = new ArrayList<>();
    int number = 0;
    for (int i = 0; i < states.size(); i++) {
      ListDraft.Entry entry = draft.entries().get(i);
      number += entry.deleted() ? 0 : 1;
      rows.add(
          row(
              tree(draft, entry, visit),
              entry,
              entry.deleted() ? "" : Integer.toString(number),
              states.get(i),
              open.filter(form -> form.id() == entry.number())));
    }
    return rows;
  }

  private static RulesView.Row row(
      ObjectNode rule,
      ListDraft.Entry entry,
      String number,
      ListDraft.State state,
      Optional<RulesView.Form> form) {
    Optional<RuleAction> action = RuleForm.action(rule);
    List<String> match = new ArrayList<>();
    JsonNode written = rule.path("match");
    if (written.isArray()) {
      written.forEach(one -> match.add(one.asText(one.toString())));
    } else if (!written.asText().isEmpty()) {
      match.add(written.asText());
    }
    boolean inside =
        rule.path("inTransaction")
            .asBoolean(action.map(RuleAction::insideTransactions).orElse(true));
    String parameters =
        rule.path("parameters").properties().stream()
            .map(one -> one.getKey() + "=" + one.getValue().asText(one.getValue().toString()))
            .collect(Collectors.joining(", "));
    return new RulesView.Row(
        entry.number(),
        number,
        rule.path("enabled").asBoolean(true),
        rule.path("action").asText("?"),
        action.map(RuleAction::meaning).orElse("There is no such action."),
        match,
        rule.path("join").asText("and"),
        !inside,
        parameters,
        rule.path("comment").asText(),
        state.name().toLowerCase(Locale.ROOT),
        form);
  }

  /** Returns the changes. */
  RulesView.Changes changes(Looked looked, ListDraft draft, Visit visit)
      throws Refusal, StoreException, EditRefused {
    return changes(looked, draft, problemsOfChanges(draft), visit);
  }

  private static int changed(ListDraft draft) {
    return draft.changes() + (draft.over().isEmpty() ? 1 : 0);
  }

  private List<Problem> problemsOfChanges(ListDraft draft)
      throws Refusal, StoreException, EditRefused {
    return changed(draft) == 0 ? List.of() : problems(draft);
  }

  private static RulesView.Changes changes(
      Looked looked, ListDraft draft, List<Problem> problems, Visit visit) throws Refusal {
    return new RulesView.Changes(
        looked.list(),
        draft.id(),
        visit.csrf(),
        changed(draft),
        visit.may(Permission.CHANGE_CONFIGURATION),
        looked.outdated(),
        problems.stream().limit(MOST_TROUBLES).map(problem -> trouble(problem, draft)).toList());
  }

  private static RulesView.Trouble trouble(Problem problem, ListDraft draft) {
    int place = Faults.rule(problem, draft.document());
    if (place >= 0 && place < draft.kept().size()) {
      String field = Faults.member(problem);
      return new RulesView.Trouble(
          "Rule " + (place + 1) + (field.isEmpty() ? "" : ", " + field),
          "?edit=" + draft.kept().get(place).number() + "#rule-" + draft.kept().get(place).number(),
          problem.words());
    }
    return problem.isOthers()
        ? new RulesView.Trouble("", "", problem.toString())
        : new RulesView.Trouble(problem.file() + " " + problem.path(), "", problem.words());
  }

  /** Returns the problems of the list's settings after the changes, by the names of fields. */
  private static Map<String, String> faults(
      Optional<ListDraft> draft, List<Problem> problems, ObjectNode frame) {
    if (draft.filter(ListDraft::changesFrame).isEmpty()) {
      return Map.of();
    }
    String document = draft.get().document();
    List<SettingField> fields = settings(document);
    FormInput.Applied shown = FormInput.applied(fields, Map.of(), frame);
    return FormFaults.of(problems, document, "$.", fields, shown).byField();
  }

  /** The page. */
  Answer page(
      int status, Looked looked, Optional<RulesView.Form> open, RulesView.Trial tried, Visit visit)
      throws Refusal, StoreException, EditRefused {
    boolean edits = visit.may(Permission.CHANGE_CONFIGURATION);
    Optional<ListDraft> draft = looked.draft();
    List<Problem> problems = draft.isPresent() ? problemsOfChanges(draft.get()) : List.of();
    ObjectNode frame = JsonLayout.tree(draft.map(one -> frame(one, visit)).orElse("{}"));
    RulesView.Page view =
        new RulesView.Page(
            looked.list(),
            draft.isPresent() && draft.get().over().isEmpty(),
            edits,
            frame.path("enabled").asBoolean(true),
            frame.path("comment").asText(),
            DocumentForm.of(
                    settings(looked.document()), frame, Map.of(), faults(draft, problems, frame))
                .fields(),
            draft.isPresent()
                ? ""
                : "This document cannot be shown rule by rule: it is no JSON, there is something"
                    + " else among its rules, or there are more than %d of them."
                        .formatted(MOST_RULES),
            looked.seen().configuration().isPresent(),
            ListsOverview.users(looked.list(), looked.seen()),
            draft.isPresent() ? rows(draft.get(), open, visit) : List.of(),
            draft.isPresent()
                ? changes(looked, draft.get(), problems, visit)
                : new RulesView.Changes(
                    looked.list(), "", visit.csrf(), 0, false, false, List.of()),
            tried);
    return visit.page(status, "rulelist", looked.list(), Map.of("view", view));
  }

  RulesView.Trial trial(Looked looked, Visit visit) {
    return trial.empty(looked, visit);
  }
}
