package dev.heimdall.manager.rules;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.edit.Seen;
import dev.heimdall.manager.edit.StoredObjects;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.RuleList;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All rule lists, and who uses them. */
final class ListsOverview {
  static final String FOLDER = "rules/";
  static final String JSON = ".json";

  private final Editor editor;

  ListsOverview(Editor editor) {
    this.editor = editor;
  }

  static String document(String list) {
    return FOLDER + list + JSON;
  }

  Answer answer(Visit visit) throws StoreException, EditRefused {
    Seen seen = editor.look();
    List<RulesView.Overview> lists = new ArrayList<>();
    StoredObjects.names(FOLDER, seen.documents())
        .forEach(name -> lists.add(list(name, seen, visit)));
    return visit.page(
        200,
        "rulelists",
        "Rule lists",
        Map.of("lists", lists, "edits", visit.may(Permission.CHANGE_CONFIGURATION)));
  }

  private static RulesView.Overview list(String name, Seen seen, Visit visit) {
    Optional<RuleList> list =
        seen.configuration().map(configuration -> configuration.rules().get(name));
    return new RulesView.Overview(
        name,
        list.map(RuleList::enabled).orElse(true),
        list.map(one -> Integer.toString(one.rules().size())).orElse(""),
        users(name, seen),
        list.flatMap(RuleList::comment).orElse(""),
        visit
            .kept(ListDrafts.class)
            .flatMap(drafts -> drafts.of(document(name)))
            .map(ListDraft::changes)
            .orElse(0));
  }

  /** Virtual databases that go through a list, and lists that call it or have it learn. */
  static List<RulesView.Link> users(String list, Seen seen) {
    List<RulesView.Link> users = new ArrayList<>();
    seen.configuration().stream()
        .flatMap(all -> all.vdbs().values().stream())
        .filter(vdb -> vdb.rules().contains(list))
        .map(vdb -> new RulesView.Link(vdb.name(), "/documents/vdbs/" + vdb.name() + JSON))
        .forEach(users::add);
    seen.configuration().stream()
        .flatMap(all -> all.rules().values().stream())
        .filter(other -> other.rules().stream().anyMatch(rule -> ListReferences.names(rule, list)))
        .map(
            other ->
                new RulesView.Link("list " + other.name(), RulePages.PATH + "/" + other.name()))
        .forEach(users::add);
    return users;
  }
}
