package dev.heimdall.manager.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import java.util.List;

/** Figures in the JSON that programs and the page's script read; what is not known is null. */
final class FiguresJson {
  private static final double DIGITS = 1000;

  private FiguresJson() {}

  static ObjectNode of(Shown shown, Readiness nodes) {
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
    ObjectNode newest = root.putObject("newest");
    put(newest, shown.newest());
    nodes.put(newest);
    ObjectNode counted = root.putObject("counted");
    for (Count count : Count.values()) {
      counted.put(count.reported, shown.counted()[count.ordinal()]);
    }
    lines(root.putArray("nodes"), shown.nodes());
    lines(root.putArray("vdbs"), shown.vdbs());
    return root;
  }

  private static void lines(ArrayNode array, List<Shown.Line> lines) {
    for (Shown.Line line : lines) {
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
