package dev.heimdall.manager.forms;

import dev.heimdall.manager.pages.Held;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.model.SettingField;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The secrets that were typed into a form which was not written: the session keeps them, as no page
 * is ever given one, and the form names them when it is sent again.
 *
 * @param id by which the form names them: those of another window's form are others
 * @param values by the names of fields
 */
record TypedSecrets(String id, String document, Map<String, String> values) implements Held {
  TypedSecrets {
    values = Map.copyOf(values);
  }

  @Override
  public long bytes() {
    return values.values().stream().mapToLong(value -> 2L * value.length()).sum();
  }

  /** A form as it was sent, with the secrets that it names. */
  static Map<String, String> in(Visit visit, String document) {
    Map<String, String> form = new HashMap<>(visit.fields());
    visit
        .kept(TypedSecrets.class)
        .filter(kept -> kept.document().equals(document))
        .ifPresent(kept -> kept.fill(form));
    return form;
  }

  /** Fills in the kept secrets; a newly typed one takes precedence. */
  private void fill(Map<String, String> form) {
    values.forEach(
        (name, value) -> {
          boolean named = id.equals(form.get(FormInput.TYPED + name));
          if (named && form.getOrDefault(name, "").isEmpty()) {
            form.put(name, value);
          }
        });
  }

  /** Keeps those of a form that is shown again; the form names them then. */
  static Map<String, String> keep(
      Visit visit, String document, List<SettingField> fields, Map<String, String> form) {
    Map<String, String> typed = new HashMap<>();
    collect(fields, "", form, typed);
    Map<String, String> shown = new HashMap<>(form);
    shown.keySet().removeIf(name -> name.startsWith(FormInput.TYPED));
    if (typed.isEmpty()) {
      return shown;
    }
    TypedSecrets kept = new TypedSecrets(UUID.randomUUID().toString(), document, typed);
    visit.keep(TypedSecrets.class, kept);
    typed.keySet().forEach(name -> shown.put(FormInput.TYPED + name, kept.id()));
    return shown;
  }

  private static void collect(
      List<SettingField> fields,
      String prefix,
      Map<String, String> form,
      Map<String, String> typed) {
    for (SettingField field : fields) {
      String name = prefix + field.key();
      switch (field.kind()) {
        case SECTION -> collect(field.inside(), name + ".", form, typed);
        case SECTIONS -> {
          for (int i = 0; i < FormInput.MOST_ITEMS && FormInput.isSent(form, name, i); i++) {
            collect(field.inside(), FormInput.item(name, i) + ".", form, typed);
          }
        }
        case SECRET -> {
          if (!form.getOrDefault(name, "").isEmpty()) {
            typed.put(name, form.get(name));
          }
        }
        default -> {
          // It is in the page.
        }
      }
    }
  }

  /** It holds passwords. */
  @Override
  public String toString() {
    return "secrets typed for " + document;
  }
}
