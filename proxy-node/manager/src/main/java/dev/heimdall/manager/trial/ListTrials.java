package dev.heimdall.manager.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.edit.Seen;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.Problem;
import dev.heimdall.model.Rule;
import dev.heimdall.model.RuleList;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Tries a statement on a rule list as it is, or as it would be. */
public final class ListTrials {
  private static final String RULES = "rules/";
  private static final String VDBS = "vdbs/";
  private static final String JSON_FILE = ".json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Editor editor;
  private final Trials trials;

  public ListTrials(Editor editor, Trials trials) {
    this.editor = editor;
    this.trials = trials;
  }

  /**
   * Result of the trial.
   *
   * @param problems with which nodes would refuse the configuration; then there is no verdict
   * @param used whether statements of the virtual database go through the list; if not, it was
   *     tried as if they did, behind those that they go through
   */
  public record Tried(List<Problem> problems, boolean used, Optional<Verdict> verdict) {}

  /**
   * Tries one.
   *
   * @param list its name
   * @param text what the list's document would be; empty: what it is
   * @throws Refusal if there is no such list or virtual database, or see {@link Trials#verdict}
   */
  public Tried of(String list, Optional<String> text, Question question)
      throws Refusal, StoreException, EditRefused {
    Documents documents = editor.read();
    String document = RULES + list + JSON_FILE;
    if (!documents.all().containsKey(document) && text.isEmpty()) {
      throw new Refusal(404, "not_found", "There is no rule list %s.".formatted(list));
    }
    List<Change> changes = new ArrayList<>();
    if (text.isPresent()) {
      changes.add(change(document, text.get()));
    }
    // Those who may change nothing write no text of a list.
    Examination looks = text.isPresent() ? editor::look : editor::lookOfReader;
    Seen seen = looks.at(changes);
    if (seen.configuration().isPresent()) {
      known(seen.configuration().get(), question);
      if (!lists(seen.configuration().get(), question.vdb()).contains(list)) {
        changes.addAll(using(list, seen.documents(), question.vdb()));
        return tried(looks.at(changes), false, question);
      }
    }
    return tried(seen, true, question);
  }

  private interface Examination {
    Seen at(List<Change> changes) throws StoreException, EditRefused;
  }

  private Tried tried(Seen seen, boolean used, Question question) throws Refusal {
    return seen.configuration().isEmpty()
        ? new Tried(seen.problems(), used, Optional.empty())
        : new Tried(
            List.of(), used, Optional.of(trials.verdict(seen.configuration().get(), question)));
  }

  private static Change change(String document, String text) {
    return new Change(document, Optional.of(Content.of(text)), Optional.empty());
  }

  private static void known(Configuration configuration, Question question) throws Refusal {
    if (!configuration.vdbs().containsKey(question.vdb())) {
      throw new Refusal(
          404, "not_found", "There is no virtual database %s.".formatted(question.vdb()));
    }
  }

  /** The lists that a virtual database's statements may go through, with those that are called. */
  public static Set<String> lists(Configuration configuration, String vdb) {
    Set<String> met = new TreeSet<>();
    Deque<String> left = new ArrayDeque<>(configuration.vdbs().get(vdb).rules());
    while (!left.isEmpty()) {
      String name = left.pop();
      RuleList list = configuration.rules().get(name);
      if (list != null && met.add(name)) {
        for (Rule rule : list.rules()) {
          if (rule.parameters().own().orElse(null) instanceof ActionParameters.Call call) {
            left.push(call.rule());
          }
        }
      }
    }
    return met;
  }

  private static List<Change> using(String list, Documents documents, String vdb) {
    String document = VDBS + vdb + JSON_FILE;
    try {
      JsonNode root = JSON.readTree(documents.all().get(document).content().bytes());
      ((ObjectNode) root).withArray("rules").add(list);
      return List.of(change(document, JSON.writeValueAsString(root)));
    } catch (IOException e) {
      throw new IllegalStateException("a right configuration has a document that is no JSON", e);
    }
  }
}
