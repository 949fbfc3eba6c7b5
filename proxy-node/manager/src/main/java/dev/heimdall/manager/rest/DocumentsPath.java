package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Edited;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /api/v1/documents} and what is below it: the documents without their secrets, one at a
 * time.
 */
final class DocumentsPath implements Resource {
  private static final String ALL = "/api/v1/documents";
  private static final String ONE = ALL + "/{name...}";
  private static final String BYTES = "application/octet-stream";
  private static final String JSON = "application/json";

  private static final Shape NAME = Shape.text("Its path, such as vdbs/shop.json.");
  private static final Fields<Map.Entry<String, StoredDocument>> DOCUMENT =
      Fields.<Map.Entry<String, StoredDocument>>of()
          .with("document", NAME, Map.Entry::getKey)
          .with("version", Shape.text("As in its ETag."), one -> one.getValue().version())
          .with("size", Shape.count("Bytes."), one -> one.getValue().content().size());
  private static final Shape WRITTEN =
      Shape.object()
          .with("document", NAME)
          .with("version", Shape.text("Null: it was deleted.").orNull())
          .with("problems", Reports.PROBLEMS);

  private final Editor editor;
  private final MaskedDocuments masks;

  DocumentsPath(Editor editor, MaskedDocuments masks) {
    this.editor = editor;
    this.masks = masks;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(ALL, Permission.READ_CONFIGURATION, call -> list(call.request()))
            .saying(
                OperationText.of("Lists the documents of the configuration, with their versions")
                    .paged()
                    .answers(
                        Slice.shape("documents", DOCUMENT)
                            .with("place", Shape.text("Where the configuration is."))
                            .with("version", Shape.text("That of all documents together.")))
                    .unlessKnown()),
        Operation.get(ONE, Permission.READ_CONFIGURATION, call -> get(call.part(), call.request()))
            .saying(
                OperationText.of("Reads a document without its secrets")
                    .answers(JSON, Shape.any("A document, or what stands in it."))
                    .answers(BYTES, Shape.text("Certificates in PEM."))
                    .unlessKnown()),
        new Operation(
                "PUT",
                ONE,
                Permission.CHANGE_CONFIGURATION,
                DocumentStore.LARGEST,
                call -> put(call.part(), call.request(), call.author()))
            .saying(
                OperationText.of("Writes a document: new, or over the version that was read")
                    .takes(JSON, Shape.any("All of it. A mask is the secret that it stands for."))
                    .takes(BYTES, Shape.text("Where the name does not end in .json."))
                    .over("If-Match", "If-None-Match")
                    .answers(200, WRITTEN)
                    .answers(201, WRITTEN)
                    .tagged()),
        new Operation(
                "DELETE",
                ONE,
                Permission.CHANGE_CONFIGURATION,
                0,
                call -> delete(call.part(), call.request(), call.author()))
            .saying(OperationText.of("Deletes a document").over("If-Match").answers(WRITTEN)));
  }

  private Answer list(Request request) throws Refusal, StoreException, EditRefused {
    Slice slice = Slice.of(request);
    Documents all = editor.read();
    if (request.has(all.version())) {
      return Answer.empty(304).tagged(all.version());
    }
    return Answer.json(
            200,
            slice
                .byName(List.copyOf(all.all().entrySet()), Map.Entry::getKey)
                .body("documents", DOCUMENT)
                .put("place", editor.place())
                .put("version", all.version()))
        .tagged(all.version());
  }

  private Answer get(String name, Request request) throws Refusal, StoreException, EditRefused {
    StoredDocument document = editor.read().all().get(name);
    if (document == null) {
      throw missing(name);
    }
    Answer answer =
        request.has(document.version())
            ? Answer.empty(304)
            : Answer.of(200, type(name), shown(name, document).bytes());
    return answer.tagged(document.version());
  }

  private Content shown(String name, StoredDocument document) throws Refusal {
    return masks
        .shown(name, document.content())
        .orElseThrow(
            () ->
                new Refusal(
                    403,
                    "write_only",
                    "%s cannot be read here, as it is not known where secrets are in it."
                        .formatted(name)));
  }

  private Answer put(String name, Request request, Author author)
      throws Refusal, StoreException, EditRefused {
    Optional<String> over = request.over();
    request.type(type(name));
    byte[] body = request.body(DocumentStore.LARGEST);
    return edited(over.isEmpty() ? 201 : 200, change(name, Optional.of(body), over), author);
  }

  private Answer delete(String name, Request request, Author author)
      throws Refusal, StoreException, EditRefused {
    Optional<String> over = request.over();
    if (over.isEmpty()) {
      throw Request.bad("What is deleted is there: name its version with If-Match.");
    }
    if (!editor.read().all().containsKey(name)) {
      throw missing(name);
    }
    return edited(200, change(name, Optional.empty(), over), author);
  }

  private Answer edited(int status, Change change, Author author)
      throws Refusal, StoreException, EditRefused {
    Edited edited =
        editor.commit(new MaskedChanges(editor, masks).changes(List.of(change)), author);
    Optional<String> version = edited.documents().versionOf(change.name());
    ObjectNode body =
        Answer.JSON
            .createObjectNode()
            .put("document", change.name())
            .put("version", version.orElse(null));
    body.set("problems", Reports.problems(edited.problems()));
    Answer answer = Answer.json(status, body);
    return version.isPresent() ? answer.tagged(version.get()) : answer;
  }

  /** A change that a request asks for; names and contents may be ones that there cannot be. */
  static Change change(String name, Optional<byte[]> content, Optional<String> over)
      throws Refusal {
    try {
      return new Change(name, content.map(Content::of), over);
    } catch (IllegalArgumentException e) {
      throw Request.bad(e.getMessage());
    }
  }

  private static Refusal missing(String name) {
    return new Refusal(404, "not_found", "There is no document %s.".formatted(name));
  }

  /** Certificates and the like are documents, too. */
  private static String type(String name) {
    return name.endsWith(".json") ? JSON : BYTES;
  }
}
