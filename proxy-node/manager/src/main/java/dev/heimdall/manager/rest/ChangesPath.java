package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Edited;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Bounds;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.concurrent.Semaphore;

/** {@code /api/v1/check} and {@code /api/v1/commit}: several documents at once. */
final class ChangesPath implements Resource {
  private static final Shape CHANGES =
      Shape.object()
          .with(
              "changes",
              Shape.list(
                  "One of text, base64 and delete says what becomes of each.",
                  Shape.object()
                      .with("document", Shape.text("Its path, such as vdbs/shop.json."))
                      .maybe(
                          "over",
                          Shape.text("The version that it is made over; null: there is none.")
                              .orNull())
                      .maybe("text", Shape.text("All of it."))
                      .maybe("base64", Shape.text("All of it, in Base64."))
                      .maybe("delete", Shape.truth("true alone."))
                      .only()))
          .maybe("comment", Shape.text("Why, for the history."))
          .only();

  private final Editor editor;
  private final MaskedChanges meant;
  private final Semaphore places = new Semaphore(Bounds.COMMITS);
  private final Semaphore placesOfReaders = new Semaphore(Bounds.COMMITS);

  ChangesPath(Editor editor, MaskedDocuments masks) {
    this.editor = editor;
    meant = new MaskedChanges(editor, masks);
  }

  private interface Work {
    Answer with(List<Change> changes, String comment) throws StoreException, EditRefused;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        new Operation(
                "POST",
                "/api/v1/check",
                Permission.READ_CONFIGURATION,
                Bounds.LARGEST_COMMIT,
                call -> check(call))
            .saying(
                OperationText.of("Says what would be wrong if some documents were changed")
                    .takes(CHANGES)
                    .answers(
                        Shape.object()
                            .with("right", Shape.truth(""))
                            .with("problems", Reports.PROBLEMS))),
        new Operation(
                "POST",
                "/api/v1/commit",
                Permission.CHANGE_CONFIGURATION,
                Bounds.LARGEST_COMMIT,
                call -> commit(call.request(), call.author()))
            .saying(
                OperationText.of("Changes some documents together")
                    .takes(CHANGES)
                    .answers(
                        Shape.object()
                            .with("version", Shape.text("That of all documents together."))
                            .with(
                                "documents",
                                Shape.list(
                                    "",
                                    Shape.object()
                                        .with("document", Shape.text(""))
                                        .with(
                                            "version",
                                            Shape.text("Null: it was deleted.").orNull())))
                            .with("problems", Reports.PROBLEMS))
                    .tagged()));
  }

  private Answer check(Call call) throws Refusal, StoreException, EditRefused {
    boolean mayChange = call.who().role().may(Permission.CHANGE_CONFIGURATION);
    return with(
        call.request(),
        mayChange ? places : placesOfReaders,
        false,
        (changes, comment) -> {
          List<Problem> problems =
              mayChange ? editor.check(changes) : editor.checkOfReader(changes);
          ObjectNode body = Answer.JSON.createObjectNode().put("right", problems.isEmpty());
          body.set("problems", Reports.problems(problems));
          return Answer.json(200, body);
        });
  }

  private Answer commit(Request request, Author author)
      throws Refusal, StoreException, EditRefused {
    return with(
        request,
        places,
        true,
        (changes, comment) -> committed(changes, editor.commit(changes, author.saying(comment))));
  }

  private static Answer committed(List<Change> changes, Edited edited) {
    ObjectNode body = Answer.JSON.createObjectNode().put("version", edited.documents().version());
    ArrayNode documents = body.putArray("documents");
    for (Change change : changes) {
      documents
          .addObject()
          .put("document", change.name())
          .put("version", edited.documents().versionOf(change.name()).orElse(null));
    }
    body.set("problems", Reports.problems(edited.problems()));
    return Answer.json(200, body).tagged(edited.documents().version());
  }

  private Answer with(Request request, Semaphore places, boolean versions, Work work)
      throws Refusal, StoreException, EditRefused {
    request.type("application/json");
    if (!places.tryAcquire()) {
      throw Refusal.busy("The manager is busy with other changes: try again.");
    }
    try {
      ChangesText text = ChangesText.read(request.body(Bounds.LARGEST_COMMIT), versions);
      return work.with(meant.changes(text.changes()), text.comment());
    } finally {
      places.release();
    }
  }
}
