package dev.heimdall.manager.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Description of an operation in the API's description.
 *
 * @param summary one sentence, without its full stop
 * @param bodies what it takes, one of these; empty: nothing
 * @param conditions headers that name the version which is changed
 * @param query parameters
 * @param outcomes what it answers where nothing is wrong
 */
public record OperationText(
    String summary,
    List<Body> bodies,
    List<String> conditions,
    List<Parameter> query,
    List<Outcome> outcomes) {
  static final OperationText NONE = of("");

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

  public OperationText {
    bodies = List.copyOf(bodies);
    conditions = List.copyOf(conditions);
    query = List.copyOf(query);
    outcomes = List.copyOf(outcomes);
  }

  /** A sentence alone. */
  public static OperationText of(String summary) {
    return new OperationText(summary, List.of(), List.of(), List.of(), List.of());
  }

  /** It takes a body in JSON. */
  public OperationText takes(Shape shape) {
    return takes(JSON, shape);
  }

  /** It takes a body of this type of media, or of one that was named before. */
  public OperationText takes(String type, Shape shape) {
    List<Body> more = new ArrayList<>(bodies);
    more.add(new Body(type, shape));
    return new OperationText(summary, more, conditions, query, outcomes);
  }

  /** It is made over a version that {@code If-Match} names, or these headers do. */
  public OperationText over(String... headers) {
    return new OperationText(summary, bodies, List.of(headers), query, outcomes);
  }

  /** It takes one more parameter, a text. */
  public OperationText with(String parameter, String meaning) {
    return with(parameter, Shape.text(meaning));
  }

  /** It takes one more parameter. */
  public OperationText with(String parameter, Shape shape) {
    List<Parameter> more = new ArrayList<>(query);
    more.add(new Parameter(parameter, shape));
    return new OperationText(summary, bodies, conditions, more, outcomes);
  }

  /** It lists what may take several pages. */
  public OperationText paged() {
    return paged(Slice.MOST);
  }

  /**
   * Adds the parameters of paging, with another usual page size.
   *
   * @param usual items of a page, unless the request says how many
   */
  public OperationText paged(int usual) {
    return with("limit", Shape.whole("So many at most.", 1, Slice.MOST).otherwise(usual))
        .with("after", Shape.text("The next of the page before: what follows it."));
  }

  /** It answers with 200 and JSON. */
  public OperationText answers(Shape shape) {
    return answers(200, shape);
  }

  /** It answers with JSON. */
  public OperationText answers(int status, Shape shape) {
    return answers(new Outcome(status, Optional.of(new Body(JSON, shape)), false));
  }

  /** It answers with 200 and this type of media. */
  public OperationText answers(String type, Shape shape) {
    return answers(new Outcome(200, Optional.of(new Body(type, shape)), false));
  }

  /** It answers without a body. */
  public OperationText answers(int status) {
    return answers(new Outcome(status, Optional.empty(), false));
  }

  private OperationText answers(Outcome outcome) {
    List<Outcome> more = new ArrayList<>(outcomes);
    more.add(outcome);
    return new OperationText(summary, bodies, conditions, query, more);
  }

  /** Each answer so far says the version that there is, or is then. */
  public OperationText tagged() {
    return new OperationText(
        summary,
        bodies,
        conditions,
        query,
        outcomes.stream()
            .map(outcome -> new Outcome(outcome.status(), outcome.body(), true))
            .toList());
  }

  /** Adds the answer 304 for a client that has the version already. */
  public OperationText unlessKnown() {
    return answers(304).tagged();
  }
}
