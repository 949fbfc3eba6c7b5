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
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code /api/v1/history} and what is below it: revisions, what they changed, and the way back. */
final class HistoryPath implements Resource {
  private static final String ALL = "/api/v1/history";

  /** Bytes of a body that says why. */
  private static final int LARGEST_BODY = 16 << 10;

  /** Documents of one revision that the list of all names. */
  private static final int MOST_NAMED = 100;

  private final Editor editor;
  private final MaskedDocuments masks;

  HistoryPath(Editor editor, MaskedDocuments masks) {
    this.editor = editor;
    this.masks = masks;
  }

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get(ALL, Permission.READ_CONFIGURATION, call -> list())
            .saying("Lists the revisions of the configuration, the last one first"),
        Operation.get(
                ALL + "/{revision}",
                Permission.READ_CONFIGURATION,
                call -> changes(number(call.part())))
            .saying("Says what a revision has changed"),
        new Operation(
                "POST",
                ALL + "/{revision}/rollback",
                Permission.CHANGE_CONFIGURATION,
                LARGEST_BODY,
                call -> goBack(number(call.part()), call.request(), call.author()))
            .saying("Makes all documents what they were after a revision"));
  }

  private Answer list() throws StoreException, EditRefused {
    ObjectNode body = Answer.JSON.createObjectNode();
    ArrayNode revisions = body.putArray("revisions");
    for (Revision revision : editor.revisions()) {
      ObjectNode one =
          revisions
              .addObject()
              .put("revision", revision.number())
              .put("at", revision.at().toString())
              .put("state", revision.state().name().toLowerCase(Locale.ROOT));
      revision
          .signature()
          .ifPresent(
              by ->
                  one.put("user", by.user())
                      .put("address", by.address())
                      .put("comment", by.comment()));
      revision.of().ifPresent(number -> one.put("rollbackTo", number));
      ArrayNode documents = one.putArray("documents");
      revision.changes().stream()
          .limit(MOST_NAMED)
          .map(DocumentChange::document)
          .forEach(documents::add);
      if (revision.changes().size() > MOST_NAMED) {
        one.put("moreDocuments", revision.changes().size() - MOST_NAMED);
      }
    }
    return Answer.json(200, body);
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
