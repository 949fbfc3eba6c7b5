package dev.heimdall.manager.revisions;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Edited;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.edit.WayBack;
import dev.heimdall.manager.history.Comparison;
import dev.heimdall.manager.history.DocumentChange;
import dev.heimdall.manager.history.Past;
import dev.heimdall.manager.history.Revision;
import dev.heimdall.manager.history.Signature;
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.pages.Entry;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Times;
import dev.heimdall.manager.pages.View;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** {@code /history}: revisions, any two of them compared, and the way back with a preview. */
public final class RevisionsSubject implements Subject {
  private static final String PATH = "/history";
  private static final String NOW = "now";
  private static final int SHOWN_DOCUMENTS = 4;

  private final Editor editor;
  private final Differences differences;

  public RevisionsSubject(Editor editor, MaskedText masks) {
    this.editor = editor;
    differences = new Differences(new MaskedDocuments(masks));
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(PATH, Permission.READ_CONFIGURATION, this::list),
        Page.get(PATH + "/compare", Permission.READ_CONFIGURATION, inPlace(this::compare)),
        Page.get(PATH + "/{revision}", Permission.READ_CONFIGURATION, inPlace(this::one)),
        Page.get(
            PATH + "/{revision}/rollback",
            Permission.CHANGE_CONFIGURATION,
            inPlace(visit -> preview(visit, 200, ""))),
        Page.post(
            PATH + "/{revision}/rollback", Permission.CHANGE_CONFIGURATION, inPlace(this::goBack)));
  }

  private Page.Handler inPlace(Page.Handler handler) {
    return visit -> {
      try (Editor.Comparing place = editor.comparing()) {
        return handler.answer(visit);
      }
    };
  }

  @Override
  public List<Entry> entries() {
    return List.of(new Entry(Entry.Group.RECORD, "History", PATH, Permission.READ_CONFIGURATION));
  }

  private Answer list(Visit visit) throws StoreException, EditRefused {
    List<RevisionView.Row> rows = editor.revisions().stream().map(RevisionsSubject::row).toList();
    return visit.page(200, "history", "History", Map.of("rows", rows));
  }

  private static RevisionView.Row row(Revision revision) {
    List<String> documents = revision.changes().stream().map(DocumentChange::document).toList();
    Optional<Signature> by = revision.signature();
    return new RevisionView.Row(
        Integer.toString(revision.number()),
        Times.shown(revision.at()),
        by.map(Signature::user).orElse(""),
        by.map(Signature::address).orElse(""),
        by.map(Signature::comment).orElse(""),
        revision.of().isPresent() ? Integer.toString(revision.of().getAsInt()) : "",
        switch (revision.state()) {
          case BEGUN -> "being written";
          case PARTLY -> "partly written";
          case WRITTEN -> "";
        },
        documents.subList(0, Math.min(SHOWN_DOCUMENTS, documents.size())),
        Math.max(0, documents.size() - SHOWN_DOCUMENTS));
  }

  private static int number(String text) throws Refusal {
    if (!text.matches("[0-9]{1,9}")) {
      throw missing(text);
    }
    return Integer.parseInt(text);
  }

  private static Refusal missing(String revision) {
    return new Refusal(
        404,
        "not_found",
        "There is no revision %s, or it is not kept any more.".formatted(revision));
  }

  private Answer one(Visit visit) throws Refusal, StoreException, EditRefused {
    int number = number(visit.part(0));
    Revision revision =
        editor.revisions().stream()
            .filter(one -> one.number() == number)
            .findFirst()
            .orElseThrow(() -> missing(visit.part(0)));
    List<Comparison> changes = editor.changes(number).orElseThrow(() -> missing(visit.part(0)));
    return visit.page(
        200,
        "revision",
        "Revision " + number,
        Map.of(
            "row",
            row(revision),
            "view",
            new RevisionView.Compared(differences.of(changes), List.of(), List.of())));
  }

  /** Documents as they were after a revision, or are now. */
  private Past state(String name) throws Refusal, StoreException, EditRefused {
    if (name.equals(NOW)) {
      return new Past(editor.read().contents(), List.of());
    }
    return editor.after(number(name)).orElseThrow(() -> missing(name));
  }

  private Answer compare(Visit visit) throws Refusal, StoreException, EditRefused {
    String from = asked(visit, "from");
    String to = asked(visit, "to");
    Past before = state(from);
    Past after = state(to);
    List<String> lost =
        Stream.concat(before.lost().stream(), after.lost().stream()).distinct().sorted().toList();
    return visit.page(
        200,
        "compared",
        "Comparison",
        Map.of(
            "from",
            from,
            "to",
            to,
            "view",
            new RevisionView.Compared(
                differences.between(known(before, lost), known(after, lost)), List.of(), lost)));
  }

  private static String asked(Visit visit, String which) throws Refusal {
    return visit
        .request()
        .query(which)
        .orElseThrow(() -> Request.bad("Choose two revisions to compare."));
  }

  /** A text that is lost on one side differs from nothing that could be shown. */
  private static SortedMap<String, Content> known(Past past, List<String> lost) {
    SortedMap<String, Content> known = new TreeMap<>(past.documents());
    lost.forEach(known::remove);
    return known;
  }

  private Answer preview(Visit visit, int status, String note)
      throws Refusal, StoreException, EditRefused {
    int number = number(visit.part(0));
    WayBack way = editor.wayBack(number).orElseThrow(() -> missing(visit.part(0)));
    List<View.Trouble> troubles = way.problems().stream().map(RevisionsSubject::trouble).toList();
    return visit.page(
        status,
        "rollback",
        "Roll back to " + number,
        Map.of(
            "number",
            visit.part(0),
            "version",
            way.now().version(),
            "note",
            note,
            "view",
            new RevisionView.Compared(
                differences.between(
                    known(new Past(way.now().contents(), List.of()), way.past().lost()),
                    known(way.past(), way.past().lost())),
                troubles,
                way.past().lost())));
  }

  private static View.Trouble trouble(Problem problem) {
    return new View.Trouble("", "", problem.toString(), Problem.count(List.of(problem)));
  }

  private Answer goBack(Visit visit) throws Refusal, StoreException, EditRefused {
    int number = number(visit.part(0));
    String comment = visit.field("comment").orElse("").strip();
    if (comment.length() > Author.LONGEST_COMMENT) {
      throw Request.bad("A comment has at most %d characters.".formatted(Author.LONGEST_COMMENT));
    }
    try {
      Edited edited =
          editor
              .goBack(number, visit.field("version"), visit.author(comment))
              .orElseThrow(() -> missing(visit.part(0)));
      visit.tell(
          edited.problems().isEmpty()
              ? "The configuration is what it was after revision %d.".formatted(number)
              : "The configuration was rolled back, and someone else has changed it meanwhile: it"
                  + " has problems now.");
      return visit.see(PATH);
    } catch (EditRefused.Moved | EditRefused.Outdated e) {
      return preview(visit, 409, e.getMessage());
    } catch (EditRefused.Wrong e) {
      return preview(visit, 422, e.getMessage());
    } catch (EditRefused.Forgotten e) {
      return preview(visit, 410, e.getMessage());
    }
  }
}
