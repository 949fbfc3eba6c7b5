package dev.heimdall.manager.forms;

import dev.heimdall.manager.pages.View;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Data for the form templates: texts that they escape. */
public final class FormView {
  private static final Set<String> ABBREVIATIONS =
      Set.of(
          "arn", "ddl", "dml", "dn", "dns", "gtid", "id", "ip", "ldap", "ms", "rds", "sql", "tcp",
          "tls", "url", "vdb");

  private FormView() {}

  /** One of a few values. */
  public record Choice(String value, String words, boolean chosen) {}

  /**
   * State of a secret; the secret itself is not shown.
   *
   * @param state in words
   * @param secret the name of what Secrets Manager keeps; empty: it is not there
   * @param key of the member in it
   * @param typed which of those that were typed before is used; empty: none was
   */
  public record Secret(String state, String secret, String key, String typed) {}

  /**
   * A setting, or some of them.
   *
   * @param kind what it is shown as: {@code choice}, {@code text}, {@code number}, {@code lines},
   *     {@code prose}, {@code code}, {@code texts}, {@code secret}, {@code section}, {@code items}
   * @param name of its field; where problems are
   * @param nothing what holds where nothing is written
   * @param hint unit, range, when it applies
   * @param secret where it may be kept elsewhere; empty: it is no secret, or nothing but a text
   * @param set how many settings in it are set
   * @param inside of a section, or of several texts
   * @param items of a list of objects, the last one for one more
   */
  public record Field(
      String kind,
      String name,
      String label,
      String value,
      List<Choice> choices,
      String nothing,
      String help,
      String hint,
      boolean required,
      String fault,
      Optional<Secret> secret,
      boolean open,
      int set,
      List<Field> inside,
      List<Item> items) {
    /** Label in words; a key of one word is a word. */
    public String words() {
      String[] words = label.split("(?<=[a-z0-9])(?=[A-Z])");
      for (int i = 0; i < words.length; i++) {
        String word = words[i].toLowerCase(Locale.ROOT);
        words[i] =
            ABBREVIATIONS.contains(word)
                ? word.toUpperCase(Locale.ROOT)
                : i == 0 ? word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1) : word;
      }
      return words.length == 1 ? label : String.join(" ", words);
    }

    /** True if its key is none of these words. */
    public boolean hasKey() {
      return !words().equals(label);
    }

    /** True if it holds others. */
    public boolean isSection() {
      return kind.equals("section") || kind.equals("items");
    }

    /** Room for what is there; of what has a line each, and one more. */
    public int rows() {
      return kind.equals("code")
          ? (int) Math.max(1, Math.min(12, value.length() / 70 + value.lines().count()))
          : (int) Math.max(2, Math.min(8, value.lines().count() + (kind.equals("lines") ? 1 : 0)));
    }
  }

  /**
   * An object of a list.
   *
   * @param more whether it is there for one more
   */
  public record Item(
      String name, String label, boolean more, boolean removed, List<Field> fields) {}

  /** Member without a field. */
  public record Other(String key, String json) {}

  /**
   * A document's form.
   *
   * @param what in words, such as {@code Virtual database}
   * @param version of the document; empty: it is new
   * @param base the document as the form was made of it, without secrets
   */
  public record Form(
      String document,
      String what,
      String name,
      String meaning,
      String version,
      String base,
      String path,
      String text,
      List<Field> fields,
      List<Other> others,
      Preview preview) {
    /** Those of its settings that hold others. */
    public List<Field> sections() {
      return fields.stream().filter(Field::isSection).toList();
    }
  }

  /** Problem of a field, with its label and place. */
  public record Fault(String name, String label, String words) {}

  /**
   * Another document that would be written with the form's.
   *
   * @param field that says so
   * @param lines what changes in it, if it is chosen
   */
  public record Also(
      String field, String document, String words, boolean chosen, List<View.Line> lines) {}

  /**
   * Changes that the form would make.
   *
   * @param looked whether it was worked out
   * @param seen what is to be committed
   * @param faults what is wrong in fields
   * @param troubles what is wrong elsewhere
   * @param also what could be written with it
   */
  public record Preview(
      boolean looked,
      String seen,
      String comment,
      String note,
      List<View.Line> lines,
      List<Fault> faults,
      List<View.Trouble> troubles,
      List<Also> also) {
    static Preview none() {
      return new Preview(false, "", "", "", List.of(), List.of(), List.of(), List.of());
    }

    /** True if it can be written. */
    public boolean right() {
      return !lines.isEmpty() && faults.isEmpty() && troubles.isEmpty();
    }

    /** Number of problems. */
    public int count() {
      return faults.size() + View.Trouble.count(troubles);
    }
  }
}
