package dev.heimdall.manager.rest;

import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changes as programs send them: a mask stands for a secret that stays as it is. */
record MaskedChanges(Editor editor, MaskedDocuments masks) {
  /**
   * The changes with the secrets in them.
   *
   * @throws Refusal 422 if a mask stands for nothing that is in its document now
   */
  List<Change> changes(List<Change> sent) throws Refusal, StoreException, EditRefused {
    Documents now = editor.read();
    List<Change> meant = new ArrayList<>();
    for (Change change : sent) {
      try {
        Optional<Content> content = Optional.empty();
        if (change.content().isPresent()) {
          content = Optional.of(masks.meant(change.name(), change.content().get(), now));
        }
        meant.add(new Change(change.name(), content, change.over()));
      } catch (MaskedText.Lost e) {
        throw Reports.refusal(e);
      }
    }
    return meant;
  }
}
