package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.rest.Shape;
import dev.heimdall.manager.web.Answer;
import java.util.List;
import java.util.Optional;

/** Figures in the JSON that programs and the page's script read; what is not known is null. */
final class FiguresJson {
  private static final double DIGITS = 1000;
  private static final int MOST_MARKS = 200;

  private static final Shape VALUE = Shape.number("Null: not known.").orNull();
  private static final Shape VALUES = Shape.list("One a time.", VALUE);
  private static final Shape LINES =
      Shape.list("", fields(VALUE).with("name", Shape.text("")).with("reports", Shape.truth("")));

  /** Shape of the JSON. */
  static final Shape SHAPE =
      Shape.object()
          .with("step", Shape.count("Seconds from one time to the next."))
          .with("times", Shape.list("", Shape.count("Seconds since 1970.")))
          .with("fields", fields(VALUES))
          .with("queriesByNode", Shape.map("", VALUES))
          .with("lagByServer", Shape.map("Milliseconds, by cluster and address.", VALUES))
          .maybe(
              "events",
              Shape.list(
                  "The last first.",
                  Shape.object()
                      .with("at", Shape.count("Seconds since 1970."))
                      .with("kind", Shape.text(""))
                      .with("severity", Shape.text(""))
                      .with("about", Shape.text(""))
                      .with("words", Shape.text(""))))
          .with(
              "newest",
              fields(VALUE)
                  .with("ready", Shape.count("Nodes that take clients."))
                  .with("known", Shape.count("Nodes that have reported and were not drained.")))
          .with("counted", Shape.map("Since the nodes have started.", Shape.count("")))
          .with("nodes", LINES)
          .with("vdbs", LINES);

  private FiguresJson() {}

  private static Shape fields(Shape value) {
    Shape shape = Shape.object();
    for (Field field : Field.values()) {
      shape = shape.with(field.spelling, value);
    }
    return shape;
  }

  static ObjectNode of(ShownFigures shown, Readiness nodes, Optional<List<Mark>> marks) {
    ObjectNode root = Answer.JSON.createObjectNode();
    root.put("step", shown.span().stepSeconds);
    ArrayNode times = root.putArray("times");
    for (long time : shown.times()) {
      times.add(time);
    }
    ObjectNode fields = root.putObject("fields");
    shown.columns().forEach((field, values) -> put(fields.putArray(field.spelling), values));
    ObjectNode byNode = root.putObject("queriesByNode");
    shown.byNode().forEach((node, values) -> put(byNode.putArray(node), values));
    ObjectNode lags = root.putObject("lagByServer");
    shown.lagByServer().forEach((server, values) -> put(lags.putArray(server), values));
    ObjectNode newest = root.putObject("newest");
    put(newest, shown.newest());
    nodes.put(newest);
    ObjectNode counted = root.putObject("counted");
    for (Count count : Count.values()) {
      counted.put(count.reported, shown.counted()[count.ordinal()]);
    }
    marks.ifPresent(all -> marks(root.putArray("events"), shown, all));
    lines(root.putArray("nodes"), shown.nodes());
    lines(root.putArray("vdbs"), shown.vdbs());
    return root;
  }

  /** Those of the time that is shown, the last first. */
  private static void marks(ArrayNode events, ShownFigures shown, List<Mark> marks) {
    long from =
        shown.times().length == 0
            ? Long.MAX_VALUE
            : shown.times()[shown.times().length - 1]
                - (long) shown.span().stepSeconds * shown.span().moments;
    marks.stream()
        .filter(mark -> mark.at().getEpochSecond() >= from)
        .limit(MOST_MARKS)
        .forEach(
            mark ->
                events
                    .addObject()
                    .put("at", mark.at().getEpochSecond())
                    .put("kind", mark.kind())
                    .put("severity", mark.severity())
                    .put("about", mark.about())
                    .put("words", mark.words()));
  }

  private static void lines(ArrayNode array, List<ShownFigures.Line> lines) {
    for (ShownFigures.Line line : lines) {
      put(array.addObject().put("name", line.name()).put("reports", line.reports()), line.newest());
    }
  }

  private static void put(ObjectNode object, double[] values) {
    for (Field field : Field.values()) {
      Double value = rounded(values[field.ordinal()]);
      object.put(field.spelling, value);
    }
  }

  private static void put(ArrayNode array, double[] values) {
    for (double value : values) {
      array.add(rounded(value));
    }
  }

  private static Double rounded(double value) {
    return Double.isFinite(value) ? Math.round(value * DIGITS) / DIGITS : null;
  }
}
