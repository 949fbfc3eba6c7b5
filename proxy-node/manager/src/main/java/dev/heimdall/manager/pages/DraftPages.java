package dev.heimdall.manager.pages;

import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.history.Room;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code /draft}: a change that is looked over, made, or found to be one of something else. */
final class DraftPages {
  private static final String NOT_THERE = "–";

  private final Editor editor;
  private final MaskedText masks;
  private final Shells shells;
  private final Templates templates;

  DraftPages(Editor editor, MaskedText masks, Shells shells, Templates templates) {
    this.editor = editor;
    this.masks = masks;
    this.shells = shells;
    this.templates = templates;
  }

  private static Draft draft(Session session) throws Refusal {
    return session
        .draft()
        .orElseThrow(
            () -> new Refusal(404, "not_found", "There is no change that waits to be made."));
  }

  /** The draft that a form was made for: another window may have put another one in its place. */
  private static Draft draft(Map<String, String> form, Session session) throws Refusal {
    Draft draft = draft(session);
    if (!draft.id().equals(form.get("draft"))) {
      throw new Refusal(
          409,
          "conflict",
          "Another window of yours has begun a change of %s meanwhile. Look that one over first."
              .formatted(draft.document()));
    }
    return draft;
  }

  private String shown(String name, Optional<String> text) {
    return text.flatMap(plain -> masks.mask(name, plain)).orElse("");
  }

  Answer look(Session session) throws Refusal, StoreException, EditRefused {
    Draft draft = draft(session);
    Documents now = editor.read();
    if (!now.versionOf(draft.document()).equals(draft.over())) {
      return clash(draft, now, session);
    }
    return looked(200, draft, now, session);
  }

  private Answer looked(int status, Draft draft, Documents now, Session session)
      throws StoreException, EditRefused {
    String name = draft.document();
    List<View.Trouble> troubles;
    try {
      troubles = Troubles.of(editor.check(List.of(change(draft))), name);
    } catch (IllegalArgumentException e) {
      troubles = Troubles.of(e.getMessage());
    }
    Optional<String> before = now.text(name);
    View.Change view =
        new View.Change(
            name,
            draft.id(),
            draft.editor(),
            draft.text().isEmpty() ? "Delete" : draft.over().isEmpty() ? "Create" : "Change",
            draft.text().equals(before),
            ChangedLines.of(shown(name, before), shown(name, draft.text()), new Room()),
            troubles);
    return templates.page(
        status,
        "change",
        Map.of("shell", shells.of(view.what() + " " + name, session), "view", view));
  }

  private Answer clash(Draft draft, Documents now, Session session) {
    String name = draft.document();
    String theirs = shown(name, now.text(name));
    View.Clash view =
        new View.Clash(
            name,
            draft.id(),
            draft.editor(),
            now.versionOf(name).isEmpty(),
            now.versionOf(name).orElse(""),
            fields(draft, now),
            ChangedLines.of("", theirs, new Room()),
            ChangedLines.of(theirs, shown(name, draft.text()), new Room()));
    return templates.page(
        409,
        "clash",
        Map.of(
            "shell", shells.of("Someone else has changed this document", session), "view", view));
  }

  private List<View.Merged> fields(Draft draft, Documents now) {
    return merge(draft, now, true).map(Merge::fields).orElse(List.of()).stream()
        .map(
            field ->
                new View.Merged(
                    field.path(),
                    field.base().orElse(NOT_THERE),
                    field.theirs().orElse(NOT_THERE),
                    field.mine().orElse(NOT_THERE),
                    field.outcome() == Merge.Outcome.CONFLICT,
                    field.outcome().words()))
        .toList();
  }

  /**
   * The change and another user's.
   *
   * @param masked as they are shown
   * @return empty: one of them deletes the document, or what it was before is not known any more
   */
  private Optional<Merge> merge(Draft draft, Documents now, boolean masked) {
    String name = draft.document();
    Optional<String> base =
        draft.over().isEmpty()
            ? Optional.of("{}")
            : editor.before(name, draft.over().get()).flatMap(Content::text);
    Optional<String> theirs = now.text(name);
    if (base.isEmpty() || theirs.isEmpty() || draft.text().isEmpty()) {
      return Optional.empty();
    }
    if (!masked) {
      return Merge.of(base.get(), theirs.get(), draft.text().get());
    }
    return Merge.of(shown(name, base), shown(name, theirs), shown(name, draft.text()));
  }

  /** Goes on with both changes; where they differ, with what was chosen. */
  Answer merge(Map<String, String> form, Session session)
      throws Refusal, StoreException, EditRefused {
    Draft draft = draft(form, session);
    Documents now = editor.read();
    Optional<String> version = now.versionOf(draft.document());
    Optional<Merge> merge = merge(draft, now, false);
    if (merge.isEmpty() || !version.equals(Optional.ofNullable(form.get("version")))) {
      return clash(draft, now, session); // it has changed once more
    }
    Set<String> chosen =
        merge.get().fields().stream()
            .map(Merge.Field::path)
            .filter(path -> "mine".equals(form.get(path)))
            .collect(Collectors.toSet());
    session.draft(Optional.of(draft.with(merge.get().text(chosen)).over(version)));
    return Templates.see(Links.DRAFT);
  }

  /** Shows the draft in the editor again. */
  Answer edit(Session session) throws Refusal {
    Draft draft = draft(session);
    String name = draft.document();
    View.Editing view =
        new View.Editing(
            name,
            draft.over().orElse(""),
            draft.text().flatMap(text -> masks.mask(name, text)),
            draft.text().isEmpty() ? "This draft deletes the document." : "");
    return templates.page(
        200,
        "editor",
        Map.of(
            "shell", shells.of(name, session), "view", view, "troubles", List.<View.Trouble>of()));
  }

  private static Change change(Draft draft) {
    return new Change(draft.document(), draft.text().map(Content::of), draft.over());
  }

  Answer commit(Map<String, String> form, Session session, InetAddress from)
      throws Refusal, StoreException, EditRefused {
    Draft draft = draft(form, session);
    String comment = form.getOrDefault("comment", "").strip();
    if (comment.length() > Author.LONGEST_COMMENT) {
      throw new Refusal(
          400,
          "bad_request",
          "A comment has at most %d characters.".formatted(Author.LONGEST_COMMENT));
    }
    try {
      editor.commit(
          List.of(change(draft)), new Author(session.user(), from.getHostAddress(), comment));
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "bad_request", e.getMessage());
    } catch (EditRefused.Outdated e) {
      return clash(draft, editor.read(), session);
    } catch (EditRefused.Wrong e) {
      return looked(422, draft, editor.read(), session);
    }
    session.draft(Optional.empty());
    session.tellOfCommit(
        draft.text().isEmpty()
            ? draft.document() + " is deleted."
            : draft.document() + " is written.");
    return Templates.see(draft.home());
  }

  /** Goes on with the draft over another user's edit, after a look at both. */
  Answer over(Map<String, String> form, Session session)
      throws Refusal, StoreException, EditRefused {
    Draft draft = draft(form, session);
    session.draft(Optional.of(draft.over(editor.read().versionOf(draft.document()))));
    return Templates.see(Links.DRAFT);
  }
}
