package dev.heimdall.manager.resources;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.jsontext.ExactJson;
import dev.heimdall.manager.masks.MaskedDocuments;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.rest.Call;
import dev.heimdall.manager.rest.Operation;
import dev.heimdall.manager.rest.OperationText;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.rest.Slice;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Bounds;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /api/v1/sources}, {@code vdbs}, {@code rules}, {@code users} and {@code drivers}, and
 * {@code caches}, which are parts of virtual databases.
 */
public final class ConfigurationObjects implements Resource {
  private static final String API = "/api/v1/";
  private static final String MERGE_PATCH = "application/merge-patch+json";

  private static final List<ResourceKind> KINDS =
      List.of(
          ResourceKind.documents("sources", "data source", "source"),
          ResourceKind.documents("vdbs", "virtual database", "vdb"),
          ResourceKind.documents("rules", "rule list", "rules"),
          ResourceKind.documents("users", "user", "user"),
          ResourceKind.documents("drivers", "driver", "driver"),
          new ResourceKind(
              "caches", "vdbs", Optional.of("cache"), "cache", "vdb/properties/cache"));

  private final Editor editor;
  private final MaskedDocuments documents;
  private final ObjectEdits edits;

  public ConfigurationObjects(Editor editor, MaskedText masks) {
    this.editor = editor;
    documents = new MaskedDocuments(masks);
    edits = new ObjectEdits(editor, documents);
  }

  @Override
  public List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    KINDS.forEach(kind -> operations.addAll(of(kind)));
    return operations;
  }

  private List<Operation> of(ResourceKind kind) {
    String all = API + kind.path();
    String one = all + "/{name}";
    String what = "a " + kind.one();
    boolean whole = kind.member().isEmpty();
    return List.of(
        Operation.get(all, Permission.READ_CONFIGURATION, call -> list(kind, call.request()))
            .saying(
                OperationText.of("Lists every " + kind.one() + " with its settings")
                    .paged()
                    .answers(
                        Slice.shape(
                                kind.path(),
                                Shape.object()
                                    .with("name", Shape.text(""))
                                    .with("version", Shape.text("As in its ETag."))
                                    .with("settings", kind.settings().orNull()))
                            .with("version", Shape.text("That of all documents together.")))
                    .unlessKnown()),
        Operation.get(
                one, Permission.READ_CONFIGURATION, call -> get(kind, call.part(), call.request()))
            .saying(
                OperationText.of("Reads the settings of " + what)
                    .answers(kind.settings())
                    .unlessKnown()),
        changing("PUT", one, call -> put(kind, call))
            .saying(
                edit((whole ? "Makes or replaces " : "Sets or replaces ") + what)
                    .takes(kind.settings())
                    .over("If-Match", "If-None-Match")
                    .answers(201, ObjectEdits.EDITED)
                    .tagged()),
        changing("PATCH", one, call -> patch(kind, call))
            .saying(
                edit("Changes some settings of " + what + ", by a JSON merge patch")
                    .takes(MERGE_PATCH, Shape.object("The settings that change; null: without it."))
                    .over("If-Match")
                    .tagged()),
        changing("DELETE", one, call -> delete(kind, call))
            .saying(edit("Deletes " + what).over("If-Match")));
  }

  private static Operation changing(String method, String path, Operation.Handler handler) {
    int body = method.equals("DELETE") ? 0 : DocumentStore.LARGEST;
    return new Operation(method, path, Permission.CHANGE_CONFIGURATION, body, handler);
  }

  private static OperationText edit(String summary) {
    return OperationText.of(summary)
        .with("comment", Shape.text("Why, for the history.").sized(0, Author.LONGEST_COMMENT))
        .with(
            "dryRun",
            Shape.truth("Only says what would change, and what would be wrong.").otherwise(false))
        .answers(ObjectEdits.EDITED);
  }

  /** The object's settings as they may be seen; empty: they cannot be told from secrets. */
  private Optional<JsonNode> shown(ResourceKind kind, String document, Content content) {
    Optional<JsonNode> tree =
        documents
            .shown(document, content)
            .flatMap(
                masked -> ExactJson.object(new String(masked.bytes(), StandardCharsets.UTF_8)));
    return kind.member().isEmpty()
        ? tree
        : tree.flatMap(all -> Optional.ofNullable(all.get(kind.member().get())));
  }

  private Answer list(ResourceKind kind, Request request)
      throws Refusal, StoreException, EditRefused {
    Slice slice = Slice.of(request);
    Documents now = editor.read();
    if (request.has(now.version())) {
      return Answer.empty(304).tagged(now.version());
    }
    try (Editor.Comparing place = editor.comparing()) {
      return Answer.of(200, "application/json", written(kind, now, slice)).tagged(now.version());
    }
  }

  /** One after the other, as all of them read are many times as large as they are written. */
  private byte[] written(ResourceKind kind, Documents now, Slice slice) throws Refusal {
    Slice.Part<Map.Entry<String, StoredDocument>> part =
        slice.byName(
            now.all().entrySet().stream()
                .filter(one -> kind.name(one.getKey()).isPresent())
                .toList(),
            Map.Entry::getKey);
    BoundedBytes bytes = new BoundedBytes(Bounds.largestAnswer());
    try (JsonGenerator json = Answer.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("version", now.version());
      json.writeArrayFieldStart(kind.path());
      for (Map.Entry<String, StoredDocument> one : part.items()) {
        Optional<JsonNode> settings = shown(kind, one.getKey(), one.getValue().content());
        if (settings.isPresent() || kind.member().isEmpty()) {
          json.writeStartObject();
          json.writeStringField("name", kind.name(one.getKey()).orElseThrow());
          json.writeStringField("version", one.getValue().version());
          json.writeFieldName("settings");
          json.writeTree(settings.orElseGet(Answer.JSON::nullNode));
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      if (part.next().isPresent()) {
        json.writeStringField("next", part.next().get());
      }
      json.writeEndObject();
    } catch (BoundedBytes.Full e) {
      throw new Refusal(
          413,
          "content_too_large",
          "All of them have more than %,d bytes, which is what the manager's heap leaves for an answer: ask for fewer with limit, or read them one by one."
              .formatted(Bounds.largestAnswer()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private Answer get(ResourceKind kind, String name, Request request)
      throws Refusal, StoreException, EditRefused {
    ObjectEdits.There there = edits.there(kind, name, editor.read());
    if (there.member().isEmpty()) {
      throw edits.missing(kind, name);
    }
    if (request.has(there.version().orElseThrow())) {
      return Answer.empty(304).tagged(there.version().get());
    }
    JsonNode settings =
        shown(kind, there.document(), Content.of(there.text().orElseThrow())).orElseThrow();
    return Answer.json(200, settings).tagged(there.version().get());
  }

  private static String body(Request request, String type) throws Refusal {
    request.type(type);
    return new String(request.body(DocumentStore.LARGEST), StandardCharsets.UTF_8);
  }

  private static ObjectNode object(String sent) throws Refusal {
    return ExactJson.object(sent)
        .orElseThrow(() -> Request.bad("The body has to be one object in JSON."));
  }

  private Answer put(ResourceKind kind, Call call) throws Refusal, StoreException, EditRefused {
    Optional<String> over = call.request().over();
    ObjectEdits.There there = edits.there(kind, call.part(), editor.read());
    ObjectNode settings = object(body(call.request(), "application/json"));
    return edits.write(kind, there, over, Optional.of(settings), call);
  }

  private Answer patch(ResourceKind kind, Call call) throws Refusal, StoreException, EditRefused {
    Optional<String> over = call.request().over();
    ObjectEdits.There there = edits.there(kind, call.part(), editor.read());
    if (there.member().isEmpty()) {
      throw edits.missing(kind, call.part());
    }
    ObjectNode patch = object(body(call.request(), MERGE_PATCH));
    JsonNode merged = Settings.merged(there.member(), patch);
    return edits.write(kind, there, over, Optional.of((ObjectNode) merged), call);
  }

  private Answer delete(ResourceKind kind, Call call) throws Refusal, StoreException, EditRefused {
    Optional<String> over = call.request().over();
    if (over.isEmpty()) {
      throw Request.bad("What is deleted is there: name its version with If-Match.");
    }
    ObjectEdits.There there = edits.there(kind, call.part(), editor.read());
    if (there.member().isEmpty()) {
      throw edits.missing(kind, call.part());
    }
    return edits.write(kind, there, over, Optional.empty(), call);
  }
}
