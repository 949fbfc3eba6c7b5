package dev.heimdall.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Differences between regions, beside the documents, which are the same in all of them: a text
 * there may hold {@code ${region.NAME}}. A text that is nothing else becomes the fact, whatever it
 * is; in a list, a fact that is a list becomes its entries.
 */
public final class RegionFacts {
  private static final String STORE = "store";
  private static final String STORE_SCOPE = "storeScope";
  private static final String SERVERS = "servers";
  private static final String SCOPE = "scope";
  private static final String BEGINNING = "${region.";
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{region\\.([^{}]*)}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");
  private static final String NAMES =
      "a letter, and at most 63 letters, digits, \"_\" and \"-\" behind it";
  private static final String VALUES =
      "a text without \"${\", a number, true, false, or a list of such texts and numbers";

  private final boolean known;
  private final SortedMap<String, JsonValue> values;

  private RegionFacts(boolean known, SortedMap<String, JsonValue> values) {
    this.known = known;
    this.values = Collections.unmodifiableSortedMap(values);
  }

  /** Returns the facts of a region that has none: each reference is a problem. */
  public static RegionFacts none() {
    return new RegionFacts(true, new TreeMap<>());
  }

  /** For who does not know the region: of a reference only its form is judged. */
  public static RegionFacts unknown() {
    return new RegionFacts(false, new TreeMap<>());
  }

  /**
   * Reads a file: one JSON object, whose keys are the names.
   *
   * @throws ConfigurationException with every problem in it
   */
  public static RegionFacts read(Path file) throws ConfigurationException {
    Reading in = new Reading(file.toString(), "", Path.of(""), new FoundProblems());
    Optional<JsonValue> json = JsonText.parse(file.toAbsolutePath(), in);
    Optional<RegionFacts> read = json.flatMap(root -> read(root, "$", in));
    if (!in.problems().isEmpty()) {
      throw new ConfigurationException(in.problems().all());
    }
    return read.orElseThrow();
  }

  /** Those in an object; what is wrong with one is a problem of {@code in}. */
  static Optional<RegionFacts> read(JsonValue root, String at, Reading in) {
    if (!(root instanceof JsonValue.Obj object)) {
      in.problem(at, root.at(), root.shown(), Shape.EXPECTED);
      return Optional.empty();
    }
    SortedMap<String, JsonValue> values = new TreeMap<>();
    object
        .members()
        .forEach(
            (name, member) -> {
              String path = Reading.member(at, name);
              in.found(path, member.nameAt());
              if (!NAME.matcher(name).matches()) {
                in.problem(path, member.nameAt(), "the name " + JsonValue.quote(name), NAMES);
              } else if (!isFact(member.value())) {
                in.problem(path, member.value().at(), member.value().shown(), VALUES);
              } else {
                values.put(name, member.value());
              }
            });
    return Optional.of(new RegionFacts(true, values));
  }

  /** All of them: a {@link String}, {@link BigDecimal}, {@link Boolean}, or a list of such. */
  public SortedMap<String, Object> values() {
    SortedMap<String, Object> plain = new TreeMap<>();
    values.forEach((name, value) -> plain.put(name, plain(value)));
    return plain;
  }

  private static Object plain(JsonValue value) {
    if (value instanceof JsonValue.Str text) {
      return text.text();
    }
    if (value instanceof JsonValue.Num number) {
      return new BigDecimal(number.text());
    }
    if (value instanceof JsonValue.Bool truth) {
      return truth.value();
    }
    return ((JsonValue.Arr) value).items().stream().map(RegionFacts::plain).toList();
  }

  /** As a JSON schema has it. */
  static void describe(ObjectNode schema) {
    schema.put("type", "object");
    schema.putObject("propertyNames").put("pattern", "^" + NAME.pattern() + "$");
    ArrayNode kinds = schema.putObject("additionalProperties").putArray("anyOf");
    kinds.addObject().putArray("type").add("string").add("number").add("boolean");
    ObjectNode list = kinds.addObject().put("type", "array");
    list.putObject("items").putArray("type").add("string").add("number");
  }

  private static boolean isFact(JsonValue value) {
    return value instanceof JsonValue.Bool
        || isPlain(value)
        || value instanceof JsonValue.Arr list
            && list.items().stream().allMatch(RegionFacts::isPlain);
  }

  private static boolean isPlain(JsonValue value) {
    return value instanceof JsonValue.Num
        || value instanceof JsonValue.Str text && !Template.isTemplate(text.text());
  }

  /**
   * A document's text with the facts that are texts in place of their references, for who looks for
   * names in it before it is read.
   */
  public String in(String document) {
    Matcher matcher = REFERENCE.matcher(document);
    StringBuilder replaced = new StringBuilder();
    while (matcher.find()) {
      String with =
          values.get(matcher.group(1)) instanceof JsonValue.Str fact
              ? inJson(fact)
              : matcher.group();
      matcher.appendReplacement(replaced, Matcher.quoteReplacement(with));
    }
    return matcher.appendTail(replaced).toString();
  }

  private static String inJson(JsonValue.Str fact) {
    String quoted = fact.tree().toString();
    return quoted.substring(1, quoted.length() - 1);
  }

  /** A text as if each reference in it were a letter, to judge what stands around them. */
  static String withoutReferences(String text) {
    return REFERENCE.matcher(text).replaceAll("x");
  }

  /** A document with each reference resolved; what is wrong with one is a problem of {@code in}. */
  JsonValue resolve(JsonValue document, Reading in) {
    return resolve(document, "$", in);
  }

  /**
   * The settings of a node, whose store's scope is the fact where they do not say one and the store
   * is the region's own: documents that were written before there was a second region know nothing
   * of it.
   */
  JsonValue scoped(JsonValue node) {
    JsonValue.Member store = node instanceof JsonValue.Obj all ? all.members().get(STORE) : null;
    JsonValue scope = values.get(STORE_SCOPE);
    if (scope == null
        || store == null
        || !(store.value() instanceof JsonValue.Obj settings)
        || settings.members().containsKey(SCOPE)
        || !isOwn(settings.members().get(SERVERS))) {
      return node;
    }
    Map<String, JsonValue.Member> scoped = new LinkedHashMap<>(settings.members());
    scoped.put(SCOPE, new JsonValue.Member(store.nameAt(), at(store.nameAt(), scope)));
    Map<String, JsonValue.Member> members = new LinkedHashMap<>(((JsonValue.Obj) node).members());
    members.put(
        STORE, new JsonValue.Member(store.nameAt(), new JsonValue.Obj(settings.at(), scoped)));
    return new JsonValue.Obj(node.at(), members);
  }

  private boolean isOwn(JsonValue.Member servers) {
    return servers != null
        && values.get(STORE) instanceof JsonValue.Str own
        && servers.value() instanceof JsonValue.Arr list
        && list.items().size() == 1
        && list.items().get(0) instanceof JsonValue.Str server
        && server.text().equals(own.text());
  }

  private JsonValue resolve(JsonValue value, String path, Reading in) {
    if (value instanceof JsonValue.Str text) {
      return text.text().contains(BEGINNING) ? resolve(text, path, in) : text;
    }
    if (value instanceof JsonValue.Obj object) {
      Map<String, JsonValue.Member> members = new LinkedHashMap<>();
      object
          .members()
          .forEach(
              (name, member) ->
                  members.put(
                      name,
                      new JsonValue.Member(
                          member.nameAt(),
                          resolve(member.value(), Reading.member(path, name), in))));
      return new JsonValue.Obj(object.at(), members);
    }
    if (value instanceof JsonValue.Arr list) {
      List<JsonValue> items = new ArrayList<>();
      for (int i = 0; i < list.items().size(); i++) {
        JsonValue item = list.items().get(i);
        JsonValue resolved = resolve(item, path + "[" + i + "]", in);
        if (item instanceof JsonValue.Str && resolved instanceof JsonValue.Arr several) {
          items.addAll(several.items());
        } else {
          items.add(resolved);
        }
      }
      return new JsonValue.Arr(list.at(), items);
    }
    return value;
  }

  private JsonValue resolve(JsonValue.Str written, String path, Reading in) {
    String text = written.text();
    JsonValue.Open open = new JsonValue.Open(written.at());
    Matcher matcher = REFERENCE.matcher(text);
    if (withoutReferences(text).contains(BEGINNING)) {
      in.problem(path, written.at(), BEGINNING, "\"" + BEGINNING + "NAME}\"");
      return open;
    }
    StringBuilder resolved = new StringBuilder();
    boolean right = true;
    while (matcher.find()) {
      String name = matcher.group(1);
      JsonValue fact = values.get(name);
      if (fact == null) {
        right = false;
        missing(name, written, path, in);
      } else if (matcher.start() == 0 && matcher.end() == text.length()) {
        return at(written.at(), fact);
      } else if (fact instanceof JsonValue.Arr) {
        right = false;
        in.problem(
            path,
            written.at(),
            reference(name) + ", which is a list, inside of a text",
            "a fact that is a text or a number; a list only as the whole of an entry");
      } else {
        String with = fact instanceof JsonValue.Str word ? word.text() : fact.shown();
        matcher.appendReplacement(resolved, Matcher.quoteReplacement(with));
      }
    }
    return right ? new JsonValue.Str(written.at(), matcher.appendTail(resolved).toString()) : open;
  }

  /** The text around a reference may be a password: only the reference is shown. */
  private void missing(String name, JsonValue.Str written, String path, Reading in) {
    if (!NAME.matcher(name).matches()) {
      in.problem(path, written.at(), reference(name), "\"" + BEGINNING + "NAME}\" with " + NAMES);
    } else if (!known) {
      in.leftOpen(path, reference(name));
    } else if (values.isEmpty()) {
      in.problem(
          path,
          written.at(),
          reference(name) + ", and nothing that says what is different in this region",
          "the file that \"regionFacts\" of heimdall.conf names, or the value itself");
    } else {
      in.problem(
          path,
          written.at(),
          reference(name) + ", which is no fact of this region",
          "one of "
              + String.join(", ", values.keySet().stream().map(RegionFacts::reference).toList()),
          in.nearest(name, values.keySet()).map(RegionFacts::reference));
    }
  }

  private static String reference(String name) {
    return BEGINNING
        + (name.length() > JsonValue.LONGEST ? name.substring(0, JsonValue.LONGEST) + "…" : name)
        + "}";
  }

  /** The fact where it is referred to, so that what is wrong with it is said of that place. */
  private static JsonValue at(Position at, JsonValue fact) {
    if (fact instanceof JsonValue.Str text) {
      return new JsonValue.Str(at, text.text());
    }
    if (fact instanceof JsonValue.Num number) {
      return new JsonValue.Num(at, number.text());
    }
    if (fact instanceof JsonValue.Bool truth) {
      return new JsonValue.Bool(at, truth.value());
    }
    return new JsonValue.Arr(
        at, ((JsonValue.Arr) fact).items().stream().map(item -> at(at, item)).toList());
  }
}
