package dev.heimdall.manager.forms;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.jsontext.ExactJson;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Links;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Troubles;
import dev.heimdall.manager.pages.View;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.SettingField;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /forms/NAME}: a document as a form. */
public final class FormPages implements Subject {
  private static final String ASSETS = "/dev/heimdall/manager/forms/";

  /** For all pages with fields that the model describes. */
  public static final Asset FIELDS = Asset.style("fields.css", ASSETS + "fields.css");

  private static final String ONE = Links.FORMS + "{name...}";

  private final Editor editor;

  public FormPages(Editor editor) {
    this.editor = editor;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(ONE, Permission.READ_CONFIGURATION, this::look),
        Page.post(ONE, Permission.CHANGE_CONFIGURATION, this::sent));
  }

  @Override
  public List<Asset> assets() {
    return List.of(
        FIELDS,
        Asset.style("forms.css", ASSETS + "forms.css"),
        Asset.script("forms.js", ASSETS + "forms.js"));
  }

  /** A document that has a form. */
  private record Place(String document, ObjectKind kind, List<SettingField> fields) {
    String name() {
      return kind.name(document);
    }

    String title() {
      return name().isEmpty() ? kind.words() : kind.words() + " " + name();
    }
  }

  /** Document that a form was made of. */
  private record Base(String version, String text, ObjectNode tree) {}

  private static Place place(Visit visit) throws Refusal {
    String document = visit.part(0);
    Optional<ObjectKind> kind = ObjectKind.of(document);
    Optional<List<SettingField>> fields = SettingField.of(document);
    if (kind.isEmpty() || fields.isEmpty()) {
      throw new Refusal(404, "not_found", "There is no form for %s.".formatted(document));
    }
    return new Place(
        document,
        kind.get(),
        fields.get().stream()
            .filter(field -> !kind.get().elsewhere().contains(field.key()))
            .toList());
  }

  private Answer look(Visit visit) throws Refusal, StoreException, EditRefused {
    Place place = place(visit);
    Documents now = editor.read();
    Optional<String> version = now.versionOf(place.document());
    if (version.isEmpty()) {
      return page(
          200,
          place,
          new Base("", "{}", ExactJson.object("{}").orElseThrow()),
          Map.of(),
          FormView.Preview.none(),
          Map.of(),
          visit);
    }
    Optional<String> text =
        now.text(place.document()).flatMap(plain -> visit.masks().mask(place.document(), plain));
    Optional<ObjectNode> tree = text.flatMap(ExactJson::object);
    if (tree.isEmpty()) {
      return visit.see(Links.document(place.document())); // which says why it cannot be shown
    }
    Base base = new Base(version.get(), text.get(), tree.get());
    return page(200, place, base, Map.of(), FormView.Preview.none(), Map.of(), visit);
  }

  private Answer page(
      int status,
      Place place,
      Base base,
      Map<String, String> typed,
      FormView.Preview preview,
      Map<String, String> faults,
      Visit visit)
      throws StoreException, EditRefused {
    References references = References.of(place.document(), editor.read());
    DocumentForm.Fields fields =
        DocumentForm.of(place.fields(), base.tree(), typed, faults, Optional.of(references));
    FormView.Form form =
        new FormView.Form(
            place.document(),
            place.kind().words(),
            place.name(),
            place.kind().meaning(),
            base.version(),
            base.text(),
            Links.form(place.document()),
            Links.document(place.document()),
            fields.fields(),
            fields.others().stream()
                .filter(other -> !place.kind().elsewhere().contains(other.key()))
                .toList(),
            preview);
    return visit.page(
        status,
        "forms/page",
        place.title(),
        Map.of("form", form, "edits", visit.may(Permission.CHANGE_CONFIGURATION)));
  }

  private Answer sent(Visit visit) throws Refusal, StoreException, EditRefused {
    Place place = place(visit);
    Map<String, String> form = TypedSecrets.in(visit, place.document());
    Base base = base(form);
    FormEdit edit;
    try {
      edit =
          FormEdit.of(
              place.document(),
              form,
              base.text(),
              base.tree(),
              place.fields(),
              editor,
              visit.masks());
    } catch (MaskedText.Lost | IllegalArgumentException e) {
      return preview(422, place, base, form, failed(e.getMessage(), form), Map.of(), visit);
    }
    return switch (form.getOrDefault("do", "preview")) {
      case "commit" -> commit(place, base, edit, form, visit);
      case "text" -> {
        visit.review(place.document(), edit.over(), Optional.of(edit.text()));
        yield visit.see(Links.DRAFT_EDITOR);
      }
      default -> looked(200, place, base, edit, "", form, visit);
    };
  }

  private static Base base(Map<String, String> form) throws Refusal {
    String text = Values.plain(form.getOrDefault("base", "{}"));
    ObjectNode tree =
        ExactJson.object(text)
            .orElseThrow(() -> new Refusal(400, "bad_request", "base: expected an object."));
    return new Base(form.getOrDefault("version", ""), text, tree);
  }

  private Answer commit(
      Place place, Base base, FormEdit edit, Map<String, String> form, Visit visit)
      throws Refusal, StoreException, EditRefused {
    String comment = visit.field("comment").orElse("").strip();
    if (comment.length() > Author.LONGEST_COMMENT) {
      return looked(
          422,
          place,
          base,
          edit,
          "A comment has at most %d characters. Nothing was written."
              .formatted(Author.LONGEST_COMMENT),
          form,
          visit);
    }
    if (!edit.seen().equals(visit.field("seen").orElse(""))) {
      return looked(
          409,
          place,
          base,
          edit,
          "The form has changed since this was shown. Nothing was written: look again, and commit.",
          form,
          visit);
    }
    if (edit.isNothing()) {
      return looked(200, place, base, edit, "", form, visit);
    }
    try {
      editor.commit(edit.changes(), visit.author(comment));
    } catch (EditRefused.Outdated e) {
      if (edit.changes().size() > 1) {
        return looked(409, place, base, edit, e.getMessage(), form, visit);
      }
      return visit.review(place.document(), edit.over(), Optional.of(edit.text()));
    } catch (EditRefused.Wrong e) {
      return looked(422, place, base, edit, "Nothing was written.", form, visit);
    }
    visit.drop(TypedSecrets.class);
    visit.tellOfCommit(edit.written());
    return visit.see(Links.form(place.document()));
  }

  private Answer looked(
      int status,
      Place place,
      Base base,
      FormEdit edit,
      String note,
      Map<String, String> form,
      Visit visit)
      throws StoreException, EditRefused {
    FormView.Preview preview =
        new FormView.Preview(
            true,
            edit.seen(),
            visit.field("comment").orElse(""),
            note.isEmpty() ? outdated(place, base) : note,
            edit.isNothing() ? List.of() : edit.lines(),
            edit.faults().all(),
            Troubles.of(edit.faults().others(), place.document()),
            edit.also().stream().map(offer -> offer.shown(visit.masks())).toList());
    return preview(status, place, base, form, preview, edit.faults().byField(), visit);
  }

  private String outdated(Place place, Base base) throws StoreException, EditRefused {
    String now = editor.read().versionOf(place.document()).orElse("");
    return now.equals(base.version())
        ? ""
        : "Another user has changed %s since you opened this form. Commit shows both changes, and writes nothing yet."
            .formatted(place.document());
  }

  private static FormView.Preview failed(String words, Map<String, String> form) {
    List<View.Trouble> troubles = Troubles.of(words);
    return new FormView.Preview(
        true, "", form.getOrDefault("comment", ""), "", List.of(), List.of(), troubles, List.of());
  }

  private Answer preview(
      int status,
      Place place,
      Base base,
      Map<String, String> form,
      FormView.Preview preview,
      Map<String, String> faults,
      Visit visit)
      throws StoreException, EditRefused {
    return visit.wantsPart()
        ? visit.part(200, "forms/preview", Map.of("preview", preview))
        : page(
            status,
            place,
            base,
            TypedSecrets.keep(visit, place.document(), place.fields(), form),
            preview,
            faults,
            visit);
  }
}
