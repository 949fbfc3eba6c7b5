package dev.heimdall.manager.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.Conflict;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Edited;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.history.Comparison;
import dev.heimdall.manager.history.DocumentChange;
import dev.heimdall.manager.history.Room;
import dev.heimdall.manager.jsontext.ExactJson;
import dev.heimdall.manager.jsontext.JsonEdits;
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Reports;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Optional;

/** Writes objects of the configuration: as a whole, or as parts of their documents. */
record ObjectEdits(Editor editor, MaskedDocuments masks) {
  /** Shape of the answers of {@link #write}. */
  static final Shape EDITED =
      Shape.object()
          .with("document", Shape.text("Its path, such as vdbs/shop.json."))
          .maybe("version", Shape.text("Null: it was deleted. Not of a dry run.").orNull())
          .maybe("dryRun", Shape.truth("true: nothing was written."))
          .maybe("right", Shape.truth("Of a dry run alone."))
          .with("changes", Reports.VALUES)
          .with("problems", Reports.PROBLEMS);

  /**
   * Current state of an object.
   *
   * @param version of its document; empty: there is none
   * @param text of its document
   * @param shown the same without secrets
   * @param whole the same as a tree
   * @param member the object itself in it; empty: there is none
   */
  record There(
      String document,
      Optional<String> version,
      Optional<String> text,
      Optional<String> shown,
      Optional<ObjectNode> whole,
      Optional<JsonNode> member) {
    /** It may hold secrets. */
    @Override
    public String toString() {
      return document;
    }
  }

  /**
   * @throws Refusal 404 if there cannot be an object of this name; 403 if its document is there,
   *     and no JSON
   */
  There there(ResourceKind kind, String name, Documents now) throws Refusal {
    String document = kind.document(name).orElseThrow(() -> missing(kind, name));
    Optional<String> version = now.versionOf(document);
    Optional<String> text = now.text(document);
    Optional<String> shown = text.flatMap(plain -> masks.masks().mask(document, plain));
    Optional<ObjectNode> whole = shown.flatMap(ExactJson::object);
    if (version.isPresent() && whole.isEmpty()) {
      throw new Refusal(
          403,
          "write_only",
          "%s is no JSON: it can be replaced at /api/v1/documents/%s."
              .formatted(document, document));
    }
    Optional<JsonNode> member =
        kind.member().isEmpty()
            ? whole.map(JsonNode.class::cast)
            : whole.flatMap(tree -> Optional.ofNullable(tree.get(kind.member().get())));
    return new There(document, version, text, shown, whole, member);
  }

  Refusal missing(ResourceKind kind, String name) {
    return new Refusal(404, "not_found", "There is no %s %s.".formatted(kind.one(), name));
  }

  /**
   * Writes the object, or only says what that would do, as the request wants it.
   *
   * @param over the version that the request names
   * @param settings empty: the object is to be deleted
   */
  Answer write(
      ResourceKind kind,
      There there,
      Optional<String> over,
      Optional<ObjectNode> settings,
      Call call)
      throws Refusal, StoreException, EditRefused {
    Change change = new Change(there.document(), meant(there, text(kind, there, settings)), over);
    String comment = comment(call.request());
    return isDryRun(call.request()) ? tried(change, there) : written(change, there, call, comment);
  }

  /** With the secrets that masks stand for. */
  private Optional<Content> meant(There there, Optional<String> text) throws Refusal {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      List<String> known = there.text().map(List::of).orElse(List.of());
      return Optional.of(Content.of(masks.masks().unmask(there.document(), text.get(), known)));
    } catch (MaskedText.Lost e) {
      throw Reports.refusal(e);
    }
  }

  /** The document as it would be shown: what does not change stays as it was written. */
  private static Optional<String> text(
      ResourceKind kind, There there, Optional<ObjectNode> settings) throws Refusal {
    if (kind.member().isEmpty()) {
      return settings.map(
          tree ->
              there
                  .shown()
                  .map(text -> JsonEdits.changed(text, tree))
                  .orElseGet(() -> JsonEdits.fresh(tree)));
    }
    ObjectNode whole =
        there
            .whole()
            .orElseThrow(
                () ->
                    new Refusal(
                        404,
                        "not_found",
                        "There is no document %s, of which this is a part."
                            .formatted(there.document())))
            .deepCopy();
    settings.ifPresentOrElse(
        tree -> whole.set(kind.member().get(), tree), () -> whole.remove(kind.member().get()));
    return there.shown().map(text -> JsonEdits.changed(text, whole));
  }

  private static String comment(Request request) throws Refusal {
    String comment = request.query("comment").orElse("").strip();
    if (comment.length() > Author.LONGEST_COMMENT) {
      throw Request.bad("A comment has at most %d characters.".formatted(Author.LONGEST_COMMENT));
    }
    return comment;
  }

  private static boolean isDryRun(Request request) throws Refusal {
    String wanted = request.query("dryRun").orElse("false");
    if (!wanted.equals("true") && !wanted.equals("false")) {
      throw Request.bad("dryRun: expected true or false.");
    }
    return wanted.equals("true");
  }

  private Answer tried(Change change, There there) throws StoreException, EditRefused {
    if (!change.over().equals(there.version())) {
      throw new EditRefused.Outdated(
          List.of(new Conflict(change.name(), change.over(), there.version())), List.of());
    }
    List<Problem> problems = editor.check(List.of(change));
    ObjectNode body =
        Answer.JSON
            .createObjectNode()
            .put("document", change.name())
            .put("dryRun", true)
            .put("right", problems.isEmpty());
    body.set("changes", changes(change, there));
    body.set("problems", Reports.problems(problems));
    return Answer.json(200, body);
  }

  private Answer written(Change change, There there, Call call, String comment)
      throws StoreException, EditRefused {
    Edited edited = editor.commit(List.of(change), call.author().saying(comment));
    Optional<String> version = edited.documents().versionOf(change.name());
    ObjectNode body =
        Answer.JSON
            .createObjectNode()
            .put("document", change.name())
            .put("version", version.orElse(null));
    body.set("changes", changes(change, there));
    body.set("problems", Reports.problems(edited.problems()));
    Answer answer = Answer.json(there.version().isEmpty() ? 201 : 200, body);
    return version.isPresent() ? answer.tagged(version.get()) : answer;
  }

  /** By path, without secrets. */
  private ArrayNode changes(Change change, There there) {
    Comparison comparison =
        new Comparison(
                new DocumentChange(change.name(), Optional.empty(), Optional.empty()),
                there.text().map(Content::of),
                change.content())
            .shown(masks::shown);
    return Reports.values(comparison.values(new Room()));
  }
}
