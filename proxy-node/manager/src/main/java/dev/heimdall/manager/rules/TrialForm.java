package dev.heimdall.manager.rules;

import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.StoredObjects;
import dev.heimdall.manager.forms.FormView;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.trial.ListTrials;
import dev.heimdall.manager.trial.Question;
import dev.heimdall.manager.trial.Verdict;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A statement that is tried on a list's page, over the changes that are not made yet. */
final class TrialForm {
  private static final String VDBS = "vdbs/";
  private static final String USER = "nobody";
  private static final String ADDRESS = "127.0.0.1";

  private static final Map<Verdict.Place, String> PLACES =
      Map.of(
          Verdict.Place.REFUSED, "Rejected with an SQL error",
          Verdict.Place.NODE, "Answered by the node itself",
          Verdict.Place.CACHE, "Answered from the cache",
          Verdict.Place.QUEUE, "Carried out later",
          Verdict.Place.SOURCE, "Sent to another data source",
          Verdict.Place.REPLICA, "Sent to a replica",
          Verdict.Place.WRITER, "Sent to the writer");

  private static final Map<Verdict.Place, String> WORDS =
      Map.of(
          Verdict.Place.REFUSED, "Rejected",
          Verdict.Place.NODE, "Node",
          Verdict.Place.CACHE, "Cache",
          Verdict.Place.QUEUE, "Queue",
          Verdict.Place.SOURCE, "Other source",
          Verdict.Place.REPLICA, "Replica",
          Verdict.Place.WRITER, "Writer");

  private final ListTrials trials;

  TrialForm(ListTrials trials) {
    this.trials = trials;
  }

  /** The form before anything was tried. */
  RulesView.Trial empty(ListShown.Looked looked, Visit visit) {
    return view(looked, visit, "", Optional.empty());
  }

  private static List<FormView.Choice> vdbs(ListShown.Looked looked, String chosen) {
    List<String> using = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String name : StoredObjects.names(VDBS, looked.seen().documents())) {
      boolean uses =
          looked
              .seen()
              .configuration()
              .filter(all -> all.vdbs().containsKey(name))
              .filter(all -> ListTrials.lists(all, name).contains(looked.list()))
              .isPresent();
      (uses ? using : others).add(name);
    }
    List<FormView.Choice> choices = new ArrayList<>();
    using.forEach(name -> choices.add(new FormView.Choice(name, name, name.equals(chosen))));
    others.forEach(
        name ->
            choices.add(
                new FormView.Choice(name, name + " (does not use it)", name.equals(chosen))));
    return choices;
  }

  private static RulesView.Trial view(
      ListShown.Looked looked, Visit visit, String problem, Optional<RulesView.Result> result) {
    return new RulesView.Trial(
        vdbs(looked, visit.field("vdb").orElse("")),
        visit.field("statement").orElse("").replace("\r\n", "\n"),
        visit.field("user").orElse(""),
        visit.field("database").orElse(""),
        visit.field("application").orElse(""),
        visit.field("address").orElse(""),
        visit.field("inTransaction").isPresent(),
        visit.field("prepared").isPresent(),
        problem,
        result);
  }

  private static Optional<String> written(Visit visit, String field) {
    return visit.field(field).map(String::strip).filter(text -> !text.isEmpty());
  }

  /** The form, with what came of it. */
  RulesView.Trial tried(ListShown.Looked looked, Visit visit) throws StoreException, EditRefused {
    try {
      String statement = visit.field("statement").orElse("").replace("\r\n", "\n");
      if (statement.isBlank()) {
        throw new Refusal(400, "bad_request", "Type a statement.");
      }
      Question question =
          new Question(
              visit.field("vdb").orElse(""),
              statement,
              written(visit, "user").orElse(USER),
              List.of(),
              written(visit, "database"),
              written(visit, "application").orElse(""),
              Question.address(written(visit, "address").orElse(ADDRESS))
                  .orElseThrow(
                      () ->
                          new Refusal(400, "bad_request", "The address has to be an IP address.")),
              OptionalInt.empty(),
              visit.field("inTransaction").isPresent(),
              visit.field("prepared").isPresent());
      Optional<ListDraft> draft =
          looked.draft().filter(one -> one.changes() > 0 || one.over().isEmpty());
      ListTrials.Tried tried = trials.of(looked.list(), draft.map(ListDraft::result), question);
      if (tried.verdict().isEmpty()) {
        throw new Refusal(
            422,
            "wrong_configuration",
            "Nothing can be tried while something is wrong: %s %s: %s"
                .formatted(
                    tried.problems().get(0).file(),
                    tried.problems().get(0).path(),
                    tried.problems().get(0).words()));
      }
      return view(
          looked, visit, "", Optional.of(result(looked, tried, question.vdb(), draft, visit)));
    } catch (Refusal e) {
      return view(looked, visit, e.getMessage(), Optional.empty());
    }
  }

  private static RulesView.Result result(
      ListShown.Looked looked,
      ListTrials.Tried tried,
      String vdb,
      Optional<ListDraft> draft,
      Visit visit) {
    Verdict verdict = tried.verdict().orElseThrow().shown(visit.masks()::maskWords);
    List<RulesView.Line> decision = new ArrayList<>();
    verdict.decision().forEach((what, value) -> decision.add(new RulesView.Line(what, value)));
    return new RulesView.Result(
        PLACES.get(verdict.goes()),
        verdict.goes().name().toLowerCase(Locale.ROOT),
        tried.used(),
        draft.isPresent(),
        vdb,
        String.join(", ", verdict.tables()),
        verdict.doubt().orElse(""),
        verdict.rewritten().orElse(""),
        decision,
        verdict.ways().stream()
            .map(
                way ->
                    new RulesView.Line(
                        WORDS.get(way.place()) + (way.goes() ? "" : ": no"), way.why()))
            .toList(),
        verdict.rules().stream().map(met -> met(met, looked)).toList());
  }

  private static RulesView.Met met(Verdict.Met met, ListShown.Looked looked) {
    boolean here = met.list().equals(looked.list()) && met.number() > 0;
    String href =
        here && looked.draft().isPresent() && met.number() <= looked.draft().get().kept().size()
            ? "#rule-" + looked.draft().get().kept().get(met.number() - 1).number()
            : "";
    return new RulesView.Met(
        met.depth(),
        met.list(),
        met.number() == 0 ? "" : Integer.toString(met.number()),
        href,
        met.comment(),
        met.action(),
        switch (met.meeting()) {
          case MATCHED -> "matched";
          case NOT_MATCHED -> "no match";
          case SKIPPED -> "skipped";
        },
        met.why(),
        met.effect());
  }
}
