package dev.heimdall.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Reference that a document may hold in place of a secret: {@code {"secret": NAME, "key": KEY}}, a
 * text that Secrets Manager keeps.
 *
 * @param name of the secret, or its ARN
 * @param key the member of the JSON object that the secret is; empty: the whole of it is meant
 */
public record SecretReference(String name, Optional<String> key) {
  /**
   * File of a directory that follows a store, with the content of the secrets that its documents
   * name: {@code {"texts": {NAME: TEXT}, "troubles": {NAME: WHY IT WAS NOT READ}}}.
   */
  public static final String FILE = ".secrets.json";

  static final String NAME = "secret";
  static final String KEY = "key";

  private static final Set<String> KEYS = Set.of(NAME, KEY);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Content of a secret is not as required; the message holds none of it. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      // Without a cause: those of parsers quote what they were given.
      super(message, null, false, false);
    }
  }

  /** Reads one in a document; empty: it is wrong, and the document's problems say how. */
  static Optional<SecretReference> read(JsonValue.Obj object, String path, Reading in) {
    boolean right = true;
    for (Map.Entry<String, JsonValue.Member> entry : object.members().entrySet()) {
      if (!KEYS.contains(entry.getKey())) {
        right = false;
        // The secret itself may stand there, so the key is not shown.
        in.problem(
            path,
            entry.getValue().nameAt(),
            "an object with another key",
            "a text, or \"secret\" and \"key\", which say what Secrets Manager keeps in its place",
            in.nearest(entry.getKey(), KEYS));
      }
    }
    Optional<String> name = text(object, NAME, Format.SECRET, path, in);
    boolean keyed = object.members().containsKey(KEY);
    Optional<String> key = keyed ? text(object, KEY, Format.TEXT, path, in) : Optional.empty();
    if (!object.members().containsKey(NAME)) {
      in.problem(path + "." + NAME, object.at(), "nothing", Format.SECRET.expected());
    }
    return right && name.isPresent() && keyed == key.isPresent()
        ? Optional.of(new SecretReference(name.get(), key))
        : Optional.empty();
  }

  private static Optional<String> text(
      JsonValue.Obj object, String member, Format format, String path, Reading in) {
    JsonValue.Member written = object.members().get(member);
    if (written == null) {
      return Optional.empty();
    }
    if (written.value() instanceof JsonValue.Str text && format.accepts(text.text())) {
      return Optional.of(text.text());
    }
    // It may have been taken for the place of the text itself.
    in.problem(
        path + "." + member,
        written.value().at(),
        written.value() instanceof JsonValue.Str ? Secret.MASK : written.value().shown(),
        format.expected());
    return Optional.empty();
  }

  /** The one that is written here, as far as it is right; empty: there is none. */
  public static Optional<SecretReference> of(JsonNode written) {
    if (!written.path(NAME).isTextual()
        || !Format.SECRET.accepts(written.path(NAME).textValue())
        || written.has(KEY) && !written.path(KEY).isTextual()) {
      return Optional.empty();
    }
    return Optional.of(
        new SecretReference(
            written.path(NAME).textValue(), Optional.ofNullable(written.path(KEY).textValue())));
  }

  /**
   * The names of the secrets that a document's text refers to, right or wrong as it may be.
   *
   * @param facts what is different in the region, which names may refer to
   */
  public static SortedSet<String> namedIn(String document, RegionFacts facts) {
    TreeSet<String> names = new TreeSet<>(SecretPlaces.references(facts.in(document)));
    names.removeIf(name -> !Format.SECRET.accepts(name)); // its meaning is unknown here
    return names;
  }

  /**
   * The text that is meant; empty: the secret holds none such.
   *
   * @param secret what Secrets Manager has
   */
  public Optional<String> textIn(String secret) {
    try {
      return Optional.of(in(secret));
    } catch (Unusable e) {
      return Optional.empty();
    }
  }

  String in(String secret) throws Unusable {
    if (key.isEmpty()) {
      return secret;
    }
    JsonNode root;
    try {
      root = JSON.readTree(secret);
    } catch (JsonProcessingException e) {
      throw new Unusable("the secret " + JsonValue.quote(name) + ", which is no JSON");
    }
    if (root == null || !root.isObject()) {
      throw new Unusable("the secret " + JsonValue.quote(name) + ", which is no JSON object");
    }
    JsonNode member = root.path(key.get());
    if (!member.isTextual()) {
      throw new Unusable(
          "the secret %s, %s %s"
              .formatted(
                  JsonValue.quote(name),
                  member.isMissingNode() ? "which has no" : "which holds no text at",
                  JsonValue.quote(key.get())));
    }
    return member.textValue();
  }

  /** Describes the required content of the secret. */
  String expected() {
    return key.isEmpty()
        ? "the text itself"
        : "a JSON object with a text "
            + JsonValue.quote(key.get())
            + "; without \"key\" the whole secret is meant";
  }

  @Override
  public String toString() {
    List<String> parts = new ArrayList<>(List.of("the secret " + JsonValue.quote(name)));
    key.ifPresent(member -> parts.add("key " + JsonValue.quote(member)));
    return String.join(", ", parts);
  }
}
