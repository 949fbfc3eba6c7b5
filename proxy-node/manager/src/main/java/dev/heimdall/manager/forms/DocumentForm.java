package dev.heimdall.manager.forms;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.SettingField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of a document. They show what was typed, where something was, else what the document
 * has; of secrets only whether there is one.
 */
public final class DocumentForm {
  /** Sections that people look for most: they are open at first. */
  private static final Set<String> OPEN = Set.of("pool");

  /** Characters that a field has room for. */
  private static final int SHORT = 24;

  private static final String SECTION = "section";

  private final Map<String, String> form;
  private final Map<String, String> faults;
  private final Optional<References> references;
  private final List<FormView.Other> others = new ArrayList<>();

  private DocumentForm(
      Map<String, String> form, Map<String, String> faults, Optional<References> references) {
    this.form = form;
    this.faults = faults;
    this.references = references;
  }

  /** Fields, and what there is none for. */
  public record Fields(List<FormView.Field> fields, List<FormView.Other> others) {}

  /**
   * Those of what is no document of a configuration, or only a part of one: a secret in it is
   * nothing but a text.
   *
   * @param base the document; no secret of it is shown
   * @param form what was typed; empty: nothing yet
   * @param faults what is wrong, by the names of fields
   */
  public static Fields of(
      List<SettingField> fields,
      ObjectNode base,
      Map<String, String> form,
      Map<String, String> faults) {
    return of(fields, base, form, faults, Optional.empty());
  }

  static Fields of(
      List<SettingField> fields,
      ObjectNode base,
      Map<String, String> form,
      Map<String, String> faults,
      Optional<References> references) {
    DocumentForm made = new DocumentForm(form, faults, references);
    return new Fields(made.fields(fields, base, ""), List.copyOf(made.others));
  }

  private List<FormView.Field> fields(List<SettingField> fields, JsonNode base, String prefix) {
    List<FormView.Field> views = new ArrayList<>();
    for (SettingField field : fields) {
      String name = prefix + field.key();
      JsonNode value = base.path(field.key());
      Optional<FormView.Field> view =
          switch (field.kind()) {
            case SECTION -> section(field, name, value);
            case SECTIONS -> items(field, name, value);
            case SECRET -> secret(field, name, value);
            case TEXTS -> texts(field, name, value);
            case OTHER -> Optional.empty();
            default -> plain(field, name, value);
          };
      view.ifPresentOrElse(
          views::add,
          () -> {
            if (!value.isMissingNode()) {
              others.add(new FormView.Other(name, value.toString()));
            }
          });
    }
    base.properties().stream()
        .filter(member -> fields.stream().noneMatch(field -> field.key().equals(member.getKey())))
        .forEach(
            member ->
                others.add(
                    new FormView.Other(prefix + member.getKey(), member.getValue().toString())));
    return views;
  }

  private static boolean isSet(FormView.Field field) {
    return field.set() > 0 || !field.fault().isEmpty();
  }

  private static int set(List<FormView.Field> fields) {
    return fields.stream().mapToInt(FormView.Field::set).sum();
  }

  private Optional<FormView.Field> section(SettingField field, String name, JsonNode value) {
    if (!value.isMissingNode() && !value.isObject()) {
      return Optional.empty();
    }
    List<FormView.Field> inside =
        fields(field.inside(), value.isMissingNode() ? empty() : value, name + ".");
    boolean open =
        OPEN.contains(name) || inside.stream().anyMatch(one -> isSet(one) || hasFault(one));
    return Optional.of(
        view(
            SECTION,
            field,
            name,
            "",
            List.of(),
            Optional.empty(),
            open,
            set(inside),
            inside,
            List.of()));
  }

  private static boolean hasFault(FormView.Field field) {
    return !field.fault().isEmpty()
        || field.inside().stream().anyMatch(DocumentForm::hasFault)
        || field.items().stream()
            .anyMatch(item -> item.fields().stream().anyMatch(DocumentForm::hasFault));
  }

  private static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }

  private Optional<FormView.Field> items(SettingField field, String name, JsonNode value) {
    if (!FormInput.isItems(value)) {
      return Optional.empty();
    }
    List<FormView.Item> items = new ArrayList<>();
    int count = value.size();
    while (count < FormInput.MOST_ITEMS && FormInput.isSent(form, name, count)) {
      count++;
    }
    boolean more = count == 0 || count == value.size() || isTyped(name, count - 1);
    int shown = more ? count + 1 : count;
    for (int i = 0; i < shown; i++) {
      String one = FormInput.item(name, i);
      boolean blank = i == shown - 1 && i >= value.size();
      items.add(
          new FormView.Item(
              one,
              blank ? "One more" : "Number " + (i + 1),
              blank,
              form.containsKey(FormInput.REMOVE + one),
              fields(field.inside(), i < value.size() ? value.get(i) : empty(), one + ".")));
    }
    int set = (int) items.stream().filter(item -> !item.more()).count();
    boolean open =
        set > 0
            || items.stream()
                .anyMatch(item -> item.fields().stream().anyMatch(DocumentForm::hasFault));
    return Optional.of(
        view("items", field, name, "", List.of(), Optional.empty(), open, set, List.of(), items));
  }

  private boolean isTyped(String name, int number) {
    String prefix = FormInput.item(name, number) + ".";
    return form.entrySet().stream()
        .anyMatch(
            field ->
                field.getKey().contains(prefix)
                    && !field.getKey().startsWith(FormInput.REMOVE)
                    && !field.getValue().isBlank());
  }

  private Optional<FormView.Field> secret(SettingField field, String name, JsonNode value) {
    return Optional.of(
        view(
            "secret",
            field,
            name,
            "",
            List.of(),
            references.map(elsewhere -> state(name, value)),
            false,
            value.isMissingNode() ? 0 : 1,
            List.of(),
            List.of()));
  }

  private FormView.Secret state(String name, JsonNode value) {
    String secret = value.path("secret").asText("");
    String key = value.path("key").asText("");
    boolean named = value.isObject() && !secret.isEmpty();
    String state =
        value.isMissingNode()
            ? "Not set."
            : named
                ? "Secrets Manager has it: "
                    + secret
                    + (key.isEmpty() ? "." : ", member " + key + ".")
                : "Set, and not shown.";
    return new FormView.Secret(
        state,
        form.getOrDefault(FormInput.SECRET + name, named ? secret : ""),
        form.getOrDefault(FormInput.KEY + name, named ? key : ""),
        form.getOrDefault(FormInput.TYPED + name, ""));
  }

  /** Returns the names that a field can use; empty if it names nothing, or there are none. */
  private List<String> named(String name) {
    return references.map(all -> all.of(name)).orElse(List.of());
  }

  /** A field for each, and one for one more. */
  private Optional<FormView.Field> texts(SettingField field, String name, JsonNode value) {
    List<String> sent = FormInput.sent(form, name);
    Optional<List<String>> there = Values.texts(value);
    if (there.isEmpty()) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>(sent.isEmpty() ? there.get() : sent);
    while (texts.size() < 2 || !texts.get(texts.size() - 1).isBlank()) {
      texts.add("");
    }
    List<FormView.Field> inside = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String one = FormInput.item(name, i);
      String label =
          i == 0 ? field.key() : i == texts.size() - 1 ? "One more" : "Number " + (i + 1);
      inside.add(
          new FormView.Field(
              "code",
              one,
              label,
              texts.get(i),
              List.of(),
              "",
              "",
              "",
              false,
              faults.getOrDefault(one, ""),
              Optional.empty(),
              false,
              texts.get(i).isBlank() ? 0 : 1,
              List.of(),
              List.of()));
    }
    return Optional.of(
        view(
            "texts",
            field,
            name,
            "",
            List.of(),
            Optional.empty(),
            false,
            set(inside),
            inside,
            List.of()));
  }

  private Optional<FormView.Field> plain(SettingField field, String name, JsonNode value) {
    Optional<String> there = Values.shown(field, value);
    if (there.isEmpty()) {
      return Optional.empty();
    }
    String shown = Optional.ofNullable(form.get(name)).map(Values::plain).orElse(there.get());
    List<FormView.Choice> choices = choices(field, name, shown);
    String kind =
        switch (field.kind()) {
          case LIST, MAP -> "lines";
          case PROSE -> field.dynamic() ? "code" : "prose";
          case NUMBER -> "number";
          default -> choices.isEmpty() ? "text" : "choice";
        };
    return Optional.of(
        view(
            kind,
            field,
            name,
            shown,
            choices,
            Optional.empty(),
            false,
            shown.isEmpty() ? 0 : 1,
            List.of(),
            List.of()));
  }

  private List<FormView.Choice> choices(SettingField field, String name, String shown) {
    List<String> words =
        switch (field.kind()) {
          case TRUTH -> List.of("true", "false");
          case CHOICE -> field.choices();
          case TEXT -> named(name);
          default -> List.of();
        };
    if (words.isEmpty()) {
      return List.of();
    }
    List<FormView.Choice> choices = new ArrayList<>();
    choices.add(
        new FormView.Choice("", field.required() ? "choose one" : nothing(field), shown.isEmpty()));
    for (String word : words) {
      choices.add(
          new FormView.Choice(
              word,
              field.kind() == SettingField.Kind.TRUTH ? said(word) : word,
              word.equals(shown)));
    }
    if (choices.stream().noneMatch(FormView.Choice::chosen)) {
      choices.add(new FormView.Choice(shown, shown, true));
    }
    return choices;
  }

  private static String said(String truth) {
    return truth.equals("true") ? "yes" : "no";
  }

  /** Describes the value that applies if nothing is written. */
  private static String nothing(SettingField field) {
    String words = words(field.byDefault());
    return words.isEmpty()
        ? "not set"
        : isInChoice(field)
            ? "default: " + (words.matches("true|false") ? said(words) : words)
            : "default";
  }

  /** True if the choices say what holds where nothing is written; else it is said below. */
  private static boolean isInChoice(SettingField field) {
    return switch (field.kind()) {
      case TRUTH, CHOICE -> words(field.byDefault()).length() <= SHORT;
      default -> false;
    };
  }

  /** Descriptions have Markdown's marks of code. */
  private static String words(String markdown) {
    return markdown.replace("`", "");
  }

  private String hint(SettingField field, String name) {
    List<String> parts = new ArrayList<>();
    if (!field.unit().isEmpty()) {
      parts.add(field.unit());
    }
    switch (field.kind()) {
      case NUMBER, SIZE -> parts.add(field.allowed());
      case LIST -> parts.add("one a line");
      case MAP -> parts.add("one a line: name = value");
      default -> {
        // The choices say it, or the description.
      }
    }
    if (field.kind() == SettingField.Kind.LIST && !named(name).isEmpty()) {
      parts.add("there are: " + String.join(", ", named(name)));
    }
    if (field.required()) {
      parts.add("required");
    } else if (!field.byDefault().isEmpty() && !isInChoice(field)) {
      parts.add("default: " + words(field.byDefault()));
    }
    if (!field.applies().isEmpty() && !field.applies().equals("at once")) {
      parts.add("takes effect " + effect(field.applies()));
    }
    if (field.dynamic()) {
      parts.add("may have ${…} in it");
    }
    return String.join(" · ", parts);
  }

  private static String effect(String applies) {
    return switch (applies) {
      case "new connections" -> "for new connections";
      case "restart" -> "when a node restarts";
      default -> applies;
    };
  }

  private FormView.Field view(
      String kind,
      SettingField field,
      String name,
      String value,
      List<FormView.Choice> choices,
      Optional<FormView.Secret> secret,
      boolean open,
      int set,
      List<FormView.Field> inside,
      List<FormView.Item> items) {
    return new FormView.Field(
        kind,
        name,
        field.key(),
        value,
        choices,
        kind.equals("text") || kind.equals("number") ? placeholder(field) : "",
        words(field.meaning()),
        hint(field, name),
        field.required(),
        faults.getOrDefault(name, ""),
        secret,
        open,
        set,
        inside,
        items);
  }

  private static String placeholder(SettingField field) {
    String words = words(field.byDefault());
    return words.length() <= SHORT ? words : "";
  }
}
