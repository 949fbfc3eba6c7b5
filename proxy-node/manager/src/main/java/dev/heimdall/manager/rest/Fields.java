package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * JSON object that stands for a value: for each key its shape in the API's description, and where
 * its content comes from. A value: whatever is added makes another one.
 *
 * @param <T> of the values
 */
public final class Fields<T> {
  private final Shape shape;
  private final List<Field<T>> fields;

  /** Content of a key; empty: the object does not have it. */
  private record Field<T>(String key, Function<T, Optional<JsonNode>> content) {}

  private Fields(Shape shape, List<Field<T>> fields) {
    this.shape = shape;
    this.fields = fields;
  }

  /** An object without keys. */
  public static <T> Fields<T> of(String meaning) {
    return new Fields<>(Shape.object(meaning), List.of());
  }

  /** An object without keys. */
  public static <T> Fields<T> of() {
    return of("");
  }

  private Fields<T> and(Shape more, String key, Function<T, Optional<JsonNode>> content) {
    List<Field<T>> all = new ArrayList<>(fields);
    all.add(new Field<>(key, content));
    return new Fields<>(more, all);
  }

  /**
   * Adds a key.
   *
   * @param content a text, number, constant, time, list or JSON; null or empty: null
   */
  public Fields<T> with(String key, Shape value, Function<? super T, ?> content) {
    return and(shape.with(key, value), key, of -> Optional.of(node(content.apply(of))));
  }

  /** Adds a key that is left out where there is no content. */
  public Fields<T> maybe(
      String key, Shape value, Function<? super T, ? extends Optional<?>> content) {
    return and(shape.maybe(key, value), key, of -> content.apply(of).map(Fields::node));
  }

  /** Adds a key with an object. */
  public <V> Fields<T> with(String key, Fields<V> value, Function<? super T, V> content) {
    return with(key, value.shape, of -> value.json(content.apply(of)));
  }

  /** Adds a key with an object; it is left out where there is no content. */
  public <V> Fields<T> maybe(
      String key, Fields<V> value, Function<? super T, Optional<V>> content) {
    return maybe(key, value.shape, of -> content.apply(of).map(value::json));
  }

  /** Adds a key with a list of objects. */
  public <V> Fields<T> list(
      String key,
      String meaning,
      Fields<V> item,
      Function<? super T, ? extends Collection<V>> content) {
    return with(key, Shape.list(meaning, item.shape), of -> item.all(content.apply(of)));
  }

  /** Shape of the objects. */
  public Shape shape() {
    return shape;
  }

  /** The object that stands for this value. */
  public ObjectNode json(T of) {
    ObjectNode object = Answer.JSON.createObjectNode();
    fields.forEach(
        field -> field.content().apply(of).ifPresent(value -> object.set(field.key(), value)));
    return object;
  }

  /** Objects that stand for these values. */
  public ArrayNode all(Collection<T> values) {
    ArrayNode objects = Answer.JSON.createArrayNode();
    values.forEach(value -> objects.add(json(value)));
    return objects;
  }

  private static JsonNode node(Object content) {
    if (content instanceof Optional<?> maybe) {
      return node(maybe.orElse(null));
    }
    if (content instanceof JsonNode json) {
      return json;
    }
    if (content instanceof Enum<?> constant) {
      return Answer.JSON.getNodeFactory().textNode(constant.name().toLowerCase(Locale.ROOT));
    }
    return content instanceof Instant time
        ? Answer.JSON.getNodeFactory().textNode(time.toString())
        : Answer.JSON.valueToTree(content);
  }
}
