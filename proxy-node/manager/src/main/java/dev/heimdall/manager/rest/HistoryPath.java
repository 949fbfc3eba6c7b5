package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Edited;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.history.Comparison;
import dev.heimdall.manager.history.DocumentChange;
import dev.heimdall.manager.history.LineChange;
import dev.heimdall.manager.history.LineComparison;
import dev.heimdall.manager.history.Revision;
import dev.heimdall.manager.history.Room;
import dev.heimdall.manager.history.Signature;
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /api/v1/history} and what is below it: revisions, what they changed, and the way back. */
final class HistoryPath implements Resource {
  private static final String ALL = "/api/v1/history";

  /** Bytes of a body that says why. */
  private static final int LARGEST_BODY = 16 << 10;

  /** Documents of one revision that the list of all names. */
  private static final int MOST_NAMED = 100;

  private static final Shape HASH =
      Shape.text("What stands for the document's text; null: there was none.").orNull();
  private static final Fields<Revision> REVISION =
      Fields.<Revision>of()
          .with("revision", Shape.count("Its number."), Revision::number)
          .with("at", Shape.time("When it was begun, or noticed."), Revision::at)
          .with("state", Shape.word("What came of it.", Revision.State.values()), Revision::state)
          .maybe(
              "user",
              Shape.text("Without: it was made past the managers."),
              revision -> revision.signature().map(Signature::user))
          .maybe(
              "address",
              Shape.text("From where."),
              revision -> revision.signature().map(Signature::address))
          .maybe(
              "comment", Shape.text(""), revision -> revision.signature().map(Signature::comment))
          .maybe(
              "rollbackTo",
              Shape.count("The revision that was gone back to."),
              revision -> revision.of().stream().boxed().findFirst())
          .with(
              "documents",
              Shape.list("The first that it changed.", Shape.text("")),
              revision ->
                  revision.changes().stream()
                      .limit(MOST_NAMED)
                      .map(DocumentChange::document)
                      .toList())
          .maybe(
              "moreDocuments",
              Shape.count("So many more."),
              revision ->
                  Optional.of(revision.changes().size() - MOST_NAMED).filter(more -> more > 0));
  private static final Shape CHANGES =
      Shape.object()
          .with("revision", Shape.count("Its number."))
          .with(
              "changes",
              Shape.list(
                  "",
                  Shape.object()
                      .with("document", Shape.text(""))
                      .with("before", HASH)
                      .with("after", HASH)
                      .with("whole", Shape.truth("Whether both texts are still kept."))
                      .with("hidden", Shape.truth("It cannot be told from secrets."))
                      .with("values", Reports.VALUES)
                      .with("skippedLines", Shape.count("Lines before these that are the same."))
                      .with("moreLines", Shape.count("Lines that follow these."))
                      .with("lines", Shape.list("Each behind a blank, + or -.", Shape.text("")))));

  private final Editor editor;
  private final MaskedDocuments masks;

  HistoryPath(Editor editor, MaskedDocuments masks) {
    this.editor = editor;
    this.masks = masks;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(ALL, Permission.READ_CONFIGURATION, call -> list(call.request()))
            .saying(
                OperationText.of("Lists the revisions of the configuration, the last one first")
                    .paged()
                    .answers(Slice.shape("revisions", REVISION))),
        Operation.get(
                ALL + "/{revision}",
                Permission.READ_CONFIGURATION,
                call -> changes(number(call.part())))
            .saying(OperationText.of("Says what a revision has changed").answers(CHANGES)),
        new Operation(
                "POST",
                ALL + "/{revision}/rollback",
                Permission.CHANGE_CONFIGURATION,
                LARGEST_BODY,
                call -> goBack(number(call.part()), call.request(), call.author()))
            .saying(
                OperationText.of("Makes all documents what they were after a revision")
                    .takes(
                        Shape.object().maybe("comment", Shape.text("Why, for the history.")).only())
                    .answers(
                        Shape.object()
                            .with("version", Shape.text("That of all documents together."))
                            .with("problems", Reports.PROBLEMS))
                    .tagged()));
  }

  private Answer list(Request request) throws Refusal, StoreException, EditRefused {
    return Answer.json(
        200,
        Slice.of(request)
            .byNumber(editor.revisions(), Revision::number)
            .body("revisions", REVISION));
  }

  private Answer changes(int revision) throws Refusal, StoreException, EditRefused {
    try (Editor.Comparing place = editor.comparing()) {
      return changes(
          revision,
          editor.changes(revision).orElseThrow(() -> missing(Integer.toString(revision))));
    }
  }

  private Answer changes(int revision, List<Comparison> comparisons) {
    Room room = new Room();
    ObjectNode body = Answer.JSON.createObjectNode().put("revision", revision);
    ArrayNode changes = body.putArray("changes");
    for (Comparison comparison : comparisons) {
      Comparison shown = comparison.shown(masks::shown);
      ObjectNode one =
          changes
              .addObject()
              .put("document", comparison.change().document())
              .put("before", comparison.change().before().orElse(null))
              .put("after", comparison.change().after().orElse(null))
              .put("whole", comparison.isWhole())
              .put("hidden", comparison.isWhole() && !shown.isWhole());
      one.set("values", Reports.values(shown.values(room)));
      LineComparison compared = shown.lines(room);
      one.put("skippedLines", compared.skipped()).put("moreLines", compared.more());
      ArrayNode lines = one.putArray("lines");
      compared.lines().forEach(line -> lines.add(sign(line) + line.text()));
    }
    return Answer.json(200, body);
  }

  private static String sign(LineChange line) {
    return switch (line.kind()) {
      case SAME -> " ";
      case REMOVED -> "-";
      case ADDED -> "+";
    };
  }

  private Answer goBack(int revision, Request request, Author author)
      throws Refusal, StoreException, EditRefused {
    JsonNode body = StrictBody.of(request, LARGEST_BODY, Set.of("comment"));
    Edited edited =
        editor
            .goBack(revision, author.saying(StrictBody.text(body, "comment").orElse("")))
            .orElseThrow(() -> missing(Integer.toString(revision)));
    ObjectNode answer = Answer.JSON.createObjectNode().put("version", edited.documents().version());
    answer.set("problems", Reports.problems(edited.problems()));
    return Answer.json(200, answer).tagged(edited.documents().version());
  }

  private static int number(String text) throws Refusal {
    if (!text.matches("[0-9]{1,9}")) {
      throw missing(text);
    }
    return Integer.parseInt(text);
  }

  private static Refusal missing(String revision) {
    return new Refusal(404, "not_found", "There is no revision %s.".formatted(revision));
  }
}
