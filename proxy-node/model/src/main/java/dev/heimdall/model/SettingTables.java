package dev.heimdall.model;

/** The reference tables of every setting, as Markdown. */
public final class SettingTables {
  private SettingTables() {}

  /** All tables: a section for each kind of document, and one for each object in it. */
  public static String markdown() {
    StringBuilder text = new StringBuilder();
    for (DocumentKind kind : DocumentKind.values()) {
      text.append("## `").append(kind.file()).append("`\n\n");
      text.append(kind.meaning()).append("\n\n");
      table(kind.shape(), "", true, text);
      sections(kind.shape(), "", true, text);
      if (kind == DocumentKind.RULES) {
        parameters(text);
      }
    }
    return text.toString().stripTrailing() + "\n";
  }

  /** The tables of one document that no running node takes, without a heading. */
  static String markdown(Shape<?> shape) {
    StringBuilder text = new StringBuilder();
    table(shape, "", false, text);
    sections(shape, "", false, text);
    return text.toString().stripTrailing() + "\n";
  }

  private static void parameters(StringBuilder text) {
    text.append("### Parameters of every rule\n\n");
    text.append("Where *dynamic* stands, `${…}` may be part of the value, written as a text.\n\n");
    parameters(RuleShapes.GENERAL, text);
    text.append("### Actions\n\n| Action | Meaning | Inside of transactions |\n|---|---|---|\n");
    for (RuleAction action : RuleAction.values()) {
      text.append("| `").append(action.spelling()).append("` | ").append(action.meaning());
      text.append(" | ").append(action.insideTransactions() ? "yes" : "unless it says so, no");
      text.append(" |\n");
    }
    text.append('\n');
    for (RuleAction action : RuleAction.values()) {
      action
          .shape()
          .ifPresent(
              shape -> {
                text.append("#### `").append(action.spelling()).append("`\n\n");
                parameters(shape, text);
              });
    }
  }

  private static void parameters(Shape<?> shape, StringBuilder text) {
    text.append("| Parameter | Type | Unit | Default | Dynamic | Meaning |\n");
    text.append("|---|---|---|---|---|---|\n");
    for (Shape.Field field : shape.fields()) {
      text.append("| `").append(field.key()).append("` | ").append(field.type().name());
      text.append(" | ").append(field.type().unit().isEmpty() ? "–" : field.type().unit());
      text.append(" | ").append(byDefault(field)).append(" | ");
      text.append(field.setting().dynamic() ? "yes" : "no").append(" | ");
      text.append(meaning(field)).append(" |\n");
    }
    text.append('\n');
  }

  private static void sections(Shape<?> shape, String prefix, boolean applies, StringBuilder text) {
    for (Shape.Field field : shape.fields()) {
      field
          .section()
          .ifPresent(
              section -> {
                String name = prefix + field.key() + (field.nested().isPresent() ? "" : "[]");
                text.append("### `").append(name).append("`\n\n");
                text.append(field.setting().value()).append("\n\n");
                table(section, name + ".", applies, text);
                sections(section, name + ".", applies, text);
              });
    }
  }

  private static void table(Shape<?> shape, String prefix, boolean applies, StringBuilder text) {
    text.append("| Setting | Type | Unit | Default |").append(applies ? " Applies |" : "");
    text.append(" Meaning |\n|---|---|---|---|---|").append(applies ? "---|\n" : "\n");
    for (Shape.Field field : shape.fields()) {
      boolean inside = field.nested().isPresent();
      text.append("| `").append(prefix).append(field.key()).append("` | ");
      text.append(field.type().name()).append(" | ");
      text.append(field.type().unit().isEmpty() ? "–" : field.type().unit()).append(" | ");
      text.append(inside ? "see below" : byDefault(field)).append(" | ");
      if (applies) {
        boolean below = field.section().isPresent();
        text.append(below ? "see below" : field.setting().applies().spelling()).append(" | ");
      }
      text.append(meaning(field)).append(" |\n");
    }
    text.append('\n');
  }

  private static String byDefault(Shape.Field field) {
    if (field.setting().required()) {
      return "required";
    }
    if (field.hasDefault()) {
      return "`" + field.type().written(field.setting().byDefault()).tree() + "`";
    }
    return field.setting().otherwise().isEmpty() ? "none" : field.setting().otherwise();
  }

  private static String meaning(Shape.Field field) {
    String zero = field.setting().zero();
    return field.setting().value() + (zero.isEmpty() ? "" : " 0: " + zero + ".");
  }
}
