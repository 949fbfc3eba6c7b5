package dev.heimdall.manager.pages;

import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.JsonSchema;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code /documents/NAME}: a document that is read, and edited until it is looked over. */
final class DocumentPages {
  private static final Pattern OBJECT = Pattern.compile("[A-Za-z0-9_@+=,~-][A-Za-z0-9_@+=,~ .-]*");

  /** Possible initial texts of a new document of each kind; nodes require these settings. */
  private static final Map<String, String> BEGINNINGS =
      Map.of(
          "vdbs",
          """
          {
            "ports": [5432],
            "source": ""
          }
          """,
          "sources",
          """
          {
            "url": "jdbc:postgresql://host:5432"
          }
          """,
          "rules",
          """
          {
            "rules": []
          }
          """,
          "users",
          """
          {
            "password": ""
          }
          """,
          "drivers",
          """
          {
          }
          """);

  /** By their folders, what there is most of first. */
  private static final Map<String, String> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("vdbs", "Virtual database");
    KINDS.put("sources", "Data source");
    KINDS.put("users", "User");
    KINDS.put("drivers", "Driver");
  }

  private final Editor editor;
  private final MaskedText masks;
  private final Shells shells;
  private final Templates templates;
  private final Supplier<String> ids;

  DocumentPages(
      Editor editor, MaskedText masks, Shells shells, Templates templates, Supplier<String> ids) {
    this.editor = editor;
    this.masks = masks;
    this.shells = shells;
    this.templates = templates;
    this.ids = ids;
  }

  /**
   * @param kind the folder that is chosen at first
   */
  Answer name(String kind, Session session) {
    return templates.page(
        200, "create", Map.of("shell", shells.of("New", session), "kind", kind, "kinds", KINDS));
  }

  Answer named(Map<String, String> form) throws Refusal {
    String folder = form.getOrDefault("folder", "");
    String name = form.getOrDefault("name", "").strip();
    if (!BEGINNINGS.containsKey(folder) || !OBJECT.matcher(name).matches()) {
      throw new Refusal(
          400, "bad_request", "A name has letters, digits and _ - . and begins with no dot.");
    }
    String document = folder + "/" + name + ".json";
    return Templates.see(
        KINDS.containsKey(folder) ? Links.form(document) : Links.document(document));
  }

  Answer edit(String name, Session session) throws Refusal, StoreException, EditRefused {
    StoredDocument stored = editor.read().all().get(name);
    if (stored == null) {
      String folder = name.contains("/") ? name.substring(0, name.indexOf('/')) : "";
      if (!BEGINNINGS.containsKey(folder) || !name.endsWith(".json")) {
        throw new Refusal(404, "not_found", "There is no document %s.".formatted(name));
      }
      return editor(session, new View.Editing(name, "", Optional.of(BEGINNINGS.get(folder)), ""));
    }
    Optional<String> text =
        name.endsWith(".json")
            ? stored.content().text().flatMap(plain -> masks.mask(name, plain))
            : Optional.empty();
    String hidden =
        name.endsWith(".json")
            ? "This document is no JSON, so its secrets cannot be told from the rest: it is not"
                + " shown here. REST gives it as it is."
            : "Pages show documents in JSON only. REST reads and writes this one.";
    return editor(
        session, new View.Editing(name, stored.version(), text, text.isPresent() ? "" : hidden));
  }

  private Answer editor(Session session, View.Editing view) {
    return templates.page(
        200,
        "editor",
        Map.of(
            "shell",
            shells.of(view.document(), session),
            "view",
            view,
            "troubles",
            List.<View.Trouble>of()));
  }

  /** The schema of a kind of documents, by which the editor completes. */
  Answer schema(Visit visit) throws Refusal {
    String text = JsonSchema.files().get(visit.part(0) + ".schema.json");
    if (text == null) {
      throw new Refusal(404, "not_found", "There is no schema of this name.");
    }
    return Answer.of(200, "application/json", text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the problems that the document would have, as a part of its page. */
  Answer check(Map<String, String> form, Session session) throws StoreException, EditRefused {
    String name = form.getOrDefault("document", "");
    List<View.Trouble> troubles;
    try {
      troubles = Troubles.of(editor.check(List.of(change(name, form, session))), name);
    } catch (MaskedText.Lost e) {
      troubles = Troubles.of(e.problems(), name);
    } catch (IllegalArgumentException e) {
      troubles = Troubles.of(e.getMessage());
    }
    return templates.page(200, "troubles", Map.of("troubles", troubles));
  }

  private Change change(String name, Map<String, String> form, Session session)
      throws StoreException, EditRefused, MaskedText.Lost {
    Documents documents = editor.read();
    String text =
        masks.unmask(name, plain(form.getOrDefault("text", "")), known(documents, name, session));
    return new Change(name, Optional.of(Content.of(text)), Optional.empty());
  }

  /**
   * Returns the possible sources for secrets of a text: the existing document, and the earlier
   * draft.
   */
  private static List<String> known(Documents documents, String name, Session session) {
    Optional<String> drafted =
        session.draft().filter(draft -> draft.document().equals(name)).flatMap(Draft::text);
    return Stream.of(documents.text(name), drafted).flatMap(Optional::stream).toList();
  }

  /** Forms send lines as HTTP has them. */
  private static String plain(String text) {
    return text.replace("\r\n", "\n");
  }

  /** Keeps what was typed as a draft, to be looked over. */
  Answer review(Map<String, String> form, Session session)
      throws Refusal, StoreException, EditRefused {
    String name = form.getOrDefault("document", "");
    Optional<String> over =
        Optional.of(form.getOrDefault("version", "")).filter(version -> !version.isEmpty());
    Optional<String> text = Optional.empty();
    if (!form.containsKey("delete")) {
      try {
        Change change = change(name, form, session);
        text = change.content().map(content -> new String(content.bytes(), StandardCharsets.UTF_8));
      } catch (MaskedText.Lost | IllegalArgumentException e) {
        throw new Refusal(400, "bad_request", e.getMessage() + " Your browser's Back leads to it.");
      }
      if (masks.mask(name, text.orElseThrow()).isEmpty()) {
        throw new Refusal(
            400,
            "bad_request",
            "This is no JSON. Your browser's Back leads to what you have typed.");
      }
    }
    session.draft(Optional.of(new Draft(ids.get(), name, over, text)));
    return Templates.see(Links.DRAFT);
  }
}
