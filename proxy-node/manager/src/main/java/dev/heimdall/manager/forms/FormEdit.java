package dev.heimdall.manager.forms;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.history.Room;
import dev.heimdall.manager.jsontext.JsonEdits;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.pages.ChangedLines;
import dev.heimdall.manager.pages.View;
import dev.heimdall.model.Problem;
import dev.heimdall.model.SettingField;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Edit that a submitted form would write.
 *
 * @param shown the document without secrets
 * @param text the document
 * @param faults what would be wrong
 * @param also what could be written with it
 */
record FormEdit(
    String document,
    Optional<String> over,
    String base,
    String shown,
    String text,
    FormFaults faults,
    List<NamingRules.Offer> also) {
  private static final int SEEN = 24;

  /**
   * @param base the document as the form was made of it, without secrets
   * @param tree the same as a tree
   * @throws MaskedText.Lost if a secret that is to stay is there no more
   */
  static FormEdit of(
      String document,
      Map<String, String> form,
      String base,
      ObjectNode tree,
      List<SettingField> fields,
      Editor editor,
      MaskedText masks)
      throws StoreException, EditRefused, MaskedText.Lost {
    FormInput.Applied applied = FormInput.applied(fields, form, tree);
    Documents now = editor.read();
    String meant = JsonEdits.changed(base, applied.tree());
    String text = masks.unmask(document, meant, now.text(document).map(List::of).orElse(List.of()));
    List<NamingRules.Offer> also = NamingRules.of(document, applied.tree(), now, form);
    List<Change> changes = new ArrayList<>(chosen(also));
    changes.add(new Change(document, Optional.of(Content.of(text)), Optional.empty()));
    List<Problem> problems = editor.check(changes);
    return new FormEdit(
        document,
        Optional.of(form.getOrDefault("version", "")).filter(version -> !version.isEmpty()),
        base,
        masks.mask(document, text).orElse(""),
        text,
        FormFaults.of(problems, document, "$.", fields, applied),
        also);
  }

  private static List<Change> chosen(List<NamingRules.Offer> also) {
    return also.stream().filter(NamingRules.Offer::chosen).map(NamingRules.Offer::change).toList();
  }

  /** All that is to be written together. */
  List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    changes.add(new Change(document, Optional.of(Content.of(text)), over));
    changes.addAll(chosen(also));
    return changes;
  }

  /** In words. */
  String written() {
    List<String> names = changes().stream().map(Change::name).toList();
    return String.join(" and ", names) + (names.size() == 1 ? " is written." : " are written.");
  }

  /** True if it writes what is there already. */
  boolean isNothing() {
    return over.isPresent() && shown.equals(base) && chosen(also).isEmpty();
  }

  List<View.Line> lines() {
    return ChangedLines.of(over.isEmpty() ? "" : base, shown, new Room());
  }

  /** Stands for just this edit. */
  String seen() {
    StringBuilder all = new StringBuilder(shown);
    for (Change change : chosen(also)) {
      all.append('\n').append(change.content().orElseThrow().hash());
    }
    return Content.of(all.toString()).hash().substring(0, SEEN);
  }

  /** It may hold secrets. */
  @Override
  public String toString() {
    return "an edit of " + document;
  }
}
