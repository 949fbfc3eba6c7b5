package dev.heimdall.manager.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.forms.FormFaults;
import dev.heimdall.manager.forms.FormInput;
import dev.heimdall.manager.jsontext.JsonEdits;
import dev.heimdall.manager.jsontext.JsonLayout;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Changes of a rule list, as forms ask for them: each goes into the session's draft of it. */
final class ListEdits {
  /** Text of an added rule: it does nothing by itself. */
  private static final String NEW_RULE = "{\"match\": \"\", \"action\": \"tag\"}";

  private static final String LIST = "{\"rules\": [";
  private static final String LIST_END = "]}";

  private static final int NOWHERE = -1;

  private final Editor editor;
  private final ListShown shown;

  ListEdits(Editor editor, ListShown shown) {
    this.editor = editor;
    this.shown = shown;
  }

  static Optional<Integer> number(String text) {
    return text.matches("[0-9]{1,8}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
  }

  /** Requested change, such as {@code toggle:7}. */
  private record RuleEdit(String what, int rule) {
    static RuleEdit of(Visit visit) {
      String[] parts = visit.field("do").orElse("").split(":", 2);
      int rule = parts.length < 2 ? NOWHERE : number(parts[1]).orElse(NOWHERE);
      return new RuleEdit(parts[0], rule);
    }
  }

  Answer edit(String list, Visit visit) throws Refusal, StoreException, EditRefused {
    ListDraft draft = shown.draft(list, visit);
    RuleEdit wish = RuleEdit.of(visit);
    return switch (wish.what()) {
      case "review" -> {
        Optional<String> text = Optional.of(draft.result());
        yield visit.review(draft.document(), draft.over(), text, RulePages.PATH + "/" + list);
      }
      case "discard" -> {
        shown.drop(draft, visit);
        visit.tell("Your changes of %s are discarded.".formatted(list));
        yield visit.see(draft.over().isEmpty() ? RulePages.PATH : RulePages.PATH + "/" + list);
      }
      case "settings" -> {
        String frame = settings(draft, visit);
        shown.change(draft, visit, one -> one.frame(frame));
        yield visit.see(RulePages.PATH + "/" + list);
      }
      case "add" -> added(list, draft, wish.rule(), NEW_RULE, visit);
      case "copy" -> added(list, draft, wish.rule(), rule(draft, wish).text(), visit);
      case "save", "form" -> written(list, draft, rule(draft, wish), wish.what(), visit);
      default -> done(list, draft, rule(draft, wish), wish, visit);
    };
  }

  private static ListDraft.Entry rule(ListDraft draft, RuleEdit wish) throws Refusal {
    return draft
        .entry(wish.rule())
        .orElseThrow(
            () ->
                new Refusal(
                    409, "conflict", "There is no such rule any more. Load the page again."));
  }

  private static String settings(ListDraft draft, Visit visit) throws Refusal {
    String frame = ListShown.frame(draft, visit);
    FormInput.Applied applied =
        FormInput.applied(
            ListShown.settings(draft.document()), visit.fields(), JsonLayout.tree(frame));
    return unmasked(draft, JsonEdits.changed(frame, applied.tree()), List.of(draft.base()), visit);
  }

  /** A list of one rule: where a mask may be is known of whole documents. */
  private static String list(String rule) {
    return LIST + rule + LIST_END;
  }

  private static String inList(String list) {
    return list.substring(LIST.length(), list.length() - LIST_END.length());
  }

  private static String unmasked(ListDraft draft, String text, List<String> known, Visit visit)
      throws Refusal {
    try {
      return visit.masks().unmask(draft.document(), text, known);
    } catch (MaskedText.Lost e) {
      throw new Refusal(400, "bad_request", e.getMessage());
    }
  }

  private Answer added(String list, ListDraft draft, int behind, String rule, Visit visit)
      throws Refusal, StoreException, EditRefused {
    int place = visit.field("do").orElse("").equals("add:end") ? draft.entries().size() - 1 : -1;
    int after = place < 0 ? behind : draft.entries().get(place).number();
    ListDraft now = shown.change(draft, visit, one -> one.add(after, rule));
    int number = now.next() - 1;
    ListDraft.Entry entry = now.entry(number).orElseThrow();
    return answer(
        list,
        draft,
        now,
        number,
        Optional.of(shown.form(now, entry, visit)),
        "Rule added at place %d of %d.".formatted(now.place(number) + 1, now.entries().size()),
        visit);
  }

  private Answer done(
      String list, ListDraft draft, ListDraft.Entry rule, RuleEdit wish, Visit visit)
      throws Refusal, StoreException, EditRefused {
    int number = rule.number();
    ListDraft now =
        shown.change(
            draft,
            visit,
            one ->
                switch (wish.what()) {
                  case "toggle" -> one.toggle(number);
                  case "delete" -> one.delete(number, true);
                  case "undo" -> one.delete(number, false);
                  case "reset" -> one.reset(number);
                  case "up" -> one.step(number, true);
                  case "down" -> one.step(number, false);
                  case "move" ->
                      one.move(
                          number, visit.field("before").flatMap(ListEdits::number).orElse(NOWHERE));
                  default -> one;
                });
    String words =
        switch (wish.what()) {
          case "toggle" -> "Rule switched on or off.";
          case "delete" -> "Rule marked as deleted. It goes when you commit.";
          case "undo" -> "Rule kept.";
          case "reset" -> "Rule is as it was.";
          default ->
              "Rule is at place %d of %d.".formatted(now.place(number) + 1, now.entries().size());
        };
    return answer(list, draft, now, number, Optional.empty(), words, visit);
  }

  /**
   * Returns the result for a draft: the changed rows, or the page.
   *
   * @param number of the rule that it is about
   */
  private Answer answer(
      String list,
      ListDraft before,
      ListDraft now,
      int number,
      Optional<RulesView.Form> open,
      String words,
      Visit visit)
      throws Refusal, StoreException, EditRefused {
    if (!visit.wantsPart()) {
      String query = open.isPresent() ? "?edit=" + number : "";
      return visit.see(RulePages.PATH + "/" + list + query + "#rule-" + number);
    }
    Map<Integer, ListDraft.State> states = new HashMap<>();
    List<ListDraft.State> were = before.states();
    for (int i = 0; i < were.size(); i++) {
      states.put(before.entries().get(i).number(), were.get(i));
    }
    List<ListDraft.State> are = now.states();
    List<RulesView.Row> rows = shown.rows(now, open, visit);
    List<RulesView.Row> changed =
        IntStream.range(0, rows.size())
            .filter(i -> rows.get(i).id() == number || are.get(i) != states.get(rows.get(i).id()))
            .mapToObj(rows::get)
            .toList();
    int place = now.place(number);
    return visit.part(
        200,
        "ruleparts",
        Map.of(
            "rows",
            changed,
            "list",
            list,
            "draft",
            now.id(),
            "csrf",
            visit.csrf(),
            "rule",
            number,
            "behind",
            place <= 0 ? "" : Integer.toString(now.entries().get(place - 1).number()),
            "changes",
            shown.changes(shown.look(list, visit), now, visit),
            "words",
            words));
  }

  /** The form of one rule, as a part of the page. */
  Answer form(String list, String number, Visit visit) throws Refusal, StoreException, EditRefused {
    ListDraft draft = shown.look(list, visit).draft().orElseThrow(ListEdits::none);
    ListDraft.Entry entry = number(number).flatMap(draft::entry).orElseThrow(ListEdits::none);
    return part(list, draft, shown.form(draft, entry, visit), visit);
  }

  private static Refusal none() {
    return new Refusal(404, "not_found", "There is no such rule. Load the page again.");
  }

  private static Answer part(String list, ListDraft draft, RulesView.Form form, Visit visit) {
    return visit.part(
        200,
        "ruleform",
        Map.of("form", form, "list", list, "draft", draft.id(), "csrf", visit.csrf()));
  }

  /** A rule as a form would have it, and what would be wrong with it. */
  private record Written(RuleForm form, String text, FormFaults faults) {}

  private Written written(ListDraft draft, ListDraft.Entry rule, Visit visit)
      throws Refusal, StoreException, EditRefused {
    ObjectNode was = ListShown.tree(draft, rule, visit);
    RuleForm form = RuleForm.of(was, visit.fields());
    FormInput.Applied applied = form.applied(visit.fields());
    String text =
        applied.tree().equals(was)
            ? rule.text()
            : inList(
                unmasked(
                    draft,
                    list(JsonLayout.text(applied.tree(), draft.text().indent())),
                    List.of(draft.base(), list(rule.text())),
                    visit));
    ListDraft as = draft.write(rule.number(), text);
    int place = as.kept().indexOf(as.entry(rule.number()).orElseThrow());
    return new Written(
        form, text, form.faults(shown.problems(as), draft.document(), place, applied));
  }

  private Answer written(
      String list, ListDraft draft, ListDraft.Entry rule, String what, Visit visit)
      throws Refusal, StoreException, EditRefused {
    if (!visit.field("revision").equals(Optional.of(Integer.toString(rule.revision())))) {
      throw new Refusal(
          409,
          "conflict",
          "Another window of yours has changed this rule meanwhile. Load the page again.");
    }
    Written written = written(draft, rule, visit);
    boolean right = written.faults().isEmpty();
    if (what.equals("save") && right) {
      ListDraft now = shown.change(draft, visit, one -> one.write(rule.number(), written.text()));
      return answer(
          list, draft, now, rule.number(), Optional.empty(), "Rule changed in your draft.", visit);
    }
    RulesView.Form form =
        written.form().view(rule.number(), rule.revision(), visit.fields(), written.faults());
    return visit.wantsPart()
        ? part(list, draft, form, visit)
        : shown.page(
            right ? 200 : 422,
            shown.look(list, visit),
            Optional.of(form),
            shown.trial(shown.look(list, visit), visit),
            visit);
  }

  /** Returns the problems of a rule that is being written, by field. */
  Answer check(String list, Visit visit) throws Refusal, StoreException, EditRefused {
    ListDraft draft = shown.draft(list, visit);
    Written written = written(draft, rule(draft, RuleEdit.of(visit)), visit);
    ObjectNode body = Answer.JSON.createObjectNode();
    ObjectNode fields = body.putObject("fields");
    written.faults().byField().forEach(fields::put);
    Faults.words(written.faults()).forEach(body.putArray("others")::add);
    return Answer.json(200, body);
  }
}
