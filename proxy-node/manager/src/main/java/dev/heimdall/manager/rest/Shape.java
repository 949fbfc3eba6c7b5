package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/**
 * Shape of a JSON value in the API's description: a schema of JSON Schema 2020-12. A value:
 * whatever is added makes another one.
 */
public final class Shape {
  private static final String TYPE = "type";
  private static final String STRING = "string";

  private final ObjectNode schema;

  private Shape(ObjectNode schema) {
    this.schema = schema;
  }

  private static Shape of(String type, String meaning) {
    ObjectNode schema = Answer.JSON.createObjectNode().put(TYPE, type);
    if (!meaning.isEmpty()) {
      schema.put("description", meaning);
    }
    return new Shape(schema);
  }

  public static Shape text(String meaning) {
    return of(STRING, meaning);
  }

  /** A time with a zone, as RFC 3339 has it. */
  public static Shape time(String meaning) {
    return text(meaning).plus("format", "date-time");
  }

  /** A text that is one of these words. */
  public static Shape word(String meaning, Collection<String> words) {
    Shape shape = text(meaning);
    words.forEach(shape.schema.putArray("enum")::add);
    return shape;
  }

  /** A text that is a constant's name in small letters. */
  public static Shape word(String meaning, Enum<?>... constants) {
    return word(
        meaning, Arrays.stream(constants).map(one -> one.name().toLowerCase(Locale.ROOT)).toList());
  }

  /** A whole number that is not negative. */
  public static Shape count(String meaning) {
    Shape shape = of("integer", meaning);
    shape.schema.put("minimum", 0);
    return shape;
  }

  /** A whole number in these bounds. */
  public static Shape whole(String meaning, int least, int most) {
    Shape shape = of("integer", meaning);
    shape.schema.put("minimum", least).put("maximum", most);
    return shape;
  }

  public static Shape number(String meaning) {
    return of("number", meaning);
  }

  public static Shape truth(String meaning) {
    return of("boolean", meaning);
  }

  public static Shape list(String meaning, Shape items) {
    Shape shape = of("array", meaning);
    shape.schema.set("items", items.schema);
    return shape;
  }

  /** An object with whatever keys, whose values look alike. */
  public static Shape map(String meaning, Shape values) {
    Shape shape = object(meaning);
    shape.schema.set("additionalProperties", values.schema);
    return shape;
  }

  /** Whatever JSON there is. */
  public static Shape any(String meaning) {
    return new Shape(Answer.JSON.createObjectNode().put("description", meaning));
  }

  /**
   * Returns the shape of a component that is described among the components, such as a kind of
   * document.
   */
  public static Shape named(String component) {
    return new Shape(
        Answer.JSON.createObjectNode().put("$ref", "#/components/schemas/" + component));
  }

  public static Shape object(String meaning) {
    return of("object", meaning);
  }

  public static Shape object() {
    return object("");
  }

  /** An object that has one more key, always. */
  public Shape with(String key, Shape value) {
    Shape more = with(key, value, schema);
    more.schema.withArray("required").add(key);
    return more;
  }

  /** An object that may have one more key. */
  public Shape maybe(String key, Shape value) {
    return with(key, value, schema);
  }

  private static Shape with(String key, Shape value, ObjectNode before) {
    ObjectNode more = before.deepCopy();
    more.withObjectProperty("properties").set(key, value.schema);
    return new Shape(more);
  }

  /** An object that has no keys but those that are named. */
  public Shape only() {
    ObjectNode more = schema.deepCopy();
    more.put("additionalProperties", false);
    return new Shape(more);
  }

  /** A text of so many characters. */
  public Shape sized(int least, int most) {
    ObjectNode more = schema.deepCopy();
    more.put("minLength", least).put("maxLength", most);
    return new Shape(more);
  }

  /** A text that this expression matches. */
  public Shape like(String expression) {
    return plus("pattern", expression);
  }

  /** A text or number that is left out stands for this. */
  public Shape otherwise(Object value) {
    ObjectNode more = schema.deepCopy();
    more.set("default", Answer.JSON.valueToTree(value));
    return new Shape(more);
  }

  /** Returns a shape that also allows null. */
  public Shape orNull() {
    ObjectNode more = Answer.JSON.createObjectNode();
    if (schema.path(TYPE).isTextual() && !schema.has("enum")) {
      more.setAll(schema.deepCopy());
      more.putArray(TYPE).add(schema.get(TYPE).textValue()).add("null");
    } else {
      more.putArray("anyOf").add(schema).addObject().put(TYPE, "null");
    }
    return new Shape(more);
  }

  private Shape plus(String key, String value) {
    ObjectNode more = schema.deepCopy();
    more.put(key, value);
    return new Shape(more);
  }

  /** As JSON Schema writes it. */
  ObjectNode schema() {
    return schema.deepCopy();
  }
}
