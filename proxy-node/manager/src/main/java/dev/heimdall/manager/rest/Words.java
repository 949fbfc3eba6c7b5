package dev.heimdall.manager.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the API's description says of an operation.
 *
 * @param summary one sentence, without its full stop
 * @param schema of the body and of what is read, by the name of a document's kind; empty: JSON
 * @param bodyType the body's media type
 * @param conditions headers that name the version which is changed
 * @param query parameters, with what each means
 * @param fields of the body; empty: the schema says it, or nothing
 */
public record Words(
    String summary,
    Optional<String> schema,
    String bodyType,
    List<String> conditions,
    List<Parameter> query,
    List<Field> fields) {
  static final Words NONE = of("");

  /**
   * A field of the body.
   *
   * @param type of JSON; of arrays, texts are the items
   * @param required whether it has to be there
   */
  public record Field(String name, String type, String meaning, boolean required) {}

  /** A parameter of the query. */
  public record Parameter(String name, String meaning) {}

  public Words {
    conditions = List.copyOf(conditions);
    query = List.copyOf(query);
    fields = List.copyOf(fields);
  }

  /** A sentence alone. */
  public static Words of(String summary) {
    return new Words(
        summary, Optional.empty(), "application/json", List.of(), List.of(), List.of());
  }

  /** The body, or what is read, is such a document. */
  public Words schema(String kind) {
    return new Words(summary, Optional.of(kind), bodyType, conditions, query, fields);
  }

  /** The body's type is not JSON's own. */
  public Words body(String type) {
    return new Words(summary, schema, type, conditions, query, fields);
  }

  /** It is made over a version that {@code If-Match} names, or these headers do. */
  public Words over(String... headers) {
    return new Words(summary, schema, bodyType, List.of(headers), query, fields);
  }

  /** It takes one more parameter. */
  public Words with(String parameter, String meaning) {
    List<Parameter> more = new ArrayList<>(query);
    more.add(new Parameter(parameter, meaning));
    return new Words(summary, schema, bodyType, conditions, more, fields);
  }

  /** Its body is an object with one more field, and no others than are named so. */
  public Words field(String name, String type, String meaning) {
    return field(new Field(name, type, meaning, true));
  }

  /** The same of a field that may be left out. */
  public Words optional(String name, String type, String meaning) {
    return field(new Field(name, type, meaning, false));
  }

  private Words field(Field field) {
    List<Field> more = new ArrayList<>(fields);
    more.add(field);
    return new Words(summary, schema, bodyType, conditions, query, more);
  }
}
