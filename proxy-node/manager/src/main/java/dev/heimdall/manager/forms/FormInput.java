package dev.heimdall.manager.forms;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.jsontext.JsonLayout;
import dev.heimdall.model.SettingField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A document as a form has made it of one. What a field shows and gives back unchanged stays as it
 * is; what there is no field for stays, too.
 */
public final class FormInput {
  static final String REMOVE = "remove@";
  static final String SECRET = "secret@";
  static final String KEY = "key@";
  static final String TYPED = "typed@";

  /** More than anybody fills in. */
  static final int MOST_ITEMS = 200;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Map<String, String> form;
  private final Map<String, List<Integer>> kept = new HashMap<>();

  private FormInput(Map<String, String> form) {
    this.form = form;
  }

  /**
   * Result of applying a form.
   *
   * @param kept of each list of objects, by its name, the numbers that its objects have in the form
   */
  public record Applied(ObjectNode tree, Map<String, List<Integer>> kept) {
    /** It may hold secrets. */
    @Override
    public String toString() {
      return "what a form says";
    }
  }

  /**
   * @param base what the form had shown; stays as it is
   */
  public static Applied applied(
      List<SettingField> fields, Map<String, String> form, ObjectNode base) {
    FormInput input = new FormInput(form);
    ObjectNode tree = base.deepCopy();
    input.object(fields, "", tree);
    return new Applied(tree, Map.copyOf(input.kept));
  }

  private void object(List<SettingField> fields, String prefix, ObjectNode now) {
    now.properties().removeIf(member -> form.containsKey(REMOVE + prefix + member.getKey()));
    Set<String> before =
        now.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    for (SettingField field : fields) {
      String name = prefix + field.key();
      switch (field.kind()) {
        case SECTION -> section(field, name, now);
        case SECTIONS -> sections(field, name, now);
        case SECRET -> secret(field, name, now);
        case TEXTS -> texts(field, name, now);
        case OTHER -> {
          // There is no field.
        }
        default -> value(field, name, now);
      }
    }
    List<String> order = fields.stream().map(SettingField::key).toList();
    for (String key : order) {
      if (now.has(key) && !before.contains(key)) {
        JsonLayout.put(now, key, now.remove(key), order);
      }
    }
  }

  private void value(SettingField field, String name, ObjectNode now) {
    Optional<String> shown = Values.shown(field, now.path(field.key()));
    String sent = form.get(name);
    if (sent == null || shown.isEmpty() || shown.get().equals(Values.sent(field, sent))) {
      return;
    }
    put(now, field.key(), Values.written(field, sent));
  }

  private void texts(SettingField field, String name, ObjectNode now) {
    Optional<List<String>> shown = Values.texts(now.path(field.key()));
    List<String> sent = sent(form, name);
    if (shown.isEmpty() || sent.isEmpty() || isSame(shown.get(), sent)) {
      return;
    }
    List<Integer> numbers =
        IntStream.range(0, sent.size()).filter(i -> !sent.get(i).isBlank()).boxed().toList();
    kept.put(name, numbers);
    put(now, field.key(), Values.written(numbers.stream().map(sent::get).toList()));
  }

  /**
   * Returns the values of the fields for several texts; those behind the last are there to be
   * written in.
   */
  static List<String> sent(Map<String, String> form, String name) {
    return Stream.iterate(0, i -> form.containsKey(item(name, i)), i -> i + 1)
        .map(i -> Values.plain(form.get(item(name, i))))
        .toList();
  }

  private static boolean isSame(List<String> shown, List<String> sent) {
    return IntStream.range(0, Math.max(shown.size(), sent.size()))
        .allMatch(i -> at(shown, i).equals(at(sent, i)));
  }

  private static String at(List<String> texts, int i) {
    return i < texts.size() ? texts.get(i) : "";
  }

  private static void put(ObjectNode now, String key, Optional<JsonNode> value) {
    if (value.isPresent()) {
      now.set(key, value.get());
    } else {
      now.remove(key);
    }
  }

  private void section(SettingField field, String name, ObjectNode now) {
    JsonNode there = now.path(field.key());
    if (!there.isMissingNode() && !there.isObject()) {
      return;
    }
    ObjectNode inside = there.isObject() ? (ObjectNode) there : NODES.objectNode();
    boolean empty = inside.isEmpty();
    object(field.inside(), name + ".", inside);
    if (!inside.isEmpty()) {
      now.set(field.key(), inside);
    } else if (!empty) {
      now.remove(field.key());
    }
  }

  private void sections(SettingField field, String name, ObjectNode now) {
    JsonNode there = now.path(field.key());
    if (!isItems(there)) {
      return;
    }
    ArrayNode items = NODES.arrayNode();
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < there.size() || i < MOST_ITEMS && isSent(name, i); i++) {
      boolean old = i < there.size();
      if (form.containsKey(REMOVE + item(name, i))) {
        continue;
      }
      ObjectNode one = old ? (ObjectNode) there.get(i) : NODES.objectNode();
      object(field.inside(), item(name, i) + ".", one);
      if (old || !one.isEmpty()) {
        items.add(one);
        numbers.add(i);
      }
    }
    kept.put(name, List.copyOf(numbers));
    if (!items.isEmpty()) {
      now.set(field.key(), items);
    } else if (!there.isEmpty()) {
      now.remove(field.key());
    }
  }

  /** True if a list of objects can be shown as such. */
  static boolean isItems(JsonNode there) {
    if (there.isMissingNode()) {
      return true;
    }
    if (!there.isArray() || there.size() >= MOST_ITEMS) {
      return false;
    }
    for (JsonNode item : there) {
      if (!item.isObject()) {
        return false;
      }
    }
    return true;
  }

  static String item(String name, int number) {
    return name + "[" + number + "]";
  }

  private boolean isSent(String name, int number) {
    return isSent(form, name, number);
  }

  /** True if the form has fields of such an object. */
  static boolean isSent(Map<String, String> form, String name, int number) {
    String prefix = item(name, number) + ".";
    return form.keySet().stream()
        .anyMatch(field -> field.startsWith(prefix) || field.startsWith(SECRET + prefix));
  }

  /**
   * A text that is typed goes before a reference; what is left empty stays, as it is never shown.
   */
  private void secret(SettingField field, String name, ObjectNode now) {
    String typed = form.getOrDefault(name, "");
    if (form.containsKey(REMOVE + name)) {
      now.remove(field.key());
    } else if (!typed.isEmpty()) {
      now.put(field.key(), typed);
    } else if (form.containsKey(SECRET + name)) {
      reference(field.key(), name, now);
    }
  }

  private void reference(String key, String name, ObjectNode now) {
    JsonNode there = now.path(key);
    String secret = form.get(SECRET + name).strip();
    String member = form.getOrDefault(KEY + name, "").strip();
    boolean same =
        secret.equals(there.path("secret").asText(""))
            && member.equals(there.path("key").asText(""));
    if (same) {
      return;
    }
    if (secret.isEmpty() && member.isEmpty()) {
      now.remove(key);
      return;
    }
    ObjectNode reference = NODES.objectNode();
    reference.put("secret", secret);
    if (!member.isEmpty()) {
      reference.put("key", member);
    }
    now.set(key, reference);
  }
}
