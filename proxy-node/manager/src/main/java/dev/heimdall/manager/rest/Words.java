package dev.heimdall.manager.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the API's description says of an operation.
 *
 * @param summary one sentence, without its full stop
 * @param bodies what it takes, one of these; empty: nothing
 * @param conditions headers that name the version which is changed
 * @param query parameters
 * @param outcomes what it answers where nothing is wrong
 */
public record Words(
    String summary,
    List<Body> bodies,
    List<String> conditions,
    List<Parameter> query,
    List<Outcome> outcomes) {
  static final Words NONE = of("");

  private static final String JSON = "application/json";

  /**
   * A body.
   *
   * @param type of media
   */
  public record Body(String type, Shape shape) {}

  /** A parameter of the query. */
  public record Parameter(String name, Shape shape) {}

  /**
   * An answer.
   *
   * @param body empty: it has none
   * @param tagged whether {@code ETag} says the version
   */
  public record Outcome(int status, Optional<Body> body, boolean tagged) {}

  public Words {
    bodies = List.copyOf(bodies);
    conditions = List.copyOf(conditions);
    query = List.copyOf(query);
    outcomes = List.copyOf(outcomes);
  }

  /** A sentence alone. */
  public static Words of(String summary) {
    return new Words(summary, List.of(), List.of(), List.of(), List.of());
  }

  /** It takes a body in JSON. */
  public Words takes(Shape shape) {
    return takes(JSON, shape);
  }

  /** It takes a body of this type of media, or of one that was named before. */
  public Words takes(String type, Shape shape) {
    List<Body> more = new ArrayList<>(bodies);
    more.add(new Body(type, shape));
    return new Words(summary, more, conditions, query, outcomes);
  }

  /** It is made over a version that {@code If-Match} names, or these headers do. */
  public Words over(String... headers) {
    return new Words(summary, bodies, List.of(headers), query, outcomes);
  }

  /** It takes one more parameter, a text. */
  public Words with(String parameter, String meaning) {
    return with(parameter, Shape.text(meaning));
  }

  /** It takes one more parameter. */
  public Words with(String parameter, Shape shape) {
    List<Parameter> more = new ArrayList<>(query);
    more.add(new Parameter(parameter, shape));
    return new Words(summary, bodies, conditions, more, outcomes);
  }

  /** It lists what may take several pages. */
  public Words paged() {
    return paged(Slice.MOST);
  }

  /**
   * The same.
   *
   * @param usual items of a page, unless the request says how many
   */
  public Words paged(int usual) {
    return with("limit", Shape.whole("So many at most.", 1, Slice.MOST).otherwise(usual))
        .with("after", Shape.text("The next of the page before: what follows it."));
  }

  /** It answers with 200 and JSON. */
  public Words answers(Shape shape) {
    return answers(200, shape);
  }

  /** It answers with JSON. */
  public Words answers(int status, Shape shape) {
    return answers(new Outcome(status, Optional.of(new Body(JSON, shape)), false));
  }

  /** It answers with 200 and this type of media. */
  public Words answers(String type, Shape shape) {
    return answers(new Outcome(200, Optional.of(new Body(type, shape)), false));
  }

  /** It answers without a body. */
  public Words answers(int status) {
    return answers(new Outcome(status, Optional.empty(), false));
  }

  private Words answers(Outcome outcome) {
    List<Outcome> more = new ArrayList<>(outcomes);
    more.add(outcome);
    return new Words(summary, bodies, conditions, query, more);
  }

  /** Each answer so far says the version that there is, or is then. */
  public Words tagged() {
    return new Words(
        summary,
        bodies,
        conditions,
        query,
        outcomes.stream()
            .map(outcome -> new Outcome(outcome.status(), outcome.body(), true))
            .toList());
  }

  /** Whoever has the version already is told so, with 304. */
  public Words unlessKnown() {
    return answers(304).tagged();
  }
}
